import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric, Schema } from "effect"

import * as Prometheus from "../../src/explain/Prometheus.ts"

const own = Effect.provideService(Metric.MetricRegistry, new Map())

describe("Prometheus.nameOf", () => {
  it("writes the unit out, and _total after what is counted", () => {
    const name = (id: string, type: Prometheus.Named["type"], unit?: string) => Prometheus.nameOf({ id, type, unit })
    assert.strictEqual(name("callsheet.run.duration", "Histogram", "s"), "callsheet_run_duration_seconds")
    assert.strictEqual(name("callsheet.runs", "Counter"), "callsheet_runs_total")
    assert.strictEqual(name("process.cpu.time", "Counter", "s"), "process_cpu_time_seconds_total")
    assert.strictEqual(name("v8js.memory.heap.used", "Gauge", "By"), "v8js_memory_heap_used_bytes")
    assert.strictEqual(name("requestsTotal", "Counter"), "requests_total")
    assert.strictEqual(name("wait_seconds", "Gauge", "s"), "wait_seconds")
    assert.strictEqual(name("callsheet.run.steps", "Histogram", "{step}"), "callsheet_run_steps")
    assert.strictEqual(name("5xx", "Counter"), "_5xx_total")
  })

  it.prop(
    "makes a name that Prometheus takes, and that stays when it is named again",
    [
      Schema.String.check(Schema.isPattern(/[a-z]/)),
      Schema.Literals(["Counter", "Gauge"]),
      Schema.Literals(["s", "1"])
    ],
    ([id, type, unit]) => {
      const name = Prometheus.nameOf({ id, type, unit })
      assert.match(name, /^[a-z_][a-z0-9_]*$/)
      assert.strictEqual(Prometheus.nameOf({ id: name, type, unit }), name)
    }
  )
})

describe("Prometheus.format", () => {
  it.effect("writes every series of a metric under one name, with its labels and without its unit", () =>
    own(
      Effect.gen(function* () {
        const calls = Metric.counter("callsheet.tool.calls", { description: "Calls of tools.", incremental: true })
        yield* Metric.update(Metric.withAttributes(calls, { "gen_ai.tool.name": "search" }), 2)
        yield* Metric.update(Metric.withAttributes(calls, { "gen_ai.tool.name": 'say "hi"\n' }), 1)
        const wait = Metric.histogram("callsheet.tool.queue_wait", {
          description: "Waits for a place.",
          boundaries: [0.1, 1],
          attributes: { unit: "s" }
        })
        yield* Metric.update(wait, 0.5)
        assert.strictEqual(
          yield* Prometheus.format,
          `# HELP callsheet_tool_calls_total Calls of tools.
# TYPE callsheet_tool_calls_total counter
callsheet_tool_calls_total{gen_ai_tool_name="search"} 2
callsheet_tool_calls_total{gen_ai_tool_name="say \\"hi\\"\\n"} 1
# HELP callsheet_tool_queue_wait_seconds Waits for a place.
# TYPE callsheet_tool_queue_wait_seconds histogram
callsheet_tool_queue_wait_seconds_bucket{le="0.1"} 0
callsheet_tool_queue_wait_seconds_bucket{le="1"} 1
callsheet_tool_queue_wait_seconds_bucket{le="+Inf"} 1
callsheet_tool_queue_wait_seconds_sum 0.5
callsheet_tool_queue_wait_seconds_count 1
`
        )
      })
    )
  )

  it.effect("leaves the registry as it is", () =>
    own(
      Effect.gen(function* () {
        yield* Metric.update(Metric.counter("callsheet.runs"), 1)
        const before = yield* Metric.snapshot
        yield* Prometheus.format
        assert.deepStrictEqual(yield* Metric.snapshot, before)
      })
    )
  )

  it.effect("writes nothing of an empty registry", () =>
    Effect.provideService(
      Effect.map(Prometheus.format, (text) => assert.strictEqual(text, "")),
      Metric.MetricRegistry,
      new Map()
    )
  )
})
