/**
 * ScheduledText: one message of any `LanguageModel`, with the calls that it asks for, for loops that are not ours.
 */
import * as LanguageModel from "effect/ai/LanguageModel"
import type * as Prompt from "effect/ai/Prompt"
import * as Response from "effect/ai/Response"
import type * as Tool from "effect/ai/Tool"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Stream from "effect/Stream"

import * as CallIds from "../model/CallIds.ts"
import * as LanguageModelStream from "../model/LanguageModelStream.ts"
import type { Call } from "../model/ModelStream.ts"
import * as Turn from "../model/Turn.ts"
import * as Span from "../Span.ts"
import type * as Attempt from "./Attempt.ts"
import * as Calls from "./Calls.ts"
import * as PlanTool from "./PlanTool.ts"
import type { Run } from "./Run.ts"

/** What one message of the model is made of. */
export interface Message {
  readonly prompt: Prompt.RawInput
  /** `none` forbids calls though tools are offered. Default `auto`. */
  readonly toolChoice?: "auto" | "none"
}

export type Part = Response.StreamPart<LanguageModelStream.PlainTools, "deferred">

/** A call's result as a part of the response. */
const partOf = ({ id, name }: Call, { encodedResult, isFailure, result }: Tool.HandlerResult<Tool.Any>): Part =>
  Response.makePart("tool-result", {
    id,
    name,
    result,
    encodedResult,
    isFailure,
    providerExecuted: false,
    preliminary: false
  })

/**
 * The parts of message `step` of `run`: those of the model as they come, then the results of all calls in call order, then the
 * finish. `resultOf` gives what stands in the response for an outcome. Closing the scope interrupts what still runs, and waits
 * for its finalizers.
 */
export const streamText = Effect.fnUntraced(function* <R>(
  { prompt, toolChoice = "auto" }: Message,
  step: number,
  run: Run<R>,
  resultOf: (outcome: Attempt.Outcome) => Tool.HandlerResult<Tool.Any>
) {
  const calls = Calls.open(step, { ...run, fork: yield* FiberSet.makeRuntime<R>() }, yield* Span.here)
  const { tools } = run.toolkit
  const offered = [...(run.policy.plans ? [PlanTool.make(tools)] : []), ...Object.values(tools)]
  let hasEnded = false
  // Those of earlier messages are their loop's affair.
  run.ledger?.reported([])
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      if (hasEnded) return
      calls.cut("Whoever asked for it went away.")
      run.ledger?.interrupted()
    })
  )
  const ids = CallIds.make([])
  const asked: Array<Call> = []
  const finishes: Array<Part> = []
  /** Plans that are being written. */
  const plans = new Set<string>()

  const take = (part: Part): Effect.Effect<void> => {
    switch (part.type) {
      case "tool-params-start":
        if (run.policy.plans && part.name === PlanTool.name) plans.add(part.id)
        return Effect.void
      case "tool-params-delta":
        return plans.has(part.id) ? calls.onCallDelta(ids.begun(part.id), part.delta) : Effect.void
      case "tool-call": {
        if (part.providerExecuted) return Effect.void
        const call = LanguageModelStream.callOf(part.id, part.name, part.params)
        asked.push(call)
        plans.delete(part.id)
        return calls.onCall({ ...call, id: ids.whole(part.id) })
      }
      case "finish":
        finishes.push(part)
        return Effect.void
      default:
        return Effect.void
    }
  }
  const rest = Effect.suspend(() => {
    const isComplete = finishes.some((part) => part.type === "finish" && Turn.isComplete(part.reason))
    return Effect.map(calls.results(isComplete), (outcomes): ReadonlyArray<Part> => {
      hasEnded = true
      const results = asked.flatMap((call, index) => {
        const outcome = outcomes[index]
        return outcome === undefined ? [] : [partOf(call, resultOf(outcome))]
      })
      return [...results, ...finishes]
    })
  })
  return LanguageModel.streamText({
    prompt,
    toolkit: LanguageModelStream.withoutHandlers(offered),
    toolChoice,
    disableToolCallResolution: true,
    toolCallValidation: "deferred"
  }).pipe(
    Stream.tap(take),
    Stream.filter(({ type }) => type !== "finish"),
    Stream.concat(Stream.unwrap(Effect.map(rest, Stream.fromIterable)))
  )
})
