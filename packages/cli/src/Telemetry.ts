/**
 * Telemetry: spans and metrics sent to `OTEL_EXPORTER_OTLP_ENDPOINT` over OTLP/HTTP, by OpenTelemetry's own SDK. Nothing of it is
 * loaded where no endpoint is configured.
 *
 * **Details**
 *
 * Spans go in batches, at most a second after they ended; metrics every minute. A collector that is slow, refuses or is gone
 * slows no run: what cannot be sent is dropped, of spans at most 8,192 wait, and one warning on stderr says so, the next one
 * only after something could be sent again. When the layer closes, what is left is sent, for at most 3 s.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Tracer from "effect/Tracer"

import type { Sink } from "./ExportedSpan.ts"

const load = Effect.promise(() =>
  Promise.all([
    import("@effect/opentelemetry/NodeSdk"),
    import("@effect/opentelemetry/Resource"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/sdk-metrics"),
    import("@opentelemetry/sdk-trace-base"),
    import("./ExportedSpan.ts"),
    import("./MetricExporter.ts"),
    import("./Outage.ts"),
    import("./ProcessMetrics.ts")
  ])
)

/** Spans that wait to be sent, at most, and how many travel together. */
const maxWaiting = 8192
const batch = 512

/** Of one export, further attempts included. */
const timeoutMillis = 2000

/** Sends every span and all metrics of the program to `endpoint`, and counts what the process takes. */
export const layer = (endpoint: string): Layer.Layer<never> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const [NodeSdk, { Resource }, Traces, Metrics, Spans, ExportedSpan, MetricExporter, Outage, ProcessMetrics] =
        yield* load
      const context = yield* Effect.context<never>()
      const outage = Outage.make(new URL(endpoint).host, (problem) => {
        Effect.runForkWith(context)(Effect.provideService(Effect.logWarning(problem), Logger.LogToStderr, true))
      })
      const address = (path: string) => ({ url: `${endpoint.replace(/\/+$/, "")}/v1/${path}`, timeoutMillis })

      let waiting = 0
      const traces = new Traces.OTLPTraceExporter(address("traces"))
      const spanProcessor = new Spans.BatchSpanProcessor(
        {
          export: (spans, done) => {
            waiting -= spans.length
            traces.export(spans, outage.hear(done))
          },
          shutdown: () => traces.shutdown()
        },
        { scheduledDelayMillis: 1000, maxExportBatchSize: batch, maxQueueSize: maxWaiting }
      )
      const sink: Sink = {
        onEnd: (span) => {
          if (waiting >= maxWaiting) return outage.overflow()
          waiting++
          spanProcessor.onEnd(span)
        }
      }

      const metrics = MetricExporter.make(address("metrics"))
      const metricReader = new Metrics.PeriodicExportingMetricReader({
        exporter: {
          export: (points, done) => metrics.export(points, outage.hear(done)),
          forceFlush: () => metrics.forceFlush(),
          shutdown: () => metrics.shutdown()
        }
      })

      const sdk = NodeSdk.layer(() => ({
        resource: { serviceName: "callsheet" },
        spanProcessor,
        metricReader,
        shutdownTimeout: "3 seconds"
      }))
      const tracer = Effect.map(Resource, (resource) => ExportedSpan.tracer(sink, resource))
      // The metrics of the process stand until they were sent for the last time.
      return Layer.effect(Tracer.Tracer, tracer).pipe(Layer.provide(sdk), Layer.provide(ProcessMetrics.layer))
    })
  )
