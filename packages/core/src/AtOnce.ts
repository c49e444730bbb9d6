/**
 * AtOnce: goes on from effects that are there already, as what a Schema gives mostly is, without a further step of the fiber.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/** Of what has ended well, its value. */
const isSuccess = <A, E, R>(effect: Effect.Effect<A, E, R>): effect is Exit.Success<A, E> =>
  Exit.isExit(effect) && Exit.isSuccess(effect)

/** `Effect.matchEffect`, at once where `effect` has ended. */
export const matchEffect = <A, E, R, B, E2, R2, C, E3, R3>(
  effect: Effect.Effect<A, E, R>,
  options: {
    readonly onFailure: (error: E) => Effect.Effect<B, E2, R2>
    readonly onSuccess: (value: A) => Effect.Effect<C, E3, R3>
  }
): Effect.Effect<B | C, E2 | E3, R | R2 | R3> =>
  isSuccess(effect) ? options.onSuccess(effect.value) : Effect.matchEffect(effect, options)
