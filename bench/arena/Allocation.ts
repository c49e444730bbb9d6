/**
 * Allocation: the bytes that a run allocates on the heap.
 *
 * The young generation is made so large that nothing is collected while the runs are counted: then the heap's growth is all
 * that was allocated. Before them everything is collected. A measurement during which something was collected all the same
 * (buffers outside the heap can bring that on) is made again.
 */
import * as Effect from "effect/Effect"

import { median, rounded, type Row } from "../Report.ts"
import * as Entries from "./Entries.ts"
import type * as Match from "./Match.ts"
import { type Workload, workloads } from "./Workloads.ts"

export const about = `Allocation: by how much the heap grew over 20 runs, for each of them, after a forced collection and with a young
generation so large that none happens meanwhile; median of 7 such measurements, in KB of 1,000 bytes. Buffers outside the heap
are told beside it.`

/** A semi-space of so many MB holds all that is allocated between two collections. */
const execArgv = ["--expose-gc", "--min-semi-space-size=512", "--max-semi-space-size=512", "--single-threaded-gc"]

const runs = 20
const measurements = 7
const attempts = 3 * measurements

export interface Allocated {
  /** Of a run, in KB of 1,000 bytes; `NaN` where something was collected each time. */
  readonly kilobytes: number
  /** The half of the measurements that lies around the median: its width, as a share of the median. */
  readonly spread: number
  readonly externalKilobytes: number
}

/** What a run of `workload` allocates once it is warm. */
const measure = Effect.fnUntraced(function* (seat: Match.Seat, workload: Workload) {
  const found: Array<number> = []
  const external: Array<number> = []
  for (let attempt = 0; attempt < attempts && found.length < measurements; attempt++) {
    const { collected, externalBytes, heapBytes } = yield* seat.run(workload, { count: runs, collect: true })
    if (collected) continue
    found.push(heapBytes / runs / 1000)
    external.push(externalBytes / runs / 1000)
  }
  const sorted = found.sort((one, other) => one - other)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN
  const allocated: Allocated = {
    kilobytes: median(sorted),
    spread: (at(0.75) - at(0.25)) / median(sorted),
    externalKilobytes: median(external)
  }
  return allocated
})

/** What `entry` allocates in a run of each of `workloads`, in a process of its own; and its seat. */
export const of = Effect.fnUntraced(function* (
  arena: Match.Arena,
  entry: Match.Entry,
  api: "responses" | "chat",
  workloads: ReadonlyArray<Workload>,
  warmUps: number
) {
  const seat = yield* arena.seat(entry, { pace: "fast", api, streaming: true }, execArgv)
  const allocated: Array<Allocated> = []
  for (const workload of workloads) yield* seat.run(workload, { count: warmUps })
  for (const workload of workloads) allocated.push(yield* measure(seat, workload))
  return { seat, allocated }
})

export const row = (name: string, { externalKilobytes, kilobytes, spread }: Allocated, atMost?: number): Row => ({
  name,
  value: kilobytes,
  unit: "KB",
  ...(atMost === undefined ? {} : { atMost }),
  note: `half of the measurements within ${rounded(spread * 100, 1)} %; outside the heap ${rounded(externalKilobytes, 0)} KB`
})

const warmUps = 800

export const rows = Effect.fnUntraced(function* (arena: Match.Arena) {
  const rows: Array<Row> = []
  for (const api of ["responses", "chat"] as const) {
    for (const entry of [Entries.floor, Entries.callsheet, Entries.callsheetTraced, Entries.languageModel]) {
      const measured = Effect.map(of(arena, entry, api, [workloads.b], warmUps), ({ allocated }) =>
        allocated.map((found) =>
          row(
            `allocation a run, b, ${api}, streaming: ${entry.name}`,
            found,
            entry === Entries.callsheet ? 800 : undefined
          )
        )
      )
      rows.push(...(yield* Effect.scoped(measured)))
    }
  }
  return rows
})
