/**
 * Prometheus: the metrics of Effect's registry as Prometheus reads them, in its text format.
 *
 * **Details**
 *
 * Effect's own formatter writes the text. In front of it stand the names: metrics are named as OpenTelemetry has it, and become
 * what its specification makes of them for Prometheus: `_` for what Prometheus does not take, the unit written out at the end
 * (from the attribute `unit`: `s`, `By`, `1`), and `_total` after a counter. So `callsheet.run.duration` in seconds is
 * `callsheet_run_duration_seconds`.
 *
 * **Gotchas**
 *
 * Units are not converted: a metric counts in base units (seconds, bytes). One without a description gets none here, and
 * `promtool check metrics` complains of it.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"

/** The content type of the text. @public For whoever serves it. */
export const contentType = "text/plain; version=0.0.4; charset=utf-8"

const units: Readonly<Record<string, string>> = { s: "seconds", By: "bytes" }

export interface Named {
  readonly id: string
  readonly type: "Counter" | "Frequency" | "Gauge" | "Histogram" | "Summary"
  /** In UCUM, as OpenTelemetry writes units; a unit of no dimension (`1`, `{call}`) is not in the name. */
  readonly unit: string | undefined
}

/** The name of a metric for Prometheus. Naming a name again with the same unit changes nothing. */
export const nameOf = ({ id, type, unit = "" }: Named): string => {
  const plain = id
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .toLowerCase()
  const bare = plain.replace(/_total$/, "")
  const base = Object.hasOwn(units, unit) ? units[unit] : undefined
  const measured = base === undefined || bare.split("_").includes(base) ? bare : `${bare}_${base}`
  const safe = /^\d/.test(measured) ? `_${measured}` : measured
  return type === "Counter" || type === "Frequency" ? `${safe}_total` : safe
}

/** All metrics of the registry, in the order in which they were first updated. A metric that never was is not among them. */
export const format: Effect.Effect<string> = Effect.contextWith((context: Context.Context<never>) => {
  const renamed: Metric.MetricRegistry = new Map()
  for (const [key, metric] of Context.get(context, Metric.MetricRegistry)) {
    const { attributes, id, type } = metric
    renamed.set(key, { ...metric, id: nameOf({ id, type, unit: attributes?.["unit"] }) })
  }
  return Effect.sync(() => PrometheusMetrics.formatUnsafe(Context.add(context, Metric.MetricRegistry, renamed)))
})
