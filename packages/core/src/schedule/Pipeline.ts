/**
 * Pipeline: what an admitted call passes on its way to its tool: hedge(retry(breaker(rate limit(time limit(handle))))).
 */
import type * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as Attempt from "./Attempt.ts"
import type * as Handlers from "./Handlers.ts"
import * as Hedge from "./Hedge.ts"
import type * as Policy from "./Policy.ts"
import * as Retry from "./Retry.ts"
import type { Shared } from "./Shared.ts"

/** Told what happens on the way. */
export interface Listener {
  /** A preliminary result, encoded. */
  readonly onProgress: (progress: unknown) => void
  /** An attempt beyond the first begins; hedges are none. */
  readonly onRepeat: () => void
}

/**
 * Runs `request` until it succeeds or nothing more may be tried.
 *
 * Every attempt, hedges included, has its own time limit and takes its own token of the upstream's rate. A call's duration is
 * remembered when it succeeds, for the hedges of later ones.
 */
export const run = <R>(
  toolkit: Handlers.Handled<R>,
  request: Attempt.Request,
  rules: Policy.ToolRules,
  shared: Shared,
  /** The time that retries and hedges have, in milliseconds from now. */
  optionalMillis: () => number,
  { onProgress, onRepeat }: Listener
): Effect.Effect<Attempt.Outcome, never, R> => {
  const { timeLimitMillis, upstream } = rules
  const attempt = (request: Attempt.Request) => {
    const once = Attempt.run(toolkit, request, timeLimitMillis, onProgress)
    return upstream === undefined ? once : shared.upstreams.guard(upstream, once, Attempt.failed)
  }
  const repeat = () => attempt({ ...request, parameters: Option.none() })
  const repeated = (once: Effect.Effect<Attempt.Outcome, never, R>) =>
    rules.mayRepeat ? Retry.run(once, repeat, { remainingMillis: optionalMillis, onRepeat }) : once
  const first = repeated(attempt(request))
  return rules.isReadOnly
    ? Hedge.run(request.name, first, () => repeated(repeat()), shared.timings, optionalMillis)
    : first
}
