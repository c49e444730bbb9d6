/**
 * Fit: milliseconds that a round and a tool call take, from runs with more and more of them.
 */
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import { median, rounded, type Row } from "../Report.ts"
import * as Match from "./Match.ts"
import type * as Workloads from "./Workloads.ts"
import { grid, gridCalls, gridRounds } from "./Workloads.ts"

export const about = `Milliseconds a round and a tool call: straight lines through runs of 1, 2, 4 and 8 rounds of one call each, and of one round
with 1, 25, 50, 100 and 200 calls; streaming, no latency, requests included. A point is the median of the rotations. Effect's
handle alone: decode, handler, encode of one call, without any request.`

interface Point {
  readonly x: number
  readonly y: number
}

/** The slope of the least-squares line. */
const slope = (points: ReadonlyArray<Point>): number => {
  const mean = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)]
  const [over, under] = points.reduce(
    ([over, under], point) => [over + (point.x - x) * (point.y - y), under + (point.x - x) ** 2],
    [0, 0]
  )
  return over / under
}

const rounds: ReadonlyArray<Workloads.Workload> = gridRounds.map((count) => grid(count, 1))
const calls: ReadonlyArray<Workloads.Workload> = gridCalls.map((count) => grid(1, count))
const both = [...rounds, ...calls.slice(1)]

const rotations = 8

/** Fewer of those that take long. */
const runsOf = ({ scripts }: Workloads.Workload): number => Math.ceil(300 / Math.max(25, scripts[0]?.calls.length ?? 0))

const lines = (scores: Match.Scores, name: string) => {
  const points = (workloads: ReadonlyArray<Workloads.Workload>, counts: ReadonlyArray<number>) =>
    workloads.map(({ key }, index) => ({ x: counts[index] ?? 0, y: scores.millis(name, key) }))
  const call = slope(points(calls, gridCalls))
  // A round of this grid holds one call.
  const round = slope(points(rounds, gridRounds)) - call
  const at = (count: number) => scores.millis(name, `grid-1-${count}`)
  return { call, round, growth: (at(200) - at(100)) / (at(100) - at(1)) / (100 / 99), points: points(calls, gridCalls) }
}

/** `ours` against `base`, which are warm. */
export const rows = Effect.fnUntraced(function* (api: string, [ours, base]: readonly [Match.Seat, Match.Seat]) {
  const seats = [ours, base]
  yield* Effect.forEach(
    seats,
    (seat) => Effect.forEach(both, (workload) => seat.run(workload, { count: runsOf(workload) }), { concurrency: 1 }),
    {
      concurrency: 2,
      discard: true
    }
  )
  const scores = yield* Match.rotate(seats, both, rotations, (workload) => ({ count: runsOf(workload) }))
  const our = lines(scores, ours.entry.name)
  const its = lines(scores, base.entry.name)
  const handleMillis = yield* handleAlone
  const shown = our.points.map(({ x, y }) => `${x}: ${rounded(y, 1)} ms`).join(", ")
  const fitted: ReadonlyArray<Row> = [
    {
      name: `${api}: a round`,
      value: our.round,
      unit: "ms",
      atMost: 0.8,
      note: `floor ${rounded(its.round, 2)}`
    },
    {
      name: `${api}: a tool call`,
      value: our.call,
      unit: "ms",
      atMost: 0.2,
      note: `floor ${rounded(its.call, 3)}; Effect's handle alone ${rounded(handleMillis, 3)}`
    },
    {
      name: `${api}: a call of the second hundred against one of the first`,
      value: our.growth,
      unit: "x",
      atMost: 1.25,
      note: `floor ${rounded(its.growth, 2)}; ${shown}`
    }
  ]
  return fitted
})

const Look = Tool.make("get", {
  parameters: Schema.Struct({ id: Schema.String }),
  success: Schema.Struct({ id: Schema.String, year: Schema.Finite })
}).annotate(Tool.Readonly, true)

const toolkit = Toolkit.make(Look)

const perStep = 50

/** Milliseconds a call of `toolkit.handle`, all of a step side by side, median of many steps. */
const handleAlone = Effect.gen(function* () {
  const { handle } = yield* toolkit
  const inputs = Array.from({ length: perStep }, (_, index) => ({ id: `tt${index}` }))
  const samples: Array<number> = []
  for (let n = 0; n < 300; n++) {
    const start = performance.now()
    yield* Effect.forEach(inputs, (input) => Effect.flatMap(handle("get", input), Stream.runLast), {
      concurrency: "unbounded"
    })
    if (n >= 100) samples.push((performance.now() - start) / perStep)
  }
  return median(samples)
}).pipe(
  Effect.withTracerEnabled(false),
  Effect.orDie,
  Effect.provide(toolkit.toLayer({ get: ({ id }) => Effect.succeed({ id, year: 1979 }) }))
)
