/**
 * Change: since when the times of a kind of question are others than before. Pure.
 *
 * The place is found by Pettitt's test over all places at once (`ChangePoint`); what is told of several kinds together is corrected for
 * how many there are (Holm, `Certainty`), so that a list without a true change tells one by mistake in at most 5 of 100. The tests take
 * runs for independent of one another: a slow hour makes several slow at once, and is a change, too.
 */
import * as Certainty from "@callsheet/core/explain/Certainty"
import * as ChangePoint from "@callsheet/core/explain/ChangePoint"
import * as Quantile from "@callsheet/core/explain/Quantile"
import * as RankSum from "@callsheet/core/explain/RankSum"

export interface Change {
  readonly verdict: "regression" | "improvement"
  /** When the first run after it ended. */
  readonly sinceMillis: number
  /** Medians. */
  readonly beforeMillis: number
  readonly nowMillis: number
  /** Of all pairs of a run after it and one before, the median difference, and where it lies with 95 % confidence. */
  readonly shiftMillis: number
  readonly interval: readonly [low: number, high: number]
  /** Corrected for how many kinds were looked at. */
  readonly p: number
}

/** One run that was answered. */
export interface Timed {
  readonly atMillis: number
  readonly wallMillis: number
}

const alpha = 0.05
/** Of fewer runs nothing is told. */
const leastRuns = 20
/** On each side of a change: fewer may be an accident of their hour. */
const leastSide = 8
/** Of each side, the nearest to the change that are compared. */
const mostSide = 500
/** A smaller shift is told by nobody's watch, as a share of the time before and in milliseconds. */
const leastShift = { share: 0.1, millis: 2 } as const

/** For each list of runs, in the order of their time, its change; undefined where none is sure. */
export const of = (kinds: ReadonlyArray<ReadonlyArray<Timed>>): ReadonlyArray<Change | undefined> => {
  const points = kinds.map((runs) =>
    runs.length < leastRuns ? undefined : ChangePoint.of(runs.map(({ wallMillis }) => wallMillis))
  )
  const sure = Certainty.holm(points.flatMap((point) => (point === undefined ? [] : [point.p])))
  let next = 0
  return points.map((point, kind): Change | undefined => {
    const runs = kinds[kind] ?? []
    const p = point === undefined ? 1 : (sure[next++] ?? 1)
    if (point === undefined || p > alpha) return undefined
    if (point.index < leastSide || runs.length - point.index < leastSide) return undefined
    const walls = runs.map(({ wallMillis }) => wallMillis)
    const before = walls.slice(Math.max(0, point.index - mostSide), point.index)
    const now = walls.slice(point.index, point.index + mostSide)
    const { interval, shift } = RankSum.compare(now, before, 1 - alpha)
    const beforeMillis = Quantile.of(before, 0.5)
    if (Math.abs(shift) < Math.max(leastShift.millis, beforeMillis * leastShift.share)) return undefined
    return {
      verdict: shift > 0 ? "regression" : "improvement",
      sinceMillis: runs[point.index]?.atMillis ?? 0,
      beforeMillis,
      nowMillis: Quantile.of(now, 0.5),
      shiftMillis: shift,
      interval,
      p
    }
  })
}
