/**
 * RunRoute: `GET /v1/runs/{id}`: what was asked and how the run stands, for who lost the answer. `DELETE` stops it; one that is over
 * stays as it is.
 */
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

import * as Etag from "../Etag.ts"
import * as Methods from "../Methods.ts"
import { Runs } from "../Runs.ts"
import { runId } from "./RunId.ts"

const show = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const runs = yield* Runs
  return Etag.json(request, yield* runs.find(yield* runId))
})

const stop = Effect.gen(function* () {
  const runs = yield* Runs
  yield* runs.stop(yield* runId)
  return HttpServerResponse.empty({ status: 204 })
})

export const layer = Methods.layer("/v1/runs/:id", { GET: show, DELETE: stop })
