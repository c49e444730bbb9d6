import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import * as Client from "../support/Client.ts"
import * as Events from "../support/Events.ts"
import * as TestServer from "../support/TestServer.ts"
import * as Toy from "../support/Toy.ts"

describe("POST /v1/runs/{id}/approvals", () => {
  it.live("lets the call run that waits for it, or not, and once only", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      for (const approved of [true, false]) {
        const key = approved ? "approved" : "refused"
        const run = yield* Events.begin(url, `change ${key}`)
        const callId = yield* run.until(/"_tag":"ApprovalNeeded".*?"callId":"([^"]+)"/)
        const path = `/v1/runs/${run.runId}/approvals`
        const other = yield* Client.problem(yield* Client.post(url, path, { callId: "another", approved }))
        assert.strictEqual(other.kind, "call-not-waiting")
        assert.notInclude(Toy.diary, `change ${key}`)
        assert.strictEqual((yield* Client.post(url, path, { callId, approved })).status, 204)
        const frames = yield* run.end
        assert.strictEqual(frames.at(-1)?.event, "RunFinished")
        assert.strictEqual(Toy.diary.includes(`change ${key}`), approved)
        const late = yield* Client.problem(yield* Client.post(url, path, { callId, approved }))
        assert.strictEqual(late.kind, "call-not-waiting")
      }
    })
  )

  it.live("knows no run that is none", () =>
    Effect.gen(function* () {
      const { url } = yield* TestServer.start()
      const response = yield* Client.post(url, "/v1/runs/run_none/approvals", { callId: "c", approved: true })
      assert.strictEqual((yield* Client.problem(response)).kind, "unknown-run")
    })
  )
})
