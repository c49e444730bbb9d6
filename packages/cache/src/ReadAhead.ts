/**
 * ReadAhead: reads that nobody waits for yet, made so that later ones find their values remembered. Whoever reads ahead sets it;
 * those who ask the upstream see by it that others go first.
 *
 * ```ts
 * const ahead = ReadAhead.make(untilMillis)
 * yield* Effect.provideService(library.index("movie"), ReadAhead.CurrentReadAhead, ahead)
 * ```
 */
import * as Context from "effect/Context"
import * as Latch from "effect/Latch"

export interface ReadAhead {
  /**
   * A value is left as it is where it is fresh and is still served then, in milliseconds of Unix time; else its upstream is
   * asked, and waited for.
   */
  readonly untilMillis: number
  /** Open once somebody waits for the same: from then on it is a read like others. */
  readonly wanted: Latch.Latch
  /** How many requests were made for it so far. Whoever makes one counts it. */
  requests: number
}

/** For one read: it is no longer ahead when somebody waits for any part of it. */
export const make = (untilMillis: number): ReadAhead => ({ untilMillis, wanted: Latch.makeUnsafe(), requests: 0 })

/** What the reads made within an effect are made for; `undefined` where somebody waits for them. */
export const CurrentReadAhead = Context.Reference<ReadAhead | undefined>("@callsheet/cache/CurrentReadAhead", {
  defaultValue: () => undefined
})
