/**
 * Block: the time of many reads in a row.
 */
import * as Effect from "effect/Effect"

/** Microseconds each of `count` effects takes, one after another. */
export const micros = Effect.fnUntraced(function* <E, R>(
  count: number,
  effect: (index: number) => Effect.Effect<unknown, E, R>
) {
  const start = performance.now()
  for (let index = 0; index < count; index++) yield* effect(index)
  return ((performance.now() - start) * 1000) / count
})

/** The same of a plain function. */
export const plainMicros = (count: number, run: (index: number) => unknown) =>
  Effect.sync(() => {
    const start = performance.now()
    for (let index = 0; index < count; index++) run(index)
    return ((performance.now() - start) * 1000) / count
  })
