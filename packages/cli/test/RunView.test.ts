import type { AgentEvent, Fact } from "@callsheet/core/AgentEvent"
import { assert, describe, it } from "@effect/vitest"
import { displayWidth } from "effect/cli/CliOutput"

import * as RunView from "../src/RunView.ts"
import { screen } from "./support/screen.ts"

const stamp = (facts: ReadonlyArray<Fact & { readonly at: number }>): ReadonlyArray<AgentEvent> =>
  facts.map(({ at: atMillis, ...fact }, seq) => ({ ...fact, runId: "run", seq, atMillis }))

const step = 0
const call = { step, callId: "c1", name: "look", input: { key: "a" } }
const settled = {
  ...call,
  startMillis: 400,
  millis: 40,
  queueMillis: 0,
  retries: 0,
  source: "upstream",
  ok: true,
  problem: null
} as const

const events = stamp([
  { at: 0, _tag: "RunStarted", agent: "test", question: "?" },
  { at: 0, _tag: "StepStarted", step },
  { at: 400, _tag: "ToolStarted", ...call },
  { at: 400, _tag: "ToolStarted", ...call, callId: "c2", input: {} },
  { at: 440, _tag: "ToolSettled", ...settled },
  { at: 450, _tag: "ToolSettled", ...settled, callId: "c2", ok: false, problem: "It broke." },
  { at: 900, _tag: "TextDelta", step: 1, delta: "Here\u001B[2J it " },
  { at: 950, _tag: "TextDelta", step: 1, delta: "is." },
  { at: 950, _tag: "RunFinished", answer: "Here it is.", steps: 2, reason: "answered" }
])

const large = { columns: 80, rows: 24 }
const live = (size: RunView.Size): RunView.Mode => ({ _tag: "Live", size })

const play = (mode: RunView.Mode, upTo = events.length, all = events) => {
  let view = RunView.initial(mode)
  let output = ""
  for (const event of all.slice(0, upTo)) {
    const [next, text] = RunView.onEvent(view, event)
    view = next
    output += text
  }
  return { view, output }
}

const final = ['✓ step 1  look {"key":"a"}  40 ms', "✗ step 1  look  40 ms: It broke.", "Here[2J it is.", ""]

describe("RunView", () => {
  it("prints plain lines without a control character, each once", () => {
    const { output } = play({ _tag: "Plain" })
    assert.strictEqual(output, final.join("\n"))
  })

  it("leaves the same lines on a live screen, with nothing of what was running", () => {
    assert.deepStrictEqual(screen(play(live(large)).output, large), final)
  })

  it("shows live what runs now and for how long, and moves with the clock", () => {
    const { output, view } = play(live(large), 5)
    assert.deepStrictEqual(screen(output, large), ['✓ step 1  look {"key":"a"}  40 ms', "⠋   look  40 ms", ""])
    const [, text] = RunView.onTick(view, 500)
    assert.deepStrictEqual(screen(output + text, large), ['✓ step 1  look {"key":"a"}  40 ms', "⠙   look  100 ms", ""])
  })

  const told = { remainingMillis: 1_200, lowMillis: 800, highMillis: 2_000, runs: 9 }
  const estimated = stamp([
    { at: 0, _tag: "StepStarted", step },
    { at: 0, _tag: "EstimateChanged", ...told },
    { at: 950, _tag: "RunFinished", answer: "", steps: 1, reason: "answered" }
  ])

  it("says live how long it will still take, less what has passed, and no more once that was wrong", () => {
    const { output, view } = play(live(large), 2, estimated)
    assert.strictEqual(screen(output, large)[1], "  about 1.2 s left (0.8 to 2.0 s)")
    const at = (millis: number) => screen(output + RunView.onTick(view, millis)[1], large)
    assert.strictEqual(at(1_000)[1], "  about 0.2 s left (0.0 to 1.0 s)")
    assert.deepStrictEqual(at(2_100), ["⠙ step 1: the model  2.10 s", ""])
    assert.notInclude(screen(play(live(large), 3, estimated).output, large).join(""), "left")
    assert.strictEqual(play({ _tag: "Plain" }, 3, estimated).output, "")
  })

  it("says of a call that no model asked for whose it is", () => {
    const settledBy = (callId: string) =>
      RunView.onEvent(
        RunView.initial({ _tag: "Plain" }),
        stamp([{ at: 440, _tag: "ToolSettled", ...settled, callId }])[0] ?? assert.fail()
      )[1]
    assert.strictEqual(settledBy("rules_0"), "✓ rules  look  40 ms\n")
    assert.strictEqual(settledBy("foreseen_2"), "✓ ahead  look  40 ms\n")
  })

  const many = Array.from({ length: 14 }, (_, index) => ({
    ...call,
    callId: `c${index}`,
    input: { key: "千と千尋の神隠し" }
  }))
  const crowd = stamp([
    ...many.map((call) => ({ at: 0, _tag: "ToolStarted", ...call }) as const),
    ...many.map(({ callId }) => ({ at: 40, _tag: "ToolSettled", ...settled, callId }) as const),
    { at: 50, _tag: "TextDelta", step: 1, delta: "Done." },
    { at: 50, _tag: "RunFinished", answer: "Done.", steps: 2, reason: "answered" }
  ])

  it("draws no more lines than the screen holds, and none that wraps, so that all can be taken back", () => {
    for (const size of [
      { columns: 30, rows: 10 },
      { columns: 13, rows: 3 },
      { columns: 80, rows: 0 }
    ]) {
      const { output } = play(live(size), 14, crowd)
      const lines = screen(output, { ...size, rows: size.rows === 0 ? 24 : size.rows }).slice(0, -1)
      assert.isAtMost(lines.length, size.rows === 0 ? 22 : size.rows - 2)
      for (const line of lines) assert.isBelow(displayWidth(line), size.columns)
      const ended = screen(play(live(size), crowd.length, crowd).output, {
        ...size,
        rows: size.rows === 0 ? 24 : size.rows
      })
      const settledLines = ended.join("").match(/✓/g) ?? []
      assert.strictEqual(settledLines.length, 14)
      assert.notMatch(ended.join("\n"), /⠋|more/)
    }
  })

  it("says how many calls it has no line for", () => {
    const { output } = play(live({ columns: 80, rows: 10 }), 14, crowd)
    const lines = screen(output, { columns: 80, rows: 10 })
    assert.deepStrictEqual([lines.length, lines.at(-2)], [9, "  and 7 more"])
  })

  it("takes back what a terminal made narrower has broken into more rows", () => {
    const narrow = { columns: 10, rows: 24 }
    const { output, view } = play(live({ columns: 80, rows: 24 }), 5)
    const [, text] = RunView.onTick(RunView.resize(view, narrow), 500)
    const broken = screen(output, narrow).length
    assert.strictEqual(screen(output + text, narrow).length, broken - 1)
    assert.strictEqual(screen(output + text, narrow).at(-2), "⠙   look…")
  })

  it("lets neither the name of a tool nor its arguments steer the terminal", () => {
    const hostile = { ...call, name: "no_such\u001B]0;pwn\u0007\nline", input: { key: "\u009B2J\u202Eabc" } }
    const needed = { at: 0, _tag: "ApprovalNeeded", ...hostile } as const
    const facts = [
      needed,
      { at: 0, _tag: "ToolStarted", ...hostile },
      { at: 1, _tag: "ToolSettled", ...settled, name: hostile.name, ok: false, problem: "No\u001B[2J\nsuch." }
    ] as const
    const { output } = play({ _tag: "Plain" }, 3, stamp(facts))
    assert.deepStrictEqual(output.split("\n"), [
      '? no_such]0;pwn line {"key":"2Jabc"} needs approval',
      '✗ step 1  no_such]0;pwn line {"key":"2Jabc"}  40 ms: No[2J such.',
      ""
    ])
    const settledOnly = play({ _tag: "Plain" }, 1, stamp(facts.slice(2))).output
    assert.strictEqual(settledOnly, "✗ step 1  no_such]0;pwn line  40 ms: No[2J such.\n")
  })
})
