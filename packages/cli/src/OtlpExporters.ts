/**
 * OtlpExporters: OpenTelemetry's own transport (headers, certificates, compression and further attempts as the environment has
 * them), with what it is to carry: spans that are written already, and metrics.
 */
import { OTLPExporterBase } from "@opentelemetry/otlp-exporter-base"
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from "@opentelemetry/otlp-exporter-base/node-http"
import {
  type IExporterMetricsHelper,
  type ISerializer,
  JsonMetricsSerializer,
  MetricsExporterMetricsHelper
} from "@opentelemetry/otlp-transformer"
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics"

/** Node's agent: open connections to a collector, which are closed where it is destroyed. */
export interface Connections {
  readonly destroy: () => void
}

export interface Options {
  readonly url: string
  /** Of one export, further attempts included. */
  readonly timeoutMillis: number
  /** Told of connections before the first is opened. */
  readonly opened: (connections: Connections) => void
}

/** The settings of the environment, and what is sent: JSON. */
const settingsOf = ({ opened, ...options }: Options, signal: "METRICS" | "TRACES", path: string) => {
  const settings = convertLegacyHttpOptions(options, signal, path, { "Content-Type": "application/json" })
  return {
    ...settings,
    agentFactory: (protocol: string) =>
      Promise.resolve(settings.agentFactory(protocol)).then((agent) => {
        opened(agent)
        return agent
      })
  }
}

export const metrics = (options: Options): OTLPExporterBase<ResourceMetrics> =>
  new OTLPExporterBase(
    createOtlpHttpExportDelegate(
      settingsOf(options, "METRICS", "v1/metrics"),
      JsonMetricsSerializer,
      "otlp_http_metric_exporter",
      MetricsExporterMetricsHelper,
      undefined
    )
  )

/** What it is given is a request already. What a collector answers is not looked at. */
const asItIs: ISerializer<Uint8Array, undefined> = {
  serializeRequest: (body) => body,
  deserializeResponse: () => undefined
}

const uncounted: IExporterMetricsHelper<Uint8Array> = { name: "span", countItems: () => 0 }

export const spans = (options: Options): OTLPExporterBase<Uint8Array> =>
  new OTLPExporterBase(
    createOtlpHttpExportDelegate(
      settingsOf(options, "TRACES", "v1/traces"),
      asItIs,
      "otlp_http_json_span_exporter",
      uncounted,
      undefined
    )
  )
