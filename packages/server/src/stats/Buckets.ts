/**
 * Buckets: a range of time cut into equal pieces. Instants are milliseconds since 1970. Pure.
 */

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Lengths that a person would choose. */
const lengths = [10_000, 30_000, minute, 5 * minute, 15 * minute, hour, 3 * hour, 6 * hour, day, 7 * day, 30 * day]

/** Where nothing is said. */
export const standardRangeMillis = day
const standardBuckets = 96

export const mostBuckets = 500
export const leastBucketMillis = 1000

export interface Buckets {
  readonly fromMillis: number
  readonly toMillis: number
  readonly bucketMillis: number
  readonly count: number
}

/** Those that cover a range, from a whole one to a whole one. `bucketMillis` is chosen for it if undefined. */
export const of = (fromMillis: number, toMillis: number, bucketMillis?: number): Buckets => {
  const length =
    bucketMillis ??
    lengths.find((length) => (toMillis - fromMillis) / length <= standardBuckets) ??
    Math.ceil((toMillis - fromMillis) / standardBuckets)
  const from = Math.floor(fromMillis / length) * length
  const to = Math.ceil(toMillis / length) * length
  return { fromMillis: from, toMillis: to, bucketMillis: length, count: Math.round((to - from) / length) }
}

/** The beginning of each. */
export const beginnings = ({ bucketMillis, count, fromMillis }: Buckets): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, index) => fromMillis + index * bucketMillis)

/** Which one an instant lies in; undefined of one outside. */
const indexOf = ({ bucketMillis, count, fromMillis }: Buckets, atMillis: number): number | undefined => {
  const index = Math.floor((atMillis - fromMillis) / bucketMillis)
  return index >= 0 && index < count ? index : undefined
}

/** A value for each bucket from what lies in it. */
export const series = <A, B>(
  buckets: Buckets,
  items: ReadonlyArray<A>,
  timeOf: (item: A) => number,
  of: (items: ReadonlyArray<A>) => B
): ReadonlyArray<B> => {
  const groups = Array.from({ length: buckets.count }, (): Array<A> => [])
  for (const item of items) {
    const index = indexOf(buckets, timeOf(item))
    if (index !== undefined) groups[index]?.push(item)
  }
  return groups.map(of)
}
