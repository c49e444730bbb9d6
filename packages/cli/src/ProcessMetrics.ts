/**
 * ProcessMetrics: what the process itself takes, as metrics of Effect, by OpenTelemetry's names. All but the collections are
 * looked at when they are read, and cost nothing before.
 *
 * | metric | is | attribute |
 * | --- | --- | --- |
 * | `process.cpu.time` | processor time, seconds | `cpu.mode`: `user` or `system` |
 * | `process.memory.usage` | resident memory, bytes | |
 * | `process.uptime` | seconds since the process began | |
 * | `v8js.memory.heap.used` | used heap, bytes | `v8js.heap.space.name` |
 * | `v8js.gc.duration` | histogram: garbage collections, seconds | `v8js.gc.type`: `major`, `minor`, `incremental` or `weakcb` |
 * | `nodejs.eventloop.delay.p50`, `.p99`, `.max` | by how much the event loop was late, seconds, in the last 15 to 30 s | |
 * | `nodejs.eventloop.utilization` | share of time that the event loop was busy, since the metrics were registered | |
 */
import {
  constants,
  monitorEventLoopDelay,
  performance,
  type PerformanceEntry,
  PerformanceObserver
} from "node:perf_hooks"
import { getHeapSpaceStatistics } from "node:v8"

import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Schedule from "effect/Schedule"

/** How often the event loop is looked at. A delay is what comes on top of it. Every 20 ms would take 0.5 % of a processor. */
const resolutionMillis = 100

/** A window of delays is shown until the next one is full, beside what has been seen of that one. */
const window = "15 seconds"

type Attributes = Readonly<Record<string, string>>

/** A metric whose state is looked at when it is asked for, until the scope closes. */
const registered = <State>(metric: Metric.Metric<number, State>, get: () => State) =>
  Effect.contextWith((context: Context.Context<never>) =>
    Effect.acquireRelease(
      Effect.sync(() => Metric.registerUnsafe(metric, context, { get, update: () => {}, modify: () => {} })),
      (registration) => Effect.sync(() => registration.remove())
    )
  )

const gauge = (id: string, description: string, unit: string, read: () => number, others: Attributes = {}) =>
  registered(Metric.gauge(id, { description, attributes: { unit, ...others } }), () => ({ value: read() }))

const eventLoop = Effect.gen(function* () {
  const histogram = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const histogram = monitorEventLoopDelay({ resolution: resolutionMillis })
      histogram.enable()
      return histogram
    }),
    (histogram) => Effect.sync(() => histogram.disable())
  )
  const late = (nanos: number) => Math.max(0, nanos / 1e9 - resolutionMillis / 1e3)
  const seen = () =>
    histogram.count === 0
      ? { p50: 0, p99: 0, max: 0 }
      : { p50: late(histogram.percentile(50)), p99: late(histogram.percentile(99)), max: late(histogram.max) }
  let last = { p50: 0, p99: 0, max: 0 }
  const turn = Effect.sync(() => {
    last = seen()
    histogram.reset()
  })
  yield* Effect.forkScoped(Effect.repeat(Effect.delay(turn, window), Schedule.forever))

  for (const point of ["p50", "p99", "max"] as const) {
    const what =
      point === "max" ? "The longest delay" : `The ${point === "p50" ? "median" : "99th percentile"} of delays`
    yield* gauge(`nodejs.eventloop.delay.${point}`, `${what} of the event loop in the last half minute`, "s", () =>
      Math.max(last[point], seen()[point])
    )
  }
  const begin = performance.eventLoopUtilization()
  yield* gauge(
    "nodejs.eventloop.utilization",
    "Share of time that the event loop was busy",
    "1",
    () => performance.eventLoopUtilization(begin).utilization
  )
})

const collectionTypes = new Map<unknown, string>([
  [constants.NODE_PERFORMANCE_GC_MAJOR, "major"],
  [constants.NODE_PERFORMANCE_GC_MINOR, "minor"],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, "incremental"],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, "weakcb"]
])

/** As the semantic conventions advise. */
const collectionSeconds = [0.01, 0.1, 1, 10]

const kindOf = (entry: PerformanceEntry): unknown => ("detail" in entry ? Object(entry.detail).kind : undefined)

const collections = Effect.gen(function* () {
  const context = yield* Effect.context<never>()
  const durations = new Map<unknown, Metric.Histogram<number>>(
    [...collectionTypes].map(([kind, type]) => [
      kind,
      Metric.histogram("v8js.gc.duration", {
        description: "Garbage collections, by how long they took",
        boundaries: collectionSeconds,
        attributes: { unit: "s", "v8js.gc.type": type }
      })
    ])
  )
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      const observer = new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) durations.get(kindOf(entry))?.updateUnsafe(entry.duration / 1e3, context)
      })
      observer.observe({ entryTypes: ["gc"] })
      return observer
    }),
    (observer) => Effect.sync(() => observer.disconnect())
  )
})

const usedOf = (name: string): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === name)?.space_used_size ?? 0

/** The metrics, for as long as the layer stands. */
export const layer: Layer.Layer<never> = Layer.effectContext(
  Effect.gen(function* () {
    for (const mode of ["user", "system"] as const) {
      const attributes = { unit: "s", "cpu.mode": mode }
      const description = "Processor time of the process"
      const counter = Metric.counter("process.cpu.time", { description, incremental: true, attributes })
      yield* registered(counter, () => ({ count: process.cpuUsage()[mode] / 1e6, incremental: true }))
    }
    yield* gauge("process.memory.usage", "Resident memory of the process", "By", () => process.memoryUsage.rss())
    yield* gauge("process.uptime", "Time since the process began", "s", () => process.uptime())
    for (const { space_name: name } of getHeapSpaceStatistics()) {
      const space = { "v8js.heap.space.name": name }
      yield* gauge("v8js.memory.heap.used", "Used heap, by its space", "By", () => usedOf(name), space)
    }
    yield* eventLoop
    yield* collections
    return Context.empty()
  })
)
