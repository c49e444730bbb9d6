/**
 * Axis: the time axis of a chart: how far it goes, and where it has marks. Pure.
 */

const steps = [1, 2, 5]

/** The smallest of 1, 2, 5, 10, 20, 50 and so on that is no less than `least`. */
const round = (least: number): number => {
  const power = 10 ** Math.floor(Math.log10(least))
  const step = [...steps, 10].find((step) => step * power >= least * (1 - 1e-9)) ?? 10
  return step * power
}

/**
 * How far an axis goes for a run that goes on: beyond what is there, in few steps, so that bars grow and do not shrink all the time.
 */
export const reach = (nowMillis: number, expectedMillis: number): number =>
  round(Math.max(100, nowMillis * 1.02, expectedMillis * 1.05))

/** Marks from 0 on, at most about `most` of them, none beyond `endMillis`. */
export const marks = (endMillis: number, most: number): ReadonlyArray<number> => {
  if (endMillis <= 0) return [0]
  const step = round(endMillis / Math.max(1, most))
  return Array.from({ length: Math.floor(endMillis / step + 1e-9) + 1 }, (_, index) => index * step)
}
