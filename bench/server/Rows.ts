/**
 * Rows: what the load bench found out, as rows, beside the relay of the same rotation.
 */
import { quantile } from "../arena/Match.ts"
import { median, rounded, type Row } from "../Report.ts"
import type * as Load from "./Load.ts"
import * as Model from "./Model.ts"

/** The same load, once on the relay and then on the server. */
export interface Rotation {
  readonly relay: Load.Outcome
  readonly server: Load.Outcome
}

/** The bound of the first event; the relay's whole answer may come so much later than its last word is written. */
const boundMillis = 250

/** Whether the relay kept up with the words: else the machine was too busy to tell anything of the server. */
const isHeld = ({ relay }: Rotation): boolean => quantile(relay.endMillis, 0.99) <= Model.answerMillis + boundMillis

const p99 = (values: ReadonlyArray<number>): number => quantile(values, 0.99)
const p50 = (values: ReadonlyArray<number>): number => quantile(values, 0.5)

/** Both of a figure, and their ratio. */
const beside = (server: number, relay: number): string =>
  `relay ${rounded(relay, 1)}, ratio ${rounded(server / relay, 2)}`

export interface Found {
  /** Streams at a time. */
  readonly count: number
  readonly beginMillis: number
  readonly rotations: ReadonlyArray<Rotation>
  readonly atOnce: Rotation
  readonly left: { readonly before: number; readonly running: number; readonly connections: number }
  readonly idleFirst: Record<"relay" | "server", ReadonlyArray<number>>
  readonly peakBytes: Record<"relay" | "server", number>
}

/** Of rotations in which the relay held the rate; one row that says so where there was none. */
const rated = ({ beginMillis, count, rotations }: Found): ReadonlyArray<Row> => {
  const held = rotations.filter(isHeld)
  if (held.length === 0) {
    return [
      {
        name: `${count} streams: thrown away, the relay could not hold the rate`,
        value: Math.min(...rotations.map(({ relay }) => p99(relay.endMillis))),
        unit: "ms",
        note: `p99 of a whole answer through the relay; its words take ${Model.answerMillis}`
      }
    ]
  }
  const of = (figure: (outcome: Load.Outcome) => number) => ({
    server: median(held.map(({ server }) => figure(server))),
    relay: median(held.map(({ relay }) => figure(relay)))
  })
  const first = of(({ firstMillis }) => p99(firstMillis))
  const lag = of(({ lagsMillis }) => p99(lagsMillis))
  const middle = of(({ lagsMillis }) => p50(lagsMillis))
  const cpu = of(({ cpuMillis }) => cpuMillis)
  return [
    {
      name: `${count} streams, begun within ${beginMillis / 1000} s: first event, p99`,
      value: first.server,
      unit: "ms",
      atMost: boundMillis,
      note: `${beside(first.server, first.relay)}; median of ${held.length} of ${rotations.length} rotations in which the relay held the rate`
    },
    {
      name: `${count} streams: a word on its way, p99`,
      value: lag.server,
      unit: "ms",
      note: `${beside(lag.server, lag.relay)}; median ${rounded(middle.server, 1)}, relay ${rounded(middle.relay, 1)}`
    },
    {
      name: `${count} streams: processor time a stream`,
      value: cpu.server / cpu.relay,
      unit: "x relay",
      note: `${rounded(cpu.server, 2)} ms, relay ${rounded(cpu.relay, 2)}`
    }
  ]
}

export const of = (found: Found): ReadonlyArray<Row> => {
  const { atOnce, count, idleFirst, left, peakBytes, rotations } = found
  const all = [...rotations, atOnce].map(({ server }) => server)
  const sum = (figure: (outcome: Load.Outcome) => number) => all.reduce((total, outcome) => total + figure(outcome), 0)
  const streams = `of ${all.length * count} streams of ${Model.words} words`
  const first = { server: p99(atOnce.server.firstMillis), relay: p99(atOnce.relay.firstMillis) }
  const idle = { server: p50(idleFirst.server), relay: p50(idleFirst.relay) }
  return [
    { name: "events lost", value: sum(({ lost }) => lost), unit: "events", atMost: 0, note: streams },
    { name: "events repeated", value: sum(({ repeated }) => repeated), unit: "events", atMost: 0, note: streams },
    ...rated(found),
    {
      name: `${count} streams, begun at once: first event, p99`,
      value: first.server,
      unit: "ms",
      note: `${beside(first.server, first.relay)}; the load alone needs a part of it to ask`
    },
    {
      name: "resident memory, at most",
      value: peakBytes.server / 1e6,
      unit: "MB",
      atMost: 300,
      note: `relay ${rounded(peakBytes.relay / 1e6, 0)}`
    },
    {
      name: "runs left a second after all clients closed at once",
      value: left.before === 0 ? Number.NaN : left.running,
      unit: "runs",
      atMost: 0,
      note: `${left.before} before`
    },
    { name: "sockets left then", value: left.connections, unit: "sockets", atMost: 0 },
    {
      name: "idle and warm: first event, median",
      value: idle.server,
      unit: "ms",
      atMost: 20,
      note: `${beside(idle.server, idle.relay)}; of ${idleFirst.server.length}, p99 ${rounded(p99(idleFirst.server), 1)}`
    }
  ]
}
