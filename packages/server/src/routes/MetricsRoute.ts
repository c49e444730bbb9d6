/**
 * MetricsRoute: `GET /metrics`: all metrics of the program as Prometheus reads them: the server's own, and whatever layers above it
 * count (`RunMetrics`, `ServiceMetrics`).
 */
import * as Prometheus from "@callsheet/core/explain/Prometheus"
import { ServiceMetrics } from "@callsheet/core/explain/ServiceMetrics"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"

import * as Methods from "../Methods.ts"
import { Runs } from "../Runs.ts"
import * as ServerMetrics from "../ServerMetrics.ts"

const show = Effect.gen(function* () {
  const runs = yield* Runs
  yield* ServerMetrics.counted(runs.counts())
  const services = yield* Effect.serviceOption(ServiceMetrics)
  if (Option.isSome(services)) yield* services.value.refresh
  return HttpServerResponse.text(yield* Prometheus.format, {
    contentType: Prometheus.contentType,
    headers: { "cache-control": "no-store" }
  })
})

export const layer = Methods.layer("/metrics", { GET: show })
