import { initial, type RunSummary } from "@callsheet/core/explain/RunSummary"
import { assert, describe, it } from "@effect/vitest"

import * as ScheduleChart from "../src/ScheduleChart.ts"
import { duration, timeLine } from "../src/TimeLine.ts"

const modelCall = {
  step: 0,
  startMillis: 0,
  millis: 500,
  firstTokenMillis: 250,
  inputTokens: 10,
  cachedInputTokens: 0,
  outputTokens: 20,
  requestBytes: 1,
  responseBytes: 1,
  retries: 0
}
const toolCall = {
  id: "c",
  name: "look",
  step: 0,
  startMillis: 500,
  millis: 250,
  queueMillis: 0,
  retries: 0,
  source: "upstream",
  ok: true
} as const

const summary: RunSummary = {
  ...initial,
  wallMillis: 1000,
  criticalPathMillis: 1000,
  steps: 2,
  modelCalls: [modelCall, { ...modelCall, step: 1, startMillis: 750, millis: 250, firstTokenMillis: 125 }],
  toolCalls: [toolCall, { ...toolCall, name: "a_tool_with_a_very_long_name_indeed", ok: false }]
}

describe("ScheduleChart", () => {
  it("draws each call where it ran, to scale, in the order in which they began", () => {
    const [axis, ...rows] = ScheduleChart.draw(summary, 80)
    assert.match(axis ?? "", /0─*1\.00 s$/)
    assert.deepStrictEqual(
      rows.slice(0, 4).map((row) => row.slice(0, 57).trimEnd()),
      [
        `1 model                 ${"░".repeat(8)}${"█".repeat(8)}`,
        `1   look                ${" ".repeat(16)}${"▒".repeat(8)}`,
        `1   a_tool_with_a_very… ${" ".repeat(16)}${"▒".repeat(8)}`,
        `2 model                 ${" ".repeat(24)}${"░".repeat(4)}${"█".repeat(4)}`
      ]
    )
    assert.include(rows[2], "failed")
  })

  it("marks calls that no model asked for", () => {
    const foreseen = { ...summary, toolCalls: [{ ...toolCall, id: "foreseen_0", startMillis: 0 }] }
    assert.match(ScheduleChart.draw(foreseen, 80)[2] ?? "", /^· {3}look +▒/)
  })

  it("fits the terminal, 80 columns where that is narrower, and 100 where there is none", () => {
    for (const [columns, most] of [
      [40, 80],
      [80, 80],
      [200, 200],
      [0, 100]
    ] as const) {
      for (const line of ScheduleChart.draw(summary, columns)) assert.isAtMost(line.length, most)
    }
  })
})

describe("timeLine", () => {
  it("says what the time was made of", () => {
    assert.strictEqual(
      timeLine(summary),
      "1.00 s = model 750 ms (2 calls, of which 375 ms waiting for first words) + tools 250 ms (2 calls) + rest 0 ms"
    )
  })

  it("says that rules answered", () => {
    const ruled = { ...summary, route: "rules", modelCalls: [], toolCalls: [toolCall] } as const
    assert.strictEqual(timeLine(ruled), "1.00 s, by rules without the model: 1 call")
  })

  it("writes durations as a person does", () => {
    assert.deepStrictEqual([0, 999.4, 1000, 12_345].map(duration), ["0 ms", "999 ms", "1.00 s", "12.35 s"])
  })
})
