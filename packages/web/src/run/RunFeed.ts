/**
 * RunFeed: the events of a run from the server, as they come, to its last: over as many connections as it takes. A run goes on while
 * nobody listens, so what was missed is given on coming back.
 */
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"

import * as Http from "../wire/Http.ts"
import * as RunEvent from "../wire/RunEvent.ts"

type Batch = ReadonlyArray<RunEvent.RunEvent>

/** A connection ended before the run did. */
const cutOff = new Http.RequestFailed({ status: 0, kind: "cut-off", detail: "The connection to the server was lost." })

const eventStream = { accept: "text/event-stream" }

/** The events of one connection, those that came together together. Fails where it breaks. */
const batches = (found: Response): Stream.Stream<Batch, Http.RequestFailed> => {
  const { body } = found
  if (body === null) return Stream.empty
  return Stream.suspend(() => {
    let batch: Array<RunEvent.RunEvent> = []
    const parser = Sse.makeParser((frame) => {
      const event = frame._tag === "Event" ? RunEvent.fromData(frame.data) : undefined
      if (event !== undefined) batch.push(event)
    })
    return Stream.fromReadableStream({ evaluate: () => body, onError: () => cutOff }).pipe(
      Stream.decodeText,
      Stream.mapEffect((text) => {
        batch = []
        return parser.feed(text) === undefined ? Effect.succeed<Batch>(batch) : Effect.fail(cutOff)
      }),
      Stream.filter(({ length }) => length > 0)
    )
  })
}

/** Asks, and gives the events of the first connection. */
export const ask = (body: {
  readonly question: string
  readonly conversationId: string
}): Stream.Stream<Batch, Http.RequestFailed> =>
  Stream.unwrap(Effect.map(Http.response("v1/ask", { method: "POST", headers: eventStream, body }), batches))

/** The events after `seq`, of one connection. */
const connection = (runId: string, seq: number): Stream.Stream<Batch, Http.RequestFailed> =>
  Stream.unwrap(
    Effect.map(
      Http.response(`v1/runs/${runId}/events`, {
        headers: seq < 0 ? eventStream : { ...eventStream, "last-event-id": String(seq) }
      }),
      (found) => (found.status === 204 ? Stream.empty : batches(found))
    )
  )

/** Between attempts at a server that does not answer: at most two seconds, not all pages at once. */
const waits = Schedule.min([Schedule.exponential(300, 1.6), Schedule.spaced(2000)]).pipe(Schedule.jittered)

export interface Watching {
  readonly runId: string
  /** The `seq` of the last event that is there, looked at for each connection. */
  readonly lastSeq: () => number
  readonly isOver: () => boolean
  readonly take: (events: Batch) => void
  /** Whether the server is there, when that changes. */
  readonly connected: (isConnected: boolean) => void
}

/** Follows a run to its end, and comes back as often as it must. Fails where the server says that there is nothing to follow. */
export const follow = (watching: Watching): Effect.Effect<void, Http.RequestFailed> => {
  const { connected, isOver, lastSeq, runId, take } = watching
  let isSilent = false
  /** Until it breaks or ends; fails where it gave nothing. */
  const once = Effect.suspend(() => {
    let isGiven = false
    return Stream.runForEach(connection(runId, lastSeq()), (events) =>
      Effect.sync(() => {
        isGiven = true
        if (isSilent) connected(true)
        isSilent = false
        take(events)
      })
    ).pipe(
      Effect.catch((problem) => (isGiven ? Effect.void : Effect.fail(problem))),
      Effect.andThen(Effect.suspend(() => (isGiven || isOver() ? Effect.void : Effect.fail(cutOff))))
    )
  }).pipe(
    Effect.tapError(({ isPassing }) =>
      Effect.sync(() => {
        if (!isPassing || isSilent) return
        isSilent = true
        connected(false)
      })
    )
  )
  const found = Effect.retry(once, { schedule: waits, while: ({ isPassing }) => isPassing })
  return Effect.asVoid(Effect.repeat(found, { schedule: Schedule.spaced(300), until: isOver }))
}
