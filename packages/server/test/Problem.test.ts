import * as AgentError from "@callsheet/core/AgentError"
import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { AiError } from "effect/ai"

import * as Problem from "../src/Problem.ts"
import * as RunError from "../src/RunError.ts"

const modelFailed = (reason: AiError.AiErrorReason) =>
  new AgentError.AgentError({
    reason: new AgentError.ModelFailed({ error: new AiError.AiError({ module: "test", method: "ask", reason }) })
  })

describe("Problem", () => {
  it("says of each error of an agent what the client can do", () => {
    const cases: ReadonlyArray<readonly [AgentError.AgentError, number, number | undefined]> = [
      [new AgentError.AgentError({ reason: new AgentError.InvalidQuestion({ problem: "Empty." }) }), 400, undefined],
      [new AgentError.AgentError({ reason: new AgentError.NoAnswer({ finishReason: "stop" }) }), 502, undefined],
      [new AgentError.AgentError({ reason: new AgentError.BudgetUnchecked({ problem: "No price." }) }), 500, undefined],
      [modelFailed(new AiError.RateLimitError({ retryAfter: Duration.millis(1500) })), 503, 2],
      [modelFailed(new AiError.InternalProviderError({ description: "overloaded" })), 503, 5],
      [modelFailed(new AiError.AuthenticationError({ kind: "InvalidKey" })), 502, undefined]
    ]
    for (const [error, status, retryAfterSeconds] of cases) {
      const problem = Problem.fromAgentError(error)
      assert.deepStrictEqual([problem.status, problem.retryAfterSeconds], [status, retryAfterSeconds])
      assert.strictEqual(problem.detail, error.message)
    }
  })

  it("says of each error of runs what the client can do", () => {
    const cases: ReadonlyArray<readonly [RunError.RunError["reason"], number]> = [
      [new RunError.TooManyRuns({ retryAfterSeconds: 5 }), 429],
      [new RunError.UnknownRun(), 404],
      [new RunError.CallNotWaiting(), 409],
      [new RunError.RunElsewhere(), 409],
      [new RunError.Stopped({ problem: "Stopped." }), 409],
      [new RunError.ServerStopping(), 503],
      [new RunError.RunBroke(), 500],
      [new RunError.StoreFailed({ problem: "The disk is full." }), 503]
    ]
    for (const [reason, status] of cases) {
      assert.strictEqual(Problem.fromRunError(new RunError.RunError({ reason })).status, status)
    }
  })

  it("has a body of RFC 9457 that holds a type, a title, its status and one sentence", () => {
    const problem = new Problem.Problem({ kind: "too-many-runs", detail: "Later.", retryAfterSeconds: 5 })
    assert.deepStrictEqual(Problem.details(problem), {
      type: "urn:callsheet:problem:too-many-runs",
      title: "Too many questions at once",
      status: 429,
      detail: "Later."
    })
    const { headers, status } = Problem.toResponse(problem)
    assert.strictEqual(status, 429)
    assert.deepInclude({ ...headers }, { "retry-after": "5", "cache-control": "no-store" })
  })
})
