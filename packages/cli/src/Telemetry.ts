/**
 * Telemetry: spans and metrics sent to `OTEL_EXPORTER_OTLP_ENDPOINT` over OTLP/HTTP. Nothing of it is loaded where no endpoint is
 * configured.
 *
 * **Details**
 *
 * Resource, metrics and transport are OpenTelemetry's, by `@effect/opentelemetry`; spans are written by `SpanText`, since those
 * of the SDK cost a run a third more processor time. Spans go at most a second after they ended, metrics every minute. A collector that is
 * slow, refuses or is gone slows no run: what cannot be sent is dropped, of spans at most 8 MiB wait, and one warning on
 * stderr says so, the next one only after something could be sent again. When the layer closes, what is left is sent, for at
 * most 3 s.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schedule from "effect/Schedule"
import * as Tracer from "effect/Tracer"

import type { Connections } from "./OtlpExporters.ts"

const load = Effect.promise(() =>
  Promise.all([
    import("@callsheet/core/explain/RunMetrics"),
    import("@effect/opentelemetry/OtelMetrics"),
    import("@effect/opentelemetry/Resource"),
    import("@opentelemetry/sdk-metrics"),
    import("./OtlpExporters.ts"),
    import("./Outage.ts"),
    import("./ProcessMetrics.ts"),
    import("./SpanBatches.ts"),
    import("./SpanText.ts"),
    import("./SpanTracer.ts")
  ])
)

/** Of one export, further attempts included. */
const timeoutMillis = 2000

const longestWait = "1 second"
const lastWait = "3 seconds"

/** Sends every span and all metrics of the program to `endpoint`, and counts what runs come to and the process takes. */
export const layer = (endpoint: string): Layer.Layer<never> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const [
        RunMetrics,
        OtelMetrics,
        Resource,
        Metrics,
        OtlpExporters,
        Outage,
        ProcessMetrics,
        SpanBatches,
        SpanText,
        SpanTracer
      ] = yield* load
      const context = yield* Effect.context<never>()
      const outage = Outage.make(new URL(endpoint).host, (problem) => {
        Effect.runForkWith(context)(Effect.provideService(Effect.logWarning(problem), Logger.LogToStderr, true))
      })
      const connections: Array<Connections> = []
      const address = (path: string) => ({
        url: `${endpoint.replace(/\/+$/, "")}/v1/${path}`,
        timeoutMillis,
        opened: (opened: Connections) => void connections.push(opened)
      })
      /** A collector that never ends its answer would keep the process. */
      const hangUp = Effect.addFinalizer(() =>
        Effect.sync(() => {
          for (const one of connections) one.destroy()
        })
      )

      const tracer = Effect.gen(function* () {
        const { attributes } = yield* Resource.Resource
        const exporter = OtlpExporters.spans(address("traces"))
        const batches = yield* Effect.acquireRelease(
          Effect.sync(() =>
            SpanBatches.make({
              head: `{"resourceSpans":[{"resource":{"attributes":[${SpanText.attributesOf(Object.entries(attributes))}]},"scopeSpans":[{"scope":{"name":"callsheet"},"spans":[`,
              tail: "]}]}]}",
              send: (body, done) =>
                exporter.export(body, (result) => {
                  outage.hear(result)
                  done()
                }),
              lost: outage.overflow
            })
          ),
          ({ empty }) => Effect.timeoutOption(Effect.interruptible(empty), lastWait)
        )
        yield* Effect.forkScoped(Effect.repeat(Effect.delay(Effect.sync(batches.push), longestWait), Schedule.forever))
        return SpanTracer.make(batches.add)
      })

      const metrics = OtlpExporters.metrics(address("metrics"))
      const metricReader = () =>
        new Metrics.PeriodicExportingMetricReader({
          exporter: {
            // What was to be said of a failure is said; the SDK would but fail where the program ends.
            export: (points, done) =>
              metrics.export(points, (result) => {
                outage.hear(result)
                done({ code: 0 })
              }),
            forceFlush: () => metrics.forceFlush(),
            shutdown: () => metrics.shutdown()
          }
        })
      const sent = Layer.mergeAll(
        Layer.effect(Tracer.Tracer, tracer),
        RunMetrics.layer,
        // The metrics of the process stand until they were sent for the last time.
        Layer.provide(OtelMetrics.layer(metricReader, { shutdownTimeout: lastWait }), ProcessMetrics.layer)
      )
      return sent.pipe(
        Layer.provide(Resource.layerFromEnv(Resource.configToAttributes({ serviceName: "callsheet" }))),
        Layer.provide(Layer.effectDiscard(hangUp))
      )
    })
  )
