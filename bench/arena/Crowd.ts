/**
 * Crowd: many runs at a time in one process.
 */
import * as Effect from "effect/Effect"

import { median, rounded, type Row } from "../Report.ts"
import type { Setting } from "./Contestant.ts"
import * as Limit from "./Limit.ts"
import * as Match from "./Match.ts"
import { workloads } from "./Workloads.ts"

type Api = Setting["api"]

export interface Bounds {
  readonly runsAtLeast?: number
  readonly megabytesAtMost?: number
  readonly wallAtMost?: number
}

/** Who stands there, over which API, and what is wanted of it. */
export interface Place {
  readonly entry: Match.Entry
  readonly api: Api
  /** The name of the floor's entry with the same API; its own, for the floor. */
  readonly floor: string
  readonly bounds: Bounds
}

const least = (atLeast: number | undefined) => (atLeast === undefined ? {} : { atLeast })
const most = (atMost: number | undefined) => (atMost === undefined ? {} : { atMost })

const many = 500

/** As Node sets them on a machine with 2 GB: else the figure would follow this machine's memory. */
const limits = ["--max-old-space-size=1024", "--max-semi-space-size=16"]

/** b, without latency, 500 at a time: runs a second, and peak memory. */
export const unpaced = Effect.fnUntraced(function* (
  arena: Match.Arena,
  places: ReadonlyArray<Place>,
  { rotations, runs, warmUps }: { readonly rotations: number; readonly runs: number; readonly warmUps: number }
) {
  const seats = yield* Effect.forEach(
    places,
    ({ api, entry }) => arena.seat(entry, { pace: "fast", api, streaming: true }, limits),
    { concurrency: 2 }
  )
  yield* Effect.forEach(seats, (seat) => seat.run(workloads.b, { count: warmUps, concurrency: warmUps }), {
    concurrency: 1
  })
  const scores = yield* Match.rotate(seats, [workloads.b], rotations, () => ({ count: runs, concurrency: many }))
  const rows = places.flatMap(({ bounds, entry: { name }, floor }): ReadonlyArray<Row> => {
    const outcomes = scores.of(name, "b")
    const ratios = scores.ratios(floor, name, ["b"])
    const perSecond = 1000 / scores.millis(name, "b")
    const peak = Math.max(...outcomes.map(({ peakBytes }) => peakBytes)) / 1e6
    const each = outcomes.flatMap(({ millis }) => millis)
    const cpu = median(outcomes.map(({ cpuMillis, millis }) => cpuMillis / millis.length))
    return [
      {
        name: `${many} at a time, b: ${name}, runs a second`,
        value: name === floor ? perSecond : median(ratios),
        unit: name === floor ? "runs/s" : "x floor",
        ...least(bounds.runsAtLeast),
        note: `${rounded(perSecond, 0)} runs/s; least ${rounded(Math.min(...ratios), 2)} of ${ratios.length} rotations of ${runs} runs; a run ${rounded(median(each), 0)} ms, p99 ${rounded(Match.quantile(each, 0.99), 0)}; CPU ${rounded(cpu, 2)} ms a run`
      },
      {
        name: `${many} at a time, b: ${name}, peak memory`,
        value: peak,
        unit: "MB",
        ...most(bounds.megabytesAtMost)
      }
    ]
  })
  return rows
}, Effect.scoped)

const hundred = 100

/** b, at the realistic pace, 100 at a time, all begun at once: wall time of all against the limit of one. */
export const paced = Effect.fnUntraced(function* (arena: Match.Arena, places: ReadonlyArray<Place>, rotations: number) {
  const options = { count: hundred, concurrency: hundred }
  const seats = yield* Effect.forEach(
    places,
    ({ api, entry }) => arena.seat(entry, { pace: "real", api, streaming: true }),
    { concurrency: 2 }
  )
  yield* Effect.forEach(seats, (seat) => seat.run(workloads.b, options), { concurrency: 1 })
  const scores = yield* Match.rotate(seats, [workloads.b], rotations, () => options)
  const limit = Limit.millisOf(workloads.b)
  const rows = places.map(({ bounds, entry: { name } }): Row => {
    const outcomes = scores.of(name, "b")
    const walls = outcomes.map(({ wallMillis }) => wallMillis / limit)
    const each = outcomes.flatMap(({ millis }) => millis)
    const starts = outcomes.flatMap(({ startMillis }) => startMillis)
    return {
      name: `${hundred} at a time, realistic, b: ${name}, wall against the limit`,
      value: median(walls),
      unit: "x limit",
      ...most(bounds.wallAtMost),
      note: `least ${rounded(Math.min(...walls), 3)} of ${walls.length} rotations; a run ${rounded(median(each) / limit, 3)}; tools start ${rounded(median(starts), 1)} ms after their last byte, p99 ${rounded(Match.quantile(starts, 0.99), 1)}`
    }
  })
  return rows
}, Effect.scoped)
