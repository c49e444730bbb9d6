/**
 * EventsRoute: `GET /v1/runs/{id}/events`: a run's events from the start, or after the last one that the client has. 204 where the run
 * is over and the client has all: `EventSource` comes back no more.
 *
 * Where `Accept` asks for JSON, a page of those that are there: `?after=&limit=`, `next` null once the run is over and all are given.
 */
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"

import * as Methods from "../Methods.ts"
import * as Page from "../Page.ts"
import { Runs } from "../Runs.ts"
import * as Sse from "../Sse.ts"
import { runId } from "./RunId.ts"

const stream = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
  const afterSeq = yield* Sse.lastEventId(request)
  const runs = yield* Runs
  const batches = yield* runs.watch(yield* runId, afterSeq)
  return Option.isSome(batches)
    ? yield* Sse.respond(batches.value)
    : HttpServerResponse.empty({ status: 204, headers: { "cache-control": "no-store" } })
})

const seqOf = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined)

const page = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
  const given = yield* Sse.lastEventId(request)
  const { cursor = given, limit } = yield* Page.asked("after", seqOf)
  const runs = yield* Runs
  const id = yield* runId
  // Before its events: one that is over has all of them.
  const { lastSeq, state } = yield* runs.find(id)
  const events = (yield* runs.read(id, cursor)).slice(0, limit)
  const last = events.at(-1)?.seq ?? cursor
  const next = state !== "running" && (events.length === 0 || last >= lastSeq) ? null : String(last)
  // As they are kept: they are JSON already.
  const text = `{"runId":${JSON.stringify(id)},"state":"${state}","events":[${events.map(({ data }) => data).join(",")}],"next":${JSON.stringify(next)}}`
  return yield* Page.respond(text, "after", next)
})

const events = Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
  Effect.gen(function* () {
    return Sse.isJsonWanted(request.headers["accept"]) ? yield* page(request) : yield* stream(request)
  })
)

export const layer = Methods.layer("/v1/runs/:id/events", { GET: events })
