/**
 * Retry: makes a failed attempt again where that may help and there is time for it.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

import * as Span from "../Span.ts"
import * as Failure from "./Failure.ts"

export interface Rules {
  /** Milliseconds until the deadline; `Infinity` without one. */
  readonly remainingMillis: () => number
  /** Attempts after the first, at most. 2 where not stated. */
  readonly maxRepeats?: number
  /** Called when an attempt after the first begins. */
  readonly onRepeat?: () => void
}

/** Whether waits vary at random by a fifth, so that runs that failed together do not come back together. */
export const Jitter = Context.Reference<boolean>("@callsheet/core/Retry/Jitter", { defaultValue: () => true })

/** An upstream that wants a longer wait is not asked again. */
const longestWait = Duration.seconds(30)

/** What comes of a failure that is retryable. */
const again = Effect.fnUntraced(function* <A extends Failure.Outcome, R>(
  failed: A,
  repeat: Effect.Effect<A, never, R>,
  { maxRepeats = 2, onRepeat, remainingMillis }: Rules
) {
  const span = yield* Span.here
  let last = failed
  /** When it failed last; `undefined` while an attempt runs. */
  let endMillis = span?.nowMillis()
  const waited = () => {
    if (span === undefined || endMillis === undefined) return
    const reason = Failure.isThrottled(last.failure) ? "rate_limit" : "retry"
    span.phase("queueing", span.nowMillis() - endMillis, reason)
    endMillis = undefined
  }
  const told = Effect.suspend(() => {
    onRepeat?.()
    if (span === undefined) return repeat
    waited()
    return Effect.map(repeat, (outcome) => {
      last = outcome
      endMillis = span.nowMillis()
      return outcome
    })
  })
  const backoff = Schedule.exponential("100 millis")
  const schedule = ((yield* Jitter) ? Schedule.jittered(backoff) : backoff).pipe(
    Schedule.setInputType<A>(),
    Schedule.modifyDelay(({ duration, input }) =>
      Effect.succeed(Duration.max(duration, Failure.retryAfter(input.failure) ?? Duration.zero))
    ),
    Schedule.while(
      ({ attempt, duration, input }) =>
        attempt <= maxRepeats &&
        Failure.isRetryable(input.failure) &&
        Duration.isLessThanOrEqualTo(duration, longestWait) &&
        Duration.toMillis(duration) < remainingMillis()
    ),
    Schedule.passthrough
  )
  const repeated = Effect.scheduleFrom(told, failed, schedule)
  return yield* span === undefined ? repeated : Effect.onInterrupt(repeated, () => Effect.sync(waited))
})

/**
 * Runs `attempt`, and `repeat` while it fails with what is retryable.
 *
 * **Details**
 *
 * Waits 100 ms before the first repeat and twice as long before each further one, with `Jitter`; longer where the failure's
 * `retryAfter` says so. The last outcome stands: of a success, of a failure that is final, when `maxRepeats` are used up,
 * where the upstream asks for more than 30 s, and where a wait would last until the deadline or beyond.
 *
 * **Gotchas**
 *
 * Only for calls that may be made twice (`Policy.ToolRules.mayRepeat`): whether the failed one did its work is not known.
 */
export const run = <A extends Failure.Outcome, R>(
  attempt: Effect.Effect<A, never, R>,
  repeat: () => Effect.Effect<A, never, R>,
  rules: Rules
): Effect.Effect<A, never, R> =>
  Effect.filterOrElse(
    attempt,
    ({ failure }) => !Failure.isRetryable(failure),
    (outcome) => again(outcome, repeat(), rules)
  )
