/**
 * Telemetry: spans sent to `OTEL_EXPORTER_OTLP_ENDPOINT` over OTLP/HTTP, by OpenTelemetry's own SDK. Nothing of it is loaded
 * where no endpoint is configured.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Tracer from "effect/Tracer"

const load = Effect.promise(() =>
  Promise.all([
    import("@effect/opentelemetry/NodeSdk"),
    import("@effect/opentelemetry/Resource"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/sdk-trace-base"),
    import("./ExportedSpan.ts")
  ])
)

/** Exports every span of the program to `endpoint`; what is left is sent when the layer closes, for at most 3 s. */
export const layer = (endpoint: string): Layer.Layer<never> =>
  Layer.unwrap(
    Effect.map(load, ([NodeSdk, { Resource }, { OTLPTraceExporter }, { BatchSpanProcessor }, ExportedSpan]) => {
      const processor = new BatchSpanProcessor(
        new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, "")}/v1/traces`, timeoutMillis: 2000 }),
        { scheduledDelayMillis: 1000, maxExportBatchSize: 512, maxQueueSize: 8192 }
      )
      const sdk = NodeSdk.layer(() => ({
        resource: { serviceName: "callsheet" },
        spanProcessor: processor,
        shutdownTimeout: "3 seconds"
      }))
      const tracer = Effect.map(Resource, (resource) => ExportedSpan.tracer(processor, resource))
      return Layer.provide(Layer.effect(Tracer.Tracer, tracer), sdk)
    })
  )
