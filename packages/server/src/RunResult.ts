/**
 * RunResult: what a list of runs tells of each beyond its question: how it was answered, and what it came to. Read from the events as
 * they are kept. Pure.
 */
import type { EndReason, Route } from "@callsheet/core/AgentEvent"

import type { Entry } from "./Entry.ts"

export interface RunResult {
  /** Null until it is known, as all else. */
  readonly route: Route | null
  readonly answer: string | null
  readonly reason: EndReason | null
  /** Why it has no answer. */
  readonly problem: string | null
  /** From its first event to its last, in milliseconds. */
  readonly wallMillis: number | null
}

export const none: RunResult = { route: null, answer: null, reason: null, problem: null, wallMillis: null }

/** What `entry`, the next of the run, adds. Entries that were read from a store add nothing. */
export const add = (result: RunResult, { event }: Entry): RunResult => {
  switch (event?._tag) {
    case "Routed":
      return { ...result, route: event.route }
    case "RunFinished":
      return { ...result, answer: event.answer, reason: event.reason, wallMillis: event.atMillis }
    case "RunFailed":
      return { ...result, problem: event.problem, wallMillis: event.atMillis }
    default:
      return result
  }
}
