import { ServiceMetrics } from "@callsheet/core/explain/ServiceMetrics"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Metric } from "effect"

import * as Client from "../support/Client.ts"
import * as TestServer from "../support/TestServer.ts"

describe("GET /metrics", () => {
  it.live("tells Prometheus what the server did and has under way, brought up to date", () =>
    Effect.gen(function* () {
      let refreshed = 0
      const services = Layer.succeed(ServiceMetrics, { refresh: Effect.sync(() => void refreshed++) })
      const { url } = yield* Effect.provide(TestServer.start(), services)
      yield* Client.ask(url, "say 3")
      yield* Client.get(url, "/v1/nothing")
      const before = refreshed
      const response = yield* Client.get(url, "/metrics")
      assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/)
      const text = yield* Client.text(response)
      assert.match(
        text,
        /^callsheet_server_responses_total\{http_request_method="POST",http_response_status_code="200"\} 1$/m
      )
      assert.match(
        text,
        /^callsheet_server_responses_total\{http_request_method="GET",http_response_status_code="404"\} 1$/m
      )
      assert.match(text, /^callsheet_server_runs\{callsheet_state="waiting"\} 0$/m)
      assert.strictEqual(refreshed, before + 1)
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  )
})
