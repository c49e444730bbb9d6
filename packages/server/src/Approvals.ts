/**
 * Approvals: the calls of one run that wait for a person's word.
 */
import type { ApprovalRequest } from "@callsheet/core/schedule/Approval"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

export interface Approvals {
  /** What the engine asks; waits for `decide`. */
  readonly ask: (request: ApprovalRequest) => Effect.Effect<boolean>
  /** False where the call does not wait. */
  readonly decide: (callId: string, approved: boolean) => boolean
}

export const make = (): Approvals => {
  const waiting = new Map<string, Deferred.Deferred<boolean>>()
  return {
    ask: ({ callId }) =>
      Effect.suspend(() => {
        const answer = Deferred.makeUnsafe<boolean>()
        waiting.set(callId, answer)
        return Effect.ensuring(
          Deferred.await(answer),
          Effect.sync(() => waiting.delete(callId))
        )
      }),
    decide: (callId, approved) => {
      const answer = waiting.get(callId)
      return answer !== undefined && Deferred.doneUnsafe(answer, Exit.succeed(approved))
    }
  }
}
