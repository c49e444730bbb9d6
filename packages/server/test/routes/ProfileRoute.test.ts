import { Profile } from "@callsheet/core/explain/Profile"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"

import * as Client from "../support/Client.ts"
import * as Events from "../support/Events.ts"
import * as TestServer from "../support/TestServer.ts"

const ProfileBody = Schema.Struct({ ...Profile.fields, remedies: Profile.fields.counterfactuals })

const profileOf = (url: string, runId: string) =>
  Effect.flatMap(Client.get(url, `/v1/runs/${runId}/profile`), (response) =>
    Effect.flatMap(Client.json(response), Schema.decodeUnknownEffect(ProfileBody))
  )

describe("GET /v1/runs/{id}/profile", () => {
  it.live("tells where the time of a run went, and what would have saved some of it", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const run = yield* Events.begin(url, "look profiled")
      yield* run.end
      const profile = yield* profileOf(url, run.runId)
      assert.deepStrictEqual([profile.runId, profile.agent], [run.runId, "toy"])
      assert.deepStrictEqual(
        profile.rows.map(({ kind, name }) => [kind, name]),
        [
          ["model", "script"],
          ["tool", "look"],
          ["model", "script"]
        ]
      )
      const sum = Object.values(profile.selfMillis).reduce((total, millis) => total + millis, 0)
      assert.closeTo(sum, profile.wallMillis, 1e-3)
      const kinds = new Set(profile.counterfactuals.map(({ kind }) => kind))
      assert.isTrue(kinds.has("sequential") && kinds.has("remembered"))
    })
  )

  it.live(
    "is not there for a run under way, one that nobody knows, and one that was stopped before it did anything",
    () =>
      Effect.gen(function* () {
        const { url } = yield* TestServer.start()
        const run = yield* Events.begin(url, "hang profiled")
        const underWay = yield* Client.get(url, `/v1/runs/${run.runId}/profile`)
        assert.strictEqual((yield* Client.problem(underWay)).kind, "run-under-way")
        const unknown = yield* Client.get(url, "/v1/runs/run_0/profile")
        assert.strictEqual((yield* Client.problem(unknown)).kind, "unknown-run")
        yield* Client.get(url, `/v1/runs/${run.runId}`, { method: "DELETE" })
        yield* run.end
        const stopped = yield* Client.get(url, `/v1/runs/${run.runId}/profile`)
        assert.isTrue(stopped.status === 200 || stopped.status === 404)
      })
  )
})
