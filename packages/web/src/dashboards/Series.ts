/**
 * Series: lists of a value a bucket, put together for charts. Pure.
 */

export type Series = ReadonlyArray<number | null>

/** The newest value that is there; null where none is. */
export const newest = (series: Series): number | null => series.findLast((value) => value !== null) ?? null

export const sum = (series: Series): number => series.reduce<number>((total, value) => total + (value ?? 0), 0)

/** The greatest value; null where none is. */
export const greatest = (series: Series): number | null =>
  series.reduce((most, value) => (value !== null && (most === null || value > most) ? value : most), null)

/** The share of each of `parts` in their sum, bucket by bucket, from 0 to 1; null where they are nothing. */
export const shares = (parts: ReadonlyArray<Series>): ReadonlyArray<Series> => {
  const [first = []] = parts
  const totals = first.map((_, index) => sum(parts.map((part) => part[index] ?? null)))
  return parts.map((part) =>
    part.map((value, index) => {
      const total = totals[index] ?? 0
      return total > 0 ? (value ?? 0) / total : null
    })
  )
}

/** Each of `parts` on top of those before it; null where all are null. */
export const stacked = (parts: ReadonlyArray<Series>): ReadonlyArray<Series> => {
  const [first = []] = parts
  const reached = first.map(() => 0)
  const isEmpty = first.map((_, index) => parts.every((part) => (part[index] ?? null) === null))
  return parts.map((part) =>
    part.map((value, index) => {
      if (isEmpty[index] === true) return null
      const top = (reached[index] ?? 0) + (value ?? 0)
      reached[index] = top
      return top
    })
  )
}

/** `part` of `whole`, bucket by bucket; null where the whole is nothing. */
export const ratio = (part: Series, whole: Series): Series =>
  part.map((value, index) => {
    const of = whole[index] ?? 0
    return of > 0 ? (value ?? 0) / of : null
  })

/** The sum of several, bucket by bucket. */
export const added = (parts: ReadonlyArray<Series>): Series =>
  (parts[0] ?? []).map((_, index) => sum(parts.map((part) => part[index] ?? null)))
