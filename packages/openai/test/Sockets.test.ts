import { inspect } from "node:util"

import type { Message, ModelPart, ModelRequest, ModelStream } from "@callsheet/core/model/ModelStream"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Context, Duration, Effect, Fiber, Metric, Redacted, Ref, Stream } from "effect"
import { LanguageModel } from "effect/ai"
import { TestClock } from "effect/testing"
import { WebSocketServer } from "ws"

import * as OpenAiModel from "../src/OpenAiModel.ts"
import * as SocketMetrics from "../src/SocketMetrics.ts"
import * as SecureServer from "../src/testing/SecureServer.ts"
import * as Wire from "../src/Wire.ts"
import { counted, counts } from "./counts.ts"
import { eventually, type Heard, responseEvents, runClock, say, serveSocket, turn } from "./servers.ts"

const key = "sk-proj-0123456789abcdef"
const never = Duration.days(10_000)

type Model = ModelStream["Service"]

const make = (options: OpenAiModel.Options) =>
  OpenAiModel.makeModelStream({
    apiKey: Redacted.make(key),
    model: "gpt-5-mini",
    connectTimeout: never,
    idleTimeout: never,
    api: "responses",
    transport: "websocket",
    ...options
  })

const requestOf = (messages: ReadonlyArray<Message>): ModelRequest => ({
  messages,
  tools: [],
  toolChoice: "auto",
  cacheKey: undefined,
  deltasOf: undefined
})

const question: ReadonlyArray<Message> = [
  { role: "system", text: "Be brief." },
  { role: "user", text: "Heat?" }
]

/** The conversation that follows `messages`: an answer by its id, and another question. */
const after = (messages: ReadonlyArray<Message>, responseId: string | undefined): ReadonlyArray<Message> => [
  ...messages,
  { role: "assistant", text: "Yes.", calls: [], echo: [], responseId },
  { role: "user", text: `After ${responseId}?` }
]

const ask = (model: Model, messages: ReadonlyArray<Message> = question) =>
  Stream.runCollect(model.stream(requestOf(messages)))

const textOf = (parts: ReadonlyArray<ModelPart>) =>
  parts.map((part) => (part._tag === "TextDelta" ? part.delta : "")).join("")

const finishOf = (parts: ReadonlyArray<ModelPart>) => parts.find((part) => part._tag === "Finish")

/** Answers everything, by its number. */
const answerAll = (heard: Heard, index: number) => say(heard, responseEvents(`r${index}`, `answer ${index}`))

const httpText = "Amélie 千と千尋 🎬"

const inputOf = ({ event }: Heard) => event["input"]
const previousOf = ({ event }: Heard) => event["previous_response_id"]

const whole = (messages: ReadonlyArray<Message>) =>
  messages.map((message) => ({ role: message.role, content: "text" in message ? message.text : "" }))

/** Answers with a call to a tool. */
const callTool = (heard: Heard, id: string) => {
  const output = [{ type: "function_call", call_id: "c", name: "look", arguments: "{}" }]
  say(heard, [{ type: "response.completed", response: { id, model: "m", status: "completed", output } }])
}

/** The conversation that follows the question where `parts` are the answer to it, with the result of its call. */
const afterTool = (parts: ReadonlyArray<ModelPart>, responseId: string): ReadonlyArray<Message> => [
  ...question,
  {
    role: "assistant",
    text: "",
    calls: parts.flatMap((part) => (part._tag === "Call" ? [part.call] : [])),
    echo: [],
    responseId
  },
  { role: "tool", callId: "c", name: "look", text: "1", isFailure: false }
]

const unknownResponse = (heard: Heard) =>
  say(heard, [
    {
      type: "error",
      status: 400,
      error: {
        type: "invalid_request_error",
        code: "previous_response_not_found",
        message: "Previous response not found.",
        param: "previous_response_id"
      }
    }
  ])

describe("a conversation over a socket", () => {
  it.effect("sends all once, and then only what is new, with no field that is HTTP's", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      const model = yield* make({ baseUrl: server.baseUrl })
      const first = yield* ask(model)
      assert.strictEqual(textOf(first), "answer 0")
      const longer = after(question, "r0")
      assert.strictEqual(textOf(yield* ask(model, longer)), "answer 1")
      yield* ask(model, after(longer, "r1"))
      assert.strictEqual(server.sockets.length, 1)
      assert.deepStrictEqual(server.heard[0]?.event, {
        type: "response.create",
        stream_id: "0",
        model: "gpt-5-mini",
        store: false,
        include: ["reasoning.encrypted_content"],
        input: whole(question)
      })
      assert.deepStrictEqual(
        server.heard.slice(1).map((heard) => [previousOf(heard), inputOf(heard)]),
        [
          ["r0", [{ role: "user", content: "After r0?" }]],
          ["r1", [{ role: "user", content: "After r1?" }]]
        ]
      )
      const sent = Buffer.byteLength(JSON.stringify(server.heard[0]?.event))
      const received = responseEvents("r0", "answer 0")
      assert.deepInclude(finishOf(first), {
        requestBytes: sent,
        responseBytes: received.reduce((sum, event) => sum + JSON.stringify({ ...event, stream_id: "0" }).length, 0),
        retries: 0
      })
    })
  )

  it.effect("is sent whole where an earlier message is another than the one that was answered", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      const model = yield* make({ baseUrl: server.baseUrl })
      yield* ask(model)
      const [, user] = question
      const other: ReadonlyArray<Message> = [
        { role: "system", text: "Be long." },
        ...(user === undefined ? [] : [user])
      ]
      yield* ask(model, after(other, "r0"))
      assert.deepStrictEqual(server.heard.map(previousOf), [undefined, undefined])
      assert.deepStrictEqual(inputOf(server.heard[1] ?? assert.fail()), whole(after(other, "r0")))
    })
  )

  it.effect("is sent whole, once and with its reasoning, where the server has lost the response", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) =>
        previousOf(heard) === undefined ? answerAll(heard, index) : unknownResponse(heard)
      )
      const model = yield* make({ baseUrl: server.baseUrl })
      yield* ask(model)
      const item = { type: "reasoning", id: "rs", summary: [], encrypted_content: "x" }
      const messages: ReadonlyArray<Message> = [
        ...question,
        {
          role: "assistant",
          text: "Yes.",
          calls: [],
          echo: [{ item, afterText: false, afterCalls: 0 }],
          responseId: "r0"
        },
        { role: "user", text: "Well?" }
      ]
      const parts = yield* ask(model, messages)
      assert.strictEqual(textOf(parts), "answer 2")
      assert.deepInclude(finishOf(parts), { retries: 1 })
      assert.deepStrictEqual(server.heard.map(previousOf), [undefined, "r0", undefined])
      assert.deepStrictEqual(inputOf(server.heard[2] ?? assert.fail()), [
        ...whole(question),
        item,
        { role: "assistant", content: "Yes." },
        { role: "user", content: "Well?" }
      ])
    })
  )

  it.effect("fails where the server claims to have lost what it was sent whole", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(unknownResponse)
      const model = yield* make({ baseUrl: server.baseUrl })
      const error = yield* Effect.flip(ask(model))
      assert.strictEqual(error.reason._tag, "InvalidRequestError")
      assert.strictEqual(server.heard.length, 1)
    })
  )

  it.effect("is sent whole over another socket where the server has closed the idle one", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      const model = yield* make({ baseUrl: server.baseUrl })
      yield* ask(model)
      server.sockets[0]?.close(1001)
      yield* eventually(() => server.sockets[0]?.readyState === 3)
      const parts = yield* ask(model, after(question, "r0"))
      assert.strictEqual(textOf(parts), "answer 1")
      assert.deepStrictEqual(
        server.heard.map((heard) => [heard.connection, previousOf(heard)]),
        [
          [0, undefined],
          [1, undefined]
        ]
      )
    })
  )

  it.effect("goes again at once where the idle socket turns out to be dead", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) => {
        if (index === 1) heard.socket.terminate()
        else answerAll(heard, index)
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      yield* ask(model)
      // The clock stands still: no pause is waited for.
      const parts = yield* ask(model, after(question, "r0"))
      assert.deepInclude(finishOf(parts), { retries: 1 })
      assert.deepStrictEqual(server.heard.map(previousOf), [undefined, "r0", undefined])
    })
  )

  it.effect("goes over another socket where the server's hour is over", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) => {
        if (index !== 1) return answerAll(heard, index)
        const code = "websocket_connection_limit_reached"
        heard.socket.send(JSON.stringify({ type: "error", status: 400, error: { code, message: "60 minutes." } }))
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      yield* ask(model)
      assert.strictEqual(textOf(yield* ask(model, after(question, "r0"))), "answer 2")
      assert.deepStrictEqual(
        server.heard.map(({ connection }) => connection),
        [0, 0, 1]
      )
    })
  )

  it.effect("leaves a socket before the server's hour is over", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      const model = yield* make({ baseUrl: server.baseUrl })
      yield* ask(model)
      yield* TestClock.adjust("56 minutes")
      yield* ask(model, after(question, "r0"))
      assert.deepStrictEqual(
        server.heard.map(({ connection }) => connection),
        [0, 1]
      )
      yield* eventually(() => server.sockets[0]?.readyState === 3)
    })
  )

  it.effect("names a response that the server stores, whatever socket it came over", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      const model = yield* make({ baseUrl: server.baseUrl, continuation: "previousResponse" })
      yield* ask(model, after(question, "elsewhere"))
      assert.strictEqual(server.heard[0]?.event["store"], true)
      assert.deepStrictEqual(server.heard.map(previousOf), ["elsewhere"])
    })
  )
})

describe("several runs", () => {
  it.effect("share a socket, each in a lane of its own, and each gets its own answer", () =>
    Effect.gen(function* () {
      const waiting: Array<Heard> = []
      const server = yield* serveSocket((heard) => {
        waiting.push(heard)
        if (waiting.length < 8) return
        // Letter by letter, in turn.
        for (const step of [0, 1, 2]) {
          for (const [index, one] of waiting.entries()) {
            const events = responseEvents(`r${index}`, String(inputOf(one) && JSON.stringify(inputOf(one))))
            say(one, events.slice(step, step + 1))
          }
        }
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      const answers = yield* Effect.forEach(
        Array.from({ length: 8 }, (_, index) => index),
        (index) => ask(model, [{ role: "user", text: `number ${index}` }]),
        { concurrency: 8 }
      )
      for (const [index, parts] of answers.entries()) assert.include(textOf(parts), `number ${index}`)
      assert.strictEqual(server.sockets.length, 1)
      assert.strictEqual(new Set(server.heard.map(({ event }) => event["stream_id"])).size, 8)
    })
  )

  it.effect("take a second socket where sixteen are under way", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((_, index) => {
        if (index === 16) for (const [at, heard] of server.heard.entries()) answerAll(heard, at)
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      yield* Effect.forEach(Array.from({ length: 17 }), () => ask(model), { concurrency: 17 })
      assert.strictEqual(server.sockets.length, 2)
    })
  )

  it.effect("are not disturbed where one is interrupted: what comes for it later is dropped", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(() => {})
      const model = yield* make({ baseUrl: server.baseUrl })
      const stays = yield* Effect.forkChild(ask(model))
      yield* eventually(() => server.heard.length === 1)
      const leaves = yield* Effect.forkChild(ask(model))
      yield* eventually(() => server.heard.length === 2)
      yield* Fiber.interrupt(leaves)
      const [kept, left] = server.heard
      if (kept === undefined || left === undefined) return assert.fail()
      say(left, responseEvents("left", "nobody's"))
      say(kept, responseEvents("kept", "mine"))
      assert.strictEqual(textOf(yield* Fiber.join(stays)), "mine")
      assert.strictEqual(server.sockets.length, 1)
      // Its lane is free again.
      const next = yield* Effect.forkChild(ask(model))
      yield* eventually(() => server.heard.length === 3)
      assert.strictEqual(server.heard[2]?.event["stream_id"], "1")
      yield* Fiber.interrupt(next)
    })
  )

  it.effect("that have all gone leave no socket on which the model goes on", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(() => {})
      const model = yield* make({ baseUrl: server.baseUrl })
      const fiber = yield* Effect.forkChild(ask(model))
      yield* eventually(() => server.heard.length === 1)
      yield* Fiber.interrupt(fiber)
      yield* eventually(() => server.sockets[0]?.readyState === 3)
    })
  )

  it.effect("that have gone before a word was said do not make the server one that never speaks", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) => (index < 3 ? undefined : answerAll(heard, index)))
      const model = yield* make({ baseUrl: server.baseUrl })
      for (const number of [1, 2, 3]) {
        const fiber = yield* Effect.forkChild(ask(model))
        yield* eventually(() => server.heard.length === number)
        yield* Fiber.interrupt(fiber)
      }
      assert.strictEqual(textOf(yield* ask(model)), "answer 3")
    })
  )

  it.effect("keep the socket where one that waits for its tools will go on over it", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) => {
        if (index === 0) callTool(heard, "r0")
        if (index === 2) answerAll(heard, index)
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      const parts = yield* ask(model)
      const fiber = yield* Effect.forkChild(ask(model))
      yield* eventually(() => server.heard.length === 2)
      yield* Fiber.interrupt(fiber)
      yield* ask(model, afterTool(parts, "r0"))
      assert.deepStrictEqual(server.heard.map((heard) => [heard.connection, previousOf(heard)]).at(-1), [0, "r0"])
    })
  )

  it.effect("do not wait for longer than a minute for one that ended at a tool call", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) => {
        if (index === 0) callTool(heard, "r0")
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      yield* ask(model)
      yield* TestClock.adjust("61 seconds")
      const fiber = yield* Effect.forkChild(ask(model))
      yield* eventually(() => server.heard.length === 2)
      yield* Fiber.interrupt(fiber)
      yield* eventually(() => server.sockets[0]?.readyState === 3)
    })
  )

  it.effect("leave a model that goes on for nobody once nobody comes back in time", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) => {
        if (index === 0) callTool(heard, "r0")
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      yield* ask(model)
      yield* TestClock.adjust("30 seconds")
      const fiber = yield* Effect.forkChild(ask(model))
      yield* eventually(() => server.heard.length === 2)
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("31 seconds")
      say(server.heard[1] ?? assert.fail(), responseEvents("left", "nobody's").slice(0, 2))
      yield* eventually(() => server.sockets[0]?.readyState === 3)
    })
  )

  it.effect("that come back after more than a minute are sent whole", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) =>
        index === 0 ? callTool(heard, "r0") : answerAll(heard, index)
      )
      const model = yield* make({ baseUrl: server.baseUrl })
      const messages = afterTool(yield* ask(model), "r0")
      yield* TestClock.adjust("61 seconds")
      assert.strictEqual(textOf(yield* ask(model, messages)), "answer 1")
      assert.deepStrictEqual(
        server.heard.map((heard) => [heard.connection, previousOf(heard)]),
        [
          [0, undefined],
          [0, undefined]
        ]
      )
    })
  )
})

describe("a server without lanes", () => {
  const unnamed = ({ socket }: Heard, index: number) => {
    for (const event of responseEvents(`r${index}`, `answer ${index}`)) socket.send(JSON.stringify(event))
  }

  it.effect("is asked one thing at a time on each socket", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) => {
        if (index === 0 || index === 3) unnamed(heard, index)
        if (index === 2) for (const at of [1, 2]) unnamed(server.heard[at] ?? heard, at)
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      yield* ask(model)
      yield* Effect.all([ask(model, after(question, "r0")), ask(model)], { concurrency: 2 })
      assert.deepStrictEqual(server.heard.map(previousOf), [undefined, "r0", undefined])
      assert.deepStrictEqual(
        server.heard.map(({ connection }) => connection),
        [0, 0, 1]
      )
      assert.deepStrictEqual(
        server.heard.map(({ event }) => event["stream_id"]),
        ["0", "0", undefined]
      )
    })
  )

  it.effect("is found out where it mixes two answers, of which nothing is handed on", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) => {
        if (index === 0) return
        if (index > 1) return unnamed(heard, index)
        for (const [at, one] of server.heard.entries()) unnamed(one, at)
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      const both = yield* Effect.forkChild(Effect.all([ask(model), ask(model)], { concurrency: 2 }))
      const answers = yield* runClock(both, "100 millis")
      assert.deepStrictEqual(new Set(answers.map(textOf)), new Set(["answer 2", "answer 3"]))
    })
  )

  it.effect("is asked again at once where it refuses a lane's name", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) => {
        if (heard.event["stream_id"] === undefined) return unnamed(heard, index)
        const error = { code: "unknown_parameter", message: "Unknown parameter: 'stream_id'.", param: "stream_id" }
        heard.socket.send(JSON.stringify({ type: "error", status: 400, error }))
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      assert.strictEqual(textOf(yield* ask(model)), "answer 1")
      assert.strictEqual(textOf(yield* ask(model)), "answer 2")
    })
  )
})

describe("HTTP takes over", () => {
  const refusing = (status: number, tell: (index: number) => boolean) =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      let upgrades = 0
      server.onUpgrade((socket) => {
        if (!tell(upgrades++)) return false
        socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
        return true
      })
      return { ...server, upgradesTried: () => upgrades }
    })

  it.effect("where the upgrade is refused, and is not left again for ten minutes", () =>
    Effect.gen(function* () {
      const server = yield* refusing(404, (index) => index === 0)
      const model = yield* make({ baseUrl: server.baseUrl })
      assert.strictEqual(textOf(yield* ask(model)), httpText)
      yield* TestClock.adjust("9 minutes")
      assert.strictEqual(textOf(yield* ask(model)), httpText)
      assert.strictEqual(server.upgradesTried(), 1)
      assert.deepInclude(server.posts[1], { stream: true })
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(textOf(yield* ask(model)), "answer 0")
      assert.strictEqual(server.posts.length, 2)
    })
  )

  it.effect("for half a minute where the server is only too busy", () =>
    Effect.gen(function* () {
      const server = yield* refusing(503, (index) => index === 0)
      const model = yield* make({ baseUrl: server.baseUrl })
      assert.strictEqual(textOf(yield* ask(model)), httpText)
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual(textOf(yield* ask(model)), "answer 0")
    })
  )

  it.effect("where the upgrade is not answered within the time for connecting", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      let upgrades = 0
      server.onUpgrade(() => ++upgrades > 0)
      const model = yield* make({ baseUrl: server.baseUrl, connectTimeout: "10 seconds" })
      yield* eventually(() => upgrades === 1)
      const fiber = yield* Effect.forkChild(ask(model))
      yield* turn
      yield* TestClock.adjust("11 seconds")
      assert.strictEqual(textOf(yield* Fiber.join(fiber)), httpText)
      assert.strictEqual(textOf(yield* ask(model)), httpText)
      assert.strictEqual(upgrades, 1)
    })
  )

  for (const [what, answer] of [
    ["never says a word", ({ socket }: Heard) => socket.close(1000)],
    ["says what is no event", ({ socket }: Heard) => socket.send("soap")]
  ] as const) {
    it.effect(`where the server takes sockets and ${what}`, () =>
      Effect.gen(function* () {
        const server = yield* serveSocket(answer)
        const model = yield* make({ baseUrl: server.baseUrl })
        const fiber = yield* Effect.forkChild(ask(model))
        assert.strictEqual(textOf(yield* runClock(fiber, "100 millis")), httpText)
        assert.strictEqual(server.heard.length, 2)
        assert.strictEqual(textOf(yield* ask(model)), httpText)
        assert.strictEqual(server.heard.length, 2)
      })
    )
  }

  it.effect("for what does not stream, and for what is no Responses API", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      yield* ask(yield* make({ baseUrl: server.baseUrl, streaming: false }))
      assert.strictEqual(server.posts.length, 1)
      const chat = yield* Effect.forkChild(ask(yield* make({ baseUrl: server.baseUrl, api: "chat" })))
      yield* eventually(() => server.posts.length === 2)
      yield* Fiber.interrupt(chat)
      assert.strictEqual(server.sockets.length, 0)
    })
  )

  it.effect("and says what is wrong with the key, which no error holds", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll, (response) =>
        response
          .writeHead(401, { "content-type": "application/json" })
          .end(JSON.stringify({ error: { message: `No ${key}` } }))
      )
      server.onUpgrade((socket) => {
        socket.end(`HTTP/1.1 401 No ${key}\r\nContent-Length: 0\r\n\r\n`)
        return true
      })
      const error = yield* Effect.flip(ask(yield* make({ baseUrl: server.baseUrl })))
      assert.strictEqual(error.reason._tag, "AuthenticationError")
      assert.notInclude(inspect(error, { depth: 20 }) + JSON.stringify(error), key)
    })
  )
})

describe("what a server does in the middle", () => {
  it.effect("a cut after the first part fails the call, which is not made again", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard) => {
        say(heard, responseEvents("r", "half").slice(0, 2))
        heard.socket.close()
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      const seen = yield* Ref.make("")
      const call = model.stream(requestOf(question)).pipe(
        Stream.tap((part) => (part._tag === "TextDelta" ? Ref.set(seen, part.delta) : Effect.void)),
        Stream.runDrain
      )
      const error = yield* Effect.flip(call)
      assert.strictEqual(yield* Ref.get(seen), "half")
      assert.match(error.message, /was closed before the answer was complete; try again/)
      assert.strictEqual(server.heard.length, 1)
    })
  )

  it.effect("a cut before the first part is tried again, after a pause", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) => {
        if (index > 0) return answerAll(heard, index)
        say(heard, responseEvents("r", "half").slice(0, 1))
        heard.socket.terminate()
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      const fiber = yield* Effect.forkChild(ask(model))
      yield* eventually(() => server.heard.length === 1)
      for (let turns = 0; turns < 20; turns++) yield* turn
      assert.strictEqual(server.heard.length, 1)
      const parts = yield* runClock(fiber, "100 millis")
      assert.deepInclude(finishOf(parts), { retries: 1 })
      assert.strictEqual(textOf(parts), "answer 1")
    })
  )

  it.effect("an error of one lane is that call's alone, by its status", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) => {
        if (index === 0) return
        say(heard, [{ type: "error", status: 403, error: { type: "x", code: null, message: "Not yours." } }])
        for (const first of server.heard.slice(0, 1)) say(first, responseEvents("r", "mine"))
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      const fine = yield* Effect.forkChild(ask(model))
      yield* eventually(() => server.heard.length === 1)
      const error = yield* Effect.flip(ask(model))
      assert.strictEqual(error.reason._tag, "AuthenticationError")
      assert.strictEqual(textOf(yield* Fiber.join(fine)), "mine")
    })
  )

  it.effect("an error that names no lane is the request's own where only one has not begun", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) => {
        if (index === 0) return say(heard, responseEvents("r", "mine").slice(0, 2))
        heard.socket.send(JSON.stringify({ type: "error", status: 400, error: { code: null, message: "No." } }))
        for (const first of server.heard.slice(0, 1)) say(first, responseEvents("r", "mine").slice(2))
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      const begun = yield* Effect.forkChild(ask(model))
      yield* eventually(() => server.heard.length === 1)
      for (let turns = 0; turns < 5; turns++) yield* turn
      assert.strictEqual((yield* Effect.flip(ask(model))).reason._tag, "InvalidRequestError")
      assert.strictEqual(textOf(yield* Fiber.join(begun)), "mine")
    })
  )

  it.effect("an error of which cannot be told whose it is sends those that have not begun elsewhere, each alone", () =>
    Effect.gen(function* () {
      const refuse = ({ socket }: Heard) =>
        socket.send(JSON.stringify({ type: "error", status: 400, error: { code: null, message: "No." } }))
      const server = yield* serveSocket((heard, index) => {
        if (index === 0) return say(heard, responseEvents("r", "mine").slice(0, 2))
        if (index === 2) {
          refuse(heard)
          for (const [at, one] of server.heard.entries()) say(one, responseEvents(`late ${at}`, "late").slice(2))
        }
        if (index < 3) return
        if (JSON.stringify(inputOf(heard)).includes("wrong")) refuse(heard)
        else answerAll(heard, index)
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      const begun = yield* Effect.forkChild(ask(model))
      yield* eventually(() => server.heard.length === 1)
      for (let turns = 0; turns < 5; turns++) yield* turn
      const [error, parts] = yield* Effect.all(
        [Effect.flip(ask(model, [{ role: "user", text: "wrong" }])), ask(model)],
        {
          concurrency: 2
        }
      )
      assert.strictEqual(error.reason._tag, "InvalidRequestError")
      assert.match(textOf(parts), /^answer [34]$/)
      assert.strictEqual(textOf(yield* Fiber.join(begun)), "mine")
      assert.deepStrictEqual(
        server.heard.map(({ connection }) => connection),
        [0, 0, 0, 1, 2]
      )
    })
  )

  it.effect("an event that is of no response is no sign of a server without lanes", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) => {
        if (index === 0) return
        heard.socket.send(JSON.stringify({ type: "rate_limits.updated", rate_limits: [] }))
        for (const [at, one] of server.heard.entries()) answerAll(one, at)
      })
      const model = yield* make({ baseUrl: server.baseUrl })
      const answers = yield* Effect.all([ask(model), ask(model)], { concurrency: 2 })
      assert.deepStrictEqual(answers.map(textOf), ["answer 0", "answer 1"])
      assert.strictEqual(server.sockets.length, 1)
    })
  )

  it.effect("a socket that falls silent is left at the first time-out, though a run may come back to it", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) => {
        if (index === 0) callTool(heard, "r0")
        if (heard.connection > 0) answerAll(heard, index)
      })
      const model = yield* make({ baseUrl: server.baseUrl, idleTimeout: "30 seconds" })
      yield* ask(model)
      const fiber = yield* Effect.forkChild(Effect.flip(ask(model)))
      yield* eventually(() => server.heard.length === 2)
      yield* TestClock.adjust("31 seconds")
      assert.match((yield* Fiber.join(fiber)).message, /stayed silent for 30s/)
      assert.strictEqual(textOf(yield* ask(model)), "answer 2")
      yield* eventually(() => server.sockets[0]?.readyState === 3)
    })
  )

  it.effect("a response that falls silent beside another costs that one nothing, and later ones go elsewhere", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) => {
        if (heard.connection > 0) answerAll(heard, index)
      })
      const model = yield* make({ baseUrl: server.baseUrl, idleTimeout: "30 seconds" })
      const seen = yield* Ref.make("")
      const stays = yield* Effect.forkChild(
        model.stream(requestOf(question)).pipe(
          Stream.tap((part) => (part._tag === "TextDelta" ? Ref.set(seen, part.delta) : Effect.void)),
          Stream.runDrain
        )
      )
      yield* eventually(() => server.heard.length === 1)
      const silent = yield* Effect.forkChild(Effect.flip(ask(model)))
      yield* eventually(() => server.heard.length === 2)
      yield* TestClock.adjust("20 seconds")
      const first = server.heard[0] ?? assert.fail()
      say(first, responseEvents("r", "mine").slice(0, 2))
      while ((yield* Ref.get(seen)) === "") yield* turn
      yield* TestClock.adjust("11 seconds")
      yield* Fiber.join(silent)
      assert.strictEqual(textOf(yield* ask(model)), "answer 2")
      say(first, responseEvents("r", "mine").slice(2))
      yield* Fiber.join(stays)
      // Nobody else reads there, though the silent response has not ended.
      yield* eventually(() => server.sockets[0]?.readyState === 3)
    })
  )

  it.effect("silence ends in a sentence", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(() => {})
      const model = yield* make({ baseUrl: server.baseUrl, idleTimeout: "2 minutes" })
      const fiber = yield* Effect.forkChild(Effect.flip(ask(model)))
      yield* eventually(() => server.heard.length === 1)
      yield* TestClock.adjust("121 seconds")
      assert.match((yield* Fiber.join(fiber)).message, /stayed silent for 2m/)
    })
  )

  it.effect("a socket that dies while nobody asks takes nothing with it", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      const model = yield* make({ baseUrl: server.baseUrl })
      yield* ask(model)
      // No event, and no frame that the protocol knows.
      server.sockets[0]?.send(Buffer.from([1, 2, 3]))
      yield* eventually(() => server.sockets[0]?.readyState === 3)
      yield* ask(model)
      server.connections[1]?.write(Buffer.from([0xff, 0xff, 0xff]))
      yield* eventually(() => server.sockets[1]?.readyState === 3)
      assert.strictEqual(textOf(yield* ask(model)), "answer 2")
    })
  )
})

describe("a socket", () => {
  it.effect("is opened once and before it is needed, and closed with the layer's scope", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      yield* Effect.scoped(
        Effect.gen(function* () {
          const model = yield* make({ baseUrl: server.baseUrl })
          yield* eventually(() => server.sockets.length === 1)
          yield* ask(model)
        })
      )
      yield* eventually(() => server.sockets[0]?.readyState === 3)
      assert.strictEqual(server.sockets.length, 1)
    })
  )

  it.effect("is opened again before it is needed where wires are kept warm and the server closed it", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      const model = yield* Effect.provide(make({ baseUrl: server.baseUrl }), Wire.layerWarm)
      yield* eventually(() => server.sockets.length === 1)
      server.sockets[0]?.close(1001)
      yield* eventually(() => server.sockets[0]?.readyState === 3)
      for (let turns = 0; turns < 5; turns++) yield* turn
      // A server that drops it at once is asked no more often than every five seconds.
      assert.strictEqual(server.sockets.length, 1)
      yield* TestClock.adjust("5 seconds")
      yield* eventually(() => server.sockets.length === 2)
      assert.strictEqual(textOf(yield* ask(model)), "answer 0")
      // The one for HTTP is not kept beside it.
      assert.strictEqual(server.connections.length, 2)
      assert.strictEqual(server.tcp.opened, 2)
    })
  )

  it.effect("is opened anew before the server's hour is over where wires are kept warm", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      yield* Effect.provide(make({ baseUrl: server.baseUrl }), Wire.layerWarm)
      yield* eventually(() => server.sockets.length === 1)
      for (let turns = 0; turns < 5; turns++) yield* turn
      yield* TestClock.adjust("56 minutes")
      yield* eventually(() => server.sockets.length === 2 && server.sockets[0]?.readyState === 3)
    })
  )

  it.effect("that is kept warm is not tried again while HTTP serves instead", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      let upgrades = 0
      server.onUpgrade((socket) => {
        if (++upgrades > 1) return false
        socket.end("HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        return true
      })
      const model = yield* Effect.provide(make({ baseUrl: server.baseUrl }), Wire.layerWarm)
      assert.strictEqual(textOf(yield* ask(model)), httpText)
      yield* TestClock.adjust("9 minutes")
      for (let turns = 0; turns < 5; turns++) yield* turn
      assert.strictEqual(upgrades, 1)
      yield* TestClock.adjust("2 minutes")
      yield* eventually(() => server.sockets.length === 1)
    })
  )

  it.effect("resumes the session of the one before, and is counted with the other connections", () =>
    Effect.gen(function* () {
      const { port, seen, server } = yield* SecureServer.make((_, response) => response.end())
      const wss = new WebSocketServer({ server })
      let asked = 0
      wss.on("connection", (socket) => {
        socket.on("message", () => {
          for (const event of responseEvents("r", "secure")) socket.send(JSON.stringify({ ...event, stream_id: "0" }))
          if (asked++ === 0) socket.close(1001)
        })
      })
      const model = yield* make({ baseUrl: `https://localhost:${port}/v1` })
      assert.strictEqual(textOf(yield* ask(model)), "secure")
      yield* eventually(() => wss.clients.size === 0)
      for (let turns = 0; turns < 5; turns++) yield* turn
      assert.strictEqual(textOf(yield* ask(model)), "secure")
      assert.deepStrictEqual(seen, { connections: 2, resumed: 1 })
      assert.include(yield* counts, {
        "dns.client.lookups dns.lookup.source=resolver": 1,
        "http.client.connection.requests http.connection.state=new": 2,
        "tls.client.handshakes tls.resumed=true": 1
      })
    }).pipe(counted)
  )

  it.effect("is opened with the headers that a request over HTTP has", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      const env = { OPENAI_CUSTOM_HEADERS: "X-Team: films\nOpenAI-Project: p1", OPENAI_ORG_ID: "org" }
      const model = yield* Effect.provideService(
        make({ baseUrl: `${server.baseUrl}?tenant=1` }),
        ConfigProvider.ConfigProvider,
        ConfigProvider.fromEnv({ env })
      )
      yield* ask(model)
      assert.deepInclude(server.upgrades[0], {
        authorization: `Bearer ${key}`,
        "x-team": "films",
        "openai-project": "p1"
      })
      // An organization of OpenAI's means nothing elsewhere.
      assert.isUndefined(server.upgrades[0]?.["openai-organization"])
      assert.strictEqual(server.upgrades[0]?.["x-path"], undefined)
    })
  )

  it.effect("needs no key where the server needs none", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      yield* ask(yield* make({ baseUrl: server.baseUrl, apiKey: undefined }))
      assert.isUndefined(server.upgrades[0]?.authorization)
    })
  )

  it.effect("is opened with the user and password of the address", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      yield* ask(yield* make({ baseUrl: server.baseUrl.replace("//", "//ann:secret@"), apiKey: undefined }))
      assert.strictEqual(server.upgrades[0]?.authorization, `Basic ${Buffer.from("ann:secret").toString("base64")}`)
    })
  )

  it.effect("serves Effect's LanguageModel as well, where it streams", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket(answerAll)
      const options = { baseUrl: server.baseUrl, api: "responses", transport: "websocket" } as const
      const parts = yield* LanguageModel.streamText({ prompt: "Heat?" }).pipe(
        Stream.runCollect,
        Effect.provide(OpenAiModel.layerLanguageModel({ ...options, connectTimeout: never, idleTimeout: never }))
      )
      assert.deepStrictEqual(
        parts.flatMap((part) => (part.type === "text-delta" ? [part.delta] : [])),
        ["answer 0"]
      )
    })
  )

  it.effect("counts what is opened, shared, continued, sent again and sent over HTTP", () =>
    Effect.gen(function* () {
      const server = yield* serveSocket((heard, index) =>
        index === 2 ? unknownResponse(heard) : answerAll(heard, index)
      )
      const model = yield* make({ baseUrl: server.baseUrl })
      yield* ask(model)
      const longer = after(question, "r0")
      yield* ask(model, longer)
      yield* ask(model, after(longer, "r1"))
      const refusing = yield* serveSocket(answerAll)
      refusing.onUpgrade((socket) => socket.destroy() === socket)
      const other = yield* make({ baseUrl: refusing.baseUrl })
      yield* ask(other)
      yield* ask(other)
      const counts = yield* Effect.forEach(
        [
          SocketMetrics.connections,
          SocketMetrics.reuses,
          SocketMetrics.continuations,
          SocketMetrics.resends,
          SocketMetrics.fallbacks
        ],
        (metric) => Effect.map(Metric.value(metric), ({ count }) => count),
        { concurrency: 1 }
      )
      assert.deepStrictEqual(counts, [1, 4, 2, 1, 2])
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()), Effect.provide(Context.empty()))
  )
})
