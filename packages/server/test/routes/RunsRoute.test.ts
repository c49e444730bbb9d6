import { request } from "node:http"
import { brotliDecompressSync, gunzipSync } from "node:zlib"

import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"

import * as NodeServer from "../../src/NodeServer.ts"
import * as Client from "../support/Client.ts"
import * as Events from "../support/Events.ts"
import * as TestServer from "../support/TestServer.ts"

const Runs = Schema.Struct({
  runs: Schema.Array(
    Schema.Struct({
      runId: Schema.String,
      question: Schema.String,
      state: Schema.String,
      answer: Schema.NullOr(Schema.String),
      route: Schema.NullOr(Schema.String),
      reason: Schema.NullOr(Schema.String),
      problem: Schema.NullOr(Schema.String),
      wallMillis: Schema.NullOr(Schema.Finite)
    })
  ),
  next: Schema.NullOr(Schema.String)
})

const Page = Schema.Struct({
  state: Schema.String,
  events: Schema.Array(Schema.Struct({ seq: Schema.Int, _tag: Schema.String })),
  next: Schema.NullOr(Schema.String)
})

const asJson = { headers: { accept: "application/json" } }

/** As it comes over the wire, not decompressed. */
const raw = (url: string, encodings: string) =>
  Effect.callback<{ readonly encoding: string; readonly vary: string; readonly body: Buffer }>((resume) => {
    request(url, { headers: { "accept-encoding": encodings } }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk) => chunks.push(chunk))
      response.on("end", () => {
        const { "content-encoding": encoding = "none", vary = "" } = response.headers
        resume(Effect.succeed({ encoding, vary, body: Buffer.concat(chunks) }))
      })
    }).end()
  })

layer(TestServer.layer(), { excludeTestServices: true })("GET /v1/runs", (it) => {
  it.effect("lists runs, the newest first, with what they came to, in pages that leave none out", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeServer.Address
      for (let index = 1; index <= 7; index++) yield* Client.text(yield* Client.ask(url, `say ${index}`))
      yield* Client.text(yield* Client.ask(url, "break it"))
      const found: Array<(typeof Runs.Type)["runs"][number]> = []
      let path = "/v1/runs?limit=3"
      for (let pages = 0; path !== ""; pages++) {
        assert.isBelow(pages, 4)
        const response = yield* Client.get(url, path)
        const { next, runs } = yield* Effect.flatMap(Client.json(response), Schema.decodeUnknownEffect(Runs))
        found.push(...runs)
        path = /^<(.*)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1] ?? ""
        assert.strictEqual(next === null, path === "")
        if (next !== null) assert.include(path, `before=${next}`)
      }
      assert.deepStrictEqual(found.map(({ question }) => question).toSorted(), [
        "break it",
        ...Array.from({ length: 7 }, (_, index) => `say ${index + 1}`)
      ])
      const said = found.find(({ question }) => question === "say 2")
      assert.deepInclude(said, {
        answer: "wordword",
        reason: "answered",
        route: "model",
        state: "finished",
        problem: null
      })
      const broke = found.find(({ question }) => question === "break it")
      assert.deepInclude(broke, { answer: null, reason: null, state: "failed" })
      assert.isString(broke?.problem)
    })
  )

  it.effect("says no more than what has changed, and of a long answer its beginning", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeServer.Address
      yield* Client.text(yield* Client.ask(url, "say 500"))
      const response = yield* Client.get(url, "/v1/runs?limit=1")
      const [run] = (yield* Effect.flatMap(Client.json(response), Schema.decodeUnknownEffect(Runs))).runs
      assert.strictEqual(run?.answer?.length, 403)
      const tag = response.headers.get("etag") ?? ""
      const again = yield* Client.get(url, "/v1/runs?limit=1", { headers: { "if-none-match": tag } })
      assert.strictEqual(again.status, 304)
      const shown = yield* Client.json(yield* Client.get(url, `/v1/runs/${run?.runId}`))
      assert.propertyVal(shown, "answer", "word".repeat(500))
    })
  )

  it.effect("brings the limit within its bounds, and refuses cursors that are none", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeServer.Address
      for (let index = 0; index < 3; index++) yield* Client.text(yield* Client.ask(url, "say 1"))
      const lengthOf = (query: string) =>
        Effect.map(
          Effect.flatMap(
            Effect.flatMap(Client.get(url, `/v1/runs?${query}`), Client.json),
            Schema.decodeUnknownEffect(Runs)
          ),
          ({ runs }) => runs.length
        )
      assert.strictEqual(yield* lengthOf("limit=0"), 1)
      assert.strictEqual(yield* lengthOf("limit=-7"), 1)
      assert.isAbove(yield* lengthOf("limit=999999"), 2)
      for (const query of ["before=x", "before=", "before=1", "before=1.%00", "limit=x", "limit=1.5", "limit="]) {
        const problem = yield* Client.problem(yield* Client.get(url, `/v1/runs?${query}`))
        assert.deepStrictEqual([problem.status, problem.kind], [400, "invalid-page"])
      }
    })
  )

  it.effect("is compressed as the client prefers, where it is worth it", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeServer.Address
      for (let index = 0; index < 6; index++) yield* Client.text(yield* Client.ask(url, `say 90 ${index}`))
      const path = `${url}/v1/runs?limit=6`
      const plain = yield* raw(path, "identity")
      const gzip = yield* raw(path, "gzip;q=1, br;q=0")
      const br = yield* raw(path, "gzip, br")
      assert.deepStrictEqual([plain.encoding, gzip.encoding, br.encoding], ["none", "gzip", "br"])
      assert.strictEqual(gunzipSync(gzip.body).toString(), plain.body.toString())
      assert.strictEqual(brotliDecompressSync(br.body).toString(), plain.body.toString())
      for (const { vary } of [plain, gzip, br]) assert.match(vary, /accept-encoding/i)
      assert.strictEqual((yield* raw(path, "gzip;q=0, *;q=0")).encoding, "none")
      assert.strictEqual((yield* raw(`${url}/healthz`, "gzip, br")).encoding, "none")
    })
  )

  it.effect("gives a run's events as pages of JSON where that is asked for, each once and in order", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeServer.Address
      const run = yield* Events.begin(url, "say 300")
      const frames = yield* run.end
      const path = `/v1/runs/${run.runId}/events`
      const seqs: Array<number> = []
      let next: string | null = "-"
      while (next !== null) {
        const after: string = next === "-" ? "" : `&after=${next}`
        const response = yield* Client.get(url, `${path}?limit=100${after}`, asJson)
        const page: typeof Page.Type = yield* Effect.flatMap(Client.json(response), Schema.decodeUnknownEffect(Page))
        seqs.push(...page.events.map(({ seq }) => seq))
        next = page.next
      }
      assert.deepStrictEqual(
        seqs,
        frames.map((_, index) => index)
      )
      const last = { ...asJson.headers, "last-event-id": String(seqs.length - 2) }
      const rest = yield* Client.json(yield* Client.get(url, path, { headers: last }))
      assert.deepInclude(rest, { state: "finished", next: null })
      assert.include(JSON.stringify(rest), "RunFinished")
    })
  )

  it.effect("gives the events of a run under way as far as it is, and where to ask on", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeServer.Address
      const run = yield* Events.begin(url, "hang paged")
      yield* run.until(/ToolStarted/)
      const path = `/v1/runs/${run.runId}`
      const page = yield* Effect.flatMap(
        Client.json(yield* Client.get(url, `${path}/events`, asJson)),
        Schema.decodeUnknownEffect(Page)
      )
      assert.strictEqual(page.state, "running")
      assert.strictEqual(page.next, String(page.events.at(-1)?.seq))
      yield* Client.get(url, path, { method: "DELETE" })
      const rest = yield* Effect.flatMap(
        Client.json(yield* Client.get(url, `${path}/events?after=${page.next}`, asJson)),
        Schema.decodeUnknownEffect(Page)
      )
      assert.deepStrictEqual([rest.events.at(-1)?._tag, rest.next], ["RunFailed", null])
    })
  )
})
