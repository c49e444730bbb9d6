/**
 * EstimateSketch: a distribution of durations in a small tally, from which durations are drawn, also of what has already run for
 * some time.
 *
 * **Details**
 *
 * A DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees", VLDB 2019):
 * a bucket holds durations that differ by a tenth, so that a quantile is wrong by 5 % at most, wherever it lies, and two sketches
 * add up bucket by bucket. Durations below 0.1 ms are one bucket, those above a day are a day.
 *
 * Of `n` durations seen, the next is longer than all of them in one of `n + 1` cases, and shorter in as many. So the sketch goes
 * on beyond what was seen: below by half, above as a Pareto tail. What runs longer than anything before it has thereby the longer
 * to go the longer it took already.
 */
import * as EstimateTally from "./EstimateTally.ts"

const minMillis = 0.1
/** Durations that differ by no more than this share are the same to it. */
const accuracy = 0.05
const ratio = (1 + accuracy) / (1 - accuracy)
const maxMillis = 86_400_000
/** Of the tail: a duration `x` times the longest is exceeded with a likelihood of `x ** -tailIndex` among those in it. */
const tailIndex = 2

export const labelOf = (millis: number): number =>
  millis < minMillis ? 0 : Math.ceil(Math.log(Math.min(millis, maxMillis) / minMillis) / Math.log(ratio) + 1e-9)

const topOf = (label: number): number => minMillis * ratio ** label

/** Remembers that something took `millis`. */
export const add = (tally: EstimateTally.Tally, millis: number, nowMillis: number): EstimateTally.Tally =>
  EstimateTally.add(tally, labelOf(millis), nowMillis)

/** Draws come in so many strata: a draw is asked for by the number of its stratum, from 0. */
export const strata = 128

export interface Sketch {
  /** The duration in milliseconds in the middle of stratum `at`. */
  draw(at: number): number
  /**
   * What remains of those that have taken `elapsedMillis` and not ended, at a share (0-1) of them: never negative. What has taken
   * more than a day has no more to go than what has taken a day.
   */
  rest(share: number, elapsedMillis: number): number
  /** How likely it is that one takes longer: 0-1. */
  exceeds(elapsedMillis: number): number
}

const sketches = new WeakMap<EstimateTally.Tally, Sketch>()

/** The sketch that `tally` is; `undefined` of an empty one. */
export const of = (tally: EstimateTally.Tally): Sketch | undefined => {
  if (tally.weights.length === 0) return undefined
  const known = sketches.get(tally)
  if (known !== undefined) return known
  const sketch = make(tally)
  sketches.set(tally, sketch)
  return sketch
}

const make = ({ weights }: EstimateTally.Tally): Sketch => {
  const seen = weights.reduce((sum, [, weight]) => sum + weight, 0)
  const outside = 1 / (Math.max(1, seen) + 1)
  /** Durations, from the shortest, and the share that takes longer than each. */
  const edges: Array<number> = []
  const longer: Array<number> = []
  const edge = (millis: number, share: number) => {
    edges.push(millis)
    longer.push(share)
  }
  const bottomOf = (label: number) => (label === 0 ? 0 : topOf(label - 1))
  const shortest = bottomOf(weights[0]?.[0] ?? 0)
  // Where the shortest is nothing, nothing is shorter.
  const below = shortest === 0 ? 0 : outside
  edge(shortest / 2, 1)
  if (below > 0) edge(shortest, 1 - below)
  const share = (1 - below - outside) / seen
  let left = 1 - below
  for (const [label, weight] of weights) {
    if (edges.at(-1) !== bottomOf(label)) edge(bottomOf(label), left)
    left -= weight * share
    edge(topOf(label), left)
  }
  const longest = edges.at(-1) ?? 0
  longer[longer.length - 1] = outside

  const exceeds = (millis: number): number => {
    if (millis >= longest) return outside * (longest / millis) ** tailIndex
    if (millis <= (edges[0] ?? 0)) return 1
    const next = firstAt((index) => (edges[index] ?? 0) > millis, edges.length)
    const [from, to] = [edges[next - 1] ?? 0, edges[next] ?? 0]
    const [high, low] = [longer[next - 1] ?? 1, longer[next] ?? 0]
    return high - ((high - low) * (millis - from)) / (to - from)
  }
  /** The duration that a share `rest` exceeds. */
  const at = (rest: number): number => {
    if (rest <= outside) return longest * (outside / rest) ** (1 / tailIndex)
    const next = Math.max(
      1,
      firstAt((index) => (longer[index] ?? 0) <= rest, longer.length - 1)
    )
    const [from, to] = [edges[next - 1] ?? 0, edges[next] ?? 0]
    const [high, low] = [longer[next - 1] ?? 1, longer[next] ?? 0]
    return high === low ? to : from + ((to - from) * (high - rest)) / (high - low)
  }
  const whole = Float64Array.from({ length: strata }, (_, stratum) => at(1 - (stratum + 0.5) / strata))
  return {
    draw: (stratum) => whole[stratum] ?? longest,
    rest: (share, elapsedMillis) => {
      const elapsed = Math.min(Math.max(0, elapsedMillis), maxMillis)
      return Math.max(0, at(exceeds(elapsed) * (1 - share)) - elapsed)
    },
    exceeds
  }
}

/** The first index below `end` at which `holds`, which stays so from there on; `end` where none. */
const firstAt = (holds: (index: number) => boolean, end: number): number => {
  let from = 0
  let to = end
  while (from < to) {
    const middle = (from + to) >> 1
    if (holds(middle)) to = middle
    else from = middle + 1
  }
  return from
}
