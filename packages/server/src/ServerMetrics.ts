/**
 * ServerMetrics: what the server does, counted into Effect's `Metric` registry.
 *
 * | metric | kind | attributes |
 * | --- | --- | --- |
 * | `callsheet.server.responses` | counter | `http.request.method`, `http.response.status_code` |
 * | `callsheet.server.runs` | gauge, when it is read | `callsheet.state`: `running`, `waiting` |
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

const responses = Metric.counter("callsheet.server.responses", {
  description: "Responses that were begun, by method and status",
  incremental: true
})

const runs = Metric.gauge("callsheet.server.runs", {
  description: "Runs under way, and questions that wait for their turn"
})

/** Whoever asks names the method: others than these are one. */
const methods = new Set(["GET", "HEAD", "POST", "DELETE", "OPTIONS"])

export const responded = (method: string, status: number): Effect.Effect<void> =>
  Metric.update(
    Metric.withAttributes(responses, {
      "http.request.method": methods.has(method) ? method : "_OTHER",
      "http.response.status_code": String(status)
    }),
    1
  )

export const counted = (counts: { readonly running: number; readonly waiting: number }): Effect.Effect<void> =>
  Effect.andThen(
    Metric.update(Metric.withAttributes(runs, { "callsheet.state": "running" }), counts.running),
    Metric.update(Metric.withAttributes(runs, { "callsheet.state": "waiting" }), counts.waiting)
  )
