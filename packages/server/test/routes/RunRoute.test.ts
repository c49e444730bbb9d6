import { request } from "node:http"
import { gunzipSync } from "node:zlib"

import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"

import * as Client from "../support/Client.ts"
import * as Events from "../support/Events.ts"
import * as TestServer from "../support/TestServer.ts"
import * as Toy from "../support/Toy.ts"

/** As it comes over the wire, not decompressed. */
const raw = (url: string, headers: Record<string, string>) =>
  Effect.callback<{ readonly encoding: string | undefined; readonly body: Buffer }>((resume) => {
    request(url, { headers }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk) => chunks.push(chunk))
      response.on("end", () =>
        resume(Effect.succeed({ encoding: response.headers["content-encoding"], body: Buffer.concat(chunks) }))
      )
    }).end()
  })

describe("DELETE /v1/runs/{id}", () => {
  it.live("stops a run: its tools are interrupted, and all who watch are told", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* TestServer.start()
      const run = yield* Events.begin(url, "hang deleted")
      yield* run.until(/ToolStarted/)
      const watching = yield* Client.get(url, `/v1/runs/${run.runId}/events`)
      const deleted = yield* Client.get(url, `/v1/runs/${run.runId}`, { method: "DELETE" })
      assert.strictEqual(deleted.status, 204)
      for (const frames of [yield* run.end, Client.frames(yield* Client.text(watching))]) {
        assert.strictEqual(frames.at(-1)?.event, "RunFailed")
        assert.include(frames.at(-1)?.data, "The run was stopped on request.")
        assert.deepStrictEqual(
          frames.map(({ id }) => id),
          frames.map((_, index) => String(index))
        )
      }
      while (runs.counts().running > 0) yield* Effect.yieldNow
      assert.include(Toy.diary, "stop hang deleted")
      // Once more changes nothing.
      assert.strictEqual((yield* Client.get(url, `/v1/runs/${run.runId}`, { method: "DELETE" })).status, 204)
    })
  )

  it.live("tells who watches at once, though a handler does not let itself be interrupted", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* TestServer.start()
      const run = yield* Events.begin(url, "stubborn deleted")
      yield* run.until(/ToolStarted/)
      yield* Client.get(url, `/v1/runs/${run.runId}`, { method: "DELETE" })
      assert.strictEqual((yield* run.end).at(-1)?.event, "RunFailed")
      assert.notInclude(Toy.diary, "end stubborn deleted")
      while (runs.counts().running > 0) yield* Effect.sleep(1)
      assert.include(Toy.diary, "end stubborn deleted")
    })
  )

  it.live("is an error for who waits for the answer", () =>
    Effect.gen(function* () {
      const { runs } = yield* TestServer.start()
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { outcome, runId } = yield* runs.start({ question: "hang json" })
          yield* runs.stop(runId)
          const error = yield* Effect.flip(outcome)
          assert.strictEqual(error.reason._tag, "Stopped")
        })
      )
    })
  )
})

describe("a server that is to end", () => {
  it.live("is not ready, begins nothing more, and says so to who waits for an answer", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* TestServer.start({ limits: { ending: Duration.millis(300) } })
      const asking = yield* Effect.forkChild(Client.ask(url, "hang ready"), { startImmediately: true })
      while (!Toy.diary.includes("begin hang ready")) yield* Effect.sleep(1)
      assert.strictEqual((yield* Client.get(url, "/readyz")).status, 200)
      yield* Effect.forkChild(runs.end, { startImmediately: true })
      for (const response of [yield* Client.get(url, "/readyz"), yield* Client.ask(url, "say 1")]) {
        assert.strictEqual((yield* Client.problem(response)).kind, "stopping")
      }
      assert.isUndefined(asking.pollUnsafe())
      assert.strictEqual((yield* Client.problem(yield* Fiber.join(asking))).kind, "stopping")
    })
  )
})

describe("GET /v1/runs/{id}", () => {
  it.live("says how a run stands, and again only where that has changed", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* TestServer.start()
      const run = yield* Events.begin(url, "hang shown", { conversationId: "c1" })
      const path = `/v1/runs/${run.runId}`
      yield* run.until(/ToolStarted/)
      const first = yield* Client.get(url, path)
      const record = yield* Client.json(first)
      assert.deepInclude(record, { runId: run.runId, question: "hang shown", conversationId: "c1", state: "running" })
      const tag = first.headers.get("etag") ?? ""
      const again = yield* Client.get(url, path, { headers: { "if-none-match": `"x", ${tag}` } })
      assert.strictEqual(again.status, 304)
      yield* runs.stop(run.runId)
      const changed = yield* Client.get(url, path, { headers: { "if-none-match": tag } })
      assert.strictEqual(changed.status, 200)
      assert.deepInclude(yield* Client.json(changed), { state: "failed" })
    })
  )

  it.live("answers HEAD and OPTIONS, and other methods with what is allowed", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const run = yield* Events.begin(url, "say 1")
      yield* run.end
      const path = `/v1/runs/${run.runId}`
      const head = yield* Client.get(url, path, { method: "HEAD" })
      assert.deepStrictEqual([head.status, yield* Client.text(head)], [200, ""])
      const options = yield* Client.get(url, path, { method: "OPTIONS" })
      assert.deepStrictEqual([options.status, options.headers.get("allow")], [204, "GET, HEAD, DELETE, OPTIONS"])
      const put = yield* Client.get(url, path, { method: "PUT" })
      assert.strictEqual(put.headers.get("allow"), "GET, HEAD, DELETE, OPTIONS")
      assert.strictEqual((yield* Client.problem(put)).status, 405)
    })
  )

  it.live("compresses JSON for who accepts it, and never events", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const run = yield* Events.begin(url, `say 1 ${"long ".repeat(500)}`)
      yield* run.end
      const path = `${url}/v1/runs/${run.runId}`
      const zipped = yield* raw(path, { "accept-encoding": "gzip" })
      assert.strictEqual(zipped.encoding, "gzip")
      assert.isBelow(zipped.body.length, 500)
      assert.include(gunzipSync(zipped.body).toString(), run.runId)
      assert.isUndefined((yield* raw(path, {})).encoding)
      const events = yield* raw(`${path}/events`, { "accept-encoding": "gzip, br" })
      assert.isUndefined(events.encoding)
      assert.match(events.body.toString(), /^retry: 50\n\nid: 0\n/)
    })
  )
})
