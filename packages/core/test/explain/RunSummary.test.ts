import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as RunSummary from "../../src/explain/RunSummary.ts"

const silent = {
  firstTokenMillis: null,
  inputTokens: null,
  cachedInputTokens: null,
  outputTokens: null,
  requestBytes: null,
  responseBytes: null,
  retries: null
}
const modelCall = (step: number, startMillis: number, millis: number) => ({ ...silent, step, startMillis, millis })
const toolCall = (step: number, startMillis: number, millis: number) =>
  ({
    id: "c",
    name: "look",
    step,
    startMillis,
    millis,
    queueMillis: 0,
    retries: 0,
    source: "upstream",
    ok: true
  }) as const

const summary = (fields: Partial<RunSummary.RunSummary>): RunSummary.RunSummary => ({
  ...RunSummary.initial,
  ...fields
})

const Interval = Schema.Struct({
  startMillis: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200 })),
  millis: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200 }))
})

describe("RunSummary.add", () => {
  it("takes what was read before the first model call into the critical path", () => {
    const criticalPath = (fields: Partial<RunSummary.RunSummary>) => {
      const end = {
        runId: "r",
        seq: 0,
        atMillis: 900,
        _tag: "RunFinished",
        answer: "",
        steps: 1,
        reason: "answered"
      } as const
      return RunSummary.add(summary(fields), end).criticalPathMillis
    }
    const before = [toolCall(0, 10, 40), toolCall(0, 20, 60)]
    assert.strictEqual(criticalPath({ toolCalls: before }), 70)
    assert.strictEqual(criticalPath({ toolCalls: before, modelCalls: [modelCall(0, 80, 400)] }), 470)
    assert.strictEqual(criticalPath({ toolCalls: [toolCall(0, 300, 200)], modelCalls: [modelCall(0, 0, 400)] }), 500)
  })
})

describe("RunSummary.timeParts", () => {
  it("counts a tool only for the time that no model call hides", () => {
    const parts = RunSummary.timeParts(
      summary({
        wallMillis: 1000,
        modelCalls: [modelCall(0, 0, 400), modelCall(1, 500, 400)],
        toolCalls: [toolCall(0, 300, 150), toolCall(0, 420, 60)]
      })
    )
    assert.deepStrictEqual(parts, { modelMillis: 800, toolMillis: 80, restMillis: 120 })
  })

  it.prop(
    "agrees with counting every millisecond by itself",
    [Schema.Array(Interval), Schema.Array(Interval)],
    ([models, tools]) => {
      const within = (list: typeof models, at: number) =>
        list.some(({ millis, startMillis }) => startMillis <= at && at < startMillis + millis)
      let modelMillis = 0
      let toolMillis = 0
      for (let at = 0; at < 400; at++) {
        if (within(models, at)) modelMillis++
        else if (within(tools, at)) toolMillis++
      }
      const parts = RunSummary.timeParts(
        summary({
          wallMillis: 400,
          modelCalls: models.map(({ millis, startMillis }) => modelCall(0, startMillis, millis)),
          toolCalls: tools.map(({ millis, startMillis }) => toolCall(0, startMillis, millis))
        })
      )
      assert.deepStrictEqual(parts, { modelMillis, toolMillis, restMillis: 400 - modelMillis - toolMillis })
    }
  )
})
