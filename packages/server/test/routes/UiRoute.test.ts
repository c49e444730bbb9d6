import { assert, describe, it } from "@effect/vitest"
import { asSchema, uiMessageChunkSchema } from "ai"
import { Effect, Fiber, Schedule } from "effect"

import * as Client from "../support/Client.ts"
import * as TestServer from "../support/TestServer.ts"
import * as Toy from "../support/Toy.ts"
import * as UiClient from "../support/UiClient.ts"

const user = (text: string) => ({ id: "u", role: "user", parts: [{ type: "text", text }] })

/** Until the toy has done it. */
const written = (line: string) =>
  Effect.repeat(
    Effect.sync(() => Toy.diary.includes(line)),
    { schedule: Schedule.spaced("2 millis"), until: (isThere) => isThere }
  )

describe("POST /v1/ui", () => {
  it.live("streams an answer, its calls and its figures to useChat's own client, as one message", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const { chat, send, status, text, tools } = UiClient.make(url)
      yield* send("look ui")
      assert.deepStrictEqual([status(), chat.error], ["ready", undefined])
      assert.deepStrictEqual(text(), ['"value of ui"'])
      const [call] = tools()
      assert.deepInclude(call, { toolName: "look", state: "output-available", input: { key: "ui" } })
      assert.deepInclude(call, { providerExecuted: true })
      const { id, metadata } = chat.lastMessage ?? assert.fail("no message")
      assert.match(id, /^run_/)
      assert.deepInclude(metadata, { runId: id, reason: "answered", steps: 2 })
      // Its own words come back with the next question.
      yield* send("say 2")
      assert.deepStrictEqual([chat.messages.length, text()], [4, ["wordword"]])
    })
  )

  it.live("sends nothing but what the SDK's schema knows, under its header, and ends it as the protocol says", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const { validate } = asSchema(uiMessageChunkSchema)
      for (const question of ["look schema", "say 3", "change schema", "break"]) {
        const response = yield* Client.post(url, "/v1/ui", { id: `chat ${question}`, messages: [user(question)] })
        assert.strictEqual(response.headers.get("x-vercel-ai-ui-message-stream"), "v1")
        assert.strictEqual(response.headers.get("content-type"), "text/event-stream; charset=utf-8")
        const frames = Client.frames(yield* Client.text(response))
        assert.strictEqual(frames.at(-1)?.data, "[DONE]")
        for (const { data } of frames.slice(0, -1)) {
          const chunk: unknown = JSON.parse(data ?? "")
          assert.isTrue((yield* Effect.promise(async () => validate?.(chunk)))?.success, data)
        }
      }
    })
  )

  it.live("asks a person for a word, and goes on in the same message when it comes back, whichever it is", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* TestServer.start()
      for (const approved of [true, false]) {
        const key = approved ? "ui-approved" : "ui-denied"
        const { chat, decide, send, status, text, tools } = UiClient.make(url)
        yield* send(`change ${key}`)
        const [asked] = tools()
        assert.deepStrictEqual([status(), asked?.state, chat.messages.length], ["ready", "approval-requested", 2])
        assert.strictEqual(runs.counts().running, 1)
        assert.notInclude(Toy.diary, `change ${key}`)
        const id = asked?.approval?.id ?? assert.fail("no approval")
        yield* decide(id, approved)
        assert.strictEqual(chat.messages.length, 2)
        assert.strictEqual(tools()[0]?.state, approved ? "output-available" : "output-denied")
        assert.deepStrictEqual([status(), chat.error], ["ready", undefined])
        assert.match(text().join(), approved ? /changed ui-approved/ : /not approved/)
        assert.strictEqual(Toy.diary.includes(`change ${key}`), approved)
      }
    })
  )

  it.live("lets the client run its own tools, and goes on in the same message with what they gave", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const locate = { description: "Where the client is.", parameters: { type: "object", properties: {} } }
      const { chat, give, send, status, text } = UiClient.make(url, { body: { tools: { locate } } })
      yield* send("locate me")
      const part = chat.lastMessage?.parts.find(({ type }) => type === "tool-locate")
      assert.deepInclude(part, { state: "input-available", input: { key: "me" } })
      const toolCallId = part !== undefined && "toolCallId" in part ? part.toolCallId : ""
      yield* give("locate", toolCallId, "Bergen")
      assert.deepStrictEqual([status(), chat.error, chat.messages.length], ["ready", undefined, 2])
      assert.match(text().join(), /Bergen/)
    })
  )

  it.live("gives the model the client's instructions and all that was said, and takes pictures", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const { chat, send, text } = UiClient.make(url, { body: { system: "Be brief." } })
      yield* send("look first")
      yield* Effect.promise(() =>
        chat.sendMessage({
          text: "recall all",
          files: [{ type: "file", mediaType: "image/png", url: "data:image/png;base64,AA==" }]
        })
      )
      const seen = text().join()
      for (const part of ["Be brief.", "look first", "value of first", "recall all"]) {
        assert.include(seen, part)
      }
    })
  )

  it.live("ends a run that waits for a word when something else is asked in its chat", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* TestServer.start()
      const { send, text } = UiClient.make(url)
      yield* send("change unwanted")
      assert.strictEqual(runs.counts().running, 1)
      yield* send("say 1")
      assert.deepStrictEqual(text(), ["word"])
      yield* Effect.repeat(Effect.sync(runs.counts), {
        schedule: Schedule.spaced("2 millis"),
        until: ({ running }) => running === 0
      })
      assert.notInclude(Toy.diary, "change unwanted")
    })
  )

  it.live("stops the run when the client stops, or leaves", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const { chat, send, status } = UiClient.make(url)
      const sending = yield* Effect.forkChild(send("hang ui-stop"))
      yield* written("begin hang ui-stop")
      yield* Effect.promise(() => chat.stop())
      yield* written("stop hang ui-stop")
      yield* Fiber.join(sending)
      assert.strictEqual(status(), "ready")
    })
  )

  it.live("tells in one sentence, and no secret, why there is no answer", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const { chat, send, status } = UiClient.make(url)
      yield* send("break")
      assert.strictEqual(status(), "error")
      assert.match(chat.error?.message ?? "", /^[A-Z].*\.$/)
      assert.notInclude(chat.error?.message ?? "", "secret")
      // A tool of the client with the name of one of the agent's.
      const clash = UiClient.make(url, { body: { tools: { look: { parameters: { type: "object" } } } } })
      yield* clash.send("say 1")
      assert.match(clash.chat.error?.message ?? "", /look/)
    })
  )

  it.live("refuses what is no chat, or asks nothing, before a run begins", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* TestServer.start({ limits: { questionBytes: 10, historyBytes: 2000 } })
      const kind = (body: unknown) =>
        Effect.map(Effect.flatMap(Client.post(url, "/v1/ui", body), Client.problem), (problem) => problem.kind)
      const file = { type: "file", mediaType: "application/pdf", url: "data:application/pdf;base64,AA==" }
      assert.strictEqual(yield* kind({ id: "c", messages: [] }), "invalid-body")
      assert.strictEqual(yield* kind({ id: "", messages: [user("say 1")] }), "invalid-body")
      assert.strictEqual(yield* kind({ id: "c", messages: [{ role: "robot", parts: [] }] }), "invalid-body")
      assert.strictEqual(yield* kind({ id: "c", messages: [{ role: "user", parts: [file] }] }), "invalid-body")
      assert.strictEqual(yield* kind({ id: "c", messages: [{ role: "assistant", parts: [] }] }), "invalid-body")
      assert.strictEqual(yield* kind({ id: "c", messages: [user(" ")] }), "invalid-question")
      assert.strictEqual(yield* kind({ id: "c", messages: [user("x".repeat(11))] }), "question-too-long")
      assert.strictEqual(yield* kind({ id: "c", messages: [user("x".repeat(3000))] }), "body-too-large")
      assert.deepStrictEqual(runs.counts(), { running: 0, waiting: 0 })
    })
  )

  it.live("tells what became of a call whose word comes too late, and knows no run that is none", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const { chat, decide, send, text, tools } = UiClient.make(url)
      yield* send("change elsewhere")
      const runId = chat.lastMessage?.id ?? ""
      const [asked] = tools()
      const id = asked?.approval?.id ?? assert.fail("no approval")
      const path = `/v1/runs/${runId}/approvals`
      assert.strictEqual((yield* Client.post(url, path, { callId: asked?.toolCallId, approved: true })).status, 204)
      yield* written("change elsewhere")
      yield* decide(id, true)
      assert.match(text().join(), /changed elsewhere/)
      const approval = { id: "run_0.3.call", approved: true }
      const parts = [{ type: "dynamic-tool", state: "approval-responded", approval }]
      const unknown = yield* Client.post(url, "/v1/ui", { id: "c", messages: [{ role: "assistant", parts }] })
      assert.strictEqual((yield* Client.problem(unknown)).kind, "unknown-run")
    })
  )
})

describe("GET /v1/ui/{id}/stream", () => {
  it.live(
    "gives the run of a chat again from its beginning, to a client that comes back, and nothing where none is",
    () =>
      Effect.gen(function* () {
        const { runs, url } = yield* TestServer.start()
        const left = UiClient.make(url, { id: "left/chat", body: { stopWhenLeft: false } })
        yield* Effect.forkChild(left.send("hang ui-left"))
        yield* written("begin hang ui-left")
        yield* Effect.promise(() => left.chat.stop())
        const back = UiClient.make(url, { id: "left/chat", messages: left.chat.messages.slice(0, 1) })
        const resuming = yield* Effect.forkChild(Effect.promise(() => back.chat.resumeStream()))
        yield* Effect.repeat(Effect.sync(back.tools), {
          schedule: Schedule.spaced("2 millis"),
          until: (tools) => tools.length > 0
        })
        assert.notInclude(Toy.diary, "stop hang ui-left")
        const runId = back.chat.lastMessage?.id ?? ""
        yield* runs.stop(runId)
        yield* Fiber.join(resuming)
        yield* written("stop hang ui-left")
        const none = yield* Effect.promise(() => back.transport.reconnectToStream({ chatId: "left/chat" }))
        assert.isNull(none)
        assert.isNull(yield* Effect.promise(() => back.transport.reconnectToStream({ chatId: "never" })))
      })
  )

  it.live("asks again for the word that a run waits for", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const first = UiClient.make(url, { id: "reload" })
      yield* first.send("change reloaded")
      const second = UiClient.make(url, { id: "reload", messages: first.chat.messages.slice(0, 1) })
      yield* Effect.promise(() => second.chat.resumeStream())
      const id = second.tools()[0]?.approval?.id ?? assert.fail("no approval")
      yield* second.decide(id, true)
      assert.match(second.text().join(), /changed reloaded/)
    })
  )
})
