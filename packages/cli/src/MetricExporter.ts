/**
 * MetricExporter: metrics over OTLP/HTTP as JSON, by OpenTelemetry's own transport and serializer.
 */
import { OTLPExporterBase } from "@opentelemetry/otlp-exporter-base"
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from "@opentelemetry/otlp-exporter-base/node-http"
import { JsonMetricsSerializer, MetricsExporterMetricsHelper } from "@opentelemetry/otlp-transformer"
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics"

export interface Options {
  readonly url: string
  /** Of one export, further attempts included. */
  readonly timeoutMillis: number
}

export const make = (options: Options): OTLPExporterBase<ResourceMetrics> =>
  new OTLPExporterBase(
    createOtlpHttpExportDelegate(
      convertLegacyHttpOptions(options, "METRICS", "v1/metrics", { "Content-Type": "application/json" }),
      JsonMetricsSerializer,
      "otlp_http_metric_exporter",
      MetricsExporterMetricsHelper,
      undefined
    )
  )
