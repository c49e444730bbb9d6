/**
 * `overhead`: what Callsheet adds to a run, against a loop by hand that does the same with nothing in between.
 */
import * as Effect from "effect/Effect"

import * as Allocation from "./arena/Allocation.ts"
import * as Checks from "./arena/Checks.ts"
import * as Entries from "./arena/Entries.ts"
import * as Fit from "./arena/Fit.ts"
import * as Match from "./arena/Match.ts"
import * as NoLatency from "./arena/NoLatency.ts"
import * as Realistic from "./arena/Realistic.ts"
import { workloads } from "./arena/Workloads.ts"
import type { Row, Suite } from "./Report.ts"

const about = `What Callsheet adds to a run: its time against that of a loop by hand over node:http with keep-alive (the "floor": no
validation, retry or tracing; a tool starts as soon as its arguments parse), by the public API only. Upstream: one scripted
OpenAI-protocol server and HTTP tool backend in a process of its own; each contestant in one of its own, one run at a time.
No latency: the server hands a whole reply to the socket at once, 16 events to an HTTP chunk. "x floor": wall time a run,
geometric mean over the workloads a (no tools, 150 tokens), b (three steps of four calls), c (50 calls) and d (a chain of four),
of each rotation, in which another goes first each time; the median of the rotations. "Tracing": a tracer that keeps every span.
Against aimock: the same, with @copilotkit/aimock in place of the scripted server, which knows nothing of this benchmark.
A script proves what an engine does with a model's choices, never whether a model would make them.

${Fit.about}

${Allocation.about}

${Realistic.about}`

const plan = { rotations: 12, runs: 12, warmUps: 400 }

const apis = ["responses", "chat"] as const

const { callsheet, callsheetTraced, floor, languageModel, languageModelTraced } = Entries

const noLatency = Effect.fnUntraced(function* (arena: Match.Arena, api: (typeof apis)[number], streaming: boolean) {
  const entries = streaming
    ? [floor, callsheet, callsheetTraced, languageModel, languageModelTraced]
    : [floor, callsheet, callsheetTraced]
  const seats = yield* Effect.forEach(entries, (entry) => arena.seat(entry, { pace: "fast", api, streaming }), {
    concurrency: 2
  })
  const scores = yield* NoLatency.scores(seats, NoLatency.measured, plan)
  const title = `no latency, ${api}, ${streaming ? "streaming" : "not streaming"}`
  const against = (what: string, entry: Match.Entry, atMost: number) =>
    NoLatency.row(scores, `${title}: ${what}`, entry.name, floor.name, atMost)
  const rows: Array<Row> = streaming
    ? [
        against("tracing off", callsheet, 1.5),
        against("tracing on", callsheetTraced, 1.8),
        against("through a LanguageModel, tracing off", languageModel, 2.5),
        against("through a LanguageModel, tracing on", languageModelTraced, 2.5)
      ]
    : [against("tracing off", callsheet, 2), against("tracing on", callsheetTraced, 2)]
  rows.push(NoLatency.floorRow(scores, `${title}: floor`, floor.name))
  if (streaming) {
    const [base, ours] = [seats[0], seats[1]]
    if (base !== undefined && ours !== undefined) rows.push(...(yield* Fit.rows(api, [ours, base])))
  }
  return rows
}, Effect.scoped)

/** The same workloads, streaming, played by a server that was not written for them. */
const otherServer = Effect.fnUntraced(function* (arena: Match.Arena, api: (typeof apis)[number]) {
  const seats = yield* Effect.forEach(
    [floor, callsheet],
    (entry) => arena.seat(entry, { pace: "aimock", api, streaming: true }),
    { concurrency: 2 }
  )
  const scores = yield* NoLatency.scores(seats, NoLatency.measured, { rotations: 8, runs: 9, warmUps: 60 })
  return [
    NoLatency.row(scores, `against aimock, ${api}, streaming: tracing off`, callsheet.name, floor.name, 1.5),
    NoLatency.floorRow(scores, `against aimock, ${api}, streaming: floor`, floor.name)
  ]
}, Effect.scoped)

/** 50 equal calls of one step: what reaches the backend. */
const equalCalls = Effect.fnUntraced(function* (arena: Match.Arena) {
  const seat = yield* arena.seat(callsheet, { pace: "fast", api: "responses", streaming: true })
  const count = 20
  const { toolCalls } = yield* seat.run(workloads.equal, { count })
  const row: Row = { name: "50 equal calls: backend requests", value: toolCalls / count, unit: "requests", atMost: 1 }
  return [row]
}, Effect.scoped)

export const suite: Suite = {
  about,
  rows: Effect.scoped(
    Effect.gen(function* () {
      const arena = yield* Match.make
      const rows: Array<Row> = []
      for (const streaming of [true, false]) {
        for (const api of apis) rows.push(...(yield* noLatency(arena, api, streaming)))
      }
      for (const api of apis) rows.push(...(yield* otherServer(arena, api)))
      rows.push(...(yield* equalCalls(arena)))
      rows.push(...(yield* Allocation.rows(arena)))
      rows.push(...(yield* Realistic.rows(arena, apis)))
      return [...rows, ...Checks.rows(arena.seats)]
    })
  )
}
