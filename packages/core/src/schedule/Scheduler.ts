/**
 * Scheduler: runs the calls of one step side by side and returns their outcomes in call order.
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"

import type { Call } from "../model/ModelStream.ts"
import type { RunLog } from "../RunLog.ts"
import { Approval } from "./Approval.ts"
import * as Attempt from "./Attempt.ts"
import * as Policy from "./Policy.ts"

const settle = (step: number, call: Call, outcome: Attempt.Outcome, startMillis: number, log: RunLog) => {
  const { id: callId, name } = call
  const { ok, problem } = outcome
  const millis = log.since(startMillis)
  log.append({ _tag: "ToolSettled", step, callId, name, startMillis, millis, source: "upstream", ok, problem })
  return outcome
}

const refuseOne = (step: number, call: Call, problem: string, log: RunLog) =>
  settle(step, call, Attempt.failed(problem), log.elapsedMillis(), log)

/** Settles `calls` without running any: each fails with `problem`. */
export const refuse = (step: number, calls: ReadonlyArray<Call>, problem: string, log: RunLog) =>
  calls.map((call) => refuseOne(step, call, problem, log))

/**
 * Runs `calls`, at most `policy.toolConcurrency` at a time.
 *
 * **Details**
 *
 * Never fails, and no call takes another along: an unknown tool, unreadable arguments, a refusal and a failure of the handler
 * are each that call's own outcome. A call that waits for approval holds no place among those that run. Interruption
 * interrupts every handler and waits for their finalizers.
 */
export const run = Effect.fnUntraced(function* <R>(
  step: number,
  calls: ReadonlyArray<Call>,
  toolkit: Attempt.Handled<R>,
  policy: Policy.Policy,
  log: RunLog
) {
  const approval = yield* Approval
  const places = yield* Semaphore.make(policy.toolConcurrency)

  const attempt = Effect.fnUntraced(function* (call: Call) {
    const { id: callId, input, name } = call
    const startMillis = log.elapsedMillis()
    log.append({ _tag: "ToolStarted", step, callId, name, input })
    const outcome = yield* Attempt.run(toolkit, call, (progress) =>
      log.append({ _tag: "ToolProgress", step, callId, name, progress })
    )
    return { outcome, startMillis }
  })

  const refuse = (call: Call, problem: string) => refuseOne(step, call, problem, log)

  const one = Effect.fnUntraced(function* (call: Call) {
    const { id: callId, input, name } = call
    if (call.fault !== undefined) {
      return refuse(call, `The arguments of ${name} are not JSON: ${call.fault}`)
    }
    const tool = Object.hasOwn(toolkit.tools, name) ? toolkit.tools[name] : undefined
    if (tool === undefined) {
      return refuse(call, `There is no tool ${name}. The tools are: ${Object.keys(toolkit.tools).join(", ")}.`)
    }
    if (Policy.rulesOf(tool).needsApproval) {
      log.append({ _tag: "ApprovalNeeded", step, callId, name, input })
      const approved = yield* approval({ callId, name, input })
      if (!approved) return refuse(call, `${name} was not approved by the user, so it did not run.`)
    }
    const { outcome, startMillis } = yield* places.withPermit(attempt(call))
    return settle(step, call, outcome, startMillis, log)
  })

  // Unbounded, because `places` bounds what runs and waiting for approval must not take a place.
  return yield* Effect.forEach(calls, one, { concurrency: "unbounded" })
})
