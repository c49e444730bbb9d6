/**
 * ChangePoint: whether, and where, values that follow one another in time became greater or smaller for good. Pure.
 */

export interface ChangePoint {
  /** How many values come before the change. */
  readonly index: number
  /** The probability of a change as clear as this or clearer where there is none. */
  readonly p: number
}

/** Midranks: of equal values each has the mean of their ranks. */
const ranksOf = (values: ReadonlyArray<number>): Float64Array => {
  const order = Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const ranks = new Float64Array(values.length)
  for (let start = 0; start < order.length;) {
    let end = start
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end++
    for (let place = start; place < end; place++) ranks[order[place] ?? 0] = (start + end + 1) / 2
    start = end
  }
  return ranks
}

/**
 * The likeliest place of one change, by the rank sums of all places at once, so that no place was picked beforehand: Pettitt, "A
 * non-parametric approach to the change-point problem", Applied Statistics 28 (1979). Undefined of fewer than two values.
 *
 * **Details**
 *
 * Nothing is assumed of how the values are spread. The probability is Pettitt's approximation, which is on the safe side; it takes the
 * values for independent of one another. Takes n log n.
 */
export const of = (values: ReadonlyArray<number>): ChangePoint | undefined => {
  const n = values.length
  if (n < 2) return undefined
  const ranks = ranksOf(values)
  let sum = 0
  let index = 0
  let greatest = -1
  for (let place = 1; place < n; place++) {
    sum += ranks[place - 1] ?? 0
    const distance = Math.abs(2 * sum - place * (n + 1))
    if (distance > greatest) {
      greatest = distance
      index = place
    }
  }
  return { index, p: Math.min(1, 2 * Math.exp((-6 * greatest ** 2) / (n ** 3 + n ** 2))) }
}
