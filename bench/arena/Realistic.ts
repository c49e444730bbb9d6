/**
 * Realistic: how near a run comes to its limit on paper, where model and tools take their time.
 */
import * as Effect from "effect/Effect"

import { median, rounded, type Row } from "../Report.ts"
import * as Entries from "./Entries.ts"
import * as Limit from "./Limit.ts"
import * as Match from "./Match.ts"
import { type Workload, workloads } from "./Workloads.ts"

export const about = `Realistic: 350 ms to the first token, 120 tokens a second, tools 40 ms, the slow one 600. "Limit over measured": the run's length
on paper, if nothing but dependence makes anything wait, over its wall time; workloads a to d and e (the first of four calls is
the slow one), streaming, one run of each at a time, side by side, floor and Callsheet in the same seconds. A rotation in
which the floor itself is below 0.995 of the limit in one of them is thrown away and made again, at most as often as
rotations are wanted. Tool start: from the moment when the server has handed the last byte of a call's arguments to the
socket to the tool's request reaching the backend, by one clock.`

export const measured: ReadonlyArray<Workload> = [workloads.a, workloads.b, workloads.c, workloads.d, workloads.e]

/** What the floor must reach for a rotation to count. */
const leastOfFloor = 0.995

const allowance = 0.004

export interface Score {
  /** Limit over measured, workload by workload. */
  readonly ratios: ReadonlyMap<string, number>
  readonly startMillis: ReadonlyArray<number>
}

/** One run of each workload, side by side. */
export const score = Effect.fnUntraced(function* (seat: Match.Seat, workloads: ReadonlyArray<Workload>) {
  const ratios = new Map<string, number>()
  const startMillis: Array<number> = []
  yield* Effect.forEach(
    workloads,
    (workload) =>
      Effect.map(seat.run(workload, { count: 1 }), (outcome) => {
        ratios.set(workload.key, Limit.millisOf(workload) / outcome.wallMillis)
        startMillis.push(...outcome.startMillis)
      }),
    { concurrency: "unbounded", discard: true }
  )
  const scored: Score = { ratios, startMillis }
  return scored
})

/**
 * `wanted` rotations that count, and how many were thrown away. `rotation` makes one; its first score is the floor's. Gives up
 * where more are thrown away than are wanted.
 */
export const rotations = Effect.fnUntraced(function* (
  rotation: (count: number) => Effect.Effect<ReadonlyArray<Score>>,
  wanted: number
) {
  const counted: Array<ReadonlyArray<Score>> = []
  let thrownAway = 0
  while (counted.length < wanted && thrownAway <= wanted) {
    const scores = yield* rotation(counted.length)
    const [floor] = scores
    if (floor !== undefined && Math.min(...floor.ratios.values()) >= leastOfFloor) counted.push(scores)
    else thrownAway++
  }
  return { counted, thrownAway }
})

const wanted = 3

const warmUps = 20

export const rows = Effect.fnUntraced(function* (arena: Match.Arena, apis: ReadonlyArray<"responses" | "chat">) {
  const rows: Array<Row> = []
  for (const api of apis) rows.push(...(yield* rowsOf(arena, api)))
  return rows
})

const rowsOf = Effect.fnUntraced(function* (arena: Match.Arena, api: "responses" | "chat") {
  const entries = [Entries.floor, Entries.callsheet, Entries.callsheetTraced]
  const seats = yield* Effect.forEach(entries, (entry) => arena.seat(entry, { pace: "real", api, streaming: true }), {
    concurrency: 2
  })
  const [floor, ...ours] = seats
  const warmUp = { count: warmUps, concurrency: warmUps }
  yield* Effect.forEach(seats, (seat) => Effect.andThen(seat.run(workloads.e, warmUp), seat.run(workloads.b, warmUp)), {
    concurrency: "unbounded"
  })
  const { counted, thrownAway } = yield* rotations(
    () => Effect.forEach(seats, (seat) => score(seat, measured), { concurrency: "unbounded" }),
    wanted
  )
  const ofSeat = (seat: Match.Seat | undefined) =>
    counted.flatMap((scores) => scores[seats.findIndex((s) => s === seat)] ?? [])
  const note = `${counted.length} rotations, ${thrownAway} thrown away`
  const rows: Array<Row> = []
  for (const seat of ours) {
    for (const { key } of measured) {
      const differences = ofSeat(seat).map(
        ({ ratios }, index) => (ratios.get(key) ?? 0) - (ofSeat(floor)[index]?.ratios.get(key) ?? 0)
      )
      const value = median(ofSeat(seat).map(({ ratios }) => ratios.get(key) ?? 0))
      rows.push({
        name: `realistic, ${api}, ${seat.entry.name}: ${key}, limit over measured, against the floor's`,
        value: median(differences),
        unit: "of limit",
        atLeast: -allowance,
        note: `${rounded(value, 4)} of the limit; ${note}`
      })
    }
    const starts = ofSeat(seat).flatMap(({ startMillis }) => startMillis)
    const floorStarts = ofSeat(floor).flatMap(({ startMillis }) => startMillis)
    rows.push({
      name: `${api}, ${seat.entry.name}: tool start after its last argument byte`,
      value: median(starts),
      unit: "ms",
      atMost: 2,
      note: `p99 ${rounded(Match.quantile(starts, 0.99), 2)} of ${starts.length} calls; floor ${rounded(median(floorStarts), 2)}, p99 ${rounded(Match.quantile(floorStarts, 0.99), 2)}`
    })
  }
  return rows
}, Effect.scoped)
