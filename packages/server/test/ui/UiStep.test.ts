import { AgentEvent } from "@callsheet/core/AgentEvent"
import { assert, describe, it } from "@effect/vitest"
import { readUIMessageStream, type UIMessage, type UIMessageChunk } from "ai"
import { Effect, Schema } from "effect"

import type { UiChunk } from "../../src/ui/UiChunk.ts"
import * as UiStep from "../../src/ui/UiStep.ts"

const stamp = { runId: "run_1", seq: 0, atMillis: 0 }
const call = (callId: string) => ({ step: 1, callId, name: "look" })
const modelCall = {
  step: 1,
  startMillis: 0,
  millis: 1,
  firstTokenMillis: null,
  inputTokens: 5,
  cachedInputTokens: null,
  outputTokens: 2,
  requestBytes: null,
  responseBytes: null,
  retries: null
}

const settled = (callId: string, ok: boolean): AgentEvent => ({
  _tag: "ToolSettled",
  ...stamp,
  ...call(callId),
  startMillis: 0,
  millis: 3,
  queueMillis: 0,
  retries: 0,
  source: "upstream",
  ok,
  problem: ok ? null : "It broke."
})
const started = (callId: string): AgentEvent => ({ _tag: "ToolStarted", ...stamp, ...call(callId), input: { a: 1 } })
const needed = (callId: string): AgentEvent => ({ _tag: "ApprovalNeeded", ...stamp, ...call(callId), input: {} })
const text = (delta: string): AgentEvent => ({ _tag: "TextDelta", ...stamp, step: 1, delta })
const begun: AgentEvent = { _tag: "RunStarted", ...stamp, agent: "toy", question: "?" }
const ended: AgentEvent = { _tag: "RunFinished", ...stamp, answer: "Yes.", steps: 1, reason: "answered" }

const fold = (events: ReadonlyArray<AgentEvent>, from = UiStep.initial()) => {
  const chunks: Array<UiChunk> = []
  let state = from
  for (const [seq, event] of events.entries()) {
    const [next, more] = UiStep.step(state, { ...event, seq })
    state = next
    chunks.push(...more)
  }
  return { state, chunks }
}

/** So that events are of one call now and then. */
const ofFewCalls = (event: AgentEvent): AgentEvent =>
  "callId" in event ? { ...event, callId: `call_${event.callId.length % 3}` } : event

const typesOf = (chunks: ReadonlyArray<UiChunk>) => chunks.map(({ type }) => type)

/** What the SDK's own reader makes of the chunks. */
const read = (chunks: ReadonlyArray<UiChunk>) =>
  Effect.promise(async () => {
    const problems: Array<unknown> = []
    const stream = new ReadableStream<UIMessageChunk>({
      start: (controller) => {
        for (const chunk of chunks) controller.enqueue(chunk)
        controller.close()
      }
    })
    let last: UIMessage | undefined
    const onError = (error: unknown) => problems.push(error)
    for await (const message of readUIMessageStream({ stream, onError })) last = message
    return { last, problems }
  })

describe("UiStep", () => {
  it("tells an answer that no model worded as a step of its own", () => {
    const { chunks } = fold([begun, started("a"), settled("a", true), text("Yes."), ended])
    assert.deepStrictEqual(typesOf(chunks), [
      "start",
      "start-step",
      "tool-input-available",
      "tool-output-available",
      "text-start",
      "text-delta",
      "text-end",
      "finish-step",
      "finish"
    ])
  })

  it("tells an answer that was not streamed, and sums what the model used", () => {
    const { chunks } = fold([
      begun,
      { _tag: "StepStarted", ...stamp, step: 1 },
      { _tag: "StepFinished", ...stamp, step: 1, finishReason: "stop", modelCall },
      ended
    ])
    assert.deepInclude(chunks, { type: "text-delta", id: "text-1", delta: "Yes." })
    assert.deepStrictEqual(chunks.at(-1), {
      type: "finish",
      finishReason: "stop",
      messageMetadata: {
        runId: "run_1",
        reason: "answered",
        steps: 1,
        wallMillis: 0,
        usage: { inputTokens: 5, outputTokens: 2, totalTokens: 7 }
      }
    })
  })

  it("keeps the route in the message, and an estimate only for whoever watches", () => {
    const estimate = { remainingMillis: 900, lowMillis: 500, highMillis: 2000, runs: 40 }
    const { chunks } = fold([
      { _tag: "Routed", ...stamp, route: "rules", confidence: 0.9, reason: "It names a film." },
      { _tag: "EstimateChanged", ...stamp, ...estimate }
    ])
    assert.deepStrictEqual(chunks, [
      { type: "data-route", id: "route", data: { route: "rules", confidence: 0.9, reason: "It names a film." } },
      { type: "data-estimate", id: "estimate", data: estimate, transient: true }
    ])
  })

  it("tells of a call that never ran, and leaves the client its own calls, also one that is no JSON", () => {
    const ofClient = (inputText: string): AgentEvent => ({ _tag: "ClientCall", ...stamp, ...call("c"), inputText })
    const { chunks, state } = fold([begun, settled("x", false), ofClient('{"a":1}'), ofClient("{")])
    assert.strictEqual(state.calls.size, 0)
    const [failed, mine, broken] = chunks.filter(({ type }) => type.startsWith("tool-"))
    assert.deepInclude(failed, { type: "tool-input-error", errorText: "It broke.", providerExecuted: true })
    assert.deepStrictEqual(mine, { type: "tool-input-available", toolCallId: "c", toolName: "look", input: { a: 1 } })
    assert.deepInclude(broken, { type: "tool-input-error", input: "{" })
  })

  it("is paused where only calls go on that wait for a word, and goes on from the place that an approval's id says", () => {
    const waiting = fold([begun, text("One moment. "), needed("a"), needed("b"), started("r")])
    assert.isFalse(UiStep.isPaused(waiting.state))
    const { state } = fold([settled("r", true)], waiting.state)
    assert.isTrue(UiStep.isPaused(state))
    const [paused, chunks] = UiStep.pause({ ...state, seq: 6 })
    assert.deepStrictEqual(typesOf(chunks), ["tool-approval-request", "tool-approval-request", "finish"])
    const [first] = chunks
    const approvalId = first !== undefined && "approvalId" in first ? first.approvalId : ""
    assert.deepStrictEqual(UiStep.pauseOf(approvalId), { runId: "run_1", seq: 6, callId: "a" })
    const words = new Map([
      ["a", true],
      ["b", false]
    ])
    const [resumed] = UiStep.resume(paused, words)
    assert.isFalse(UiStep.isPaused(resumed))
    const after = fold([started("a"), settled("b", false), settled("a", true)], resumed)
    assert.deepStrictEqual(typesOf(after.chunks), ["tool-output-denied", "tool-output-available"])
    for (const other of ["", "call_1", "run_1.x.a", "run_1.1."]) assert.isUndefined(UiStep.pauseOf(other))
  })

  it.effect.prop(
    "makes of any events what the SDK reads without complaint",
    [Schema.Array(AgentEvent)],
    Effect.fnUntraced(function* ([events]) {
      const within = events.filter(({ _tag }) => !_tag.startsWith("Run")).map(ofFewCalls)
      const inOrder = [begun, ...within, ended]
      const { chunks } = fold(inOrder)
      const { last, problems } = yield* read(chunks)
      assert.deepStrictEqual(problems, [])
      assert.strictEqual(last?.id, "run_1")
    }),
    { arbitrary: { runs: 100 } }
  )
})
