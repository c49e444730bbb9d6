/**
 * Sse: a run's events as server-sent events: `id` is `seq`, `event` the event's name, `data` the event as JSON. Never compressed and
 * never kept back: what is there goes out in one piece.
 */
import * as Arr from "effect/Array"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"

import * as Limits from "./Limits.ts"
import { Problem } from "./Problem.ts"
import type { Batch } from "./Watch.ts"

const utf8 = new TextEncoder()

const comment = utf8.encode(":\n\n")

const joined = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

/** Has no `id`, so that a client that comes back is told of them again. */
const missed = (fromSeq: number, toSeq: number) =>
  utf8.encode(`event: EventsMissed\ndata: ${JSON.stringify({ fromSeq, toSeq })}\n\n`)

export const bytesOf = (batch: Batch): Uint8Array => {
  switch (batch._tag) {
    case "Entries":
      return joined(batch.entries.map(({ frame }) => frame))
    case "Missed":
      return missed(batch.fromSeq, batch.toSeq)
    case "Quiet":
      return comment
  }
}

/** `opening`, then the bytes of each pull in one piece. A pull is an event where the client keeps up, so little is done for each. */
const opened = <E>(opening: Uint8Array, batches: Stream.Stream<Batch, E>): Stream.Stream<Uint8Array, E> =>
  Stream.transformPull(batches, (pull) =>
    Effect.sync(() => {
      const rest = Effect.map(pull, (batches) => Arr.of(joined(batches.map(bytesOf))))
      let isOpen = false
      return Effect.suspend(() => {
        if (isOpen) return rest
        isOpen = true
        return Effect.succeed(Arr.of(opening))
      })
    })
  )

/** A stream of events that breaks off where `batches` fails: the client comes back for the rest. */
export const respond = <E>(batches: Stream.Stream<Batch, E>): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.map(Limits.Current, ({ comeBack }) => {
    const opening = utf8.encode(`retry: ${Math.round(Duration.toMillis(comeBack))}\n\n`)
    return HttpServerResponse.stream(opened(opening, batches), {
      contentType: "text/event-stream; charset=utf-8",
      headers: { "cache-control": "no-store", "x-accel-buffering": "no" }
    })
  })

const quality = (accept: string, type: string): number => {
  const range = accept
    .split(",")
    .map((part) => part.trim().toLowerCase().split(";"))
    .find(([name = ""]) => name.trim() === type)
  if (range === undefined) return 0
  const q = range.map((part) => /^\s*q\s*=\s*([\d.]+)\s*$/.exec(part)?.[1]).find((found) => found !== undefined)
  return q === undefined ? 1 : Number(q)
}

/** Whether a client that sends this `Accept` wants events rather than JSON. */
export const isWanted = (accept: string | undefined): boolean => {
  const events = quality(accept ?? "", "text/event-stream")
  return events > 0 && events >= quality(accept ?? "", "application/json")
}

/** Whether it names JSON, and not events before it. */
export const isJsonWanted = (accept: string | undefined): boolean =>
  !isWanted(accept) && quality(accept ?? "", "application/json") > 0

/**
 * The `seq` of the last event that a client has, -1 where it has none: from `Last-Event-ID`, or from `lastEventId` in the address for
 * who cannot set headers. Fails where it is no such number.
 */
export const lastEventId = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<number, Problem> => {
  const query = /[?&]lastEventId=([^&#]*)/.exec(request.url)?.[1]
  const text = request.headers["last-event-id"] ?? query ?? ""
  if (text === "") return Effect.succeed(-1)
  if (/^\d{1,9}$/.test(text)) return Effect.succeed(Number(text))
  return Effect.fail(
    new Problem({ kind: "invalid-event-id", detail: "Last-Event-ID is the id of an event: a number." })
  )
}
