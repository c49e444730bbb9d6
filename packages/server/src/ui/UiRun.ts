/**
 * UiRun: a run as a UI message stream: from its first event, or from where a pause ended it, to its end or the next pause.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

import * as Entry from "../Entry.ts"
import type { RunError } from "../RunError.ts"
import type { Batch } from "../Watch.ts"
import * as UiChunk from "./UiChunk.ts"
import type { Answered } from "./UiMessages.ts"
import * as UiStep from "./UiStep.ts"

const utf8 = new TextEncoder()
const comment = utf8.encode(":\n\n")

/** Text as it happened; the rest as it is kept, which JSON can spell for sure. */
const eventOf = (entry: Entry.Entry) =>
  entry.event?._tag === "TextDelta" ? Effect.succeed(entry.event) : Effect.orDie(Entry.decode(entry.data))

const missed: ReadonlyArray<UiChunk.UiChunk> = [
  { type: "error", errorText: "Some of what happened is kept no longer: ask again." }
]

export type End = "over" | "paused"

export interface Options {
  /** All of the run, from its first event on. */
  readonly batches: Stream.Stream<Batch, RunError>
  /** Of a message that goes on; undefined for one of its own. */
  readonly messageId: string | undefined
  /** Only what comes after it is sent; undefined for all. */
  readonly answered: Answered | undefined
  /** Called before the last bytes, unless the stream is left before. */
  readonly onEnd: (end: End) => void
}

/** The bytes of a run's message. */
export const bytes = ({ answered, batches, messageId, onEnd }: Options): Stream.Stream<Uint8Array, RunError> =>
  Stream.suspend(() => {
    let state = UiStep.initial(messageId)
    let isDone = false
    let isBefore = answered !== undefined

    const end = (how: End) => {
      isDone = true
      onEnd(how)
    }
    const ofEntries = Effect.fnUntraced(function* (entries: ReadonlyArray<Entry.Entry>) {
      const sent: Array<UiChunk.UiChunk> = []
      for (const entry of entries) {
        const [next, chunks] = UiStep.step(state, yield* eventOf(entry))
        state = next
        if (!isBefore) sent.push(...chunks)
        if (answered === undefined || entry.seq < answered.pause.seq || !isBefore) continue
        isBefore = false
        const [resumed, starts] = UiStep.resume(state, answered.words)
        state = resumed
        sent.push(...starts)
      }
      if (state.isOver) end("over")
      else if (!isBefore && UiStep.isPaused(state)) {
        const [paused, requests] = UiStep.pause(state)
        state = paused
        sent.push(...requests)
        end("paused")
      }
      return sent
    })
    const ofBatch = (batch: Batch): Effect.Effect<ReadonlyArray<Uint8Array>> => {
      if (batch._tag === "Quiet") return Effect.succeed([comment])
      if (batch._tag === "Entries") return Effect.map(ofEntries(batch.entries), (chunks) => [UiChunk.bytesOf(chunks)])
      return Effect.sync(() => {
        end("over")
        return [UiChunk.bytesOf(missed)]
      })
    }
    return batches.pipe(
      Stream.mapEffect(ofBatch),
      Stream.takeUntil(() => isDone),
      Stream.flattenIterable,
      Stream.filter(({ length }) => length > 0),
      Stream.concat(Stream.make(UiChunk.done))
    )
  })
