import { assert, describe, it } from "vitest"

import * as RunState from "../../src/run/RunState.ts"
import type { RunEvent } from "../../src/wire/RunEvent.ts"

const runId = "run_1"
type Untold = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, "runId" | "seq"> : never) : never

/** Events in their order. */
const told = (events: ReadonlyArray<Untold>): ReadonlyArray<RunEvent> =>
  events.map((event, seq): RunEvent => ({ ...event, runId, seq }))

const call = { step: 0, callId: "call_1", name: "search" }
const modelCall = { startMillis: 5, millis: 400, firstTokenMillis: 100, inputTokens: 20, outputTokens: 9 }

const events = told([
  { _tag: "RunStarted", atMillis: 0, agent: "media", question: "Which?" },
  { _tag: "Routed", atMillis: 1, route: "model", reason: null },
  { _tag: "EstimateChanged", atMillis: 2, remainingMillis: 900, lowMillis: 500, highMillis: 1500, runs: 12 },
  { _tag: "StepStarted", atMillis: 5, step: 0 },
  { _tag: "TextDelta", atMillis: 105, step: 0, delta: "Let me " },
  { _tag: "TextDelta", atMillis: 110, step: 0, delta: "look." },
  { _tag: "ApprovalNeeded", atMillis: 120, ...call, input: { query: "x" } },
  { _tag: "ToolStarted", atMillis: 300, ...call, input: { query: "x" } },
  { _tag: "StepFinished", atMillis: 405, step: 0, finishReason: "tool-calls", modelCall },
  { _tag: "ToolProgress", atMillis: 410, ...call, progress: "half" },
  {
    _tag: "ToolSettled",
    atMillis: 500,
    ...call,
    startMillis: 300,
    millis: 200,
    queueMillis: 3,
    source: "memory",
    ok: true,
    problem: null
  },
  { _tag: "StepStarted", atMillis: 501, step: 1 },
  { _tag: "TextDelta", atMillis: 700, step: 1, delta: "This." },
  { _tag: "RunFinished", atMillis: 720, answer: "This.", reason: "answered" }
])

const upTo = (count: number) => RunState.add(RunState.initial(runId), events.slice(0, count))

describe("RunState", () => {
  it("is the same however its events arrive, and though some arrive twice", () => {
    const whole = RunState.add(RunState.initial(runId), events)
    let oneByOne = RunState.initial(runId)
    for (const event of events) oneByOne = RunState.add(oneByOne, [event])
    let overlapping = RunState.initial(runId)
    for (let at = 0; at < events.length; at += 2)
      overlapping = RunState.add(overlapping, events.slice(Math.max(0, at - 3), at + 2))
    assert.deepStrictEqual(oneByOne, whole)
    assert.deepStrictEqual(overlapping, whole)
  })

  it("leaves the state before as it was", () => {
    const before = upTo(8)
    const copy = structuredClone(before)
    RunState.add(before, events)
    assert.deepStrictEqual(before, copy)
  })

  it("tells waiting for a model's first word from its writing", () => {
    assert.strictEqual(upTo(4).models[0]?.firstTokenMillis, null)
    assert.strictEqual(upTo(5).models[0]?.firstTokenMillis, 100)
  })

  it("shows what was said before calls until something is said after them", () => {
    assert.strictEqual(upTo(12).text, "Let me look.")
    assert.strictEqual(upTo(13).text, "This.")
  })

  it("follows a call from a person's word to its end", () => {
    const standings = [7, 8, 11].map((count) => upTo(count).calls[0]?.standing)
    assert.deepStrictEqual(standings, ["waiting", "running", "done"])
    const [last] = upTo(11).calls
    assert.deepInclude(last, { startMillis: 300, millis: 200, source: "memory", progress: "half" })
  })

  it("shows a call that settled without having started", () => {
    const settled = events[10]
    assert.isDefined(settled)
    if (settled === undefined) return
    const [only] = RunState.add(RunState.initial(runId), [settled]).calls
    assert.strictEqual(only?.standing, "done")
  })

  it("ends with the answer, or with what went wrong", () => {
    const done = RunState.add(RunState.initial(runId), events)
    assert.deepInclude(done, { standing: "finished", text: "This.", reason: "answered", atMillis: 720, lastSeq: 13 })
    const failed = RunState.add(upTo(5), [
      { _tag: "RunFailed", runId, seq: 5, atMillis: 200, problem: "It broke.", isRetryable: true }
    ])
    assert.deepInclude(failed, { standing: "failed", problem: "It broke.", isRetryable: true, text: "Let me " })
  })
})
