/**
 * RunTeller: a run's events folded into what the query log keeps of it, also where it fails and so has no summary. Pure.
 */
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import * as RunSummary from "@callsheet/core/explain/RunSummary"
import type * as DateTime from "effect/DateTime"

import type { Told } from "./QueryRecord.ts"

/** What is told of a run so far; `isOver` once it has ended, and `undefined` before it has begun. */
export type Telling = (Told & { readonly isOver: boolean }) | undefined

/** Takes one more event into account, which came `at`. A question that is refused begins no run, and is not told of. */
export const add = (told: Telling, event: AgentEvent, at: DateTime.Utc): Telling => {
  if (event._tag === "RunStarted") {
    const summary = RunSummary.add(RunSummary.initial, event)
    return { summary, question: event.question, startedAt: at, isRouted: false, failure: undefined, isOver: false }
  }
  if (told === undefined) return undefined
  const summary = RunSummary.add(told.summary, event)
  switch (event._tag) {
    case "Routed":
      return { ...told, summary, isRouted: true }
    case "RunFinished":
      return { ...told, summary, isOver: true }
    case "RunFailed":
      return { ...told, summary, failure: { problem: event.problem, atMillis: event.atMillis }, isOver: true }
    default:
      return { ...told, summary }
  }
}
