import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as RunState from "../../src/run/RunState.ts"
import * as Chart from "../../src/schedule/Chart.ts"
import * as LiveChart from "../../src/schedule/LiveChart.ts"

const near = 1e-6

/** What every chart keeps to, whatever it is of. */
const holds = (chart: Chart.Chart) => {
  let began = 0
  for (const row of chart.rows) {
    assert.isAtLeast(row.startMillis, began)
    began = row.startMillis
    let at = row.startMillis
    for (const { millis, startMillis } of row.pieces) {
      assert.isAbove(millis, 0)
      assert.isAtLeast(startMillis, at - near)
      at = startMillis + millis
    }
    assert.isAtMost(at, row.startMillis + row.millis + near)
    for (const { millis, startMillis } of row.critical) {
      assert.isAtLeast(startMillis, row.startMillis - near)
      assert.isAtMost(startMillis + millis, row.startMillis + row.millis + near)
    }
  }
}

/** The path of a live run, from its beginning to its end without gaps. */
const isWhole = ({ path, wallMillis }: Chart.Chart) => {
  let at = 0
  for (const { millis, startMillis } of path) {
    assert.closeTo(startMillis, at, near)
    at = startMillis + millis
  }
  assert.closeTo(at, wallMillis, near)
}

const Millis = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 5_000 }))
const OrNull = Schema.NullOr(Millis)

const Models = Schema.Array(Schema.Struct({ startMillis: Millis, firstTokenMillis: OrNull, millis: OrNull }))
const Calls = Schema.Array(
  Schema.Struct({
    askedMillis: Millis,
    startMillis: OrNull,
    millis: OrNull,
    queueMillis: Millis,
    source: Schema.NullOr(Schema.Literals(["upstream", "memory", "shared", "foreseen"])),
    standing: Schema.Literals(["waiting", "running", "done", "failed", "client"]),
    callId: Schema.Literals(["call_1", "foreseen_0", "rules_3"])
  })
)
const Standing = Schema.Literals(["running", "finished"])

const ofModel = { step: 0, inputTokens: null, outputTokens: null }
const ofCall = { name: "look", step: 0, input: null, progress: null, problem: null }

describe("Chart", () => {
  it.prop(
    "draws any run within itself, and its critical path without gaps",
    [Models, Calls, Millis, Millis, Standing],
    ([models, calls, atMillis, nowMillis, standing]) => {
      const chart = LiveChart.ofRun(
        {
          ...RunState.initial("run_1"),
          models: models.map((model) => ({ ...ofModel, ...model })),
          calls: calls.map((call) => ({ ...ofCall, ...call })),
          atMillis,
          standing
        },
        nowMillis
      )
      holds(chart)
      isWhole(chart)
    }
  )

  const step = { step: 0, inputTokens: null, outputTokens: null }
  const tool: RunState.Call = {
    callId: "call_1",
    name: "look",
    step: 0,
    input: null,
    standing: "done",
    askedMillis: 350,
    startMillis: 360,
    millis: 140,
    queueMillis: 10,
    source: "memory",
    progress: null,
    problem: null
  }
  const some: RunState.RunState = {
    ...RunState.initial("run_1"),
    models: [
      { ...step, startMillis: 10, firstTokenMillis: 300, millis: 400 },
      { ...step, step: 1, startMillis: 500, firstTokenMillis: null, millis: null }
    ],
    calls: [tool, { ...tool, callId: "call_2", startMillis: 360, millis: 20, source: "foreseen" }],
    atMillis: 500
  }

  it("tells a model's waiting from its writing, and what was remembered or foreseen from what was asked", () => {
    const { rows } = LiveChart.ofRun(some, 900)
    assert.deepStrictEqual(
      rows.map(({ pieces }) => pieces.map(({ millis, what }) => `${what} ${millis}`)),
      [
        ["model-wait 300", "decoding 100"],
        ["queueing 10", "remembered 140"],
        ["queueing 10", "foreseen 20"],
        ["model-wait 400"]
      ]
    )
    assert.deepStrictEqual(
      rows.map(({ isRunning }) => isRunning),
      [false, false, false, true]
    )
  })

  it("finds what a run waited for: a tool that began while the model wrote, and not the shorter one beside it", () => {
    const { path, rows } = LiveChart.ofRun(some, 900)
    assert.deepStrictEqual(
      rows.map(({ critical }) => critical),
      [[{ startMillis: 10, millis: 340 }], [{ startMillis: 350, millis: 150 }], [], [{ startMillis: 500, millis: 400 }]]
    )
    assert.strictEqual(path[0]?.what, "engine")
  })

  it("shows the profile of a run that is over", () => {
    const row = {
      step: 0,
      kind: "model" as const,
      name: "gpt",
      criticalMillis: 400,
      source: null,
      ok: true,
      inputTokens: 1200,
      cachedInputTokens: 0,
      outputTokens: 30
    }
    const chart = Chart.ofProfile({
      runId: "run_1",
      agent: "media",
      route: "model",
      startedAtMillis: 0,
      wallMillis: 500,
      rows: [
        {
          ...row,
          id: "m",
          startMillis: 50,
          millis: 400,
          pieces: [
            { component: "prompt", millis: 1 },
            { component: "model-wait", millis: 299 },
            { component: "decoding", millis: 100 }
          ]
        }
      ],
      criticalPath: [
        { startMillis: 0, millis: 50, component: "start-up", row: null },
        { startMillis: 50, millis: 400, component: "model-wait", row: "m" },
        { startMillis: 450, millis: 50, component: "overhead", row: null }
      ],
      selfMillis: {},
      tools: {},
      hiddenMillis: 0,
      chainLength: 1,
      heapDeltaBytes: null,
      findings: [],
      counterfactuals: [],
      remedies: []
    })
    holds(chart)
    isWhole(chart)
    assert.deepStrictEqual(
      chart.rows[0]?.pieces.map(({ what }) => what),
      ["engine", "model-wait", "decoding"]
    )
    assert.deepStrictEqual(chart.rows[0]?.notes[1], ["tokens read", "1,200"])
  })
})
