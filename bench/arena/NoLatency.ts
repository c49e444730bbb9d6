/**
 * NoLatency: what a run costs where neither model nor tools take time, against the floor.
 */
import * as Effect from "effect/Effect"

import { median, rounded, type Row } from "../Report.ts"
import * as Match from "./Match.ts"
import { type Workload, workloads } from "./Workloads.ts"

/** Those that the geometric mean is of. */
export const measured: ReadonlyArray<Workload> = [workloads.a, workloads.b, workloads.c, workloads.d]

export interface Plan {
  readonly rotations: number
  /** Runs of each workload and seat in a rotation; of the one with 50 calls a third, of the one with ten questions a sixth. */
  readonly runs: number
  /** Before the first rotation. */
  readonly warmUps: number
}

const share = ({ key }: Workload, runs: number) => Math.ceil(key === "c" ? runs / 3 : key === "f" ? runs / 6 : runs)

export const scores = Effect.fnUntraced(function* (
  seats: ReadonlyArray<Match.Seat>,
  workloads: ReadonlyArray<Workload>,
  { rotations, runs, warmUps }: Plan
) {
  // Two at a time, as there are two processors.
  yield* Effect.forEach(
    seats,
    (seat) =>
      Effect.forEach(workloads, (workload) => seat.run(workload, { count: share(workload, warmUps) }), {
        concurrency: 1
      }),
    { concurrency: 2, discard: true }
  )
  return yield* Match.rotate(seats, workloads, rotations, (workload) => ({ count: share(workload, runs) }))
})

const keys = measured.map(({ key }) => key)

/** Time a run against the floor's, workload by workload, as a note tells it. */
export const told = (scores: Match.Scores, name: string, base: string, told = keys): string => {
  const parts = told.map((key) => {
    const ratio = median(scores.ratios(name, base, [key]))
    return `${key} ${rounded(ratio, 2)} (${rounded(scores.millis(name, key), 2)} ms)`
  })
  return parts.join(", ")
}

/** The row of one contestant: the median of the rotations. */
export const row = (scores: Match.Scores, title: string, name: string, base: string, atMost?: number): Row => {
  const ratios = scores.ratios(name, base, keys)
  const all = keys.flatMap((key) => scores.of(name, key))
  const runs = all.reduce((sum, { millis }) => sum + millis.length, 0)
  const cpu = all.reduce((sum, { cpuMillis }) => sum + cpuMillis, 0) / runs
  const slowest = Match.quantile(
    scores.of(name, "b").flatMap(({ millis }) => millis),
    0.99
  )
  return {
    name: title,
    value: median(ratios),
    unit: "x floor",
    ...(atMost === undefined ? {} : { atMost }),
    note: `${told(scores, name, base)}; least ${rounded(Math.min(...ratios), 2)} of ${ratios.length} rotations; b's p99 ${rounded(slowest, 1)} ms; CPU ${rounded(cpu, 2)} ms a run`
  }
}

export const floorRow = (scores: Match.Scores, title: string, name: string): Row => ({
  name: title,
  value: Match.geometricMean(keys.map((key) => scores.millis(name, key))),
  unit: "ms",
  note: keys.map((key) => `${key} ${rounded(scores.millis(name, key), 2)}`).join(", ")
})
