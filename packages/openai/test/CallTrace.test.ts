import * as Recorder from "@callsheet/core/explain/Recorder"
import { Attribute, phaseEvent, phaseReason, type RecordedSpan } from "@callsheet/core/explain/Trace"
import type { ModelRequest } from "@callsheet/core/model/ModelStream"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Redacted, Schema, Stream } from "effect"
import { Tool } from "effect/ai"

import * as OpenAiModel from "../src/OpenAiModel.ts"
import { chatText } from "./recordings.ts"
import { eventStream, json, responseEvents, runClock, say, serve, serveSocket } from "./servers.ts"

const key = "sk-proj-0123456789abcdef"
const never = Duration.days(10_000)

const request: ModelRequest = {
  messages: [{ role: "user", text: "hi" }],
  tools: [],
  toolChoice: "auto",
  cacheKey: undefined,
  deltasOf: undefined
}

/** Lets the test's clock run meanwhile. */
const ticking = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.forkChild(effect, { startImmediately: true }), (fiber) => runClock(fiber, "100 millis"))

/** The spans of one call with `options`, as a chat. */
const asked = Effect.fnUntraced(function* (options: OpenAiModel.Options, tools: ModelRequest["tools"] = []) {
  const model = yield* OpenAiModel.makeModelStream({
    apiKey: Redacted.make(key),
    connectTimeout: never,
    idleTimeout: never,
    api: "chat",
    ...options
  })
  const recorder = Recorder.make()
  const chat = Stream.runCollect(model.stream({ ...request, tools })).pipe(
    Effect.withSpan("chat", {}, { captureStackTrace: false }),
    recorder.record,
    Effect.result
  )
  yield* chat
  const { spans } = recorder
  return {
    spans,
    chat: spans.find(({ name }) => name === "chat"),
    requests: spans.filter(({ name }) => name !== "chat")
  }
})

const phases = (span: RecordedSpan | undefined) =>
  (span?.events ?? []).flatMap(({ attributes, name }) =>
    name === phaseEvent ? [`${attributes[Attribute.component]} ${attributes[phaseReason] ?? ""}`.trim()] : []
  )

/** All that stands in `spans`. */
const textOf = (spans: ReadonlyArray<RecordedSpan>) => JSON.stringify(spans)

describe("a model call that is traced", () => {
  it.live("has a client span for its request, by the conventions for HTTP, as long as its answer came", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => response.writeHead(200, eventStream).end(chatText.text))
      const { chat, requests } = yield* asked({ baseUrl: server.baseUrl })
      assert.strictEqual(requests.length, 1)
      const [sent] = requests
      assert.strictEqual(sent?.name, "POST")
      assert.strictEqual(sent?.parentId, chat?.spanId)
      assert.isUndefined(sent?.problem)
      assert.deepStrictEqual(sent?.attributes, {
        "http.request.method": "POST",
        "url.full": `${server.baseUrl}/chat/completions`,
        "server.address": "127.0.0.1",
        "server.port": Number(new URL(server.baseUrl).port),
        "network.protocol.name": "http",
        "network.protocol.version": "1.1",
        "http.request.body.size": Buffer.byteLength(JSON.stringify(server.seen[0]?.body)),
        "http.response.body.size": Buffer.byteLength(chatText.text),
        "http.response.status_code": 200
      })
    }).pipe(Effect.scoped)
  )

  it.effect("has one for each attempt, and says what it waited between them, and why", () =>
    Effect.gen(function* () {
      const server = yield* serve((response, _, index) => {
        if (index === 0) response.writeHead(500, json).end("{}")
        else if (index === 1) response.writeHead(429, { ...json, "retry-after": "3" }).end("{}")
        else response.writeHead(200, eventStream).end(chatText.text)
      })
      const { chat, requests } = yield* ticking(asked({ baseUrl: server.baseUrl }))
      assert.deepStrictEqual(
        requests.map(({ attributes, problem }) => [
          attributes["http.response.status_code"],
          attributes["http.request.resend_count"],
          attributes[Attribute.errorType],
          problem === undefined
        ]),
        [
          [500, undefined, "500", false],
          [429, 1, "429", false],
          [200, 2, undefined, true]
        ]
      )
      assert.deepStrictEqual(
        phases(chat).filter((phase) => phase.startsWith("queueing")),
        ["queueing retry", "queueing rate_limit"]
      )
      assert.strictEqual(chat?.attributes[Attribute.retries], 2)
    })
  )

  it.effect("says what it waited for another attempt where it is given up meanwhile", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => response.writeHead(429, { ...json, "retry-after": "20" }).end("{}"))
      const model = yield* OpenAiModel.makeModelStream({
        apiKey: Redacted.make(key),
        baseUrl: server.baseUrl,
        api: "chat",
        connectTimeout: never,
        idleTimeout: never
      })
      const recorder = Recorder.make()
      yield* Stream.runDrain(model.stream(request)).pipe(
        Effect.timeoutOption("5 seconds"),
        Effect.withSpan("chat", {}, { captureStackTrace: false }),
        recorder.record,
        ticking
      )
      assert.deepStrictEqual(phases(recorder.spans.find(({ name }) => name === "chat")), ["queueing rate_limit"])
    }).pipe(Effect.scoped)
  )

  it.effect("says why a request got no answer", () =>
    Effect.gen(function* () {
      const { chat, requests } = yield* ticking(asked({ baseUrl: "http://127.0.0.1:1/v1" }))
      assert.deepStrictEqual(
        requests.map(({ attributes }) => attributes[Attribute.errorType]),
        ["ECONNREFUSED"]
      )
      assert.match(requests[0]?.problem ?? "", /Nothing answers at 127\.0\.0\.1:1/)
      assert.isDefined(chat?.problem)
    })
  )

  it.live("says how long the tools' definitions took where they are made, which is once for a list", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => response.writeHead(200, eventStream).end(chatText.text))
      const fields = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`field_${index}`, Schema.String]))
      const tools = Array.from({ length: 20 }, (_, index) =>
        Tool.make(`tool_${index}`, { parameters: Schema.Struct(fields) })
      )
      const first = yield* asked({ baseUrl: server.baseUrl }, tools)
      assert.include(phases(first.chat), "tool-definitions")
    }).pipe(Effect.scoped)
  )

  it.live("over a socket has a span for what it sends there", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard) => say(heard, responseEvents("r", "Hi")))
      const { chat, requests } = yield* asked({ baseUrl: server.baseUrl, api: "responses", transport: "websocket" })
      assert.deepStrictEqual(
        requests.map(({ attributes, name, parentId }) => [
          name,
          attributes["url.full"],
          attributes["network.protocol.name"],
          parentId
        ]),
        [["response.create", `${server.baseUrl.replace("http", "ws")}/responses`, "websocket", chat?.spanId]]
      )
      assert.isUndefined(requests[0]?.problem)
    }).pipe(Effect.scoped)
  )

  it.live("has no span where it is left before it is over that says that anything failed", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => {
        response.writeHead(200, eventStream).write(chatText.text.slice(0, chatText.text.length / 2))
      })
      const model = yield* OpenAiModel.makeModelStream({
        apiKey: Redacted.make(key),
        baseUrl: server.baseUrl,
        api: "chat"
      })
      const recorder = Recorder.make()
      yield* recorder.record(Stream.runHead(model.stream(request)))
      assert.deepStrictEqual(
        recorder.spans.map(({ attributes, name, problem }) => [name, problem, attributes[Attribute.errorType]]),
        [["POST", undefined, undefined]]
      )
    }).pipe(Effect.scoped)
  )

  for (const status of [200, 400, 401, 429, 500]) {
    it.effect(`writes no key, token or password into any span: status ${status}`, () =>
      Effect.gen(function* () {
        const server = yield* serve((response) => {
          const echoed = { error: { message: `The key ${key} at ?token=querysecret is wrong.` } }
          if (status === 200) response.writeHead(200, eventStream).end(chatText.text)
          else response.writeHead(status, { ...json, "x-key": key }).end(JSON.stringify(echoed))
        })
        const baseUrl = server.baseUrl.replace("http://", "http://user:password123@")
        const { requests, spans } = yield* ticking(asked({ baseUrl: `${baseUrl}?api_token=querysecret` }))
        assert.isAbove(requests.length, 0)
        assert.notInclude(textOf(spans), key)
        assert.notInclude(textOf(spans), "password123")
        assert.notInclude(textOf(spans), "api_token")
      })
    )
  }

  it.live("costs no span where nobody traces", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => response.writeHead(200, eventStream).end(chatText.text))
      const model = yield* OpenAiModel.makeModelStream({
        apiKey: Redacted.make(key),
        baseUrl: server.baseUrl,
        api: "chat"
      })
      const recorder = Recorder.make()
      const quiet = Effect.withTracerEnabled(Stream.runDrain(model.stream(request)), false)
      yield* recorder.record(quiet)
      assert.deepStrictEqual(recorder.spans, [])
    }).pipe(Effect.scoped)
  )
})
