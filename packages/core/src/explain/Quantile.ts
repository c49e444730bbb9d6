/**
 * Quantile: the value that a share of all lie below. Pure.
 */

/** For `share` from 0 to 1, between its neighbours in proportion (R's type 7); 0 of no values. In any order. */
export const of = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const low = sorted[Math.floor(place)] ?? 0
  return low + ((sorted[Math.ceil(place)] ?? low) - low) * (place - Math.floor(place))
}
