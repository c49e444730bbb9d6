/**
 * Telemetry: spans sent to `OTEL_EXPORTER_OTLP_ENDPOINT` over OTLP/HTTP, by OpenTelemetry's own SDK. Nothing of it is loaded
 * where no endpoint is configured.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const load = Effect.promise(() =>
  Promise.all([
    import("@effect/opentelemetry/NodeSdk"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/sdk-trace-base")
  ])
)

/** Exports every span of the program to `endpoint`; what is left is sent when the layer closes, for at most 3 s. */
export const layer = (endpoint: string) =>
  Layer.unwrap(
    Effect.map(load, ([NodeSdk, { OTLPTraceExporter }, { BatchSpanProcessor }]) =>
      NodeSdk.layer(() => ({
        resource: { serviceName: "callsheet" },
        spanProcessor: new BatchSpanProcessor(
          new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, "")}/v1/traces`, timeoutMillis: 2000 })
        ),
        shutdownTimeout: "3 seconds"
      }))
    )
  )
