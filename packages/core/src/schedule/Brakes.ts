/**
 * Brakes: what ends one run early: steps, its deadline and its budgets, watched together.
 */
import * as Duration from "effect/Duration"

import type { EndReason, ModelCall } from "../AgentEvent.ts"
import type { Message } from "../model/ModelStream.ts"
import type { Turn } from "../model/Turn.ts"
import * as Budget from "./Budget.ts"
import * as Deadline from "./Deadline.ts"
import type { Policy } from "./Policy.ts"

/** Why the next model call is the last, and what the user is told of it (nothing, where that is undefined). */
export interface Last {
  readonly reason: EndReason
  readonly sentence: string | undefined
}

export interface Brakes {
  readonly deadlineMillis: number | undefined
  /** Why a budget cannot be watched at all; `undefined` where all can. */
  readonly problem: string | undefined
  /**
   * Whether the model call of step `step`, which reads `added` more than the one before it, must be the last; `undefined`
   * where it need not be.
   */
  readonly last: (step: number, nowMillis: number, added: ReadonlyArray<Message>) => Last | undefined
  /** Takes a finished turn into account. */
  readonly spend: (turn: Turn) => void
  /** Takes one more tool call into account; false where the budget has none left. */
  readonly takeCall: () => boolean
  /** When the tools of a step that began at `stepStartMillis` must have ended; `Infinity` without a limit. */
  readonly toolsEnd: (stepStartMillis: number) => number
  readonly remaining: (nowMillis: number) => number
}

/** Turns that may end unfinished one after the other, before the next must answer without tools. */
const maxIncomplete = 2

export const make = (policy: Policy, model: string, deadlineMillis: number | undefined): Brakes => {
  const { budget, maxSteps, prices, stepLimit } = policy
  const deadline = Deadline.make(deadlineMillis, stepLimit && Duration.toMillis(stepLimit))
  const modelCalls: Array<ModelCall> = []
  const pictured: Array<Message> = []
  let spent = Budget.nothing
  let incomplete = 0
  /** Without a budget nothing is counted: an estimate of tokens reads every message. */
  const hasBudget = Object.keys(budget).length > 0
  const first = Budget.check(budget, spent, { inputTokensEstimate: 0, model }, prices)

  return {
    deadlineMillis,
    problem: first?._tag === "Unchecked" ? first.sentence : undefined,
    last: (step, nowMillis, added) => {
      if (hasBudget) pictured.push(...added.filter((message) => message.role === "user" && message.images?.length))
      const verdict = hasBudget
        ? Budget.check(budget, spent, { inputTokensEstimate: Budget.nextInputTokens(spent, added), model }, prices)
        : undefined
      if (verdict?._tag === "Reached") return { reason: "budget", sentence: verdict.sentence }
      if (Deadline.isFinalStep(deadline, nowMillis, modelCalls)) return { reason: "deadline", sentence: undefined }
      return step + 1 >= maxSteps || incomplete >= maxIncomplete
        ? { reason: "step-limit", sentence: undefined }
        : undefined
    },
    spend: (turn) => {
      const { finish, isComplete, modelCall } = turn
      modelCalls.push(modelCall)
      incomplete = isComplete ? 0 : incomplete + 1
      if (!hasBudget) return
      const inputTokens = Budget.nextInputTokens(spent, [])
      const { requestBytes } = modelCall
      const figures =
        requestBytes === null || pictured.length === 0
          ? modelCall
          : { ...modelCall, requestBytes: Budget.tellingBytes(requestBytes, pictured) }
      spent = Budget.add(spent, figures, finish.model ?? model, {
        inputTokens,
        outputTokens: Budget.estimateTokens([turn])
      })
    },
    takeCall: () => {
      if (!hasBudget) return true
      if (Budget.allowedCalls(budget, spent, 1) < 1) return false
      spent = Budget.addTools(spent, 1)
      return true
    },
    toolsEnd: (stepStartMillis) => Deadline.toolsEnd(deadline, stepStartMillis, modelCalls),
    remaining: (nowMillis) => Deadline.remaining(deadline, nowMillis)
  }
}
