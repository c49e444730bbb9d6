/**
 * Rules: a question answered by what its router knows to ask, without a model.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import * as CallIds from "../model/CallIds.ts"
import type * as Attempt from "../schedule/Attempt.ts"
import type * as Calls from "../schedule/Calls.ts"
import * as Foresight from "./Foresight.ts"
import type { Answerable, Outcome } from "./Route.ts"

export interface Answered {
  /** `undefined` where the outcomes do not bear an answer out. */
  readonly answer: string | undefined
  /** What was read all the same. */
  readonly made: ReadonlyArray<Foresight.Made>
}

/** Why a model is asked in the end. */
export const notBorneOut = "What was read does not bear an answer out."

/** As who words it sees it. */
const outcomeOf = ({ ok, result, value }: Attempt.Outcome): Outcome => ({
  ok,
  value: ok ? value : result?.encodedResult
})

/** Makes the calls side by side, the first as the engine's `firstIndex`th, and words what they gave. A wording that breaks is none. */
export const answer = Effect.fnUntraced(function* (
  { calls, render }: Answerable,
  step: Calls.Calls,
  firstIndex = 0
): Effect.fn.Return<Answered> {
  const written = calls.map((call, index) => Foresight.written(CallIds.ofEngine("rules", firstIndex + index), call))
  for (const call of written) yield* step.onCall(call)
  const outcomes = yield* step.results(true)
  const worded = Result.try(() => render(outcomes.map(outcomeOf)))
  return {
    answer: Result.isSuccess(worded) && worded.success?.trim() ? worded.success : undefined,
    made: written.flatMap((call, index) => {
      const outcome = outcomes[index]
      return outcome?.ok === true ? [{ call, outcome }] : []
    })
  }
})
