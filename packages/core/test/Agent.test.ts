import { AgentEvent } from "@callsheet/core/AgentEvent"
import { ModelStream } from "@callsheet/core/model/ModelStream"
import { turns } from "@callsheet/testkit/scripted/Script"
import { replyMillis } from "@callsheet/testkit/scripted/Timing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Ref, Schema, Stream, Tracer } from "effect"
import { AiError, Toolkit } from "effect/ai"
import { TestClock } from "effect/testing"

import * as Agent from "../src/Agent.ts"
import { agent, calls, Diary, eventsOf, realistic, settle, tagged, toolMillis, world } from "./fixtures.ts"

const answer = { text: "There are four of them, and all four have been found on the shelf." }
const threeSteps = [
  { calls: calls("look", "a", "b", "c", "d") },
  { calls: calls("look", "e", "f", "g", "h") },
  { calls: calls("look", "i", "j", "k", "l") },
  answer
]

/** A model that fails at once. */
const failing = (reason: AiError.AiErrorReason) =>
  Layer.succeed(ModelStream, {
    provider: "test",
    model: "test",
    streams: true,
    stream: () => Stream.fail(AiError.make({ module: "Test", method: "stream", reason }))
  })

const noTools = Agent.make({ name: "plain", instructions: "Answer.", toolkit: Toolkit.empty })

describe("Agent.run", () => {
  it.effect("takes exactly its critical path: three steps of four calls, then the answer", () =>
    Effect.gen(function* () {
      const summary = yield* settle(agent().ask("Which ones?"))
      const model = threeSteps.reduce(
        (total, reply) => total + replyMillis({ text: "", calls: [], ...reply }, realistic),
        0
      )
      assert.strictEqual(summary.wallMillis, model + 3 * toolMillis)
      assert.strictEqual(summary.criticalPathMillis, summary.wallMillis)
      assert.deepStrictEqual([summary.steps, summary.toolCalls.length, summary.answer], [4, 12, answer.text])
    }).pipe(Effect.provide(world(turns(threeSteps), realistic)))
  )

  it.effect("numbers events from 0 without gaps, and every event is what its schema says", () =>
    Effect.gen(function* () {
      const events = yield* eventsOf(agent().run("Which ones?"))
      assert.deepStrictEqual(
        events.map((event) => event.seq),
        events.map((_, index) => index)
      )
      assert.deepStrictEqual([events.at(0)?._tag, events.at(-1)?._tag], ["RunStarted", "RunFinished"])
      assert.strictEqual(new Set(events.map((event) => event.runId)).size, 1)
      for (const event of events) {
        const decoded = yield* Schema.decodeUnknownEffect(AgentEvent)(JSON.parse(JSON.stringify(event)))
        assert.deepStrictEqual<unknown>(decoded, JSON.parse(JSON.stringify(event)))
      }
    }).pipe(Effect.provide(world(turns(threeSteps), realistic)))
  )

  it.effect("gives who takes each event by itself what its stream gives", () =>
    Effect.gen(function* () {
      const names = (events: ReadonlyArray<AgentEvent>) => events.map(({ _tag, seq }) => `${seq} ${_tag}`)
      const taken: Array<AgentEvent> = []
      yield* settle(agent().each("Which ones?", (event) => taken.push(event)))
      assert.deepStrictEqual(names(taken), names(yield* eventsOf(agent().run("Which ones?"))))
      const failed: Array<AgentEvent> = []
      const error = yield* Effect.flip(agent().each("", (event) => failed.push(event)))
      assert.deepStrictEqual([error._tag, names(failed)], ["AgentError", ["0 RunFailed"]])
    }).pipe(Effect.provide(world(turns(threeSteps), realistic)))
  )

  it.effect("lets text leave as it arrives", () =>
    Effect.gen(function* () {
      const deltas = tagged(yield* eventsOf(agent().run("Which ones?")), "TextDelta")
      assert.strictEqual(deltas.map(({ delta }) => delta).join(""), answer.text)
      const times = deltas.map(({ atMillis }) => atMillis)
      assert.strictEqual(times[0], 350)
      assert.strictEqual(times.at(-1), replyMillis({ ...answer, calls: [] }, realistic))
      assert.strictEqual(new Set(times).size, times.length)
    }).pipe(Effect.provide(world(turns([answer]), realistic)))
  )

  it.effect("interrupts every handler when its reader leaves, and waits for their finalizers", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Stream.runDrain(agent().run("Which ones?")))
      yield* TestClock.adjust(10)
      yield* Fiber.interrupt(fiber)
      const entries = yield* Ref.get(yield* Diary)
      assert.deepStrictEqual(
        entries,
        ["start", "stop"].flatMap((what) => ["a", "b", "c", "d"].map((key) => `${what} look ${key}`))
      )
    }).pipe(Effect.provide(world(turns(threeSteps))))
  )

  it.effect("stops the run of a reader who has seen enough", () =>
    Effect.gen(function* () {
      const started = agent()
        .run("Which ones?")
        .pipe(Stream.takeUntil((event) => event._tag === "ToolStarted"))
      yield* settle(Stream.runDrain(started))
      const entries = yield* Ref.get(yield* Diary)
      assert.deepStrictEqual(
        entries.filter((entry) => entry.startsWith("end")),
        []
      )
    }).pipe(Effect.provide(world(turns(threeSteps), realistic)))
  )

  it.effect("forbids calls in the last step it allows, and says that the limit ended the run", () =>
    Effect.gen(function* () {
      const summary = yield* settle(agent({ maxSteps: 2 }).ask("Which ones?"))
      assert.deepStrictEqual([summary.steps, summary.reason, summary.answer], [2, "step-limit", "asked with none"])
    }).pipe(
      Effect.provide(
        world((view) => ({
          text: `asked with ${JSON.stringify(view.toolChoice).slice(1, -1)}`,
          calls: calls("look", "a")
        }))
      )
    )
  )

  it.effect("returns results to the model in call order, under the calls' own ids", () =>
    Effect.gen(function* () {
      const summary = yield* settle(agent().ask("Which ones?"))
      assert.strictEqual(summary.answer, "change call_0_0, look call_0_1, look call_0_2")
    }).pipe(
      Effect.provide(
        world((view) => {
          const results = view.messages.filter((message) => message.role === "tool")
          return results.length === 0
            ? { text: "", calls: [...calls("change", "x"), ...calls("look", "a", "b")] }
            : { text: results.map(({ callId, name }) => `${name} ${callId}`).join(", "), calls: [] }
        })
      )
    )
  )
})

describe("a question that cannot be asked", () => {
  for (const [name, question] of [
    ["empty", " \n\t "],
    ["of 1 MB", "x".repeat(1_048_576)],
    ["of 1 MB in 3-byte characters", "語".repeat(349_526)]
  ] as const) {
    it.effect(`${name} fails with one clear sentence before any model call`, () =>
      Effect.gen(function* () {
        const events = yield* eventsOf(noTools.run(question))
        assert.deepStrictEqual(
          events.map((event) => event._tag),
          ["RunFailed"]
        )
        const error = yield* Effect.flip(noTools.ask(question))
        assert.strictEqual(error.reason._tag, "InvalidQuestion")
        assert.match(error.message, /^The question is .*: .*\.$/)
      }).pipe(Effect.provide(failing(new AiError.UnknownError({ description: "the model was called" }))))
    )
  }
})

describe("a model that fails", () => {
  it.effect("ends the run with RunFailed, then with an AgentError that says why", () =>
    Effect.gen(function* () {
      const events = yield* eventsOf(noTools.run("Hello?"))
      assert.deepStrictEqual(
        events.map((event) => event._tag),
        ["RunStarted", "Routed", "StepStarted", "RunFailed"]
      )
      const exit = yield* Effect.exit(noTools.ask("Hello?"))
      assert.isTrue(Exit.isFailure(exit))
      const error = yield* Effect.flip(noTools.ask("Hello?"))
      assert.deepStrictEqual([error.reason._tag, error.isRetryable], ["ModelFailed", true])
      assert.include(error.message, "Rate limit exceeded")
    }).pipe(Effect.provide(failing(new AiError.RateLimitError({}))))
  )

  it.effect("that says nothing fails with NoAnswer", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(settle(agent().ask("Hello?")))
      assert.strictEqual(error.reason._tag, "NoAnswer")
    }).pipe(Effect.provide(world(turns([{ text: "" }]))))
  )
})

describe("spans", () => {
  it.effect("stand as invoke_agent over steps, and these over chat and execute_tool, with their GenAI attributes", () =>
    Effect.gen(function* () {
      const spans: Array<Tracer.NativeSpan> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
      yield* settle(Effect.provideService(agent().ask("Which ones?"), Tracer.Tracer, tracer))
      const parentOf = (span: Tracer.NativeSpan) =>
        span.parent._tag === "Some" && span.parent.value._tag === "Span" ? span.parent.value.name : "none"
      assert.deepStrictEqual(
        spans.filter(({ name }) => /^(invoke|step|chat|execute)/.test(name)).map((span) => [span.name, parentOf(span)]),
        [
          ["invoke_agent test", "none"],
          ["step 1", "invoke_agent test"],
          ["chat script", "step 1"],
          ["execute_tool look", "step 1"],
          ["execute_tool look", "step 1"],
          ["step 2", "invoke_agent test"],
          ["chat script", "step 2"]
        ]
      )
      const chat = spans.find(({ name }) => name === "chat script")
      assert.deepStrictEqual(chat?.attributes.get("gen_ai.response.finish_reasons"), ["tool-calls"])
      assert.isAbove(Number(chat?.attributes.get("gen_ai.usage.input_tokens")), 0)
    }).pipe(Effect.provide(world(turns([{ calls: calls("look", "a", "b") }, answer]))))
  )
})
