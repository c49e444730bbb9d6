import { mkdtempSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterAll, assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Layer, Redacted, Schema, Scope } from "effect"

import * as Client from "./support/Client.ts"
import * as Events from "./support/Events.ts"
import * as OtherProcess from "./support/OtherProcess.ts"
import * as TestServer from "./support/TestServer.ts"

const folder = mkdtempSync(join(tmpdir(), "callsheet-node-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a socket is answered that sends `pieces`, one every `everyMillis`, until the server closes it. */
const raw = (url: string, pieces: ReadonlyArray<string>, everyMillis = 0) =>
  Effect.callback<{ readonly text: string; readonly millis: number }>((resume) => {
    const { hostname, port } = new URL(url)
    const beganMillis = performance.now()
    let text = ""
    const socket = connect(Number(port), hostname)
    const rest = [...pieces]
    const timer = setInterval(() => {
      const piece = rest.shift()
      if (piece === undefined) clearInterval(timer)
      else socket.write(piece)
    }, everyMillis)
    socket.on("data", (chunk) => (text += chunk.toString()))
    // Cut off while it still sends.
    socket.on("error", () => {})
    socket.on("close", () => {
      clearInterval(timer)
      resume(Effect.succeed({ text, millis: performance.now() - beganMillis }))
    })
    return Effect.sync(() => socket.destroy())
  })

const decodeProblem = Schema.decodeUnknownEffect(Schema.fromJsonString(Client.ProblemBody))

const checkProblem = Effect.fnUntraced(function* (text: string, status: number) {
  assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} `))
  assert.match(text, /content-type: application\/problem\+json/i)
  const body = yield* decodeProblem(text.slice(text.indexOf("\r\n\r\n") + 4))
  assert.strictEqual(body.status, status)
})

const quick = { headTime: Duration.millis(200), requestTime: Duration.millis(400) }

describe("NodeServer", () => {
  it.live("answers what is no HTTP with a problem, and goes on", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start({ limits: quick })
      const malformed: ReadonlyArray<readonly [string, number]> = [
        ["\r\n\r\n\0\0\0", 400],
        ["hello\r\n\r\n", 400],
        ["GET / HTTP/9.9\r\n\r\n", 400],
        ["FOO /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n", 400],
        ["GET /healthz HTTP/1.1\r\nhost: localhost\r\nno colon here\r\n\r\n", 400],
        ["GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: a\0b\r\n\r\n", 400],
        ["POST /v1/ask HTTP/1.1\r\nhost: localhost\r\ncontent-length: x\r\n\r\n", 400],
        ["POST /v1/ask HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n", 400],
        [`GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: ${"a".repeat(20_000)}\r\n\r\n`, 431],
        ["GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n", 400],
        ["GET /healthz HTTP/1.0\r\n\r\n", 400],
        ["GET http://evil.example/healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", 421],
        ["GET /v1/ask HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n\r\n", 405],
        ["GET /v1/none HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nexpect: magic\r\n\r\n", 404]
      ]
      yield* Effect.forEach(
        malformed,
        ([text, status]) => Effect.flatMap(raw(url, [text]), (answered) => checkProblem(answered.text, status)),
        { concurrency: 8, discard: true }
      )
      assert.strictEqual((yield* Client.get(url, "/healthz")).status, 200)
    })
  )

  it.live("closes who sends too slowly, head or body, with a problem", () =>
    Effect.gen(function* () {
      const { connections, url } = yield* TestServer.start({ limits: quick })
      const head = [
        "GET /healthz HTTP/1.1\r\n",
        "host: localhost\r\n",
        ...Array.from({ length: 200 }, () => "x: y\r\n")
      ]
      const body = [
        "POST /v1/ask HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{",
        ...Array.from({ length: 200 }, () => " ")
      ]
      const [slowHead, slowBody, silent] = yield* Effect.all([raw(url, head, 50), raw(url, body, 50), raw(url, [])], {
        concurrency: "unbounded"
      })
      yield* checkProblem(slowHead.text, 408)
      yield* checkProblem(silent.text, 408)
      yield* checkProblem(slowBody.text, 408)
      for (const { millis } of [slowHead, slowBody, silent]) assert.isBelow(millis, 3000)
      while ((yield* connections) > 0) yield* Effect.sleep(10)
    })
  )

  it.live("does not listen where it would be open to others", () =>
    Effect.gen(function* () {
      const failed = yield* Effect.flip(Effect.scoped(Layer.build(TestServer.layer({ host: "0.0.0.0" }))))
      assert.match(failed.message, /^Listening on 0\.0\.0\.0 lets others in, and there is no token/)
      const { url } = yield* TestServer.start({ host: "0.0.0.0", token: Redacted.make("a-token-of-some-length") })
      const local = url.replace("0.0.0.0", "127.0.0.1")
      assert.strictEqual((yield* Client.get(local, "/healthz")).status, 200)
      assert.strictEqual((yield* Client.ask(local, "say 1")).status, 401)
    })
  )

  it.live("lets runs come to their end when it ends, and tells the watchers of those that do not", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { url } = yield* TestServer.start({
        timing: { firstToken: Duration.millis(10), tokensPerSecond: 100 },
        limits: { ending: Duration.millis(600) }
      }).pipe(Scope.provide(scope))
      const short = yield* Events.begin(url, "say 20")
      const long = yield* Events.begin(url, "hang ending")
      const json = yield* Effect.forkChild(Client.ask(url, "say 20"), { startImmediately: true })
      yield* Effect.sleep(30)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* Effect.sleep(10)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(Effect.tryPromise(() => fetch(`${url}/healthz`)))))
      assert.strictEqual((yield* short.end).at(-1)?.event, "RunFinished")
      assert.strictEqual((yield* Fiber.join(json)).status, 200)
      const last = (yield* long.end).at(-1)
      assert.strictEqual(last?.event, "RunFailed")
      assert.include(last?.data, "The server stopped before the run was done: ask again.")
      yield* Fiber.join(closing)
    })
  )

  it.live("ends on SIGTERM with what is kept, and at once on a second", () =>
    Effect.gen(function* () {
      const path = join(folder, "ended.db")
      const first = yield* OtherProcess.start(path, "Infinity", "300")
      const run = yield* Events.begin(first.url, "hang terminated")
      yield* first.kill("SIGTERM")
      assert.strictEqual((yield* run.end).at(-1)?.event, "RunFailed")
      yield* first.exited
      const second = yield* OtherProcess.start(path, "Infinity", "60000")
      const watched = yield* Events.watch([second.url], run.runId)
      assert.strictEqual(watched.last, "RunFailed")
      yield* Events.begin(second.url, "hang terminated")
      yield* second.kill("SIGTERM")
      yield* Effect.sleep(100)
      yield* second.kill("SIGTERM")
      assert.strictEqual((yield* second.exited).code, 143)
    })
  )
})
