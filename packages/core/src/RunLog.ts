/**
 * RunLog: the one place where a run's events are stamped and handed on, so that `seq` has no gaps and order is the order of
 * happening, though tools run side by side.
 */
import * as Effect from "effect/Effect"

import type { AgentEvent, Fact } from "./AgentEvent.ts"

export interface RunLog {
  /** Stamps `fact`, which is the log's from then on, and hands it on. Never waits. */
  readonly append: (fact: Fact) => void
  /** Milliseconds since the run began, by the monotonic clock, in microsecond steps. */
  readonly elapsedMillis: () => number
  /** Milliseconds since `startMillis`, itself counted from the start of the run. */
  readonly since: (startMillis: number) => number
}

/** Drops the noise that subtracting decimal fractions leaves: microseconds are the clock's own steps. */
export const toMicros = (millis: number): number => Math.round(millis * 1000) / 1000

/** Everything but a piece of the answer, of which there are a hundred for each other event. */
export type Milestone = Exclude<AgentEvent, { readonly _tag: "TextDelta" }>

/** `take`, and after it each of `beside`, which are told of milestones alone. */
export const both = (
  take: (event: AgentEvent) => void,
  ...beside: ReadonlyArray<((event: Milestone) => void) | undefined>
): ((event: AgentEvent) => void) => {
  const others = beside.filter((other) => other !== undefined)
  if (others.length === 0) return take
  return (event) => {
    take(event)
    if (event._tag === "TextDelta") return
    for (const other of others) other(event)
  }
}

/**
 * A log that hands each event to `take`.
 *
 * `take` must not wait: a reader who is slow must not slow the tools down, and what a run appends is bounded by what its model
 * may write.
 */
export const make = (runId: string, take: (event: AgentEvent) => void): Effect.Effect<RunLog> =>
  Effect.clockWith((clock) => {
    const startNanos = clock.monotonicTimeNanosUnsafe()
    const elapsedMillis = () => Number((clock.monotonicTimeNanosUnsafe() - startNanos) / 1000n) / 1000
    let seq = 0
    let isOver = false
    return Effect.succeed<RunLog>({
      elapsedMillis,
      since: (startMillis) => toMicros(elapsedMillis() - startMillis),
      append: (fact) => {
        // Of a handler that outlives its run nothing is told.
        if (isOver) return
        isOver = fact._tag === "RunFinished" || fact._tag === "RunFailed"
        take(Object.assign(fact, { runId, seq: seq++, atMillis: elapsedMillis() }))
      }
    })
  })
