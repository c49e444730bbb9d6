/**
 * Failure: what a failed call's `failure` says of itself. Pure, and structural: it knows the errors of media, of `effect/ai`
 * and of users by the fields that they share.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"

/** What the neighbours of `Scheduler` need to know of an outcome. */
export interface Outcome {
  readonly ok: boolean
  /** What failed where `ok` is false; undefined where nothing is known of it. */
  readonly failure?: unknown
}

const get = (value: unknown, key: string): unknown => (Predicate.hasProperty(value, key) ? value[key] : undefined)

/** The tag that tells most: of the failure's `reason`, else its own. */
export const tagOf = (failure: unknown): unknown => get(get(failure, "reason"), "_tag") ?? get(failure, "_tag")

/** `effect/ai` calls these retryable in the sense that the model may write a better call. The same call fails again. */
const faultsOfTheCall: ReadonlySet<unknown> = new Set(["ToolNotFoundError", "ToolParameterValidationError"])

/** Whether the failure came about before the upstream was asked, or nothing is known of it. */
export const saysNothingOfUpstream = (failure: unknown): boolean =>
  failure === undefined || faultsOfTheCall.has(tagOf(failure))

/** Whether the same call may succeed if made again: `isRetryable` is true, or it is a time-out. */
export const isRetryable = (failure: unknown): boolean =>
  (get(failure, "isRetryable") === true && !faultsOfTheCall.has(tagOf(failure))) || Cause.isTimeoutError(failure)

/** Whether the upstream asked us to slow down. */
export const isThrottled = (failure: unknown): boolean => {
  const tag = tagOf(failure)
  if (tag === "Throttled" || tag === "RateLimitError") return true
  return (get(failure, "status") ?? get(get(failure, "reason"), "status")) === 429
}

/** How long the upstream asked us to wait, where it said so. */
export const retryAfter = (failure: unknown): Duration.Duration | undefined => {
  const wish = get(failure, "retryAfter") ?? get(get(failure, "reason"), "retryAfter")
  return Duration.isDuration(wish) ? wish : undefined
}
