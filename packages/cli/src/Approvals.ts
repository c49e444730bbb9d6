/**
 * Approvals: whose word lets a call run that changes something, and which calls went without it.
 */
import type { ApprovalRequest } from "@callsheet/core/schedule/Approval"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"

/** A call that waits for a person's word. `answer` is false once the call no longer waits. */
export interface Pending {
  readonly request: ApprovalRequest
  readonly answer: Deferred.Deferred<boolean>
}

/** `given`: every call may run. `asked`: a person decides each. `absent`: nobody can be asked, so none runs. */
export type Consent = "given" | "asked" | "absent"

export const make = Effect.fnUntraced(function* (consent: Consent) {
  const pending = yield* Queue.unbounded<Pending>()
  const refused = new Set<string>()

  const decide = Effect.fnUntraced(function* (request: ApprovalRequest) {
    if (consent !== "asked") return consent === "given"
    const answer = yield* Deferred.make<boolean>()
    yield* Queue.offer(pending, { request, answer })
    return yield* Effect.onInterrupt(Deferred.await(answer), () => Deferred.succeed(answer, false))
  })

  return {
    /** What the agent asks: true where the call may run. */
    approve: (request: ApprovalRequest): Effect.Effect<boolean> =>
      Effect.onExit(decide(request), (exit) =>
        Effect.sync(() => {
          if (Exit.isFailure(exit) || !exit.value) refused.add(request.name)
        })
      ),
    /** The calls that a person has to decide on; undefined where nobody is asked. */
    pending: consent === "asked" ? pending : undefined,
    /** The names of the tools that were not allowed to run, each once. */
    refused
  }
})
