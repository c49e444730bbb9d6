import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"

import * as Client from "./support/Client.ts"
import * as Events from "./support/Events.ts"
import * as TestServer from "./support/TestServer.ts"
import * as Toy from "./support/Toy.ts"

const paced = { firstToken: Duration.millis(5), tokensPerSecond: 100 }

describe("Runs", () => {
  it.live("goes on when its asker leaves, and is found by who comes back", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* TestServer.start({ timing: paced })
      const run = yield* Events.begin(url, "say 20")
      yield* run.leave
      assert.strictEqual(runs.counts().running, 1)
      const watched = yield* Events.watch([url], run.runId)
      assert.strictEqual(watched.last, "RunFinished")
      assert.strictEqual(watched.ids.length, 25)
    })
  )

  it.live("is stopped when its last watcher leaves, where that was asked", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* TestServer.start()
      const run = yield* Events.begin(url, "hang left", { stopWhenLeft: true })
      yield* run.until(/ToolStarted/)
      const other = yield* Events.follow(url, run.runId)
      yield* other.until(/ToolStarted/)
      yield* run.leave
      yield* Effect.sleep(50)
      assert.strictEqual(runs.counts().running, 1)
      yield* other.leave
      while (runs.counts().running > 0) yield* Effect.sleep(1)
      assert.include(Toy.diary, "stop hang left")
      assert.strictEqual((yield* runs.find(run.runId)).state, "failed")
    })
  )

  it.live("leaves nothing running when all clients leave at once", () =>
    Effect.gen(function* () {
      const { connections, runs, url } = yield* TestServer.start()
      const open = yield* Effect.forEach(
        Array.from({ length: 50 }, (_, index) => index),
        (index) => Events.begin(url, `hang all${index}`, { stopWhenLeft: true }),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(runs.counts().running, 50)
      yield* Effect.forEach(open, ({ leave }) => leave, { concurrency: "unbounded" })
      const leftMillis = performance.now()
      while (runs.counts().running > 0 || (yield* connections) > 0) yield* Effect.sleep(5)
      assert.isBelow(performance.now() - leftMillis, 1000)
    })
  )

  it.live("answers the questions of a conversation in the order asked, one at a time", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* TestServer.start({ timing: paced })
      const ended: Array<string> = []
      const ask = (question: string, conversationId: string) =>
        Effect.map(Client.ask(url, question, { conversationId }), () => ended.push(question))
      const first = yield* Events.begin(url, "hang first", { conversationId: "c" })
      const waiting: Array<Effect.Effect<unknown>> = []
      for (const question of ["say 9", "say 1", "say 5"]) {
        const fiber = yield* Effect.forkChild(ask(question, "c"), { startImmediately: true })
        waiting.push(Fiber.join(fiber))
        const count = waiting.length
        while (runs.counts().waiting < count) yield* Effect.sleep(1)
      }
      // Another conversation does not wait.
      yield* ask("say 2", "d")
      assert.deepStrictEqual(ended, ["say 2"])
      yield* runs.stop(first.runId)
      yield* Effect.all(waiting)
      assert.deepStrictEqual(ended, ["say 2", "say 9", "say 1", "say 5"])
    })
  )

  it.live("takes back a question that waits when its asker leaves", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* TestServer.start({ limits: { runsAtOnce: 1 } })
      const first = yield* Events.begin(url, "hang holds")
      const waiting = yield* Effect.forkChild(Client.ask(url, "look withdrawn"), { startImmediately: true })
      while (runs.counts().waiting === 0) yield* Effect.sleep(1)
      waiting.interruptUnsafe()
      while (runs.counts().waiting > 0) yield* Effect.sleep(1)
      yield* runs.stop(first.runId)
      assert.strictEqual((yield* Client.ask(url, "say 1")).status, 200)
      assert.notInclude(Toy.diary, "look withdrawn")
    })
  )

  it.live("refuses with 429 and a time where too many ask", () =>
    Effect.gen(function* () {
      const limits = { runsAtOnce: 1, runsWaiting: 1, turnWait: Duration.millis(50) }
      const { runs, url } = yield* TestServer.start({ limits })
      yield* Events.begin(url, "hang full")
      const late = yield* Effect.forkChild(Client.ask(url, "say 1"), { startImmediately: true })
      while (runs.counts().waiting === 0) yield* Effect.sleep(1)
      const refused = yield* Client.ask(url, "say 1")
      assert.strictEqual(refused.headers.get("retry-after"), "5")
      assert.strictEqual((yield* Client.problem(refused)).kind, "too-many-runs")
      const waited = yield* Fiber.join(late)
      assert.strictEqual((yield* Client.problem(waited)).kind, "too-many-runs")
    })
  )

  it.live("tells a client that the program is at fault, and nothing of how", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const json = yield* Client.ask(url, "break it")
      const text = yield* Client.text(json)
      assert.strictEqual(json.status, 500)
      assert.notInclude(text, "secret")
      const run = yield* Events.begin(url, "break it")
      const frames = yield* run.end
      assert.strictEqual(frames.at(-1)?.event, "RunFailed")
      assert.notInclude(run.text(), "secret")
    })
  )

  it.live("slows nobody where a watcher takes nothing, and gives that one all of it later", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start({ limits: { feedBytes: 4096 } })
      const run = yield* Events.begin(url, "say 20000")
      const sleeping = yield* Client.get(url, `/v1/runs/${run.runId}/events`)
      const frames = yield* run.end
      assert.strictEqual(frames.length, 20_005)
      assert.deepStrictEqual(Client.frames(yield* Client.text(sleeping)), frames)
    })
  )
})
