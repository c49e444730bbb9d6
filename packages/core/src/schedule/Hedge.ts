/**
 * Hedge: a second attempt beside a first that is slower than its tool mostly is, for calls that change nothing.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

import type * as Failure from "./Failure.ts"
import type { Timings } from "./Timings.ts"

/** Whether slow reads are hedged. Durations are recorded all the same. */
export const Enabled = Context.Reference<boolean>("@callsheet/core/Hedge/Enabled", { defaultValue: () => true })

/** Tools whose 95th percentile is below this are not hedged: arming one costs two fibers and a timer. */
const leastMillis = 10

/** Records how long `attempt` takes, from `startNanos`, where it succeeds. */
const timed = <A extends Failure.Outcome, R>(
  tool: string,
  attempt: Effect.Effect<A, never, R>,
  timings: Timings,
  clock: Clock.Clock,
  startNanos: bigint
) =>
  Effect.map(attempt, (outcome) => {
    if (outcome.ok) timings.record(tool, Number(clock.monotonicTimeNanosUnsafe() - startNanos) / 1e6)
    return outcome
  })

/**
 * Runs `attempt`, an attempt at a read of `tool`, and `repeat` beside it if it takes longer than 95 % of the tool's calls did.
 *
 * **Details**
 *
 * The first success wins, and the other attempt is interrupted, its finalizers included, before this ends. Where one fails
 * the other decides; where the first fails before the second has begun, that failure is the outcome. Each success is
 * recorded in `timings`, counted from the start of its own attempt.
 *
 * No second attempt is made of a tool with fewer than 20 recorded calls, or one that mostly takes less than 10 ms, where
 * hedges would exceed 5 % of the tool's recorded calls, and where less time remains than the second would likely need.
 */
export const run = <A extends Failure.Outcome, R>(
  tool: string,
  attempt: Effect.Effect<A, never, R>,
  repeat: () => Effect.Effect<A, never, R>,
  timings: Timings,
  /** Milliseconds until the deadline; `Infinity` without one. */
  remainingMillis: () => number
): Effect.Effect<A, never, R> =>
  Effect.withFiber((fiber) => {
    const clock = fiber.getRef(Clock.Clock)
    const first = timed(tool, attempt, timings, clock, clock.monotonicTimeNanosUnsafe())
    const usualMillis = fiber.getRef(Enabled) ? timings.quantile(tool, 0.95) : undefined
    if (usualMillis === undefined || usualMillis < leastMillis) return first
    let unsettled = 1
    const settle = (once: Effect.Effect<A, never, R>) =>
      Effect.filterOrElse(
        once,
        (outcome) => outcome.ok || --unsettled === 0,
        () => Effect.never
      )
    const begin = Effect.suspend(() => {
      if (remainingMillis() < usualMillis || !timings.takeHedge(tool)) return Effect.never
      unsettled++
      return settle(timed(tool, repeat(), timings, clock, clock.monotonicTimeNanosUnsafe()))
    })
    const second = Effect.delay(begin, usualMillis)
    return Effect.raceFirst(settle(first), second)
  })
