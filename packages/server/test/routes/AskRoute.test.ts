import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"

import * as Client from "../support/Client.ts"
import * as Events from "../support/Events.ts"
import * as TestServer from "../support/TestServer.ts"
import * as Toy from "../support/Toy.ts"

const Answer = Schema.Struct({
  answer: Schema.String,
  route: Schema.String,
  wallMillis: Schema.Finite,
  criticalPathMillis: Schema.Finite,
  steps: Schema.Finite,
  modelCalls: Schema.Array(Schema.Struct({ step: Schema.Finite, millis: Schema.Finite })),
  toolCalls: Schema.Array(Schema.Struct({ name: Schema.String, ok: Schema.Boolean, source: Schema.String })),
  estimateMillis: Schema.NullOr(Schema.Finite),
  heapDeltaBytes: Schema.Null,
  runId: Schema.String
})

describe("POST /v1/ask", () => {
  it.live("answers with the fields of the command as one JSON object", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const response = yield* Client.ask(url, "look fox")
      assert.strictEqual(response.status, 200)
      assert.strictEqual(response.headers.get("cache-control"), "no-store")
      const answer = yield* Effect.flatMap(Client.json(response), Schema.decodeUnknownEffect(Answer))
      assert.strictEqual(answer.answer, '"value of fox"')
      assert.strictEqual(answer.steps, 2)
      assert.deepStrictEqual(
        answer.toolCalls.map(({ name, ok }) => [name, ok]),
        [["look", true]]
      )
    })
  )

  it.live("streams every event of the run where events are accepted, each once and in order", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const response = yield* Client.ask(url, "look fox", {}, { accept: "text/event-stream" })
      assert.strictEqual(response.headers.get("content-type"), "text/event-stream; charset=utf-8")
      assert.strictEqual(response.headers.get("x-accel-buffering"), "no")
      assert.isNull(response.headers.get("content-encoding"))
      const frames = Client.frames(yield* Client.text(response))
      assert.deepStrictEqual(
        frames.map(({ id }) => id),
        frames.map((_, index) => String(index))
      )
      assert.strictEqual(frames[0]?.event, "RunStarted")
      assert.strictEqual(frames.at(-1)?.event, "RunFinished")
      assert.include(
        frames.map(({ event }) => event),
        "ToolSettled"
      )
    })
  )

  it.live("sends the first event within 20 ms of the question, and each as it happens", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* TestServer.start()
      const millis: Array<number> = []
      for (let index = 0; index < 30; index++) {
        const askedMillis = performance.now()
        const run = yield* Events.begin(url, `hang first${index}`)
        millis.push(performance.now() - askedMillis)
        yield* runs.stop(run.runId)
      }
      // On a machine that does other things too the median is theirs.
      assert.isBelow(Math.min(...millis), 20)
    })
  )

  it.live("answers within the deadline, though a tool that was given up is not yet at its end", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const response = yield* Client.ask(url, "stubborn late", { deadlineMillis: 30 })
      assert.notInclude(Toy.diary, "end stubborn late")
      assert.deepInclude(yield* Client.json(response), { reason: "deadline" })
    })
  )

  it.live("refuses a question that is empty or too long before a run begins", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start({ limits: { questionBytes: 10 } })
      assert.strictEqual((yield* Client.problem(yield* Client.ask(url, " \n "))).kind, "invalid-question")
      assert.strictEqual((yield* Client.problem(yield* Client.ask(url, "é".repeat(6)))).kind, "question-too-long")
      assert.strictEqual((yield* Client.ask(url, "   say 1   ")).status, 413)
      assert.strictEqual((yield* Client.ask(url, " say 1 ")).status, 200)
    })
  )
})
