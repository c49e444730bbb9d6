/**
 * Circuit: one side of a store (its reads, its writes) under a breaker: three failures in a row, and it is not asked for a
 * while. The breaker is consulted only after a failure: that costs more than a read of a file, and what works need not ask.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as Schedule from "effect/Schedule"

import type { StoreError } from "./Store.ts"

export interface Circuit {
  /** What `effect` does, unless the store rests; then what it failed with last. */
  run<A>(effect: Effect.Effect<A, StoreError>): Effect.Effect<A, StoreError>
  /** Whether the last that was tried succeeded. */
  isWell(): boolean
  readonly counts: () => CircuitCounts
}

export interface CircuitCounts {
  /** What was asked for and not done. */
  readonly failures: number
  /** What was not asked for. */
  readonly skipped: number
  /** The last failure, until something succeeds. */
  readonly problem: StoreError | undefined
}

/** A breaker whose rests grow up to `longest`. */
export const makeBreaker = (longest: Duration.Input) =>
  CircuitBreaker.make({
    tripPolicy: CircuitBreaker.consecutive(3),
    openDuration: Schedule.min([Schedule.exponential("250 millis"), Schedule.spaced(longest)])
  })

export const make = (breaker: CircuitBreaker.CircuitBreaker, key: string): Circuit => {
  let problem: StoreError | undefined
  let failures = 0
  let skipped = 0
  let restUntilMillis = 0

  const failed = (error: StoreError) =>
    Effect.suspend(() => {
      failures++
      const isFirst = problem === undefined
      problem = error
      return isFirst ? Effect.logWarning(error.message) : Effect.void
    })

  const rest = (last: StoreError) => {
    skipped++
    return Effect.fail(last)
  }

  const watched = <A>(effect: Effect.Effect<A, StoreError>, last: StoreError): Effect.Effect<A, StoreError> =>
    Effect.tapError(effect, failed).pipe(
      breaker.execute({ key }),
      Effect.tap(() =>
        Effect.sync(() => {
          problem = undefined
        })
      ),
      Effect.catchTag("CircuitBreakerError", ({ reason }) =>
        Effect.flatMap(Clock.currentTimeMillis, (nowMillis) => {
          if (reason._tag === "CircuitOpen") restUntilMillis = nowMillis + Duration.toMillis(reason.retryAfter)
          return rest(last)
        })
      )
    )

  return {
    run: (effect) =>
      Effect.suspend(() => {
        const last = problem
        if (last === undefined) return Effect.catch(effect, (error) => watched(Effect.fail(error), error))
        return Effect.flatMap(Clock.currentTimeMillis, (nowMillis) =>
          nowMillis < restUntilMillis ? rest(last) : watched(effect, last)
        )
      }),
    isWell: () => problem === undefined,
    counts: () => ({ failures, skipped, problem })
  }
}
