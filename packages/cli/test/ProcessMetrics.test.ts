import * as Prometheus from "@callsheet/core/explain/Prometheus"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Metric } from "effect"
import { TestClock } from "effect/testing"

import * as ProcessMetrics from "../src/ProcessMetrics.ts"
import { hasPromtool, needsPromtool, promtool } from "./support/promtool.ts"

const own = Effect.provideService(Metric.MetricRegistry, new Map())

const gaugeOf = (id: string) =>
  Effect.map(
    Metric.snapshot,
    (all) => all.find((metric) => metric.id === id && metric.type === "Gauge")?.state ?? assert.fail(`no gauge ${id}`)
  )

/** Computes until it has had so much processor time, however busy the machine is. */
const compute = (millis: number) => {
  const begin = process.cpuUsage()
  const had = () => {
    const { system, user } = process.cpuUsage(begin)
    return (system + user) / 1000
  }
  while (had() < millis);
}

/** Keeps the event loop from turning. */
const hold = (millis: number) => {
  const begin = performance.now()
  while (performance.now() - begin < millis);
}

/** Real time, a little of it: for what is timed by the event loop itself. */
const turns = (millis: number) => Effect.promise(() => new Promise((resolve) => setTimeout(resolve, millis)))

describe("ProcessMetrics", () => {
  it.effect("tells processor time, memory and the heap by its spaces, as they are when they are asked for", () =>
    own(
      Effect.gen(function* () {
        yield* Layer.build(ProcessMetrics.layer)
        // Of both modes: looking at it is the system's time.
        const cpu = Effect.map(Metric.snapshot, (all) =>
          all
            .flatMap(({ id, state }) => (id === "process.cpu.time" && "count" in state ? [Number(state.count)] : []))
            .reduce((sum, seconds) => sum + seconds, 0)
        )
        const before = yield* cpu
        compute(30)
        const after = yield* cpu
        assert.isAtLeast(after - before, 0.03)
        assert.isBelow(after - before, 10)

        const text = yield* Prometheus.format
        const rss = Number(/^process_memory_usage_bytes (\d+)$/m.exec(text)?.[1])
        assert.isBelow(Math.abs(rss / process.memoryUsage.rss() - 1), 0.5)
        const used = Number(/heap_used_bytes\{v8js_heap_space_name="old_space"\} (\d+)/.exec(text)?.[1])
        assert.isAbove(used, 1e6)
        assert.isBelow(used, rss)
      })
    )
  )

  it.effect("shows a delay of the event loop until the window after it has passed", () =>
    own(
      Effect.gen(function* () {
        yield* Layer.build(ProcessMetrics.layer)
        const longest = Effect.map(gaugeOf("nodejs.eventloop.delay.max"), (state) => Reflect.get(state, "value"))
        yield* turns(250)
        hold(1000)
        yield* turns(250)
        assert.isAtLeast(yield* longest, 0.8)
        yield* TestClock.adjust("15 seconds")
        assert.isAtLeast(yield* longest, 0.8)
        yield* TestClock.adjust("15 seconds")
        assert.isBelow(yield* longest, 0.8)
      })
    )
  )

  it.effect("goes with its scope", () =>
    own(
      Effect.gen(function* () {
        yield* Effect.scoped(Layer.build(ProcessMetrics.layer))
        const left = (yield* Metric.snapshot).map(({ id }) => id).filter((id) => id !== "v8js.gc.duration")
        assert.deepStrictEqual(left, [])
      })
    )
  )

  it.skipIf(!hasPromtool)(`is without complaint to Prometheus's checker${needsPromtool}`, () =>
    Effect.runPromise(
      own(
        Effect.scoped(
          Effect.gen(function* () {
            yield* Layer.build(ProcessMetrics.layer)
            const input = yield* Prometheus.format
            assert.include(input, "nodejs_eventloop_delay_p99_seconds")
            assert.deepStrictEqual(promtool(["check", "metrics"], { input }), { status: 0, output: "" })
          })
        )
      )
    )
  )
})
