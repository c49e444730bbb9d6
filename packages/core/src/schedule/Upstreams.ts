/**
 * Upstreams: the health and the rate of each service behind the tools. Calls of one that is down are refused, and calls of
 * one that asks us to slow down wait.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"

import * as Span from "../Span.ts"
import * as Failure from "./Failure.ts"

export interface Upstreams {
  /**
   * Runs `effect`, one attempt at a call of `upstream`, inside its circuit breaker and at its rate.
   *
   * **Details**
   *
   * Five failures in a row that may heal open the circuit for 10 s, the next time for 20 s, up to 5 minutes (or for as long
   * as a failure's `retryAfter` says, if longer). While it is open, and while the one call that tries it again runs, `effect`
   * does not: the outcome is `refused` of a sentence for the model.
   *
   * A throttled call counts neither as a failure nor as a success: until its `retryAfter` (1 s where not stated) has passed
   * no call of the upstream begins, and after that the rate is kept that was taken before it throttled again. A final failure
   * is a success of the upstream, for it answered. Interruption, and a failure that came about before the upstream was
   * asked, count for nothing.
   */
  guard<A extends Failure.Outcome, R>(
    upstream: string,
    effect: Effect.Effect<A, never, R>,
    refused: (sentence: string) => A
  ): Effect.Effect<A, never, R>
  /** An open circuit whose `retryAfter` is zero lets the next call try. */
  state(upstream: string): Effect.Effect<CircuitBreaker.State>
}

/** Why a call of `upstream` does not run while its circuit is open, in words for a model. */
export const unavailable = (upstream: string, retryAfter: Duration.Duration): string =>
  `${upstream} is unavailable for about ${Math.ceil(Duration.toSeconds(retryAfter))} s; do without it.`

const longestOpening = Duration.minutes(5)

const refusal = (upstream: string, { reason }: CircuitBreaker.CircuitBreakerError): Effect.Effect<string> => {
  switch (reason._tag) {
    case "CircuitOpen":
      return Effect.succeed(unavailable(upstream, reason.retryAfter))
    case "CircuitHalfOpen":
      return Effect.succeed(`${upstream} was unavailable and is being tried again; do without it for now.`)
    case "CircuitBreakerStoreError":
      return Effect.die(reason)
  }
}

const classify = (exit: Exit.Exit<Failure.Outcome>): CircuitBreaker.Outcome => {
  if (Exit.isFailure(exit)) return CircuitBreaker.ignored
  const { failure, ok } = exit.value
  if (ok) return CircuitBreaker.success
  if (Failure.saysNothingOfUpstream(failure) || Failure.isThrottled(failure)) return CircuitBreaker.ignored
  if (!Failure.isRetryable(failure)) return CircuitBreaker.success
  return CircuitBreaker.failure({ retryAfter: Failure.retryAfter(failure) })
}

/** Fresh circuits and rates, in memory. */
export const make: Effect.Effect<Upstreams> = Effect.gen(function* () {
  const breaker = yield* CircuitBreaker.make({
    tripPolicy: CircuitBreaker.consecutive(5),
    openDuration: Schedule.min([Schedule.exponential("10 seconds"), Schedule.spaced(longestOpening)]),
    maxOpenDuration: longestOpening
  })
  const limiter = yield* RateLimiter.make

  const tokenOf = (upstream: string): Effect.Effect<RateLimiter.AdaptiveConsumeResult, RateLimiter.RateLimiterError> =>
    Effect.flatMap(
      limiter.adaptiveConsume({
        key: upstream,
        tokens: 1,
        fallbackLimit: Infinity,
        fallbackWindow: Duration.minutes(1)
      }),
      (token) => {
        if (Duration.isZero(token.delay)) return Effect.succeed(token)
        const wait = Span.phase(Effect.sleep(token.delay), "queueing", "rate_limit")
        // In a cooldown no token was taken: it is asked for again, so that the calls after it teach the rate.
        return token.phase === "cooldown" ? Effect.andThen(wait, tokenOf(upstream)) : Effect.as(wait, token)
      }
    )

  const report = (upstream: string, epoch: number, { failure, ok }: Failure.Outcome) =>
    ok || !Failure.isThrottled(failure)
      ? Effect.void
      : limiter.adaptiveFeedback({
          key: upstream,
          epoch,
          tokens: 1,
          status: 429,
          retryAfter: Failure.retryAfter(failure) ?? Duration.seconds(1)
        })

  const upstreams: Upstreams = {
    guard: (upstream, effect, refused) => {
      const attempt = Effect.flatMap(Effect.orDie(tokenOf(upstream)), ({ epoch }) =>
        Effect.tap(effect, (outcome) => Effect.orDie(report(upstream, epoch, outcome)))
      )
      return Effect.catch(breaker.execute(attempt, { key: upstream, classify: (exit) => classify(exit) }), (error) =>
        Effect.map(refusal(upstream, error), refused)
      )
    },
    state: (upstream) => Effect.orDie(breaker.state(upstream))
  }
  return upstreams
}).pipe(
  Effect.provide(Layer.merge(CircuitBreaker.layerStoreMemory(), RateLimiter.layerStoreMemory)),
  // Never closed: all it would release is memory that goes with the breaker.
  Effect.provideServiceEffect(Scope.Scope, Scope.make())
)
