/**
 * HeapUsed: how many bytes of the heap are in use, as the application knows it: the engine knows no platform.
 */
import * as Context from "effect/Context"

/** `undefined` where nobody says; then no run tells by how much the heap grew. */
export const HeapUsed = Context.Reference<(() => number) | undefined>("@callsheet/core/HeapUsed", {
  defaultValue: () => undefined
})
