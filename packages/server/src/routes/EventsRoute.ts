/**
 * EventsRoute: `GET /v1/runs/{id}/events`: a run's events from the start, or after the last one that the client has. 204 where the run
 * is over and the client has all: `EventSource` comes back no more.
 */
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"

import * as Methods from "../Methods.ts"
import { Runs } from "../Runs.ts"
import * as Sse from "../Sse.ts"
import { runId } from "./RunId.ts"

const events = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const afterSeq = yield* Sse.lastEventId(request)
  const runs = yield* Runs
  const batches = yield* runs.watch(yield* runId, afterSeq)
  return Option.isSome(batches)
    ? yield* Sse.respond(batches.value)
    : HttpServerResponse.empty({ status: 204, headers: { "cache-control": "no-store" } })
})

export const layer = Methods.layer("/v1/runs/:id/events", { GET: events })
