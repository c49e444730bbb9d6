import type { ServerResponse } from "node:http"
import type { Transform } from "node:stream"
import { inspect } from "node:util"
import * as Zlib from "node:zlib"

import { type ModelRequest, ModelStream } from "@callsheet/core/model/ModelStream"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Clock, Deferred, Duration, Effect, Fiber, Redacted, Result, Stream } from "effect"
import type { AiError } from "effect/ai"
import { TestClock } from "effect/testing"

import * as OpenAiModel from "../src/OpenAiModel.ts"
import { chatText, responsesText } from "./recordings.ts"
import { eventStream, eventually, json, runClock, type Seen, serve, serveSilence, turn } from "./servers.ts"

const key = "sk-proj-0123456789abcdef"
const never = Duration.days(10_000)

const request: ModelRequest = {
  messages: [{ role: "user", text: "hi" }],
  tools: [],
  toolChoice: "auto",
  cacheKey: undefined,
  deltasOf: undefined
}

const make = (options: OpenAiModel.Options) =>
  OpenAiModel.makeModelStream({
    apiKey: Redacted.make(key),
    connectTimeout: never,
    idleTimeout: never,
    api: "chat",
    ...options
  })

const collect = (model: ModelStream["Service"], asked = request) => Stream.runCollect(model.stream(asked))

const failureOf = Effect.fnUntraced(function* (options: OpenAiModel.Options) {
  const model = yield* make(options)
  return yield* Effect.flip(collect(model))
})

const finishOf = <Part extends { readonly _tag: string }>(parts: ReadonlyArray<Part>) =>
  parts.find(({ _tag }) => _tag === "Finish")

const errorBody = (message: string, code?: string) =>
  JSON.stringify({ error: { message, type: "x", code: code ?? null } })

describe("a model call", () => {
  it.effect("sends key and body, and keeps its connection for the next call", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => response.writeHead(200, eventStream).end(chatText.text))
      const model = yield* make({ baseUrl: server.baseUrl, model: "m" })
      const [first] = yield* Effect.all([collect(model), collect(model)], { concurrency: 1 })
      assert.deepStrictEqual<unknown>(finishOf(first), {
        ...finishOf(chatText.parts),
        requestBytes: Buffer.byteLength(JSON.stringify(server.seen[0]?.body)),
        responseBytes: Buffer.byteLength(chatText.text),
        retries: 0
      })
      assert.strictEqual(server.seen[0]?.headers.authorization, `Bearer ${key}`)
      assert.strictEqual(server.seen[0]?.path, "/v1/chat/completions")
      assert.strictEqual(server.connections.opened, 1)
    })
  )

  it.effect("takes a fresh connection at once where the server has closed the kept one", () =>
    Effect.gen(function* () {
      const server = yield* serve((response, _, index) =>
        index === 1 ? response.destroy() : response.writeHead(200, eventStream).end(chatText.text)
      )
      const model = yield* make({ baseUrl: server.baseUrl })
      yield* collect(model)
      const parts = yield* collect(model)
      assert.strictEqual(server.seen.length, 3)
      assert.deepInclude(finishOf(parts), { retries: 1 })
    })
  )

  it.effect("is tried again with a pause where a kept connection is reset after the server had time to work", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const at: Array<number> = []
      let working: ServerResponse | undefined
      const server = yield* serve((response, _, index) => {
        at.push(clock.currentTimeMillisUnsafe())
        if (index === 1) working = response
        else response.writeHead(200, eventStream).end(chatText.text)
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      yield* collect(model)
      const fiber = yield* Effect.forkChild(collect(model))
      yield* eventually(() => working !== undefined)
      yield* TestClock.adjust("1 second")
      working?.destroy()
      assert.deepInclude(finishOf(yield* runClock(fiber, "100 millis")), { retries: 1 })
      assert.strictEqual(server.seen.length, 3)
      assert.isAtLeast((at[2] ?? 0) - (at[1] ?? 0), 1_400)
    })
  )

  it.effect("sends no key where none is set", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => response.writeHead(200, eventStream).end(chatText.text))
      yield* collect(yield* make({ baseUrl: server.baseUrl, apiKey: undefined }))
      assert.isUndefined(server.seen[0]?.headers.authorization)
    })
  )

  it.effect("closes its connections with its scope", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => response.writeHead(200, eventStream).end(chatText.text))
      yield* Effect.scoped(Effect.flatMap(make({ baseUrl: server.baseUrl }), (model) => collect(model)))
      yield* eventually(() => server.connections.closed === 1)
    })
  )

  it.effect("speaks Azure's dated API", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => response.writeHead(200, eventStream).end(chatText.text))
      const origin = server.baseUrl.replace("/v1", "")
      yield* collect(yield* make({ baseUrl: origin, azureApiVersion: "2024-10-21", model: "nano" }))
      assert.strictEqual(server.seen[0]?.path, "/openai/deployments/nano/chat/completions?api-version=2024-10-21")
      assert.strictEqual(server.seen[0]?.headers["api-key"], key)
      assert.isUndefined(server.seen[0]?.headers.authorization)
    })
  )

  it.effect("hands on parts while the model writes", () =>
    Effect.gen(function* () {
      const more = yield* Deferred.make<void>()
      const services = yield* Effect.context<never>()
      const [head = "", tail = ""] = chatText.text.split("\n\ndata: [DONE]")
      const server = yield* serve((response) => {
        response.writeHead(200, eventStream).write(head)
        Effect.runForkWith(services)(
          Effect.andThen(
            Deferred.await(more),
            Effect.sync(() => response.end(`\n\ndata: [DONE]${tail}`))
          )
        )
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      // The server ends only after the first text arrived.
      const parts = yield* model.stream(request).pipe(
        Stream.tap((part) => (part._tag === "TextDelta" ? Deferred.succeed(more, undefined) : Effect.void)),
        Stream.runCollect
      )
      assert.deepStrictEqual(
        parts.map(({ _tag }) => _tag),
        ["TextDelta", "Finish"]
      )
    })
  )

  it.effect("reads a whole answer where the server does not stream, and events where it insists on them", () =>
    Effect.gen(function* () {
      const whole = JSON.stringify({
        id: "c1",
        model: "m",
        choices: [{ message: { content: "Hi" }, finish_reason: "stop" }]
      })
      const server = yield* serve((response, _, index) =>
        index === 0 ? response.writeHead(200, json).end(whole) : response.writeHead(200, eventStream).end(chatText.text)
      )
      const texts = (parts: ReadonlyArray<{ readonly _tag: string; readonly delta?: string }>) =>
        parts.map((part) => part.delta ?? "").join("")
      assert.strictEqual(texts(yield* collect(yield* make({ baseUrl: server.baseUrl, streaming: true }))), "Hi")
      assert.strictEqual(
        texts(yield* collect(yield* make({ baseUrl: server.baseUrl, streaming: false }))),
        "Amélie 千と千尋 🎬"
      )
    })
  )
})

describe("a call of the model's", () => {
  const callEvents = {
    responses: [
      { type: "response.created", response: { id: "r", model: "m" } },
      {
        type: "response.output_item.added",
        output_index: 0,
        item: { type: "function_call", call_id: "a", name: "search", arguments: "" }
      },
      { type: "response.function_call_arguments.delta", output_index: 0, delta: '{"q":"Heat"}' },
      { type: "response.function_call_arguments.done", output_index: 0, arguments: '{"q":"Heat"}' }
    ],
    chat: [
      { choices: [{ delta: { tool_calls: [{ index: 0, id: "a", function: { name: "search", arguments: "" } }] } }] },
      { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '{"q":"Heat"}' } }] } }] }
    ]
  }
  for (const api of ["responses", "chat"] as const) {
    it.effect(`is handed on at the last byte of its arguments, while the answer goes on, over ${api}`, () =>
      Effect.gen(function* () {
        const server = yield* serve((response) => {
          response.writeHead(200, eventStream)
          response.write(callEvents[api].map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""))
        })
        const model = yield* make({ baseUrl: server.baseUrl, api })
        const parts = yield* model.stream(request).pipe(Stream.take(1), Stream.runCollect)
        assert.deepStrictEqual(
          parts.map((part) => part._tag === "Call" && part.call.input),
          [{ q: "Heat" }]
        )
        yield* eventually(() => server.connections.closed === 1)
      })
    )
  }
})

describe("many calls at a time", () => {
  const count = 500
  const ask = (model: ModelStream["Service"], text: string) =>
    Effect.map(collect(model, { ...request, messages: [{ role: "user", text }] }), (parts) =>
      parts.map((part) => (part._tag === "TextDelta" ? part.delta : "")).join("")
    )

  it.effect("get each its own answer, over connections that are kept for the next ones", () =>
    Effect.gen(function* () {
      const server = yield* serve((response, { body }) => {
        const said = /"content":"(\w+)"/.exec(JSON.stringify(body))?.[1]
        const event = { choices: [{ delta: { content: said }, finish_reason: "stop" }] }
        response.writeHead(200, eventStream).end(`data: ${JSON.stringify(event)}\n\ndata: [DONE]\n\n`)
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      const texts = Array.from({ length: count }, (_, n) => `question${n}`)
      for (let round = 0; round < 3; round++) {
        const said = yield* Effect.forEach(texts, (text) => ask(model, text), { concurrency: count })
        assert.deepStrictEqual(said, texts)
      }
      assert.isAtMost(server.connections.opened, count)
      assert.strictEqual(server.connections.closed, 0)
    })
  )
})

describe("the end of an answer", () => {
  it.effect("is waited for, so that the connection serves the next call", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => {
        response.writeHead(200, eventStream).write(chatText.text)
        setImmediate(() => setImmediate(() => response.end()))
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      yield* Effect.all([collect(model), collect(model), collect(model)], { concurrency: 1 })
      assert.strictEqual(server.connections.opened, 1)
    })
  )

  const [withUsage = ""] = chatText.text.split("data: [DONE]")
  const withoutUsage = withUsage.slice(0, withUsage.lastIndexOf("data: "))

  for (const [what, text, limitMillis] of [
    ["once all is told", withUsage, 100],
    ["for its usage", withoutUsage, 1_100]
  ] as const) {
    it.effect(`is not waited for long ${what}, though the server never announces it`, () =>
      Effect.gen(function* () {
        const server = yield* serve((response) => {
          response.writeHead(200, eventStream).write(text)
        })
        const model = yield* make({ baseUrl: server.baseUrl, idleTimeout: "2 minutes" })
        const parts = yield* runClock(yield* Effect.forkChild(collect(model)), "10 millis")
        assert.deepInclude(finishOf(parts), { reason: "stop" })
        assert.isAtMost(yield* Clock.currentTimeMillis, limitMillis + 50)
        yield* eventually(() => server.connections.closed === 1)
      })
    )
  }

  it.effect("takes nothing from the answer where the connection breaks instead", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => {
        response.writeHead(200, eventStream).write(withUsage, () => setImmediate(() => response.destroy()))
      })
      const parts = yield* collect(yield* make({ baseUrl: server.baseUrl }))
      assert.deepInclude(finishOf(parts), { reason: "stop", retries: 0 })
    })
  )

  it.effect("is not waited for beyond 50 milliseconds", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => {
        response.writeHead(200, eventStream).write(chatText.text)
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      const parts = yield* runClock(yield* Effect.forkChild(collect(model)), "10 millis")
      assert.strictEqual(parts.at(-1)?._tag, "Finish")
      yield* eventually(() => server.connections.closed === 1)
    })
  )
})

describe("a long answer", () => {
  it.effect("makes its server wait while nobody reads, and loses nothing", () =>
    Effect.gen(function* () {
      const written = { bytes: 0 }
      const line = `data: ${JSON.stringify({ choices: [{ delta: { content: "x".repeat(1_000) } }] })}\n\n`
      const lines = 20_000
      const server = yield* serve((response) => {
        response.writeHead(200, eventStream)
        const pour = (from: number): void => {
          for (let at = from; at < lines; at++) {
            written.bytes += line.length
            if (!response.write(line)) {
              response.once("drain", () => pour(at + 1))
              return
            }
          }
          response.end(`data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`)
        }
        pour(0)
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      const mayRead = yield* Deferred.make<void>()
      let chars = 0
      const fiber = yield* Effect.forkChild(
        Stream.runForEachArray(model.stream(request), (parts) => {
          for (const part of parts) if (part._tag === "TextDelta") chars += part.delta.length
          return Deferred.await(mayRead)
        })
      )
      // As long as the server still gets bytes off.
      let before = -1
      while (written.bytes === 0 || before !== written.bytes) {
        before = written.bytes
        for (let turns = 0; turns < 200; turns++) yield* turn
      }
      assert.isBelow(written.bytes, (line.length * lines) / 2)
      yield* Deferred.succeed(mayRead, undefined)
      yield* Fiber.join(fiber)
      assert.strictEqual(chars, 1_000 * lines)
    })
  )
})

describe("interruption", () => {
  it.effect("closes the request in the middle of the answer", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const server = yield* serve((response) => {
        response.writeHead(200, eventStream).write(chatText.text.split("data: [DONE]")[0])
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      const fiber = yield* model.stream(request).pipe(
        Stream.tap(() => Deferred.succeed(begun, undefined)),
        Stream.runDrain,
        Effect.forkChild
      )
      yield* Deferred.await(begun)
      assert.strictEqual(server.connections.closed, 0)
      yield* Fiber.interrupt(fiber)
      yield* eventually(() => server.connections.closed === 1)
    })
  )

  it.effect("closes the request before the answer", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => {})
      const model = yield* make({ baseUrl: server.baseUrl })
      const fiber = yield* Effect.forkChild(collect(model))
      yield* eventually(() => server.seen.length === 1)
      yield* Fiber.interrupt(fiber)
      yield* eventually(() => server.connections.closed === 1)
    })
  )
})

describe("retries", () => {
  const retried = (head: (index: number) => [status: number, headers: Record<string, string>], options = {}) =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const at: Array<number> = []
      const server = yield* serve((response, _, index) => {
        at.push(clock.currentTimeMillisUnsafe())
        const [status, headers] = head(index)
        response.writeHead(status, { ...(status === 200 ? eventStream : json), ...headers })
        response.end(status === 200 ? chatText.text : errorBody("not now"))
      })
      const model = yield* make({ baseUrl: server.baseUrl, ...options })
      const result = yield* runClock(yield* Effect.forkChild(Effect.result(collect(model))), "100 millis")
      return { result, waits: at.slice(1).map((time, index) => time - (at[index] ?? 0)) }
    })

  it.effect("follow a server error twice, with growing pauses, and are counted", () =>
    Effect.gen(function* () {
      const { result, waits } = yield* retried((index) => [index < 2 ? 503 : 200, {}])
      assert.isTrue(
        Result.isSuccess(result) && result.success.some((part) => part._tag === "Finish" && part.retries === 2)
      )
      assert.isAtLeast(waits[0] ?? 0, 400)
      assert.isAtLeast(waits[1] ?? 0, 800)
    })
  )

  it.effect("end after the second", () =>
    Effect.gen(function* () {
      const { result, waits } = yield* retried(() => [500, {}])
      assert.isTrue(Result.isFailure(result) && result.failure.reason._tag === "InternalProviderError")
      assert.strictEqual(waits.length, 2)
    })
  )

  it.effect("wait as long as the server asks", () =>
    Effect.gen(function* () {
      const seconds = yield* retried((index) => (index === 0 ? [429, { "retry-after": "7" }] : [200, {}]))
      assert.isTrue(Result.isSuccess(seconds.result))
      assert.isAtLeast(seconds.waits[0] ?? 0, 7_000)
      const millis = yield* retried((index) => (index === 0 ? [429, { "retry-after-ms": "2500" }] : [200, {}]))
      assert.isAtLeast(millis.waits[0] ?? 0, 2_500)
    })
  )

  it.effect("do not follow where the server asks for more than 30 seconds", () =>
    Effect.gen(function* () {
      const { result, waits } = yield* retried(() => [429, { "retry-after": "31" }])
      const error = Result.isFailure(result) ? result.failure : undefined
      assert.deepStrictEqual(error?.retryAfter, Duration.seconds(31))
      assert.deepStrictEqual(waits, [])
    })
  )

  it.effect("do not follow a bad request", () =>
    Effect.gen(function* () {
      const { waits } = yield* retried(() => [400, {}])
      assert.deepStrictEqual(waits, [])
    })
  )

  it.effect("do not follow once a part was handed on", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => {
        response.writeHead(200, eventStream).write(chatText.text.slice(0, chatText.text.indexOf("data: [DONE]") / 2))
        setImmediate(() => response.destroy())
      })
      const error = yield* failureOf({ baseUrl: server.baseUrl })
      assert.strictEqual(error.reason._tag, "NetworkError")
      assert.strictEqual(server.seen.length, 1)
    })
  )
})

describe("time-outs", () => {
  it.effect("end a call whose server falls silent", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const server = yield* serve((response) => {
        response.writeHead(200, eventStream).write(chatText.text.slice(0, chatText.text.indexOf("data: [DONE]") / 2))
      })
      const model = yield* make({ baseUrl: server.baseUrl, idleTimeout: "1 minute" })
      const fiber = yield* model.stream(request).pipe(
        Stream.tap(() => Deferred.succeed(begun, undefined)),
        Stream.runDrain,
        Effect.flip,
        Effect.forkChild
      )
      yield* Deferred.await(begun)
      const error = yield* runClock(fiber, "1 second")
      assert.include(error.message, "stayed silent for 1m; try again")
      assert.isAtLeast(yield* Clock.currentTimeMillis, 60_000)
      assert.strictEqual(server.seen.length, 1)
      yield* eventually(() => server.connections.closed === 1)
    })
  )

  it.effect("end each of several calls at its own time", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => {})
      const model = yield* make({ baseUrl: server.baseUrl, connectTimeout: "10 seconds", idleTimeout: "1 minute" })
      const begin = Effect.fnUntraced(function* (count: number) {
        const fiber = yield* Effect.forkChild(Effect.andThen(Effect.flip(collect(model)), Clock.currentTimeMillis))
        yield* eventually(() => server.seen.length === count)
        return fiber
      })
      const first = yield* begin(1)
      yield* TestClock.adjust("7 seconds")
      const second = yield* begin(2)
      assert.strictEqual(yield* runClock(first, "1 second"), 60_000)
      assert.strictEqual(yield* runClock(second, "1 second"), 67_000)
    })
  )

  it.effect("end a call that never gets a connection", () =>
    Effect.gen(function* () {
      // It takes the connection and leaves the TLS handshake unanswered.
      const { accepted, port } = yield* serveSilence
      const model = yield* make({ baseUrl: `https://127.0.0.1:${port}/v1`, connectTimeout: "5 seconds" })
      const fiber = yield* Effect.forkChild(Effect.flip(collect(model)))
      yield* eventually(() => accepted() === 1)
      const error = yield* runClock(fiber, "1 second")
      assert.include(error.message, `127.0.0.1:${port} did not accept a connection within 5s`)
      assert.strictEqual(accepted(), 1)
    })
  )

  it.effect("end a call whose server never answers", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => {})
      const model = yield* make({ baseUrl: server.baseUrl, idleTimeout: "1 minute" })
      const fiber = yield* Effect.forkChild(Effect.flip(collect(model)))
      yield* eventually(() => server.seen.length === 1)
      const error = yield* runClock(fiber, "1 second")
      assert.include(error.message, "stayed silent for 1m")
    })
  )
})

describe("a server that cannot be used", () => {
  it.effect("is named where nothing listens, at once", () =>
    Effect.gen(function* () {
      const { baseUrl } = yield* Effect.scoped(serve(() => {}))
      const error = yield* failureOf({ baseUrl })
      assert.strictEqual(error.reason._tag, "NetworkError")
      assert.include(error.message, `Nothing answers at ${new URL(baseUrl).host}`)
      assert.include(error.message, "OPENAI_BASE_URL")
    })
  )

  it.effect("is told from a page of a proxy", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) =>
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<html>Log in</html>")
      )
      const error = yield* failureOf({ baseUrl: server.baseUrl })
      assert.strictEqual(error.reason._tag, "InvalidResponseError")
      assert.include(error.message, "text/html")
    })
  )

  it.effect("is told from an address that is none, and a key that is none, without a request", () =>
    Effect.gen(function* () {
      const tags = (error: AiError.AiError) => error.reason._tag
      assert.strictEqual(tags(yield* failureOf({ baseUrl: "localhost:11434" })), "NetworkError")
      assert.strictEqual(tags(yield* failureOf({ baseUrl: "not an address" })), "NetworkError")
      const missing = yield* failureOf({ apiKey: undefined, baseUrl: undefined })
      assert.include(missing.message, "MissingKey")
      const broken = yield* failureOf({ apiKey: Redacted.make("sk-1234\n567") })
      assert.include(broken.message, "InvalidKey")
      assert.notInclude(inspect(broken), "567")
    })
  )
})

describe("a server that switches protocols", () => {
  for (const kept of [false, true]) {
    it.effect(`fails the call, ${kept ? "though it keeps the connection" : "at once"}`, () =>
      Effect.gen(function* () {
        const server = yield* serve((response) => {
          const { socket } = response
          socket?.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
          if (!kept) socket?.end()
        })
        const model = yield* make({ baseUrl: server.baseUrl })
        const error = yield* runClock(yield* Effect.forkChild(Effect.flip(collect(model))), "100 millis")
        assert.include(error.message, "closed without an answer")
      })
    )
  }
})

describe("a refusal whose body never ends", () => {
  const begun = errorBody("Incorrect key.").slice(0, -2)
  for (const [how, then] of [
    ["is reset", (response: ServerResponse) => void setImmediate(() => response.destroy())],
    ["falls silent", () => {}]
  ] as const) {
    it.effect(`is told by its status where the server ${how}`, () =>
      Effect.gen(function* () {
        const server = yield* serve((response) => {
          response.writeHead(401, json).write(begun, () => then(response))
        })
        const model = yield* make({ baseUrl: server.baseUrl })
        const { reason } = yield* runClock(yield* Effect.forkChild(Effect.flip(collect(model))), "1 second")
        assert.deepInclude(reason, { _tag: "AuthenticationError", kind: "InvalidKey" })
        assert.include(reason._tag === "AuthenticationError" && reason.http?.body, "Incorrect key.")
        assert.isAtMost(yield* Clock.currentTimeMillis, 6_000)
        assert.strictEqual(server.seen.length, 1)
      })
    )
  }
})

describe("an answer that is compressed, though nobody asked for it", () => {
  const ways: ReadonlyArray<readonly [encoding: string, open: () => Transform & Zlib.Zlib]> = [
    ["gzip", Zlib.createGzip],
    ["deflate", Zlib.createDeflate],
    ["br", Zlib.createBrotliCompress],
    ["zstd", Zlib.createZstdCompress]
  ]
  const encoded = (encoding: string) => ({ ...eventStream, "content-encoding": encoding })

  for (const [encoding, open] of ways) {
    it.effect(`is read as it comes: ${encoding}`, () =>
      Effect.gen(function* () {
        const [head = "", tail = ""] = chatText.text.split("data: [DONE]")
        let end = () => {}
        const server = yield* serve((response) => {
          const stream = open()
          stream.pipe(response.writeHead(200, encoded(encoding)))
          stream.write(head)
          stream.flush()
          end = () => stream.end(`data: [DONE]${tail}`)
        })
        const model = yield* make({ baseUrl: server.baseUrl })
        // The server ends only after the first text arrived.
        const parts = yield* model.stream(request).pipe(
          Stream.tap((part) => Effect.sync(() => part._tag === "TextDelta" && end())),
          Stream.runCollect
        )
        assert.deepStrictEqual<unknown>(parts.slice(0, -1), chatText.parts.slice(0, -1))
        assert.deepInclude(finishOf(parts), { reason: "stop", responseBytes: Buffer.byteLength(chatText.text) })
      })
    )
  }

  it.effect("is read byte by byte, and what follows its end is not", () =>
    Effect.gen(function* () {
      const bytes = Buffer.concat([Zlib.gzipSync(chatText.text), Buffer.from("trailer")])
      const server = yield* serve((response) => {
        response.writeHead(200, encoded("GZIP"))
        const write = (at: number): void => {
          if (at === bytes.length) response.end()
          else response.write(bytes.subarray(at, at + 1), () => setImmediate(() => write(at + 1)))
        }
        write(0)
      })
      const parts = yield* collect(yield* make({ baseUrl: server.baseUrl }))
      assert.deepInclude(finishOf(parts), { reason: "stop", retries: 0 })
    })
  )

  it.effect("is read whole, and so is a refusal", () =>
    Effect.gen(function* () {
      const whole = JSON.stringify({ choices: [{ message: { content: "Hi" }, finish_reason: "stop" }] })
      const server = yield* serve((response, _, index) =>
        response
          .writeHead(index === 0 ? 200 : 400, { ...json, "content-encoding": "br" })
          .end(Zlib.brotliCompressSync(index === 0 ? whole : errorBody("Too many tools.")))
      )
      const options = { baseUrl: server.baseUrl, streaming: false }
      assert.deepInclude((yield* collect(yield* make(options)))[0], { _tag: "TextDelta", delta: "Hi" })
      assert.include((yield* failureOf(options)).message, "Too many tools.")
    })
  )

  const broken: ReadonlyArray<readonly [what: string, encoding: string, bytes: () => Buffer, says: string]> = [
    ["in a way that nobody knows", "compress", () => Buffer.from("x"), "compressed its answer (compress)"],
    ["wrongly", "gzip", () => Buffer.from("data: {}\n\n"), "incorrect header check"],
    ["and endless", "gzip", () => Zlib.gzipSync(Buffer.alloc(2 ** 26 + 1, " ")), "longer than any model's"]
  ]
  for (const [what, encoding, bytes, says] of broken) {
    it.effect(`is told once, in a sentence, where it is so ${what}`, () =>
      Effect.gen(function* () {
        const server = yield* serve((response) => response.writeHead(200, encoded(encoding)).end(bytes()))
        const error = yield* failureOf({ baseUrl: server.baseUrl })
        assert.strictEqual(error.reason._tag, "InvalidResponseError")
        assert.include(error.message, says)
        assert.strictEqual(server.seen.length, 1)
      })
    )
  }

  it.effect("does not hide why a request was refused", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) =>
        response.writeHead(401, { ...json, "content-encoding": "compress" }).end("x")
      )
      assert.strictEqual((yield* failureOf({ baseUrl: server.baseUrl })).reason._tag, "AuthenticationError")
    })
  )
})

describe("continuation by id", () => {
  const conversation: ModelRequest = {
    ...request,
    messages: [
      { role: "user", text: "hi" },
      { role: "assistant", text: "hello", calls: [], echo: [], responseId: "resp_1" },
      { role: "user", text: "more" }
    ]
  }
  const options = { api: "responses", continuation: "previousResponse" } as const

  it.effect("sends only what is new", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => response.writeHead(200, eventStream).end(responsesText.text))
      yield* collect(yield* make({ ...options, baseUrl: server.baseUrl }), conversation)
      assert.deepInclude(server.seen[0]?.body, {
        store: true,
        previous_response_id: "resp_1",
        input: [{ role: "user", content: "more" }]
      })
    })
  )

  it.effect("sends everything where the server forgot the response", () =>
    Effect.gen(function* () {
      const server = yield* serve((response, _, index) =>
        index === 0
          ? response.writeHead(400, json).end(errorBody("Previous response not found.", "previous_response_not_found"))
          : response.writeHead(200, eventStream).end(responsesText.text)
      )
      const parts = yield* collect(yield* make({ ...options, baseUrl: server.baseUrl }), conversation)
      assert.strictEqual(server.seen.length, 2)
      assert.notProperty(server.seen[1]?.body, "previous_response_id")
      assert.lengthOf(inputOf(server.seen[1]), 3)
      assert.isTrue(parts.some((part) => part._tag === "Finish" && part.retries === 1))
    })
  )

  const inputOf = (seen: Seen | undefined): ReadonlyArray<unknown> => {
    const body = seen?.body
    return typeof body === "object" && body !== null && "input" in body && Array.isArray(body.input) ? body.input : []
  }
})

describe("the key", () => {
  const echoes: ReadonlyArray<readonly [how: string, status: number, headers: Record<string, string>, body: string]> = [
    ["a 401", 401, json, errorBody(`Incorrect API key provided: ${key}.`, "invalid_api_key")],
    ["a 400", 400, json, errorBody(`Bad header "Bearer ${key}"`)],
    ["a 500 in plain text", 500, { "content-type": "text/plain" }, `${"x".repeat(390)}${key}`],
    ["a 404 with headers", 404, { ...json, "x-request-id": key }, `{"detail":"${key}"}`],
    ["an HTML page", 200, { "content-type": `text/${key}` }, `<p>${key}</p>`],
    ["an event that is no JSON", 200, eventStream, `data: ${key}\n\n`],
    ["an answer that is no JSON", 200, json, `${key}`],
    ["an error event", 200, eventStream, `data: {"error":{"message":"${key}","code":"invalid_${key}"}}\n\n`]
  ]
  for (const [how, status, headers, body] of echoes) {
    it.effect(`is in no error, though the server echoes it in ${how}`, () =>
      Effect.gen(function* () {
        const server = yield* serve((response) => response.writeHead(status, headers).end(body))
        const model = yield* make({ baseUrl: `${server.baseUrl}` })
        const exit = yield* runClock(yield* Effect.forkChild(Effect.exit(collect(model))), "1 second")
        assert.strictEqual(exit._tag, "Failure")
        if (exit._tag !== "Failure") return
        const error = Cause.squash(exit.cause)
        const told = [
          Cause.pretty(exit.cause),
          String(error),
          error instanceof Error ? error.stack : "",
          JSON.stringify(error),
          inspect(exit, { depth: null, showHidden: true })
        ].join("\n")
        assert.include(told, "AiError")
        assert.notInclude(told, key)
        assert.notInclude(told, key.slice(0, 12))
      })
    )
  }
})

describe("an answer without end", () => {
  const mebibyte = Buffer.alloc(2 ** 20, "x")

  /** Writes for as long as anybody reads. */
  const pour = (response: ServerResponse) => {
    while (!response.destroyed && response.write(mebibyte));
    if (!response.destroyed) response.once("drain", () => pour(response))
  }

  for (const [how, headers, streaming] of [
    ["events", eventStream, true],
    ["whole", json, false]
  ] as const) {
    it.effect(`is read so far and no further, ${how}`, () =>
      Effect.gen(function* () {
        const server = yield* serve((response) => pour(response.writeHead(200, headers)))
        const { reason } = yield* failureOf({ baseUrl: server.baseUrl, streaming })
        assert.strictEqual(reason._tag, "InvalidResponseError")
        assert.include(reason._tag === "InvalidResponseError" && reason.description, "longer than any model's (64 MiB)")
        assert.strictEqual(server.seen.length, 1)
      })
    )
  }
})

describe("probe", () => {
  const list = JSON.stringify({ object: "list", data: [{ id: "gpt-4.1-nano" }, { id: "llama3.2:latest" }] })

  it.effect("counts the models and finds the configured one", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => response.writeHead(200, json).end(list))
      const probe = (model: string) => OpenAiModel.probe({ baseUrl: server.baseUrl, model })
      assert.deepStrictEqual(yield* probe("gpt-4.1-nano"), { models: 2, hasModel: true })
      assert.deepStrictEqual(yield* probe("llama3.2"), { models: 2, hasModel: true })
      assert.deepStrictEqual(yield* probe("gpt-9"), { models: 2, hasModel: false })
      assert.strictEqual(server.seen[0]?.path, "/v1/models")
    })
  )

  it.effect("says so where the server has no list", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => response.writeHead(200, json).end("{}"))
      assert.deepStrictEqual(yield* OpenAiModel.probe({ baseUrl: server.baseUrl }), { models: null, hasModel: null })
    })
  )

  it.effect("fails like a call does", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => response.writeHead(401, json).end(errorBody("no")))
      const error = yield* Effect.flip(OpenAiModel.probe({ baseUrl: server.baseUrl }))
      assert.strictEqual(error.reason._tag, "AuthenticationError")
    })
  )
})
