import type { AgentEvent, Fact } from "@callsheet/core/AgentEvent"
import { assert, describe, it } from "@effect/vitest"

import * as RunView from "../src/RunView.ts"

const stamp = (facts: ReadonlyArray<Fact & { readonly at: number }>): ReadonlyArray<AgentEvent> =>
  facts.map(({ at: atMillis, ...fact }, seq) => ({ ...fact, runId: "run", seq, atMillis }))

const step = 0
const call = { step, callId: "c1", name: "look", input: { key: "a" } }
const settled = { ...call, startMillis: 400, millis: 40, source: "upstream", ok: true, problem: null } as const

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

/** What the screen holds once `output` has been written to it. */
const screen = (output: string): string => {
  const lines = [""]
  for (const piece of output.split(/(\u001B\[\d+A\u001B\[J|\n)/)) {
    const up = /^\u001B\[(\d+)A/.exec(piece)
    if (up) lines.splice(lines.length - 1 - Number(up[1]), Number.POSITIVE_INFINITY, "")
    else if (piece === "\n") lines.push("")
    else lines[lines.length - 1] += piece
  }
  return lines.join("\n")
}

const play = (mode: RunView.Mode, upTo = events.length) => {
  let view = RunView.initial(mode)
  let output = ""
  for (const event of events.slice(0, upTo)) {
    const [next, text] = RunView.onEvent(view, event)
    view = next
    output += text
  }
  return { view, output }
}

const final = ['✓ step 1  look {"key":"a"}  40 ms', "✗ step 1  look  40 ms: It broke.", "Here[2J it is.", ""].join("\n")

describe("RunView", () => {
  it("prints plain lines without a control character, each once", () => {
    const { output } = play({ _tag: "Plain" })
    assert.strictEqual(output, final)
  })

  it("leaves the same lines on a live screen, with nothing of what was running", () => {
    assert.strictEqual(screen(play({ _tag: "Live", columns: 80 }).output), final)
  })

  it("shows live what runs now and for how long, and moves with the clock", () => {
    const { output, view } = play({ _tag: "Live", columns: 80 }, 5)
    assert.strictEqual(screen(output), '✓ step 1  look {"key":"a"}  40 ms\n⠋   look  40 ms\n')
    const [, text] = RunView.onTick(view, 500)
    assert.strictEqual(screen(output + text), '✓ step 1  look {"key":"a"}  40 ms\n⠙   look  100 ms\n')
  })

  it("never draws a line wider than the terminal, which would wrap and could not be taken back", () => {
    const { output } = play({ _tag: "Live", columns: 12 }, 4)
    for (const line of screen(output).split("\n")) assert.isBelow(line.length, 12)
  })
})
