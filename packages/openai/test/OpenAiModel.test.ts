import { ModelStream, type Call, type Message, type ModelPart } from "@callsheet/core/model/ModelStream"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Layer, Redacted, Result, Schema, Stream } from "effect"
import { LanguageModel, Prompt, Tool, Toolkit } from "effect/ai"

import * as OpenAiModel from "../src/OpenAiModel.ts"
import { bytesOf, responsesCalls } from "./recordings.ts"
import { eventStream, eventually, runClock, serve, serveMock, serveSocket } from "./servers.ts"

const never = Duration.days(10_000)

const Search = Tool.make("search", {
  description: "Search the library.",
  parameters: Schema.Struct({ q: Schema.String }),
  success: Schema.Struct({ found: Schema.Array(Schema.String) })
})
const Watched = Tool.make("watched", { success: Schema.Array(Schema.String) })
const tools = Toolkit.make(Search, Watched)
const ToolsLayer = tools.toLayer({
  search: ({ q }) => Effect.succeed({ found: [`${q} (1995)`] }),
  watched: () => Effect.succeed(["Ronin"])
})

const usage = { prompt_tokens: 120, completion_tokens: 8, total_tokens: 128, input_tokens: 120, output_tokens: 8 }

const mockServer = Effect.gen(function* () {
  const mock = yield* serveMock()
  mock.onMessage("hello", { content: "Grüße aus der Mediathek 🎬", usage })
  mock.on(
    { userMessage: "both", hasToolResult: false },
    {
      content: "Looking.",
      toolCalls: [
        { id: "call_a", name: "search", arguments: { q: "Heat" } },
        { id: "call_b", name: "watched", arguments: "{}" }
      ],
      usage
    }
  )
  mock.on({ userMessage: "both", hasToolResult: true }, { content: "Heat is new to you.", usage })
  mock.on({ userMessage: "rate it" }, { content: JSON.stringify({ title: "Heat", stars: 5, note: null }), usage })
  return mock
})

const textOf = (parts: ReadonlyArray<ModelPart>) =>
  parts.map((part) => (part._tag === "TextDelta" ? part.delta : "")).join("")

const callsOf = (parts: ReadonlyArray<ModelPart>): ReadonlyArray<Call> =>
  parts.flatMap((part) => (part._tag === "Call" ? [part.call] : []))

const ask = (model: ModelStream["Service"], messages: ReadonlyArray<Message>) =>
  Stream.runCollect(
    model.stream({ messages, tools: [Search, Watched], toolChoice: "auto", cacheKey: "k", deltasOf: undefined })
  )

for (const api of ["responses", "chat"] as const) {
  const options = (baseUrl: string): OpenAiModel.Options => ({
    api,
    baseUrl: `${baseUrl}/v1`,
    apiKey: Redacted.make("sk-mock-0123456789"),
    connectTimeout: never,
    idleTimeout: never
  })

  for (const streaming of [true, false]) {
    describe(`ModelStream over ${api}, ${streaming ? "streaming" : "whole"}`, () => {
      const make = (baseUrl: string) => OpenAiModel.makeModelStream({ ...options(baseUrl), streaming })

      it.effect("answers with text and usage", () =>
        Effect.gen(function* () {
          const mock = yield* mockServer
          const model = yield* make(mock.url)
          const parts = yield* ask(model, [{ role: "user", text: "hello" }])
          assert.strictEqual(textOf(parts), "Grüße aus der Mediathek 🎬")
          const finish = parts.at(-1)
          assert.deepInclude(finish, { _tag: "Finish", reason: "stop", model: "gpt-4.1-nano", retries: 0 })
          assert.deepInclude(finish?._tag === "Finish" && finish.usage, { inputTokens: 120, outputTokens: 8 })
        })
      )

      it.effect("asks for calls in parallel and reads their results", () =>
        Effect.gen(function* () {
          const mock = yield* mockServer
          const model = yield* make(mock.url)
          const question: Message = { role: "user", text: "both" }
          const first = yield* ask(model, [question])
          const calls = callsOf(first)
          assert.deepStrictEqual(
            calls.map(({ id, input, name }) => ({ id, name, input })),
            [
              { id: "call_a", name: "search", input: { q: "Heat" } },
              { id: "call_b", name: "watched", input: {} }
            ]
          )
          assert.deepInclude(first.at(-1), { reason: "tool-calls" })
          const results = calls.map(({ id, name }): Message => ({
            role: "tool",
            callId: id,
            name,
            text: "{}",
            isFailure: false
          }))
          const text = textOf(first)
          const second = yield* ask(model, [
            question,
            { role: "assistant", text, calls, echo: [], responseId: undefined },
            ...results
          ])
          assert.strictEqual(textOf(second), "Heat is new to you.")
        })
      )
    })
  }

  describe(`LanguageModel over ${api}`, () => {
    const layer = Layer.unwrap(
      Effect.map(mockServer, (mock) => OpenAiModel.layerLanguageModel(options(mock.url)))
    ).pipe(Layer.merge(ToolsLayer))

    it.effect("generates text with usage", () =>
      Effect.gen(function* () {
        const response = yield* LanguageModel.generateText({ prompt: "hello" })
        assert.strictEqual(response.text, "Grüße aus der Mediathek 🎬")
        assert.strictEqual(response.finishReason, "stop")
        assert.strictEqual(response.usage.inputTokens.total, 120)
        assert.strictEqual(response.usage.outputTokens.total, 8)
      }).pipe(Effect.provide(layer))
    )

    it.effect("streams text in one block", () =>
      Effect.gen(function* () {
        const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "hello" }))
        const types = parts.map(({ type }) => type)
        assert.strictEqual(types[0], "text-start")
        assert.deepStrictEqual(types.slice(-3), ["text-end", "response-metadata", "finish"])
        assert.strictEqual(
          parts.map((part) => (part.type === "text-delta" ? part.delta : "")).join(""),
          "Grüße aus der Mediathek 🎬"
        )
      }).pipe(Effect.provide(layer))
    )

    it.effect("lets handlers answer the calls, and goes on from their results", () =>
      Effect.gen(function* () {
        const response = yield* LanguageModel.generateText({ prompt: "both", toolkit: tools })
        assert.deepStrictEqual(
          response.toolResults.map(({ name, result }) => ({ name, result })),
          [
            { name: "search", result: { found: ["Heat (1995)"] } },
            { name: "watched", result: ["Ronin"] }
          ]
        )
        const prompt = Prompt.concat(Prompt.make("both"), Prompt.fromResponseParts(response.content))
        const next = yield* LanguageModel.generateText({ prompt, toolkit: tools })
        assert.strictEqual(next.text, "Heat is new to you.")
      }).pipe(Effect.provide(layer))
    )

    it.effect("streams calls for others to resolve", () =>
      Effect.gen(function* () {
        const parts = yield* LanguageModel.streamText({
          prompt: "both",
          toolkit: tools,
          disableToolCallResolution: true,
          toolCallValidation: "deferred"
        }).pipe(Stream.runCollect)
        assert.deepStrictEqual(
          parts.flatMap((part) => (part.type === "tool-call" ? [[part.id, part.params]] : [])),
          [
            ["call_a", { q: "Heat" }],
            ["call_b", {}]
          ]
        )
      }).pipe(Effect.provide(layer))
    )

    it.effect("answers with an object of a schema", () =>
      Effect.gen(function* () {
        const Rating = Schema.Struct({
          title: Schema.String,
          stars: Schema.Int,
          note: Schema.optionalKey(Schema.String)
        })
        const response = yield* LanguageModel.generateObject({
          prompt: "rate it",
          schema: Rating,
          objectName: "rating"
        })
        assert.deepStrictEqual(response.value, { title: "Heat", stars: 5 })
      }).pipe(Effect.provide(layer))
    )
  })

  describe(`chaos over ${api}`, () => {
    const chaos = [
      ["dropped requests", { dropRate: 1 }, "InternalProviderError", 3],
      ["malformed answers", { malformedRate: 1 }, "InvalidResponseError", 1],
      ["rate limits", { rateLimitRate: 1 }, "RateLimitError", 3],
      ["disconnects", { disconnectRate: 1 }, "NetworkError", 3]
    ] as const
    for (const [what, config, reason, requests] of chaos) {
      for (const streaming of [true, false]) {
        it.effect(`${what} end as ${reason}, ${streaming ? "streaming" : "whole"}`, () =>
          Effect.gen(function* () {
            const mock = yield* serveMock({ chaos: config })
            mock.onMessage("hello", { content: "Hi" })
            const model = yield* OpenAiModel.makeModelStream({ ...options(mock.url), streaming })
            const asked = Effect.result(ask(model, [{ role: "user", text: "hello" }]))
            const result = yield* runClock(yield* Effect.forkChild(asked), "100 millis")
            const error = Result.isFailure(result) ? result.failure : undefined
            assert.strictEqual(error?.reason._tag, reason)
            assert.strictEqual(mock.getRequests().length, requests)
            const told = error?.reason
            if (told !== undefined && "description" in told) assert.match(told.description ?? "", /^[^\n]+$/)
          })
        )
      }
    }

    it.effect("an error that passes is retried", () =>
      Effect.gen(function* () {
        const mock = yield* mockServer
        mock.nextRequestError(500, { message: "not now" })
        const model = yield* OpenAiModel.makeModelStream(options(mock.url))
        const asked = ask(model, [{ role: "user", text: "hello" }])
        const parts = yield* runClock(yield* Effect.forkChild(asked), "100 millis")
        assert.strictEqual(textOf(parts), "Grüße aus der Mediathek 🎬")
        assert.deepInclude(parts.at(-1), { retries: 1 })
      })
    )

    it.effect("an answer cut in the middle keeps what came and fails", () =>
      Effect.gen(function* () {
        const mock = yield* serveMock({ chunkSize: 5 })
        mock.onMessage("hello", { content: "A rather long answer to be cut" }, { truncateAfterChunks: 6, latency: 2 })
        const model = yield* OpenAiModel.makeModelStream(options(mock.url))
        const parts: Array<ModelPart> = []
        const asked = model
          .stream({
            messages: [{ role: "user", text: "hello" }],
            tools: [],
            toolChoice: "auto",
            cacheKey: undefined,
            deltasOf: undefined
          })
          .pipe(
            Stream.runForEach((part) => Effect.sync(() => parts.push(part))),
            Effect.flip
          )
        const error = yield* runClock(yield* Effect.forkChild(asked), "100 millis")
        assert.strictEqual(error.reason._tag, "NetworkError")
        assert.isTrue("A rather long answer to be cut".startsWith(textOf(parts)))
      })
    )
  })
}

describe("LanguageModel", () => {
  const serveCalls = (argumentsText: string) =>
    serve((response) =>
      response
        .writeHead(200, eventStream)
        .end(
          bytesOf(
            `data: {"id":"c","choices":[{"delta":{"tool_calls":[{"index":0,"id":"call_a","function":{"name":"search","arguments":${JSON.stringify(argumentsText)}}}]},"finish_reason":"tool_calls"}]}\n\ndata: [DONE]\n\n`
          )
        )
    )

  it.effect("fails for arguments that cannot be read, or leaves them to who validates later", () =>
    Effect.gen(function* () {
      const server = yield* serveCalls("{oops")
      const model = yield* OpenAiModel.makeLanguageModel({ baseUrl: server.baseUrl })
      const error = yield* Effect.flip(Stream.runDrain(model.streamText({ prompt: "both", toolkit: tools })))
      assert.strictEqual(error.reason._tag, "ToolParameterValidationError")
      assert.match(error.message, /Invalid parameters for tool 'search': They are not JSON: Expected property name/)
      const parts = yield* model
        .streamText({
          prompt: "both",
          toolkit: tools,
          disableToolCallResolution: true,
          toolCallValidation: "deferred"
        })
        .pipe(Stream.runCollect)
      assert.deepStrictEqual(
        parts.flatMap((part) => (part.type === "tool-call" ? [part.params] : [])),
        ["{oops"]
      )
    }).pipe(Effect.provide(ToolsLayer))
  )

  it.effect("sends reasoning back to where it stood, and arguments as they were written", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => response.writeHead(200, eventStream).end(responsesCalls.text))
      const model = yield* OpenAiModel.makeLanguageModel({ baseUrl: server.baseUrl, api: "responses", model: "gpt-5" })
      const parts = yield* model
        .streamText({ prompt: "both", toolkit: tools, disableToolCallResolution: true })
        .pipe(Stream.runCollect)
      yield* Stream.runDrain(
        model.streamText({
          prompt: Prompt.concat(Prompt.make("both"), Prompt.fromResponseParts(parts)),
          toolkit: tools,
          disableToolCallResolution: true
        })
      )
      assert.deepInclude(server.seen[1]?.body, {
        include: ["reasoning.encrypted_content"],
        input: [
          { role: "user", content: "both" },
          { id: "rs_1", type: "reasoning", summary: [], encrypted_content: "gAAAA" },
          { type: "function_call", call_id: "call_a", name: "search", arguments: `{"q":"Heat"}` },
          { type: "function_call", call_id: "call_b", name: "watched", arguments: "{}" }
        ]
      })
    }).pipe(Effect.provide(ToolsLayer))
  )

  it.effect("honours the tool choice", () =>
    Effect.gen(function* () {
      const server = yield* serveCalls(`{"q":"Heat"}`)
      const model = yield* OpenAiModel.makeLanguageModel({ baseUrl: server.baseUrl })
      const choices = ["none", "required", { tool: "search" }, { mode: "required", oneOf: ["search"] }] as const
      for (const toolChoice of choices) {
        yield* Stream.runDrain(
          model.streamText({ prompt: "both", toolkit: tools, toolChoice, disableToolCallResolution: true })
        )
      }
      assert.deepStrictEqual(
        server.seen.map(({ body }) =>
          typeof body === "object" && body !== null && "tool_choice" in body ? body.tool_choice : ""
        ),
        ["none", "required", { type: "function", function: { name: "search" } }, "required"]
      )
    }).pipe(Effect.provide(ToolsLayer))
  )

  it.effect("refuses what the model cannot be sent", () =>
    Effect.gen(function* () {
      const model = yield* OpenAiModel.makeLanguageModel({ baseUrl: "http://127.0.0.1:1" })
      const prompt = Prompt.make([{ role: "user", content: [{ type: "file", mediaType: "video/mp4", data: "AAAA" }] }])
      const error = yield* Effect.flip(model.generateText({ prompt }))
      assert.strictEqual(error.reason._tag, "InvalidUserInputError")
      const Hosted = Tool.providerDefined({ id: "openai.web_search", customName: "web", providerName: "web_search" })()
      const refused = yield* Effect.flip(
        model.generateText({ prompt: "hi", toolkit: Toolkit.make(Hosted), disableToolCallResolution: true })
      )
      assert.strictEqual(refused.reason._tag, "ToolConfigurationError")
    })
  )
})

describe("layerConfig", () => {
  const layerWith = (env: Record<string, string>) =>
    Layer.provide(OpenAiModel.layerConfig, ConfigProvider.layer(ConfigProvider.fromUnknown(env)))

  it.effect("reads the environment", () =>
    Effect.gen(function* () {
      const model = yield* ModelStream
      assert.deepInclude(model, { provider: "azure.ai.openai", model: "nano", streams: true })
    }).pipe(
      Effect.provide(
        layerWith({
          OPENAI_API_KEY: "k",
          OPENAI_BASE_URL: "https://x.openai.azure.com/openai/v1/",
          OPENAI_MODEL: "nano"
        })
      )
    )
  )

  it.effect("asks gpt-4.1-nano at OpenAI where nothing, or nothing but blanks, is set", () =>
    Effect.gen(function* () {
      const model = yield* ModelStream
      assert.deepInclude(model, { provider: "openai", model: "gpt-4.1-nano" })
    }).pipe(Effect.provide(layerWith({ OPENAI_BASE_URL: " ", OPENAI_MODEL: "", OPENAI_API: "" })))
  )

  it.effect("refuses an API that there is not, by naming the two", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.provide(ModelStream, layerWith({ OPENAI_API: "soap" })))
      assert.strictEqual(
        error.message,
        "OPENAI_API is neither responses nor chat: write one of the two, or leave it out for the one that suits the server."
      )
    })
  )

  const chat =
    "OPENAI_TRANSPORT is websocket, which Chat Completions does not have: set OPENAI_API to responses, or leave OPENAI_TRANSPORT out."
  for (const [what, env, sentence] of [
    [
      "a transport that there is not",
      { OPENAI_TRANSPORT: "pigeon" },
      "OPENAI_TRANSPORT is neither http nor websocket: write one of the two, or leave it out for http."
    ],
    ["a socket for Chat Completions", { OPENAI_TRANSPORT: "websocket", OPENAI_API: "chat" }, chat],
    [
      "a socket where Chat Completions is what the server has",
      { OPENAI_TRANSPORT: "websocket", OPENAI_BASE_URL: "http://127.0.0.1:9/v1" },
      chat
    ]
  ] as const) {
    it.effect(`refuses ${what}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Effect.provide(ModelStream, layerWith(env)))
        assert.strictEqual(error.message, sentence)
      })
    )
  }

  it.effect("opens a socket where the environment says so", () =>
    Effect.gen(function* () {
      const { baseUrl, sockets } = yield* serveSocket(() => {})
      const env = { OPENAI_TRANSPORT: "websocket", OPENAI_API: "responses", OPENAI_BASE_URL: baseUrl }
      yield* Effect.provide(
        Effect.andThen(
          ModelStream,
          eventually(() => sockets.length === 1)
        ),
        layerWith(env)
      )
    })
  )
})
