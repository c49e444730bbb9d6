/** What was counted by metrics, each as `name attribute=value`, without the upstream; of a registry of the effect's own. */
import { Effect, Metric } from "effect"

export const counted = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.provideService(effect, Metric.MetricRegistry, new Map())

export const counts = Effect.map(Metric.snapshot, (all) =>
  Object.fromEntries(
    all.flatMap((metric) => {
      if (metric.type !== "Counter") return []
      const { "callsheet.upstream": _, ...attributes } = { ...metric.attributes }
      const name = [metric.id, ...Object.entries(attributes).map(([name, value]) => `${name}=${value}`)].join(" ")
      return [[name, Number(metric.state.count)]]
    })
  )
)
