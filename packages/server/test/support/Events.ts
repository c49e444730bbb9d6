/**
 * Events: a run watched by the `eventsource` package, over a connection that may be cut.
 */
import { Effect } from "effect"
import { EventSource } from "eventsource"

import * as Client from "./Client.ts"

export interface Watched {
  /** The ids of the events, as they came. */
  readonly ids: ReadonlyArray<string>
  readonly last: string
  /** How often it connected. */
  readonly connections: number
}

const names = [
  "RunStarted",
  "Routed",
  "StepStarted",
  "TextDelta",
  "ToolStarted",
  "ToolSettled",
  "ApprovalNeeded",
  "StepFinished",
  "RunFinished",
  "RunFailed"
]

/** A body that breaks off after `cutFrames` events, and `cutBytes` bytes of the next. */
const cut = (body: ReadableStream<Uint8Array>, cutFrames: number, cutBytes: number) => {
  let frames = 0
  let within = 0
  let previous = 0
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        for (let index = 0; index < chunk.length; index++) {
          const byte = chunk[index] ?? 0
          if (byte === 10 && previous === 10) frames++
          previous = byte
          // The first frame is `retry`.
          if (frames > cutFrames && ++within > cutBytes) {
            controller.enqueue(chunk.subarray(0, index))
            controller.error(new Error("cut"))
            return
          }
        }
        controller.enqueue(chunk)
      }
    })
  )
}

/** Watches a run to its end; its first connection is cut after `cutFrames` events. Then it comes back to `urls[1]`, or the same. */
export const watch = (
  urls: readonly [string, string?],
  runId: string,
  cutFrames = Infinity,
  cutBytes = 0
): Effect.Effect<Watched> =>
  Effect.callback<Watched>((resume) => {
    const ids: Array<string> = []
    let last = ""
    let connections = 0
    const path = `/v1/runs/${runId}/events`
    const source = new EventSource(`${urls[0]}${path}`, {
      fetch: async (_, init) => {
        const isFirst = connections++ === 0
        const response = await fetch(`${isFirst ? urls[0] : (urls[1] ?? urls[0])}${path}`, init)
        const body = isFirst && response.body ? cut(response.body, cutFrames, cutBytes) : response.body
        return { body, status: response.status, headers: response.headers, url: response.url, redirected: false }
      }
    })
    for (const name of names) {
      source.addEventListener(name, (event) => {
        ids.push(event.lastEventId)
        last = name
      })
    }
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) resume(Effect.succeed({ ids, last, connections }))
    })
    return Effect.sync(() => source.close())
  })

/** A stream of events, read piece by piece. */
const open = (response: Response) => {
  const reader = response.body?.getReader()
  const utf8 = new TextDecoder()
  let text = ""
  const read = Effect.promise(async () => {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
    text += utf8.decode(value, { stream: true })
    return !done
  })
  return {
    text: () => text,
    /** Waits until `part` was sent, and gives its first group; dies where the stream ends before. */
    until: Effect.fnUntraced(function* (part: RegExp) {
      for (;;) {
        const found = part.exec(text)
        if (found !== null) return found[1] ?? ""
        if (!(yield* read)) return yield* Effect.die(new Error(`No ${part} in ${text}`))
      }
    }),
    end: Effect.gen(function* () {
      while (yield* read);
      return Client.frames(text)
    }),
    leave: Effect.promise(async () => reader?.cancel())
  }
}

/** A run that answers `question`, once it has begun. */
export const begin = Effect.fnUntraced(function* (url: string, question: string, more: object = {}) {
  const stream = open(yield* Client.ask(url, question, more, { accept: "text/event-stream" }))
  return { ...stream, runId: yield* stream.until(/"runId":"(run_\w+)"/) }
})

/** The events of a run, from the first. */
export const follow = (url: string, runId: string) => Effect.map(Client.get(url, `/v1/runs/${runId}/events`), open)
