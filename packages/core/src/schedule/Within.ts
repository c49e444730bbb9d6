/**
 * Within: an effect for as long as there is time for it.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"

/**
 * `effect` for at most `millis`; none where that is not enough. It is then interrupted, and not waited for: the scope does that.
 */
export const within = Effect.fnUntraced(function* <A, E, R>(millis: number, effect: Effect.Effect<A, E, R>) {
  if (millis === Infinity) return Option.some(yield* effect)
  const fiber = yield* Effect.forkScoped(effect, { startImmediately: true })
  const ended = yield* Effect.timeoutOption(Fiber.await(fiber), millis)
  if (Option.isSome(ended)) return Option.some(yield* ended.value)
  fiber.interruptUnsafe()
  return Option.none()
})
