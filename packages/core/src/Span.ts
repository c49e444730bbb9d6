/**
 * Span: spans where somebody traces, and nothing where nobody does: even a span that is not recorded costs an object and three
 * copies of the fiber's context.
 */
import * as Effect from "effect/Effect"
import * as References from "effect/References"

/** `effect` as `trace` makes it where tracing is on; else as it is. */
export const whenTraced = <A, E, R, R2>(
  effect: Effect.Effect<A, E, R>,
  trace: (effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R2>
): Effect.Effect<A, E, R | R2> =>
  Effect.withFiber((fiber): Effect.Effect<A, E, R | R2> =>
    fiber.getRef(References.TracerEnabled) ? trace(effect) : effect
  )
