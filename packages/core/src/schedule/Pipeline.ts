/**
 * Pipeline: what an admitted call passes on its way to its tool: hedge(retry(breaker(rate limit(time limit(handle))))).
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as Span from "../Span.ts"
import * as Attempt from "./Attempt.ts"
import type * as Handlers from "./Handlers.ts"
import * as Hedge from "./Hedge.ts"
import type * as Policy from "./Policy.ts"
import * as Retry from "./Retry.ts"
import type { Shared } from "./Shared.ts"

class FailedCall extends Data.TaggedError("FailedCall")<{ readonly outcome: Attempt.Outcome }> {
  override get message(): string {
    return this.outcome.problem ?? "failed"
  }
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
  onProgress: (progress: unknown) => void
): Effect.Effect<Attempt.Outcome, never, R> => {
  const { timeLimitMillis, upstream } = rules
  const attempt = (request: Attempt.Request) => {
    const once = Attempt.run(toolkit, request, timeLimitMillis, onProgress)
    return upstream === undefined ? once : shared.upstreams.guard(upstream, once, Attempt.failed)
  }
  const repeat = () => attempt({ ...request, parameters: Option.none() })
  const repeated = (once: Effect.Effect<Attempt.Outcome, never, R>) =>
    rules.mayRepeat ? Retry.run(once, repeat, { remainingMillis: optionalMillis }) : once
  const first = repeated(attempt(request))
  const hedged = rules.isReadOnly
    ? Hedge.run(request.name, first, () => repeated(repeat()), shared.timings, optionalMillis)
    : first
  return Span.whenTraced(hedged, (effect) => traced(effect, request))
}

/** In a span that ends as the call did: a failed call is a failed span, though it is a result to everybody else. */
const traced = <R>(effect: Effect.Effect<Attempt.Outcome, never, R>, { id, name }: Attempt.Request) =>
  effect.pipe(
    Effect.filterOrFail(
      ({ ok }) => ok,
      (outcome) => new FailedCall({ outcome })
    ),
    Effect.withSpan(
      `execute_tool ${name}`,
      {
        attributes: {
          "gen_ai.operation.name": "execute_tool",
          "gen_ai.tool.name": name,
          "gen_ai.tool.call.id": id,
          "gen_ai.tool.type": "function"
        }
      },
      { captureStackTrace: false }
    ),
    Effect.catchTag("FailedCall", ({ outcome }) => Effect.succeed(outcome))
  )
