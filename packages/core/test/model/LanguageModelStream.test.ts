import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Ref, Stream } from "effect"
import { AiError, LanguageModel, Prompt, type Response, Tool } from "effect/ai"

import * as LanguageModelStream from "../../src/model/LanguageModelStream.ts"
import { type Call, type Message, type ModelPart, ModelStream } from "../../src/model/ModelStream.ts"

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
  ({ messages, tools: [Tool.make("known")], toolChoice: "auto", cacheKey: undefined, deltasOf: undefined }) as const

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

const call = (id: string): Call => ({ id, name: "known", input: {}, inputText: "{}", fault: undefined })

const result = (callId: string, text: string): Message => ({
  role: "tool",
  callId,
  name: "known",
  text,
  isFailure: false
})

/** The message that a response becomes. */
const answered = (text: string, parts: ReadonlyArray<ModelPart>) => ({
  role: "assistant" as const,
  text,
  calls: parts.flatMap((part) => (part._tag === "Call" ? [part.call] : [])),
  echo: parts.flatMap((part) => (part._tag === "Echo" ? [part.item] : [])),
  responseId: undefined
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
      const [text, call, echo, finish] = collected.success
      assert.isTrue(echo?._tag === "Echo" && Prompt.isMessage(echo.item) && echo.item.role === "assistant")
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

  it.effect("gives a response back whole: its parts in order, with the metadata of all their pieces", () =>
    Effect.gen(function* () {
      const question: Message = { role: "user", text: "hi" }
      const { collected } = yield* streamOf(
        [question],
        { type: "reasoning-start", id: "r", metadata: { acme: { id: "rs_1" } } },
        { type: "reasoning-delta", id: "r", delta: "hm", metadata: { acme: { signature: "s" } } },
        { type: "reasoning-end", id: "r", metadata: { acme: { isDone: true } } },
        { type: "text-start", id: "t" },
        { type: "text-delta", id: "t", delta: "Looking." },
        { type: "text-end", id: "t" },
        { type: "tool-call", id: "c", name: "known", params: {}, metadata: { acme: { inputText: "{ }" } } },
        { type: "finish", reason: "tool-calls", usage }
      )
      assert.strictEqual(collected._tag, "Success")
      if (collected._tag !== "Success") return
      assert.deepStrictEqual(
        collected.success.map(({ _tag }) => _tag),
        ["TextDelta", "Call", "Echo", "Finish"]
      )
      const { prompt } = yield* streamOf([question, answered("Looking.", collected.success), result("c", "1")], {
        type: "finish",
        reason: "stop",
        usage
      })
      assert.deepStrictEqual<unknown>(prompt.content[1], {
        ...Prompt.makeMessage("assistant", {
          content: [
            Prompt.reasoningPart({ text: "hm", options: { acme: { id: "rs_1", signature: "s", isDone: true } } }),
            Prompt.textPart({ text: "Looking." }),
            Prompt.toolCallPart({
              id: "c",
              name: "known",
              params: {},
              providerExecuted: false,
              options: { acme: { inputText: "{ }" } }
            })
          ]
        })
      })
    })
  )

  it.effect("makes a message anew where it is no longer what the provider said, or was said by another", () =>
    Effect.gen(function* () {
      const { collected } = yield* streamOf(
        [{ role: "user", text: "hi" }],
        { type: "tool-call", id: "c", name: "known", params: {} },
        { type: "tool-call", id: "d", name: "known", params: {} },
        { type: "finish", reason: "tool-calls", usage }
      )
      assert.strictEqual(collected._tag, "Success")
      if (collected._tag !== "Success") return
      const whole = answered("", collected.success)
      const { prompt } = yield* streamOf(
        [
          { role: "system", text: "be brief" },
          { ...whole, calls: whole.calls.slice(0, 1) },
          result("c", "1"),
          { role: "assistant", text: "One.", calls: [], echo: ["of another provider"], responseId: undefined }
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
          ["assistant", ["tool-call"]],
          ["tool", ["tool-result"]],
          ["assistant", ["text"]]
        ]
      )
    })
  )

  it.effect("hands over results as the text they are, and as the value they spell", () =>
    Effect.gen(function* () {
      const { prompt } = yield* streamOf(
        [
          { role: "user", text: "hi" },
          { role: "assistant", text: "", calls: [call("c"), call("d")], echo: [], responseId: undefined },
          result("c", '{ "value": 1 }'),
          result("d", "no JSON")
        ],
        { type: "finish", reason: "stop", usage }
      )
      assert.deepStrictEqual(
        prompt.content.flatMap(({ content, role }) =>
          role !== "tool" || typeof content === "string"
            ? []
            : content.map((part) =>
                part.type === "tool-result"
                  ? [part.result, part.modelOutput && Prompt.toolModelOutputToText(part.modelOutput)]
                  : part.type
              )
        ),
        [
          [{ value: 1 }, '{ "value": 1 }'],
          ["no JSON", "no JSON"]
        ]
      )
    })
  )

  it.effect("reads arguments that the provider leaves as text, and says which cannot be read", () =>
    Effect.gen(function* () {
      const { collected } = yield* streamOf(
        [{ role: "user", text: "hi" }],
        { type: "tool-call", id: "c", name: "known", params: '{ "a": 1 }' },
        { type: "tool-call", id: "d", name: "known", params: '{"a":' },
        { type: "finish", reason: "tool-calls", usage }
      )
      assert.strictEqual(collected._tag, "Success")
      if (collected._tag !== "Success") return
      assert.deepStrictEqual(
        collected.success.flatMap((part) => (part._tag === "Call" ? [part.call] : [])),
        [
          { id: "c", name: "known", input: { a: 1 }, inputText: '{ "a": 1 }', fault: undefined },
          { id: "d", name: "known", input: undefined, inputText: '{"a":', fault: 'cannot be read: {"a":' }
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
