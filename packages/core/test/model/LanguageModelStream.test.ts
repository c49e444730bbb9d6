import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Ref, Stream } from "effect"
import { AiError, LanguageModel, Prompt, type Response, Tool } from "effect/ai"

import * as LanguageModelStream from "../../src/model/LanguageModelStream.ts"
import { type Message, ModelStream } from "../../src/model/ModelStream.ts"

const usage = {
  inputTokens: { total: 9, cacheRead: 4, uncached: 5 },
  outputTokens: { total: 3, reasoning: 1, text: 2 }
}

/** A provider that streams `parts` and keeps the prompt it was sent. */
const provider = (seen: Ref.Ref<Prompt.Prompt>, ...parts: ReadonlyArray<Response.StreamPartEncoded>) =>
  Layer.effect(
    LanguageModel.LanguageModel,
    LanguageModel.make({
      generateText: () => Effect.die("not asked for"),
      streamText: ({ prompt }) => Stream.unwrap(Effect.as(Ref.set(seen, prompt), Stream.fromIterable(parts)))
    })
  )

const request = (messages: ReadonlyArray<Message>) =>
  ({ messages, tools: [Tool.make("known")], toolChoice: "auto", cacheKey: undefined }) as const

const streamOf = Effect.fnUntraced(function* (
  messages: ReadonlyArray<Message>,
  ...parts: ReadonlyArray<Response.StreamPartEncoded>
) {
  const seen = yield* Ref.make(Prompt.empty)
  const layer = LanguageModelStream.layer({ provider: "p", model: "m" }).pipe(Layer.provide(provider(seen, ...parts)))
  const collected = yield* Effect.gen(function* () {
    return yield* Stream.runCollect((yield* ModelStream).stream(request(messages)))
  }).pipe(Effect.provide(layer), Effect.result)
  return { collected, prompt: yield* Ref.get(seen) }
})

describe("LanguageModelStream", () => {
  it.effect("hands on text, calls of unknown tools, reasoning to echo, and the finish", () =>
    Effect.gen(function* () {
      const { collected } = yield* streamOf(
        [{ role: "user", text: "hi" }],
        { type: "response-metadata", id: "resp_1", modelId: "m-1" },
        { type: "reasoning-start", id: "r" },
        { type: "reasoning-delta", id: "r", delta: "hm" },
        { type: "reasoning-delta", id: "r", delta: "m" },
        { type: "reasoning-end", id: "r", metadata: { acme: { signature: "s" } } },
        { type: "text-start", id: "t" },
        { type: "text-delta", id: "t", delta: "well" },
        { type: "text-end", id: "t" },
        { type: "tool-call", id: "c", name: "unheard_of", params: { a: 1 } },
        { type: "finish", reason: "tool-calls", usage }
      )
      assert.strictEqual(collected._tag, "Success")
      if (collected._tag !== "Success") return
      const [echo, text, call, finish] = collected.success
      assert.isTrue(echo?._tag === "Echo" && Prompt.isPart(echo.item) && echo.item.type === "reasoning")
      assert.deepStrictEqual(text, { _tag: "TextDelta", delta: "well" })
      assert.deepStrictEqual(call, {
        _tag: "Call",
        call: { id: "c", name: "unheard_of", input: { a: 1 }, inputText: '{"a":1}', fault: undefined }
      })
      assert.deepStrictEqual(finish, {
        _tag: "Finish",
        reason: "tool-calls",
        usage: { inputTokens: 9, cachedInputTokens: 4, outputTokens: 3, reasoningTokens: 1 },
        responseId: "resp_1",
        model: "m-1",
        requestBytes: undefined,
        responseBytes: undefined,
        retries: undefined
      })
    })
  )

  it.effect("sends the conversation back with what the provider wants echoed", () =>
    Effect.gen(function* () {
      const reasoning = Prompt.reasoningPart({ text: "hmm", options: { acme: { signature: "s" } } })
      const { prompt } = yield* streamOf(
        [
          { role: "system", text: "be brief" },
          { role: "user", text: "hi" },
          {
            role: "assistant",
            text: "",
            calls: [{ id: "c", name: "known", input: {}, inputText: "{}", fault: undefined }],
            echo: [reasoning, "of another provider"],
            responseId: undefined
          },
          { role: "tool", callId: "c", name: "known", text: '{"value":1}', isFailure: false }
        ],
        { type: "finish", reason: "stop", usage }
      )
      assert.deepStrictEqual(
        prompt.content.map(({ content, role }) => [
          role,
          typeof content === "string" ? content : content.map((p) => p.type)
        ]),
        [
          ["system", "be brief"],
          ["user", ["text"]],
          ["assistant", ["reasoning", "tool-call"]],
          ["tool", ["tool-result"]]
        ]
      )
    })
  )

  it.effect("fails where the provider streams an error", () =>
    Effect.gen(function* () {
      const { collected } = yield* streamOf([{ role: "user", text: "hi" }], { type: "error", error: "overloaded" })
      assert.strictEqual(collected._tag, "Failure")
      if (collected._tag !== "Failure") return
      assert.isTrue(AiError.isAiError(collected.failure))
      assert.include(collected.failure.message, "overloaded")
    })
  )
})
