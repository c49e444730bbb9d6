/** The official SDK as a foreign client: what it understands, the wire really says. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import OpenAI, { APIError } from "openai"

import type { Served } from "../../src/scripted/Requests.ts"
import * as Script from "../../src/scripted/Script.ts"
import { ScriptedServer } from "../../src/scripted/ScriptedServer.ts"
import { instant, replyMillis } from "../../src/scripted/Timing.ts"

const reply: Script.Reply = {
  text: "Let me look.",
  calls: [
    { name: "find", input: { query: "Heat" } },
    { name: "find", input: { query: "Ronin" } }
  ]
}
const script = Script.turns([reply, { text: "Both are in the library." }])
const model = "gpt-4.1-nano"
const layer = ScriptedServer.layer({ script, timing: instant, apiKey: "sk-test-0123456789abcdef" })

const parameters = { type: "object", properties: { query: { type: "string" } } }
const chatTools = [{ type: "function" as const, function: { name: "find", parameters } }]
const tools = [{ type: "function" as const, name: "find", parameters, strict: false }]

const client = Effect.map(
  ScriptedServer,
  ({ apiKey, baseUrl }) => new OpenAI({ apiKey, baseURL: baseUrl, maxRetries: 0 })
)

const sdk = <A>(run: (signal: AbortSignal) => PromiseLike<A>) =>
  Effect.tryPromise({
    try: run,
    catch: (error) => (error instanceof APIError ? error : new APIError(undefined, undefined, String(error), undefined))
  })

const collect = <A>(items: AsyncIterable<A>) => sdk(() => Array.fromAsync(items))

/** Waits until the server's record holds what `ready` looks for. */
const until = Effect.fnUntraced(function* (ready: (requests: ReadonlyArray<Served>) => boolean) {
  const { requestChanges } = yield* ScriptedServer
  return yield* requestChanges.pipe(Stream.filter(ready), Stream.take(1), Stream.runCollect)
})

describe("POST /v1/chat/completions", () => {
  it.effect("answers with text, parallel calls and usage", () =>
    Effect.gen(function* () {
      const openai = yield* client
      const completion = yield* sdk(() =>
        openai.chat.completions.create({ model, messages: [{ role: "user", content: "Heat?" }], tools: chatTools })
      )
      const [choice] = completion.choices
      assert.strictEqual(choice?.finish_reason, "tool_calls")
      assert.strictEqual(choice?.message.content, "Let me look.")
      assert.deepStrictEqual(choice?.message.tool_calls, [
        { id: "call_0_0", type: "function", function: { name: "find", arguments: '{"query":"Heat"}' } },
        { id: "call_0_1", type: "function", function: { name: "find", arguments: '{"query":"Ronin"}' } }
      ])
      assert.strictEqual(completion.usage?.completion_tokens, 12)
      assert.match(completion.id, /^chatcmpl-/)
    }).pipe(Effect.provide(layer))
  )

  it.effect("streams the role, a chunk a token, the reason and, only where asked for, usage", () =>
    Effect.gen(function* () {
      const openai = yield* client
      const request = { model, messages: [{ role: "user" as const, content: "Heat?" }], tools: chatTools }
      const stream = yield* sdk(() => openai.chat.completions.create({ ...request, stream: true }))
      const chunks = yield* collect(stream)
      const deltas = chunks.map((chunk) => chunk.choices[0]?.delta)
      assert.deepStrictEqual(deltas.slice(0, 6), [
        { role: "assistant", content: "", refusal: null },
        { content: "Let " },
        { content: "me l" },
        { content: "ook." },
        { tool_calls: [{ index: 0, id: "call_0_0", type: "function", function: { name: "find", arguments: "" } }] },
        { tool_calls: [{ index: 0, function: { arguments: '{"qu' } }] }
      ])
      assert.strictEqual(chunks.at(-1)?.choices[0]?.finish_reason, "tool_calls")
      assert.isTrue(chunks.every((chunk) => !("usage" in chunk)))

      const withUsage = yield* sdk(() =>
        openai.chat.completions.create({ ...request, stream: true, stream_options: { include_usage: true } })
      )
      const last = (yield* collect(withUsage)).at(-1)
      assert.deepStrictEqual([last?.choices, last?.usage?.completion_tokens], [[], 12])
    }).pipe(Effect.provide(layer))
  )

  it.effect("is understood by the SDK's own assembly of a stream", () =>
    Effect.gen(function* () {
      const openai = yield* client
      const assembled = yield* sdk(() =>
        openai.chat.completions
          .stream({ model, messages: [{ role: "user", content: "Heat?" }], tools: chatTools })
          .finalChatCompletion()
      )
      assert.strictEqual(assembled.choices[0]?.message.content, "Let me look.")
      assert.deepStrictEqual(
        assembled.choices[0]?.message.tool_calls?.map((call) =>
          call.type === "function" ? call.function.arguments : ""
        ),
        ['{"query":"Heat"}', '{"query":"Ronin"}']
      )
    }).pipe(Effect.provide(layer))
  )

  it.effect("refuses calls that have lost their results", () =>
    Effect.gen(function* () {
      const openai = yield* client
      const calls = [{ id: "c1", type: "function" as const, function: { name: "find", arguments: "{}" } }]
      const lost = yield* Effect.flip(
        sdk(() =>
          openai.chat.completions.create({
            model,
            messages: [
              { role: "user", content: "Heat?" },
              { role: "assistant", tool_calls: calls },
              { role: "user", content: "Well?" }
            ]
          })
        )
      )
      assert.strictEqual(lost.status, 400)
      assert.match(lost.message, /did not have response messages: c1/)
    }).pipe(Effect.provide(layer))
  )
})

describe("POST /v1/responses", () => {
  it.effect("answers with output items, and continues from a stored response", () =>
    Effect.gen(function* () {
      const openai = yield* client
      const first = yield* sdk(() =>
        openai.responses.create({ model, input: "Heat?", instructions: "Be brief.", tools })
      )
      assert.strictEqual(first.output_text, "Let me look.")
      assert.deepStrictEqual(
        first.output.flatMap((item) =>
          item.type === "function_call" ? [[item.call_id, item.name, item.arguments]] : []
        ),
        [
          ["call_0_0", "find", '{"query":"Heat"}'],
          ["call_0_1", "find", '{"query":"Ronin"}']
        ]
      )
      assert.strictEqual(first.status, "completed")
      assert.strictEqual(first.usage?.output_tokens, 12)

      const second = yield* sdk(() =>
        openai.responses.create({
          model,
          previous_response_id: first.id,
          input: ["call_0_0", "call_0_1"].map((call_id) => ({
            type: "function_call_output" as const,
            call_id,
            output: '{"total":1}'
          })),
          tools
        })
      )
      assert.strictEqual(second.output_text, "Both are in the library.")
      assert.strictEqual(second.previous_response_id, first.id)
    }).pipe(Effect.provide(layer))
  )

  it.effect("streams every event in the API's order, numbered without gaps", () =>
    Effect.gen(function* () {
      const openai = yield* client
      const stream = yield* sdk(() => openai.responses.create({ model, input: "Heat?", tools, stream: true }))
      const events = yield* collect(stream)
      assert.deepStrictEqual(
        events.map((event) => event.sequence_number),
        events.map((_, index) => index)
      )
      const types = events.map((event) => event.type.replace("response.", ""))
      const call = (deltas: number) => [
        "output_item.added",
        ...Array.from({ length: deltas }, () => "function_call_arguments.delta"),
        "function_call_arguments.done",
        "output_item.done"
      ]
      assert.deepStrictEqual(types, [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        ...call(4),
        ...call(5),
        "completed"
      ])
      const last = events.at(-1)
      const whole = yield* sdk(() => openai.responses.create({ model, input: "Heat?", tools }))
      const shape = (output: typeof whole.output) => output.map((item) => ({ ...item, id: "" }))
      assert.isTrue(last?.type === "response.completed")
      if (last?.type === "response.completed") assert.deepStrictEqual(shape(last.response.output), shape(whole.output))
    }).pipe(Effect.provide(layer))
  )

  it.effect("is understood by the SDK's own assembly of a stream, and stores what was streamed", () =>
    Effect.gen(function* () {
      const openai = yield* client
      const assembled = yield* sdk(() => openai.responses.stream({ model, input: "Heat?", tools }).finalResponse())
      assert.strictEqual(assembled.output_text, "Let me look.")
      const orphan = yield* Effect.flip(
        sdk(() => openai.responses.create({ model, previous_response_id: assembled.id, input: "Well?" }))
      )
      assert.strictEqual(orphan.status, 400)
      assert.match(orphan.message, /No tool output found for function call call_0_0/)
    }).pipe(Effect.provide(layer))
  )

  it.effect("does not know a response that was not stored", () =>
    Effect.gen(function* () {
      const openai = yield* client
      const unstored = yield* sdk(() => openai.responses.create({ model, input: "Heat?", store: false }))
      for (const previous_response_id of [unstored.id, "resp_unknown"]) {
        const error = yield* Effect.flip(
          sdk(() => openai.responses.create({ model, previous_response_id, input: "And?" }))
        )
        assert.deepStrictEqual(
          [error.status, error.code, error.param],
          [400, "previous_response_not_found", "previous_response_id"]
        )
      }
    }).pipe(Effect.provide(layer))
  )
})

describe("usage", () => {
  it.effect("counts a prefix seen before as cached, from 1,024 tokens in steps of 128", () =>
    Effect.gen(function* () {
      const openai = yield* client
      const ask = (input: string) =>
        Effect.map(
          sdk(() => openai.responses.create({ model, input, store: false })),
          ({ usage }) => [usage?.input_tokens, usage?.input_tokens_details.cached_tokens]
        )
      const long = "word ".repeat(1000)
      assert.deepStrictEqual(yield* ask("short"), yield* ask("short"))
      assert.deepStrictEqual(yield* ask(long), [1251, 0])
      assert.deepStrictEqual(yield* ask(`${long}and more of it`), [1255, 1152])
      assert.deepStrictEqual(yield* ask(`no ${long}`), [1252, 0])
    }).pipe(Effect.provide(layer))
  )
})

describe("refusals", () => {
  const refused = (options: { readonly apiKey?: string }, run: (openai: OpenAI) => PromiseLike<unknown>) =>
    Effect.flatMap(client, (openai) => Effect.flip(sdk(() => run(openai.withOptions(options)))))

  it.effect("a wrong key is a 401 that does not repeat the key", () =>
    Effect.gen(function* () {
      const apiKey = "sk-wrong-secret-secret-9876"
      const error = yield* refused({ apiKey }, (openai) => openai.models.list())
      assert.deepStrictEqual([error.status, error.code], [401, "invalid_api_key"])
      assert.notInclude(error.message, apiKey)
      assert.notInclude(error.message, "secret")
    }).pipe(Effect.provide(layer))
  )

  it.effect("a missing key is a 401 that says where it belongs", () =>
    Effect.gen(function* () {
      const { baseUrl } = yield* ScriptedServer
      const response = yield* sdk(() => fetch(`${baseUrl}/models`))
      assert.strictEqual(response.status, 401)
      assert.match(yield* sdk(() => response.text()), /Authorization header/)
    }).pipe(Effect.provide(layer))
  )

  it.effect("an unknown model is a 404 wherever it is named", () =>
    Effect.gen(function* () {
      for (const run of [
        (openai: OpenAI) => openai.models.retrieve("other"),
        (openai: OpenAI) => openai.responses.create({ model: "other", input: "hi" }),
        (openai: OpenAI) =>
          openai.chat.completions.create({ model: "other", messages: [{ role: "user", content: "hi" }], stream: true })
      ]) {
        const error = yield* refused({}, run)
        assert.deepStrictEqual([error.status, error.code], [404, "model_not_found"])
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("malformed JSON, missing and wrong fields are a 400, unknown routes a 404", () =>
    Effect.gen(function* () {
      const { apiKey, baseUrl } = yield* ScriptedServer
      const Refusal = Schema.Struct({
        error: Schema.Struct({
          message: Schema.String,
          type: Schema.Literal("invalid_request_error"),
          param: Schema.NullOr(Schema.String),
          code: Schema.NullOr(Schema.String)
        })
      })
      const post = Effect.fnUntraced(function* (path: string, body: string) {
        const headers = { authorization: `Bearer ${apiKey}` }
        const response = yield* sdk(() => fetch(`${baseUrl}${path}`, { method: "POST", headers, body }))
        const { error } = yield* Schema.decodeUnknownEffect(Refusal)(yield* sdk(() => response.json()))
        return [response.status, error.param, error.code]
      })
      assert.deepStrictEqual(yield* post("/responses", "{"), [400, null, null])
      assert.deepStrictEqual(yield* post("/responses", "[1]"), [400, null, null])
      assert.deepStrictEqual(yield* post("/responses", `{"model":"${model}"}`), [
        400,
        "input",
        "missing_required_parameter"
      ])
      assert.deepStrictEqual(yield* post("/chat/completions", `{"messages":[]}`), [
        400,
        "model",
        "missing_required_parameter"
      ])
      assert.deepStrictEqual(yield* post("/chat/completions", `{"model":"${model}","messages":[]}`), [
        400,
        "messages",
        "empty_array"
      ])
      assert.deepStrictEqual(yield* post("/chat/completions", `{"model":"${model}","messages":"hi"}`), [
        400,
        "messages",
        "invalid_type"
      ])
      assert.deepStrictEqual(yield* post("/chat/completions", `{"model":"${model}","messages":[{"role":"user"}]}`), [
        400,
        "messages.0.content",
        "missing_required_parameter"
      ])
      assert.deepStrictEqual(yield* post("/embeddings", "{}"), [404, null, null])
    }).pipe(Effect.provide(layer))
  )
})

describe("ScriptedServer", () => {
  it.effect("lists the models it serves", () =>
    Effect.gen(function* () {
      const openai = yield* client
      const models = yield* collect(openai.models.list())
      assert.deepStrictEqual(
        models.map((model) => model.id),
        ["one", "org/two"]
      )
      const { id } = yield* sdk(() => openai.models.retrieve("org/two"))
      assert.strictEqual(id, "org/two")
    }).pipe(Effect.provide(ScriptedServer.layer({ script, timing: instant, models: ["one", "org/two"] })))
  )

  it.effect("takes any key where none is set, and records each request with its outcome", () =>
    Effect.gen(function* () {
      const { baseUrl, requests } = yield* ScriptedServer
      const openai = new OpenAI({ apiKey: "whatever", baseURL: baseUrl, maxRetries: 0 })
      yield* sdk(() => openai.responses.create({ model, input: "Heat?" }))
      yield* Effect.flip(sdk(() => openai.responses.create({ model: "other", input: "Heat?" })))
      assert.deepStrictEqual(
        (yield* requests).map(({ body, index, method, outcome, path }) => [index, method, path, body, outcome]),
        [
          [0, "POST", "/v1/responses", { model, input: "Heat?" }, "answered"],
          [1, "POST", "/v1/responses", { model: "other", input: "Heat?" }, "refused"]
        ]
      )
    }).pipe(Effect.provide(ScriptedServer.layer({ script, timing: instant })))
  )

  const slow = { firstToken: Duration.millis(400), tokensPerSecond: 125 }
  const paced = ScriptedServer.layer({ script, timing: slow })

  it.effect("answers after exactly the computed time, not a millisecond sooner", () =>
    Effect.gen(function* () {
      const openai = yield* client
      const fiber = yield* Effect.forkChild(sdk(() => openai.responses.create({ model, input: "Heat?", tools })))
      yield* until(([request]) => request?.body !== undefined)
      yield* TestClock.adjust(Duration.millis(replyMillis(reply, slow) - 1))
      const { requests } = yield* ScriptedServer
      assert.strictEqual((yield* requests)[0]?.outcome, "running")
      yield* TestClock.adjust("1 millis")
      assert.strictEqual((yield* Fiber.join(fiber)).output_text, "Let me look.")
    }).pipe(Effect.provide(paced))
  )

  it.effect("writes each token when it is due", () =>
    Effect.gen(function* () {
      const openai = yield* client
      const stream = yield* sdk(() => openai.responses.create({ model, input: "Heat?", tools, stream: true }))
      const events = stream[Symbol.asyncIterator]()
      const next = sdk(() => events.next())
      const type = Effect.map(next, ({ value }) => value?.type)
      assert.deepStrictEqual([yield* type, yield* type], ["response.created", "response.in_progress"])
      yield* TestClock.adjust("400 millis")
      assert.deepStrictEqual(
        [yield* type, yield* type, yield* type],
        ["response.output_item.added", "response.content_part.added", "response.output_text.delta"]
      )
      yield* TestClock.adjust("8 millis")
      assert.strictEqual((yield* next).value?.delta, "me l")
      yield* sdk(() => Promise.resolve(stream.controller.abort()))
      yield* until(([request]) => request?.outcome === "abandoned")
    }).pipe(Effect.provide(paced))
  )

  const read = (openai: OpenAI, stream: boolean) =>
    sdk(async (signal) => {
      const answer = await openai.responses.create({ model, input: "Heat?", stream }, { signal })
      return "output" in answer ? [answer] : Array.fromAsync<unknown>(answer)
    })

  it.effect("stops working on a reply whose client has left, streaming or not", () =>
    Effect.gen(function* () {
      const openai = yield* client
      for (const [index, stream] of [true, false].entries()) {
        const fiber = yield* Effect.forkChild(read(openai, stream))
        yield* until((requests) => requests[index]?.body !== undefined)
        yield* Fiber.interrupt(fiber)
        yield* until((requests) => requests[index]?.outcome === "abandoned")
      }
    }).pipe(Effect.provide(paced))
  )

  it.effect("ends running replies, streaming or not, when its scope closes", () =>
    Effect.gen(function* () {
      const fibers = yield* Effect.gen(function* () {
        const openai = yield* client
        const fibers = yield* Effect.forEach([true, false], (stream) =>
          Effect.forkDetach(Effect.exit(read(openai, stream)))
        )
        yield* until((requests) => requests.length === 2 && requests.every((request) => request.body !== undefined))
        return fibers
      }).pipe(Effect.provide(Layer.fresh(paced)))
      for (const fiber of fibers) assert.strictEqual((yield* Fiber.join(fiber))._tag, "Failure")
    })
  )

  it.effect("serves a hundred streams at once, each whole", () =>
    Effect.gen(function* () {
      const openai = yield* client
      const fiber = yield* Effect.forEach(
        Array.from({ length: 100 }, (_, index) => `question ${index}`),
        (content) =>
          Effect.flatMap(
            sdk(() =>
              openai.chat.completions.create({
                model,
                messages: [{ role: "user", content }],
                tools: chatTools,
                stream: true
              })
            ),
            collect
          ),
        { concurrency: 100 }
      ).pipe(Effect.forkChild)
      yield* until((requests) => requests.length === 100 && requests.every((request) => request.body !== undefined))
      yield* TestClock.adjust("1 minute")
      const streams = yield* Fiber.join(fiber)
      assert.isTrue(streams.every((chunks) => chunks.length === 16))
    }).pipe(Effect.provide(paced))
  )
})
