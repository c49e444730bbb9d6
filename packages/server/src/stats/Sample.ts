/**
 * Sample: the process at an instant: what it takes, and what its metrics have counted since it began. Read from Effect's registry by
 * name, so that this knows none of the layers that count; what nobody counts is not there.
 */
import { ServiceMetrics } from "@callsheet/core/explain/ServiceMetrics"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const nullable = Schema.NullOr(Schema.Finite)

/** Counts since the process began; `breaker`: 0 closed, 1 half open, 2 open. */
export const Upstream = Schema.Struct({
  breaker: nullable,
  opened: Schema.Finite,
  failed: Schema.Finite,
  requests: Schema.Finite,
  reused: Schema.Finite
})
export type Upstream = typeof Upstream.Type

export const Sample = Schema.Struct({
  /** Since 1970. */
  atMillis: Schema.Finite,
  /** The process: its counts begin at 0. */
  origin: Schema.String,
  rssBytes: nullable,
  heapBytes: nullable,
  eventLoopP99Millis: nullable,
  cpuSeconds: nullable,
  upstreams: Schema.Record(Schema.String, Upstream),
  cacheReads: Schema.Record(Schema.String, Schema.Finite)
})
export type Sample = typeof Sample.Type

const numberOf = ({ state, type }: Metric.Metric.Snapshot): number | undefined => {
  switch (type) {
    case "Counter":
      return Number(state.count)
    case "Gauge":
      return Number(state.value)
    default:
      return undefined
  }
}

const nothing: Upstream = { breaker: null, opened: 0, failed: 0, requests: 0, reused: 0 }

/** What `metric` says of an upstream. */
const upstreamOf = (known: Upstream, id: string, value: number, state: string | undefined): Upstream => {
  switch (id) {
    case "callsheet.upstream.breaker":
      return { ...known, breaker: value }
    case "http.client.connection.opened":
      return { ...known, opened: known.opened + value }
    case "http.client.connection.failed":
      return { ...known, failed: known.failed + value }
    case "http.client.connection.requests":
      return {
        ...known,
        requests: known.requests + value,
        // One that was open before anybody wanted it cost nothing either.
        reused: known.reused + (state === "new" ? 0 : value)
      }
    default:
      return known
  }
}

/** The sample that `metrics` make. Pure. */
const of = (metrics: ReadonlyArray<Metric.Metric.Snapshot>, atMillis: number, origin: string): Sample => {
  const upstreams: Record<string, Upstream> = {}
  const cacheReads: Record<string, number> = {}
  const sums = new Map<string, number>()
  for (const metric of metrics) {
    const value = numberOf(metric)
    if (value === undefined || !Number.isFinite(value)) continue
    const { attributes = {}, id } = metric
    const upstream = attributes["callsheet.upstream"]
    const source = attributes["callsheet.source"]
    if (upstream !== undefined) {
      const known = upstreams[upstream] ?? nothing
      const next = upstreamOf(known, id, value, attributes["http.connection.state"])
      if (next !== known) upstreams[upstream] = next
    } else if (id === "callsheet.cache.reads" && source !== undefined) cacheReads[source] = value
    else sums.set(id, (sums.get(id) ?? 0) + value)
  }
  const loop = sums.get("nodejs.eventloop.delay.p99")
  return {
    atMillis,
    origin,
    rssBytes: sums.get("process.memory.usage") ?? null,
    heapBytes: sums.get("v8js.memory.heap.used") ?? null,
    eventLoopP99Millis: loop === undefined ? null : loop * 1000,
    cpuSeconds: sums.get("process.cpu.time") ?? null,
    upstreams,
    cacheReads
  }
}

/** The process now. */
export const take = (origin: string): Effect.Effect<Sample> =>
  Effect.gen(function* () {
    const services = yield* Effect.serviceOption(ServiceMetrics)
    if (Option.isSome(services)) yield* services.value.refresh
    return of(yield* Metric.snapshot, yield* Clock.currentTimeMillis, origin)
  })
