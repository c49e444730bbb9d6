/**
 * `tracing`: what sending every span to a collector costs a run.
 */
import * as Effect from "effect/Effect"

import * as Checks from "./arena/Checks.ts"
import * as Child from "./arena/Child.ts"
import * as Match from "./arena/Match.ts"
import { workloads } from "./arena/Workloads.ts"
import { median, rounded, type Row, type Suite } from "./Report.ts"
import { isTally, type Tally } from "./tracing/Collected.ts"

const about = `Export of spans: OTLP over HTTP to a collector in another process, as the command does it where OTEL_EXPORTER_OTLP_ENDPOINT is set,
against the same with tracing off. Workload: b, three steps of four calls, then an answer of 150 tokens; streaming, 100 at a
time at the realistic pace (350 ms to the first token, 120 tokens a second, tools 40 ms), all begun at once. The two take turns
within one run, a process each; processor time is user and system of the whole process, sending included, per run. The median
of the rotations. The collector checks that of each run every span came, once.`

const hundred = 100
const rotations = 24

const contestant = (name: string, collector: string): Match.Entry => ({
  name,
  module: new URL(`arena/contestants/callsheet-exporting.ts?${encodeURIComponent(collector)}`, import.meta.url),
  tracing: collector !== "",
  plans: false
})

const cpuOf = ({ cpuMillis, millis }: Match.Outcome): number => cpuMillis / millis.length

const rows = Effect.gen(function* () {
  const collector = yield* Child.start(new URL("tracing/server.ts", import.meta.url))
  const arena = yield* Match.make
  const mode: Match.Mode = { pace: "real", api: "responses", streaming: true }
  const without = yield* arena.seat(contestant("callsheet", ""), mode)
  const sending = yield* arena.seat(contestant("callsheet, exporting", String(collector.greeting)), mode)
  const seats = [without, sending]
  const options: Match.Options = { count: hundred, concurrency: hundred }
  const taken = collector.ask({}, isTally)

  for (const seat of [...seats, ...seats]) yield* seat.run(workloads.b, options)
  yield* taken
  const tallies: Array<Tally> = []
  const ratios: Array<number> = []
  const plain: Array<number> = []
  const extra: Array<number> = []
  const walls: Array<number> = []
  for (let rotation = 0; rotation < rotations; rotation++) {
    const outcomes = new Map<Match.Seat, Match.Outcome>()
    for (const seat of Match.rotated(seats, rotation)) outcomes.set(seat, yield* seat.run(workloads.b, options))
    tallies.push(yield* taken)
    const base = outcomes.get(without)
    const other = outcomes.get(sending)
    const [baseCpu, otherCpu] = [base, other].map((outcome) => (outcome === undefined ? Number.NaN : cpuOf(outcome)))
    plain.push(baseCpu ?? Number.NaN)
    extra.push((otherCpu ?? Number.NaN) - (baseCpu ?? Number.NaN))
    ratios.push((otherCpu ?? Number.NaN) / (baseCpu ?? Number.NaN))
    walls.push((other?.wallMillis ?? Number.NaN) / (base?.wallMillis ?? Number.NaN))
  }
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0)
  const spans = sum((tally) => tally.spans)
  const runs = hundred * rotations
  const result: ReadonlyArray<Row> = [
    {
      name: `${hundred} at a time, realistic, b: processor time a run with export over without`,
      value: median(ratios),
      unit: "x without",
      atMost: 1.08,
      note: `without ${rounded(median(plain), 2)} ms a run, with ${rounded(median(extra), 2)} more; ${rotations} rotations from ${rounded(Math.min(...ratios), 3)} to ${rounded(Math.max(...ratios), 3)}; wall ${rounded(median(walls), 3)}`
    },
    {
      name: "processor time a span",
      value: (median(extra) * 1000 * runs) / spans,
      unit: "us",
      note: `${rounded(spans / runs, 1)} spans a run, ${rounded(sum((tally) => tally.bytes) / spans, 0)} bytes a span, ${rounded(spans / sum((tally) => tally.requests), 0)} spans a request`
    },
    {
      name: "spans lost or doubled",
      value: sum(({ doubled, odd, orphans, traces }) => doubled + orphans + odd + Math.abs(traces - hundred)),
      unit: "spans",
      atMost: 0,
      note: `${spans} spans in ${sum((tally) => tally.traces)} traces`
    }
  ]
  return [...result, ...Checks.rows(arena.seats)]
})

export const suite: Suite = { about, rows: Effect.scoped(rows) }
