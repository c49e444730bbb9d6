/** The official SDK's socket as a foreign client: what it understands, the wire really says. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import OpenAI from "openai"
import type { ResponsesClientEvent, ResponsesServerEvent } from "openai/resources/responses/responses"
import { ResponsesWS } from "openai/resources/responses/ws"

import * as Requests from "../../src/scripted/Requests.ts"
import * as Script from "../../src/scripted/Script.ts"
import { type Chaos, ScriptedServer } from "../../src/scripted/ScriptedServer.ts"
import { instant, type Timing } from "../../src/scripted/Timing.ts"

const model = "gpt-4.1-nano"
const parameters = { type: "object", properties: { query: { type: "string" } } }
const tools = [{ type: "function" as const, name: "find", parameters, strict: false }]
const script = Script.turns([
  { text: "Let me look.", calls: [{ name: "find", input: { query: "Heat" } }] },
  { text: "It is there." }
])

const layer = (chaos: Chaos = {}, timing: Timing = instant) =>
  ScriptedServer.layer({ script, timing, apiKey: "sk-test", chaos })

type Heard =
  | { readonly _tag: "Event"; readonly event: ResponsesServerEvent }
  | { readonly _tag: "Closed"; readonly code: number; readonly problem: string }

/** A socket and what it hears. */
const connect = Effect.gen(function* () {
  const { apiKey, baseUrl } = yield* ScriptedServer
  const heard = yield* Queue.unbounded<Heard>()
  const socket = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const socket = new ResponsesWS(new OpenAI({ apiKey, baseURL: baseUrl }))
      let problem = ""
      socket.on("error", (error) => {
        problem = error.message
      })
      socket.on("event", (event) => Queue.offerUnsafe(heard, { _tag: "Event", event }))
      socket.on("close", (code) => Queue.offerUnsafe(heard, { _tag: "Closed", code, problem }))
      return socket
    }),
    (socket) => Effect.sync(() => socket.close())
  )
  const next = Queue.take(heard)
  return {
    ask: (request: Partial<Extract<ResponsesClientEvent, { type: "response.create" }>>) =>
      Effect.sync(() => socket.send({ type: "response.create", model, store: false, tools, ...request })),
    next,
    /** Up to the end of one response of the lane. */
    answer: Effect.fnUntraced(function* (lane?: string) {
      const events: Array<ResponsesServerEvent> = []
      while (true) {
        const one = yield* next
        if (one._tag === "Closed") return events
        if (one.event.stream_id === lane) events.push(one.event)
        if (one.event.stream_id === lane && /completed|error/.test(one.event.type)) return events
      }
    })
  }
})

const idOf = (events: ReadonlyArray<ResponsesServerEvent>) => {
  const last = events.at(-1)
  return last?.type === "response.completed" ? last.response.id : ""
}

const errorOf = (events: ReadonlyArray<ResponsesServerEvent>) => {
  const last = events.at(-1)
  return last?.type === "error" && "error" in last ? [last.error.code, last.stream_id] : []
}

/** One turn of the real event loop, in which sockets are read. */
const turn = Effect.callback<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

const output = { type: "function_call_output" as const, call_id: "call_0_0", output: "1 film" }

describe("the Responses API over WebSocket", () => {
  it.effect("continues from a response that is not stored, with only what is new", () =>
    Effect.gen(function* () {
      const { answer, ask } = yield* connect
      yield* ask({ input: "Heat?", stream_id: "a" })
      const first = yield* answer("a")
      assert.strictEqual(first[0]?.type, "response.created")
      yield* ask({ stream_id: "a", previous_response_id: idOf(first), input: [output] })
      assert.include(JSON.stringify((yield* answer("a")).at(-1)), "It is there.")
      const { requests } = yield* ScriptedServer
      assert.deepStrictEqual(
        (yield* requests).map(({ method, outcome }) => [method, outcome]),
        [
          ["GET", "running"],
          ["WS", "answered"],
          ["WS", "answered"]
        ]
      )
    }).pipe(Effect.provide(layer()))
  )

  it.effect("holds the last response of each lane and no other, and none that a refusal named", () =>
    Effect.gen(function* () {
      const { answer, ask } = yield* connect
      yield* ask({ input: "Heat?", stream_id: "a" })
      const first = idOf(yield* answer("a"))
      // A fork in another lane leaves it where it is.
      yield* ask({ stream_id: "b", previous_response_id: first, input: [output] })
      assert.notStrictEqual(idOf(yield* answer("b")), "")
      // The call has no output.
      yield* ask({ stream_id: "a", previous_response_id: first, input: "Well?" })
      assert.deepStrictEqual(errorOf(yield* answer("a")), [null, "a"])
      yield* ask({ stream_id: "a", previous_response_id: first, input: [output] })
      assert.deepStrictEqual(errorOf(yield* answer("a")), ["previous_response_not_found", "a"])
    }).pipe(Effect.provide(layer()))
  )

  it.effect("answers lanes side by side, and one lane's requests one after the other", () =>
    Effect.gen(function* () {
      const { ask, next } = yield* connect
      yield* Effect.forEach(
        [undefined, "a", "a"],
        (stream_id) => ask({ input: "Heat?", ...(stream_id && { stream_id }) }),
        {
          concurrency: 1
        }
      )
      const places: Array<string> = []
      const listening = Effect.gen(function* () {
        while (places.filter((place) => place.endsWith("completed")).length < 3) {
          const one = yield* next
          if (one._tag === "Closed") return
          const { stream_id = "none", type } = one.event
          if (type === "response.created" || type === "response.completed") places.push(`${stream_id} ${type}`)
        }
      })
      const fiber = yield* Effect.forkChild(listening)
      while (fiber.pollUnsafe() === undefined) {
        yield* TestClock.adjust("1 millis")
        yield* turn
      }
      assert.deepStrictEqual(
        places.filter((place) => place.startsWith("a")),
        ["a response.created", "a response.completed", "a response.created", "a response.completed"]
      )
      assert.isBelow(places.indexOf("a response.created"), places.indexOf("none response.completed"))
    }).pipe(Effect.provide(layer({}, { firstToken: Duration.millis(5), tokensPerSecond: Infinity })))
  )

  it.effect("refuses names that are none, and more than 32 of them", () =>
    Effect.gen(function* () {
      const { answer, ask } = yield* connect
      yield* ask({ input: "Heat?", stream_id: "no spaces" })
      assert.deepStrictEqual(errorOf(yield* answer()), ["invalid_stream_id", undefined])
      for (let lane = 0; lane < 32; lane++) {
        yield* ask({ input: "Heat?", stream_id: String(lane) })
        yield* answer(String(lane))
      }
      yield* ask({ input: "Heat?", stream_id: "one-more" })
      assert.deepStrictEqual(errorOf(yield* answer()), ["websocket_stream_limit_reached", undefined])
    }).pipe(Effect.provide(layer()))
  )

  it.effect("cuts the socket where it is told to, once", () =>
    Effect.gen(function* () {
      const first = yield* connect
      yield* first.ask({ input: "Heat?" })
      assert.strictEqual((yield* first.answer()).at(-1)?.type, "response.completed")
      yield* first.ask({ input: "Heat?" })
      assert.deepStrictEqual(
        (yield* first.answer()).map(({ type }) => type),
        ["response.created", "response.in_progress"]
      )
      const second = yield* connect
      yield* second.ask({ input: "Heat?" })
      assert.strictEqual((yield* second.answer()).at(-1)?.type, "response.completed")
      const { requestChanges } = yield* ScriptedServer
      yield* requestChanges.pipe(
        Stream.filter((all) => all.some(({ method, outcome }) => method === "WS" && outcome === "abandoned")),
        Stream.take(1),
        Stream.runDrain
      )
    }).pipe(Effect.provide(layer({ cut: { response: 1, events: 2 } })))
  )

  it.effect("refuses the upgrade where it is told to", () =>
    Effect.gen(function* () {
      const { next } = yield* connect
      assert.deepStrictEqual(yield* next, { _tag: "Closed", code: 1006, problem: "Unexpected server response: 404" })
    }).pipe(Effect.provide(layer({ refuseUpgrade: 404 })))
  )

  it("weighs what was asked: input, instructions and tools apart", () => {
    const item = { role: "user", content: "Hé" }
    const body = { input: [{ role: "system", content: "x" }, item], tools }
    const served = { index: 0, method: "WS", path: "", body, bodyBytes: 500, outcome: "answered" as const }
    assert.deepStrictEqual(Requests.weigh(served), {
      bodyBytes: 500,
      inputBytes: JSON.stringify(item).length + 1,
      instructionsBytes: JSON.stringify(body.input[0]).length,
      toolsBytes: JSON.stringify(tools).length
    })
  })
})
