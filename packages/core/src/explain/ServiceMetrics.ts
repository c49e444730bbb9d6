/**
 * ServiceMetrics: what is known at any time of what stands behind the tools, brought into Effect's `Metric` registry when somebody
 * is about to read that.
 *
 * | metric | kind | attributes |
 * | --- | --- | --- |
 * | `callsheet.upstream.breaker` | gauge: 0 closed, 1 half open, 2 open | `callsheet.upstream` |
 * | `callsheet.cache.reads` | counter | `callsheet.source`: `memory`, `store`, `shared`, `upstream` |
 *
 * An upstream that was not asked yet has no series, and without a `Cache` there are no reads.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import type * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as Schedule from "effect/Schedule"
import * as Struct from "effect/Struct"

import * as Shared from "../schedule/Shared.ts"
import { Attribute } from "./Trace.ts"

const breaker = Metric.gauge("callsheet.upstream.breaker", {
  description: "The circuit of an upstream: 0 closed, 1 half open, 2 open"
})

const reads = Metric.counter("callsheet.cache.reads", {
  description: "Reads that the cache answered, by where from",
  incremental: true
})

/** An opening whose time is over lets the next call try. */
const levelOf = (state: CircuitBreaker.State): number => {
  switch (state._tag) {
    case "Closed":
      return 0
    case "HalfOpen":
      return 1
    case "Open":
      return Duration.isZero(state.retryAfter) ? 1 : 2
  }
}

/** One for each registry: it knows what of the cache's counts is there already. */
export class ServiceMetrics extends Context.Service<
  ServiceMetrics,
  {
    /** Brings the registry up to date. */
    readonly refresh: Effect.Effect<void>
  }
>()("@callsheet/core/explain/ServiceMetrics") {
  /** Also brings it up to date every 15 seconds, and for the last time where it closes: for whoever pushes metrics. */
  static readonly layer: Layer.Layer<ServiceMetrics> = Layer.effect(
    ServiceMetrics,
    Effect.gen(function* () {
      const made = yield* make
      yield* Effect.addFinalizer(() => made.refresh)
      yield* Effect.forkScoped(Effect.repeat(made.refresh, Schedule.spaced("15 seconds")))
      return made
    })
  )
}

export const make: Effect.Effect<ServiceMetrics["Service"]> = Effect.gen(function* () {
  const { upstreams } = yield* Shared.Shared
  const cache = Option.getOrUndefined(yield* Effect.serviceOption(Cache))
  /** What the registry has of the cache's counts. */
  const counted = { memory: 0, store: 0, shared: 0, upstream: 0 }

  const breakers = Effect.suspend(() =>
    Effect.forEach(
      upstreams.known(),
      (upstream) =>
        Effect.flatMap(upstreams.state(upstream), (state) =>
          Metric.update(Metric.withAttributes(breaker, { [Attribute.upstream]: upstream }), levelOf(state))
        ),
      { concurrency: 1, discard: true }
    )
  )
  if (cache === undefined) return { refresh: breakers }
  const caches = Effect.flatMap(cache.stats, ({ reads: { sources } }) =>
    Effect.forEach(
      Struct.keys(counted),
      (source) => {
        const added = sources[source] - counted[source]
        counted[source] = sources[source]
        return Metric.update(Metric.withAttributes(reads, { [Attribute.source]: source }), added)
      },
      { concurrency: 1, discard: true }
    )
  )
  return { refresh: Effect.andThen(breakers, caches) }
})
