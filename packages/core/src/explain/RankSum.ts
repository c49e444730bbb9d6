/**
 * RankSum: whether values of one sample tend to be greater than those of another, and by how much. Pure.
 *
 * Nothing is assumed of how the values are spread: times of answers are skewed, and a few are far out.
 */
import * as Normal from "./Normal.ts"

/** Where both samples are smaller than this and no two values are equal, the test is exact. */
const exactBelow = 50

/**
 * How many of the ways to mix `n` values with `m` others give each U, from 0 to n m.
 *
 * Counted by which of the ranks 1, 2, ... the first sample has (Mann and Whitney, Annals of Mathematical Statistics 18, 1947):
 * to take the value of rank r as the k-th adds r - k to U.
 */
const waysOf = (n: number, m: number): Float64Array => {
  const ways = Array.from({ length: n + 1 }, () => new Float64Array(n * m + 1))
  const none = ways[0]
  if (none !== undefined) none[0] = 1
  for (let rank = 1; rank <= n + m; rank++) {
    for (let taken = Math.min(rank, n); taken >= Math.max(1, rank - m); taken--) {
      const [to, from] = [ways[taken], ways[taken - 1]]
      if (to === undefined || from === undefined) continue
      const adds = rank - taken
      for (let u = adds; u < to.length; u++) to[u] = (to[u] ?? 0) + (from[u - adds] ?? 0)
    }
  }
  return ways[n] ?? new Float64Array()
}

/** For each U, the probability of that or a smaller one where the samples do not differ. */
const below = (n: number, m: number): ReadonlyArray<number> => {
  const ways = waysOf(n, m)
  const all = ways.reduce((total, count) => total + count, 0)
  let sum = 0
  return Array.from(ways, (count) => (sum += count) / all)
}

/** Midranks of the first sample, summed, and how many values are equal for each value that occurs more than once. */
const ranked = (first: ReadonlyArray<number>, second: ReadonlyArray<number>) => {
  const all = [
    ...first.map((value) => ({ value, isFirst: true })),
    ...second.map((value) => ({ value, isFirst: false }))
  ]
  all.sort((a, b) => a.value - b.value)
  const ties: Array<number> = []
  let rankSum = 0
  for (let start = 0; start < all.length;) {
    let end = start
    while (end < all.length && all[end]?.value === all[start]?.value) end++
    for (let index = start; index < end; index++) if (all[index]?.isFirst === true) rankSum += (start + end + 1) / 2
    if (end - start > 1) ties.push(end - start)
    start = end
  }
  return { rankSum, ties }
}

export interface Difference {
  /** Of values of `first` over values of `second`, pair by pair; a half for an equal pair. */
  readonly u: number
  /** The probability of a difference as great as this or greater, in either direction, where there is none. */
  readonly p: number
  /** By how much values of `first` are greater: the median of all differences (Hodges and Lehmann, 1963). */
  readonly shift: number
  /** Where the shift lies with the confidence that was asked for. */
  readonly interval: readonly [low: number, high: number]
}

/** The value at `index` from 1 of those in order; the nearest where there is none. */
const at = (sorted: Float64Array, index: number): number => sorted[Math.min(sorted.length, Math.max(1, index)) - 1] ?? 0

const differences = (first: ReadonlyArray<number>, second: ReadonlyArray<number>): Float64Array =>
  Float64Array.from(first.flatMap((a) => second.map((b) => a - b))).sort()

const middle = (sorted: Float64Array): number =>
  (at(sorted, Math.ceil(sorted.length / 2)) + at(sorted, Math.floor(sorted.length / 2) + 1)) / 2

/**
 * The rank-sum test of Mann, Whitney and Wilcoxon, two-sided.
 *
 * **Details**
 *
 * Exact for samples of fewer than 50 without equal values. Else by the normal approximation, with the correction for ties and
 * for continuity (Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, 3rd edition, 4.1 and 4.3), as R's `wilcox.test`. The interval is the
 * one that the same test would not reject.
 *
 * Neither sample may be empty. Takes time and memory as their product: 500 values each are no trouble.
 */
export const compare = (
  first: ReadonlyArray<number>,
  second: ReadonlyArray<number>,
  confidence: number
): Difference => {
  const [n, m] = [first.length, second.length]
  const { rankSum, ties } = ranked(first, second)
  const u = rankSum - (n * (n + 1)) / 2
  const sorted = differences(first, second)
  const shift = middle(sorted)
  const alpha = 1 - confidence
  if (n < exactBelow && m < exactBelow && ties.length === 0) {
    const probabilities = below(n, m)
    const p = Math.min(1, 2 * (probabilities[Math.min(u, n * m - u)] ?? 1))
    const cut = Math.max(
      1,
      probabilities.findIndex((probability) => probability >= alpha / 2)
    )
    return { u, p, shift, interval: [at(sorted, cut), at(sorted, n * m - cut + 1)] }
  }
  const tied = ties.reduce((total, count) => total + count ** 3 - count, 0)
  const spread = Math.sqrt(((n * m) / 12) * (n + m + 1 - tied / ((n + m) * (n + m - 1))))
  const distance = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5)
  const p = spread === 0 ? 1 : Math.min(1, 2 * Normal.upperTail(distance / spread))
  const cut = Math.max(1, Math.floor((n * m) / 2 - Normal.upperQuantile(alpha / 2) * spread))
  return { u, p, shift, interval: [at(sorted, cut), at(sorted, n * m - cut + 1)] }
}

/** The smallest `p` that samples of these sizes can have: 2 of all ways to mix them. */
export const leastP = (n: number, m: number): number => {
  let ways = 1
  for (let k = 1; k <= n; k++) ways *= (m + k) / k
  return Math.min(1, 2 / ways)
}
