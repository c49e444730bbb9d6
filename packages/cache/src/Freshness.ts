/**
 * Freshness: how long a value is used, and when it is asked for again. Pure.
 *
 * ```
 *   asked          early?     fresh until              dead
 *     |---- fresh ----|~~~~~~~~~~|------- stale ----------|
 *     served as it is  served, and by chance   served, and refreshed
 *                      refreshed               in the background
 * ```
 */
import * as Duration from "effect/Duration"

/** What a kind of read promises. Say in a comment why. */
export interface Freshness {
  /** Served without a second thought, from the moment its upstream is asked. */
  readonly fresh: Duration.Input
  /** For so long after that it is still served, while it is refreshed in the background. Not at all by default. */
  readonly stale?: Duration.Input
}

/** In milliseconds of Unix time, but for the cost. */
export interface Life {
  /** When its upstream was asked. */
  readonly askedMillis: number
  readonly freshUntilMillis: number
  readonly deadAtMillis: number
  /** How long its upstream took. */
  readonly costMillis: number
}

/** Nothing is kept for longer, whatever it promises. */
const longest = Duration.days(365)

const millis = (input: Duration.Input): number =>
  Duration.toMillis(Duration.min(Duration.fromInputUnsafe(input), longest))

export const life = (freshness: Freshness, askedMillis: number, costMillis: number): Life => {
  const freshUntilMillis = askedMillis + millis(freshness.fresh)
  const deadAtMillis = freshUntilMillis + millis(freshness.stale ?? 0)
  return { askedMillis, freshUntilMillis, deadAtMillis, costMillis }
}

export type Verdict = "fresh" | "early" | "stale" | "dead"

/** The chance of an early refresh grows over about this part of the fresh time. */
const earlyPart = 0.01

/** No `random` makes a value early sooner than this many spreads before its time. */
const maxSpreads = 40

/**
 * What to do with a value now. `random` gives numbers from 0 to 1 and is called only near the end of the fresh time.
 *
 * **Details**
 *
 * Each read of a nearly expired value draws a chance to refresh it early, so that hot values are refreshed before their
 * time, by one reader, and those made together do not expire together. The draw is XFetch: Vattani, Chierichetti,
 * Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", PVLDB 8(8), 2015, with beta = 1 and the larger of the
 * value's cost and a hundredth of its fresh time as delta.
 */
export const judge = (life: Life, nowMillis: number, random: () => number): Verdict => {
  if (nowMillis >= life.deadAtMillis) return "dead"
  const leftMillis = life.freshUntilMillis - nowMillis
  if (leftMillis <= 0) return "stale"
  const spreadMillis = Math.max(life.costMillis, (life.freshUntilMillis - life.askedMillis) * earlyPart)
  if (leftMillis >= spreadMillis * maxSpreads) return "fresh"
  return -Math.log(Math.max(random(), Number.MIN_VALUE)) * spreadMillis >= leftMillis ? "early" : "fresh"
}
