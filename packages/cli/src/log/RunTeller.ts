/**
 * RunTeller: a run's events folded into what the query log keeps of it, also where it fails and so has no summary. Pure.
 */
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import * as RunSummary from "@callsheet/core/explain/RunSummary"
import type { ObservedRun } from "@callsheet/core/RunObserver"
import type * as DateTime from "effect/DateTime"

import type { Told } from "./QueryRecord.ts"

/** What is told of a run so far, and whether there is a run: a question that is refused begins none. */
export interface Telling extends Told {
  readonly stage: "asked" | "running" | "over"
}

export const begin = ({ model }: ObservedRun, startedAt: DateTime.Utc): Telling => ({
  summary: RunSummary.initial,
  question: "",
  model,
  startedAt,
  isRouted: false,
  failure: undefined,
  stage: "asked"
})

/** Takes one more event into account. Events come in order of `seq`. */
export const add = (told: Telling, event: AgentEvent): Telling => {
  const summary = RunSummary.add(told.summary, event)
  switch (event._tag) {
    case "RunStarted":
      return { ...told, summary, question: event.question, stage: "running" }
    case "Routed":
      return { ...told, summary, isRouted: true }
    case "RunFinished":
      return { ...told, summary, stage: "over" }
    case "RunFailed":
      return told.stage === "asked"
        ? told
        : { ...told, summary, failure: { problem: event.problem, atMillis: event.atMillis }, stage: "over" }
    default:
      return { ...told, summary }
  }
}
