/**
 * FisherExact: whether two shares differ. Pure.
 */

const logFactorials = (upTo: number): ReadonlyArray<number> => {
  let sum = 0
  return Array.from({ length: upTo + 1 }, (_, n) => (n === 0 ? 0 : (sum += Math.log(n))))
}

/** Probabilities within this factor of one another count as equal, as in R: they are sums of rounded logarithms. */
const rounding = 1 + 1e-7

/** How many of how many. */
export interface Share {
  readonly count: number
  readonly of: number
}

/** For each count that the first share can have while the totals stay: its probability where the shares do not differ. */
const distribution = (first: Share, second: Share): { readonly least: number; readonly all: ReadonlyArray<number> } => {
  const counted = first.count + second.count
  const total = first.of + second.of
  const log = logFactorials(total)
  const choose = (n: number, k: number) => (log[n] ?? 0) - (log[k] ?? 0) - (log[n - k] ?? 0)
  const least = Math.max(0, counted - second.of)
  const most = Math.min(first.of, counted)
  const all = Array.from({ length: most - least + 1 }, (_, index) =>
    Math.exp(choose(first.of, least + index) + choose(second.of, counted - least - index) - choose(total, counted))
  )
  return { least, all }
}

/**
 * Fisher's exact test, two-sided: the probability of all tables with the same totals that are as improbable as this one or more
 * so (Fisher, Statistical Methods for Research Workers, 1934, 21.02; the two-sided form is that of R's `fisher.test`).
 */
export const p = (first: Share, second: Share): number => {
  const { all, least } = distribution(first, second)
  const own = all[first.count - least] ?? 0
  const sum = all.reduce((total, probability) => (probability <= own * rounding ? total + probability : total), 0)
  return Math.min(1, sum)
}

/** The smallest `p` that there could be with these totals. */
export const leastP = (first: Share, second: Share): number => {
  const { all } = distribution(first, second)
  const least = Math.min(...all)
  return Math.min(
    1,
    all.reduce((total, probability) => (probability <= least * rounding ? total + probability : total), 0)
  )
}
