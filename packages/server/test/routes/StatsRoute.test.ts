import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"

import * as Client from "../support/Client.ts"
import * as TestServer from "../support/TestServer.ts"

const Told = Schema.Struct({
  at: Schema.Array(Schema.Finite),
  bucket: Schema.Finite,
  runs: Schema.Struct({ total: Schema.Array(Schema.Finite), failed: Schema.Array(Schema.Finite) }),
  kinds: Schema.Array(Schema.Struct({ kind: Schema.String, runs: Schema.Finite })),
  profiledRuns: Schema.Finite,
  modelCalls: Schema.Struct({ mean: Schema.NullOr(Schema.Finite) })
})

const told = (url: string, query: string) =>
  Effect.flatMap(Effect.flatMap(Client.get(url, `/v1/stats${query}`), Client.json), Schema.decodeUnknownEffect(Told))

const sum = (counts: ReadonlyArray<number>) => counts.reduce((total, count) => total + count, 0)

describe("GET /v1/stats", () => {
  it.live("tells what was asked and how it ended, a run that was stopped and one that failed among them", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      yield* Client.ask(url, "look a")
      yield* Client.ask(url, "look b")
      yield* Client.ask(url, "break")
      const running = yield* Client.ask(url, "hang a", {}, { accept: "text/event-stream" })
      const runs = yield* Effect.flatMap(Client.get(url, "/v1/runs"), Client.text)
      const runId = /"runId":"(run_\w+)","question":"hang a"/.exec(runs)?.[1]
      yield* Client.get(url, `/v1/runs/${runId}`, { method: "DELETE" })
      yield* Client.text(running)
      const stats = yield* told(url, "").pipe(
        // Figures follow the last event of a run.
        Effect.repeat({ until: ({ runs }) => sum(runs.total) === 4, times: 200 })
      )
      assert.strictEqual(sum(stats.runs.total), 4)
      assert.strictEqual(sum(stats.runs.failed), 1)
      assert.deepInclude(stats.kinds[0], { kind: "model: look", runs: 2 })
      assert.strictEqual(stats.profiledRuns, 4)
      assert.isAtMost(stats.at.length, 98)
    })
  )

  it.live("takes a range in both spellings, and buckets as long as they are asked for", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const stats = yield* told(url, "?from=2026-01-01T00:00:00Z&to=1767229200000&bucket=600000")
      assert.deepStrictEqual([stats.at.length, stats.bucket, stats.at[0]], [6, 600_000, 1_767_225_600_000])
    })
  )

  it.live("says what is wrong with a range", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const queries = [
        "from=5&to=2",
        "from=yesterday",
        "to=-3",
        "to=99999999999999999999",
        "bucket=5",
        "bucket=x",
        "from=0&to=99999999999&bucket=1000",
        "from=2026-99-99"
      ]
      for (const query of queries) {
        const problem = yield* Effect.flatMap(Client.get(url, `/v1/stats?${query}`), Client.problem)
        assert.deepStrictEqual([problem.status, problem.kind], [400, "invalid-range"], query)
      }
    })
  )

  it.live("sends nothing of what the client has", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const query = "/v1/stats?from=1000000&to=2000000"
      const etag = (yield* Client.get(url, query)).headers.get("etag") ?? ""
      const again = yield* Client.get(url, query, { headers: { "if-none-match": etag } })
      assert.strictEqual(again.status, 304)
    })
  )
})

describe("GET /v1/alerts", () => {
  it.live("lists what is wrong, and every rule", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      for (let count = 0; count < 5; count++) yield* Client.ask(url, "break")
      const Alerts = Schema.Struct({
        alerts: Schema.Array(
          Schema.Struct({ name: Schema.String, state: Schema.String, summary: Schema.NonEmptyString })
        ),
        rules: Schema.Array(Schema.Struct({ name: Schema.String, state: Schema.String })),
        next: Schema.Null
      })
      const found = yield* Effect.flatMap(Client.get(url, "/v1/alerts"), Client.json).pipe(
        Effect.flatMap(Schema.decodeUnknownEffect(Alerts)),
        Effect.repeat({ until: ({ alerts }) => alerts.length > 0, times: 200 })
      )
      assert.deepStrictEqual(found.alerts, [
        {
          name: "CallsheetFailing",
          state: "pending",
          summary: "100 % of the questions of the last ten minutes failed."
        }
      ])
      assert.strictEqual(found.rules.length, 8)
    })
  )
})
