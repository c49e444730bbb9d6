/**
 * EstimateTally: how often each of a few whole numbers came about, where what was seen long ago, or many times ago, counts less.
 * Pure.
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

/** Of all that a tally has seen, at most so much counts: with each more, the rest counts a little less. */
export const maxWeight = 128
/** What was seen so long ago counts half. */
const halfLife = Duration.days(30)
/** What counts less is forgotten. */
const minWeight = 0.005

/** More than any label is: see `EstimateSketch`. */
export const maxLabel = 255

const Label = Schema.Natural.check(Schema.isLessThanOrEqualTo(maxLabel))
/** A little more than `minWeight` and `maxWeight` allow, as sums are rounded. */
const Weight = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 2 * maxWeight }))

export const Tally = Schema.Struct({
  /** The time of which the weights are, in Unix milliseconds. */
  atMillis: Schema.Finite.check(Schema.isBetween({ minimum: -8.64e15, maximum: 8.64e15 })),
  /** Labels with their weights, by label from the smallest, each once. */
  weights: Schema.Array(Schema.Tuple([Label, Weight]))
})
export type Tally = typeof Tally.Type
type Weights = Tally["weights"]

export const empty: Tally = { atMillis: 0, weights: [] }

export const total = ({ weights }: Tally): number => weights.reduce((sum, [, weight]) => sum + weight, 0)

export const weightOf = ({ weights }: Tally, label: number): number =>
  weights.find(([known]) => known === label)?.[1] ?? 0

/** How much of it still counts. A clock that was set back fades nothing. */
const faded = ({ atMillis }: Tally, nowMillis: number): number =>
  0.5 ** (Math.max(0, nowMillis - atMillis) / Duration.toMillis(halfLife))

/** What it is worth to be kept. */
export const worth = (tally: Tally, nowMillis: number): number => total(tally) * faded(tally, nowMillis)

const scaled = (weights: Weights, factor: number): Weights =>
  factor === 1
    ? weights
    : weights.flatMap(([label, weight]) => (weight * factor < minWeight ? [] : [[label, weight * factor] as const]))

/** The sums, by label. */
const summed = (one: Weights, other: Weights): Weights => {
  const sums = new Map(one)
  for (const [label, weight] of other) sums.set(label, (sums.get(label) ?? 0) + weight)
  return Array.from(sums).sort(([a], [b]) => a - b)
}

const capped = (weights: Weights): Weights => {
  const sum = weights.reduce((sum, [, weight]) => sum + weight, 0)
  return sum > maxWeight ? scaled(weights, maxWeight / sum) : weights
}

/** The tally once `label` has come about again. */
export const add = (tally: Tally, label: number, nowMillis: number): Tally =>
  merge(tally, { atMillis: nowMillis, weights: [[Math.min(Math.max(0, Math.round(label)), maxLabel), 1]] }, nowMillis)

/**
 * What both have seen, as of now: sums, so neither may hold what the other holds already. It is all the same which of the two
 * comes first.
 */
export const merge = (one: Tally, other: Tally, nowMillis: number): Tally => ({
  atMillis: nowMillis,
  weights: capped(summed(scaled(one.weights, faded(one, nowMillis)), scaled(other.weights, faded(other, nowMillis))))
})

/**
 * The labels from `least` on, at the middle of each of `count` equal shares of how often they came about; `undefined` where none
 * did.
 */
export const spread = ({ weights }: Tally, count: number, least = 0): Uint8Array | undefined => {
  const from = weights.findIndex(([label]) => label >= least)
  if (from < 0) return undefined
  let sum = 0
  for (let index = from; index < weights.length; index++) sum += weights[index]?.[1] ?? 0
  const labels = new Uint8Array(count)
  let index = from
  let reached = weights[from]?.[1] ?? 0
  for (let share = 0; share < count; share++) {
    while (reached < ((share + 0.5) / count) * sum && index < weights.length - 1) reached += weights[++index]?.[1] ?? 0
    labels[share] = weights[index]?.[0] ?? 0
  }
  return labels
}
