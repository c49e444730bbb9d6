/**
 * RunEstimates: a run's log that also tells how long the run will still take, where `Estimates` are in the context.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import type { AgentEvent } from "../AgentEvent.ts"
import * as RunLog from "../RunLog.ts"
import type * as EstimateLesson from "./EstimateLesson.ts"
import { Estimates } from "./Estimates.ts"

/**
 * A log that hands each event to `take`, as `RunLog.make` does, and each estimate right after the event that changed it.
 *
 * **Details**
 *
 * Once a run has ended it is learned from, and no estimate follows: see `Estimates`. Without them it is the plain log. With them
 * a piece of text costs one comparison more: only a step's first one tells something of when the run will end. Estimates that break
 * are told no more of that run, which goes on.
 */
export const log = Effect.fnUntraced(function* (
  runId: string,
  take: (event: AgentEvent) => void,
  setting: EstimateLesson.Setting
) {
  const estimates = yield* Effect.serviceOption(Estimates)
  if (Option.isNone(estimates)) return yield* RunLog.make(runId, take)
  const following = yield* estimates.value.follow(setting)
  let isSilent = false
  let isBroken = false
  const log: RunLog.RunLog = yield* RunLog.make(runId, (event) => {
    take(event)
    switch (event._tag) {
      case "TextDelta":
        if (!isSilent) return
        isSilent = false
        break
      case "StepStarted":
        isSilent = true
        break
      case "EstimateChanged":
        return
    }
    if (isBroken) return
    const estimate = Result.try(() => following.take(event))
    if (Result.isFailure(estimate)) isBroken = true
    else if (estimate.success !== undefined) log.append({ _tag: "EstimateChanged", ...estimate.success })
  })
  return log
})
