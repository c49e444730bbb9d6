import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Ref, Schema, Stream } from "effect"
import { LanguageModel, Tool, Toolkit } from "effect/ai"
import { TestClock } from "effect/testing"

import * as Script from "../../src/scripted/Script.ts"
import * as ScriptedModel from "../../src/scripted/ScriptedModel.ts"
import { replyMillis } from "../../src/scripted/Timing.ts"

const Find = Tool.make("find", { parameters: Schema.Struct({ query: Schema.String }), success: Schema.String })
const toolkit = Toolkit.make(Find)
const handlers = toolkit.toLayer({ find: ({ query }) => Effect.succeed(`${query}: found`) })

const timing = { firstToken: Duration.millis(400), tokensPerSecond: 125 }
const reply: Script.Reply = {
  text: "Let me look.",
  calls: [
    { name: "find", input: { query: "Heat" } },
    { name: "find", input: { query: "Ronin" } }
  ]
}
const model = ScriptedModel.layer({ script: Script.turns([reply]), timing })

/** Runs the scripted stream; each array of parts with the time at which it came. */
const recorded = Effect.gen(function* () {
  const arrived = yield* Ref.make<ReadonlyArray<readonly [number, ReadonlyArray<string>]>>([])
  yield* LanguageModel.streamText({ prompt: "Heat?", toolkit, disableToolCallResolution: true }).pipe(
    Stream.runForEachArray((parts) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Ref.update(arrived, (all) => [...all, [now, parts.map((part) => part.type)] as const])
      )
    )
  )
  return yield* Ref.get(arrived)
})

describe("ScriptedModel", () => {
  it.effect("streams every part at the time computed on paper", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(recorded)
      yield* TestClock.adjust("1 minute")
      const arrived = yield* Fiber.join(fiber)
      // 3 tokens of text, 4 and 5 of arguments: 12 tokens, 8 ms each after the first.
      assert.deepStrictEqual(
        arrived.map(([at]) => at),
        [400, 408, 416, 424, 432, 440, 448, 456, 464, 472, 480, 488]
      )
      assert.strictEqual(arrived.at(-1)?.[0], replyMillis(reply, timing))
      assert.deepStrictEqual(arrived[0]?.[1], ["text-start", "text-delta"])
      assert.deepStrictEqual(arrived[2]?.[1], ["text-delta", "text-end"])
      assert.deepStrictEqual(arrived[3]?.[1], ["tool-params-start", "tool-params-delta"])
      assert.deepStrictEqual(arrived.at(-1)?.[1], ["tool-params-delta", "tool-params-end", "tool-call", "finish"])
    }).pipe(Effect.provide([model, handlers]))
  )

  it.effect("brings the parts of one instant together", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(recorded)
      yield* TestClock.adjust("1 minute")
      const arrived = yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        arrived.map(([at, parts]) => [at, parts.length]),
        [
          [10, 14],
          [11, 7]
        ]
      )
    }).pipe(
      Effect.provide([
        ScriptedModel.layer({
          script: Script.turns([reply]),
          timing: { firstToken: Duration.millis(10), tokensPerSecond: 15_000 }
        }),
        handlers
      ])
    )
  )

  it.effect("answers without streaming after the same time, with whole calls and usage", () =>
    Effect.gen(function* () {
      const fiber = yield* LanguageModel.generateText({
        prompt: "Heat?",
        toolkit,
        disableToolCallResolution: true
      }).pipe(Effect.zip(Clock.currentTimeMillis), Effect.forkChild)
      yield* TestClock.adjust("1 minute")
      const [response, endMillis] = yield* Fiber.join(fiber)
      assert.strictEqual(endMillis, replyMillis(reply, timing))
      assert.strictEqual(response.text, reply.text)
      assert.deepStrictEqual(
        response.toolCalls.map((call) => [call.id, call.params]),
        [
          ["call_0_0", { query: "Heat" }],
          ["call_0_1", { query: "Ronin" }]
        ]
      )
      assert.strictEqual(response.finishReason, "tool-calls")
      assert.strictEqual(response.usage.outputTokens.total, 12)
    }).pipe(Effect.provide([model, handlers]))
  )

  it.effect("stops at once when it is interrupted", () =>
    Effect.gen(function* () {
      const texts = yield* Ref.make<ReadonlyArray<string>>([])
      const fiber = yield* LanguageModel.streamText({ prompt: "Heat?" }).pipe(
        Stream.runForEach((part) =>
          part.type === "text-delta" ? Ref.update(texts, (all) => [...all, part.delta]) : Effect.void
        ),
        Effect.forkChild
      )
      yield* TestClock.adjust("410 millis")
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Ref.get(texts), ["Let ", "me l"])
    }).pipe(Effect.provide(model))
  )

  it.effect("sees results, and answers the next turn from them", () =>
    Effect.gen(function* () {
      const fiber = yield* LanguageModel.streamText({
        prompt: [
          { role: "user", content: "Heat?" },
          { role: "assistant", content: [{ type: "tool-call", id: "c1", name: "find", params: { query: "Heat" } }] },
          {
            role: "tool",
            content: [{ type: "tool-result", id: "c1", name: "find", isFailure: false, result: "Heat: found" }]
          }
        ],
        toolkit,
        disableToolCallResolution: true
      }).pipe(
        Stream.filter((part) => part.type === "text-delta"),
        Stream.runFold(
          () => "",
          (text, part) => text + part.delta
        ),
        Effect.forkChild
      )
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* Fiber.join(fiber), "Heat: found")
    }).pipe(
      Effect.provide([
        ScriptedModel.layer({
          script: (view) => ({
            text: view.messages.flatMap((message) => (message.role === "tool" ? [String(message.result)] : [])).join(),
            calls: []
          }),
          timing
        }),
        handlers
      ])
    )
  )
})
