import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"

import * as SqliteConversationStore from "../../src/store/SqliteConversationStore.ts"
import * as SqliteRunStore from "../../src/store/SqliteRunStore.ts"
import * as Client from "../support/Client.ts"
import * as Events from "../support/Events.ts"
import * as OtherProcess from "../support/OtherProcess.ts"
import * as TestServer from "../support/TestServer.ts"
import * as Toy from "../support/Toy.ts"

const folder = mkdtempSync(join(tmpdir(), "callsheet-conversations-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const inFile = (path: string): TestServer.Options => ({
  store: SqliteRunStore.layer(path),
  conversations: SqliteConversationStore.layer(path)
})

const Answer = Schema.Struct({ answer: Schema.String, runId: Schema.String })

const ask = Effect.fnUntraced(function* (url: string, question: string, more: object = {}) {
  const response = yield* Client.ask(url, question, more)
  assert.strictEqual(response.status, 200)
  return yield* Effect.flatMap(Client.json(response), Schema.decodeUnknownEffect(Answer))
})

const Conversation = Schema.Struct({
  conversationId: Schema.String,
  question: Schema.String,
  turns: Schema.Int,
  exchanges: Schema.Array(
    Schema.Struct({
      runId: Schema.String,
      question: Schema.String,
      answer: Schema.String,
      reason: Schema.String,
      atMillis: Schema.Int,
      calls: Schema.Array(Schema.Struct({ id: Schema.String, name: Schema.String, ok: Schema.NullOr(Schema.Boolean) }))
    })
  ),
  next: Schema.NullOr(Schema.String)
})

const show = (url: string, path: string) =>
  Effect.flatMap(Effect.flatMap(Client.get(url, path), Client.json), Schema.decodeUnknownEffect(Conversation))

for (const [name, options] of [
  ["in memory", {}],
  ["in a file", inFile(join(folder, "one.db"))]
] as const) {
  describe(`GET /v1/conversations/{id}, ${name}`, () => {
    it.live("shows what was asked, called and answered, the newest last, in pages; and forgets it", () =>
      Effect.gen(function* () {
        const { url } = yield* TestServer.start(options)
        const questions = ["say 1", "look fox", "say 2", "recall"]
        for (const question of questions) yield* ask(url, question, { conversationId: "c.1:x" })
        yield* ask(url, "say 3", { conversationId: "d" })
        const whole = yield* show(url, "/v1/conversations/c.1:x")
        assert.deepStrictEqual(
          whole.exchanges.map(({ question }) => question),
          questions
        )
        assert.deepInclude(whole, { conversationId: "c.1:x", question: "say 1", turns: 4, next: null })
        assert.deepStrictEqual(
          whole.exchanges[1]?.calls.map(({ name, ok }) => [name, ok]),
          [["look", true]]
        )
        assert.strictEqual(whole.exchanges[3]?.answer, 'say 1|word|look fox|||"value of fox"|say 2|wordword|recall')

        const first = yield* Client.get(url, "/v1/conversations/c.1:x?limit=3")
        const page = yield* Effect.flatMap(Client.json(first), Schema.decodeUnknownEffect(Conversation))
        assert.deepStrictEqual(
          page.exchanges.map(({ question }) => question),
          questions.slice(1)
        )
        const link = /^<(.*)>; rel="next"$/.exec(first.headers.get("link") ?? "")?.[1] ?? ""
        const rest = yield* show(url, link)
        assert.deepStrictEqual([rest.exchanges.map(({ question }) => question), rest.next], [["say 1"], null])

        const tag = first.headers.get("etag") ?? ""
        const path = "/v1/conversations/c.1:x"
        const again = yield* Client.get(url, `${path}?limit=3`, { headers: { "if-none-match": tag } })
        assert.strictEqual(again.status, 304)
        const list = yield* Effect.flatMap(Client.get(url, "/v1/conversations?limit=1"), Client.json)
        assert.propertyVal(list, "next", yield* nextOf(list))
        assert.include(JSON.stringify(list), '"conversationId":"d"')
        assert.notInclude(JSON.stringify(list), "c.1:x")

        assert.strictEqual((yield* Client.get(url, path, { method: "DELETE" })).status, 204)
        for (const method of ["GET", "DELETE"]) {
          const gone = yield* Client.problem(yield* Client.get(url, path, { method }))
          assert.strictEqual(gone.kind, "unknown-conversation")
        }
        const runId = whole.exchanges[0]?.runId ?? ""
        assert.strictEqual((yield* Client.get(url, `/v1/runs/${runId}/events`)).status, 404)
        const refused = yield* Client.problem(yield* Client.ask(url, "say 1", { previousRunId: runId }))
        assert.strictEqual(refused.kind, "unknown-run")
        assert.strictEqual((yield* ask(url, "recall", { conversationId: "c.1:x" })).answer, "recall")
      })
    )
  })
}

const nextOf = (body: unknown) =>
  Effect.map(Schema.decodeUnknownEffect(Schema.Struct({ next: Schema.String }))(body), ({ next }) => next)

describe("a conversation", () => {
  it.live("that is forgotten while it is answered is stopped, and leaves nothing", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* TestServer.start()
      const run = yield* Events.begin(url, "hang forgotten", { conversationId: "c" })
      yield* run.until(/ToolStarted/)
      assert.strictEqual((yield* Client.get(url, "/v1/conversations/c", { method: "DELETE" })).status, 204)
      assert.strictEqual((yield* run.end).at(-1)?.event, "RunFailed")
      while (runs.counts().running > 0) yield* Effect.yieldNow
      assert.include(Toy.diary, "stop hang forgotten")
      assert.strictEqual((yield* Client.get(url, "/v1/conversations/c")).status, 404)
    })
  )

  it.live("answers two questions at once in the order asked, the second knowing the first", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const both = yield* Effect.all(
        [ask(url, "say 2", { conversationId: "c" }), ask(url, "recall", { conversationId: "c" })],
        {
          concurrency: "unbounded"
        }
      )
      const { exchanges } = yield* show(url, "/v1/conversations/c")
      // Which came first is the network's to say.
      const isSecond = exchanges[1]?.question === "recall"
      assert.strictEqual(both[1].answer, isSecond ? "say 2|wordword|recall" : "recall")
      assert.strictEqual(exchanges.length, 2)
    })
  )

  it.live("goes on in another process that shares its file, and after a restart", () =>
    Effect.gen(function* () {
      const path = join(folder, "shared.db")
      const there = yield* OtherProcess.start(path)
      const first = yield* ask(there.url, "say 1", { conversationId: "c" })
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { url } = yield* TestServer.start(inFile(path))
          assert.strictEqual((yield* ask(url, "recall", { conversationId: "c" })).answer, "say 1|word|recall")
          const branch = yield* ask(url, "recall", { previousRunId: first.runId })
          assert.strictEqual(branch.answer, "say 1|word|recall")
        })
      )
      const last = yield* ask(there.url, "recall", { conversationId: "c" })
      assert.strictEqual(last.answer, "say 1|word|recall|say 1|word|recall|recall")
      yield* there.kill("SIGKILL")
      yield* there.exited
      const { url } = yield* TestServer.start(inFile(path))
      const { exchanges } = yield* show(url, "/v1/conversations/c")
      assert.strictEqual(exchanges.length, 3)
    })
  )
})
