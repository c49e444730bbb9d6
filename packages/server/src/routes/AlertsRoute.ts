/**
 * AlertsRoute: `GET /v1/alerts`: what is wrong, what was within a day, and how each rule stands. All on one page: `next` is null.
 */
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

import * as Methods from "../Methods.ts"
import { Monitor } from "../Monitor.ts"
import { RunError } from "../RunError.ts"

const show = Effect.gen(function* () {
  const { alerts } = yield* Monitor
  const found = yield* Effect.mapError(alerts, (reason) => new RunError({ reason }))
  return HttpServerResponse.jsonUnsafe({ ...found, next: null }, { headers: { "cache-control": "no-store" } })
})

export const layer = Methods.layer("/v1/alerts", { GET: show })
