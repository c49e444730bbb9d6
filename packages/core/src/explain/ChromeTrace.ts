/**
 * ChromeTrace: a profile as the Trace Event Format, which Chrome's tracing and Perfetto (ui.perfetto.dev) draw.
 *
 * **Details**
 *
 * The critical path is the first track; then come the model calls, then the tools, on as many tracks as it takes for none to
 * overlap another. What a call's time was spent on lies within the call, unless it is less than half a microsecond. Times are
 * whole microseconds since the run began, each rounded by itself, so that what touched still touches.
 *
 * Format: "Trace Event Format" (Google), complete events (`X`) and metadata (`M`).
 */
import type { Profile, Row } from "./Profile.ts"

interface Place {
  readonly pid: number
  readonly tid: number
}

/** Something that took its time: `ts` and `dur` in microseconds. */
export interface Complete extends Place {
  readonly ph: "X"
  readonly name: string
  readonly cat: string
  readonly ts: number
  readonly dur: number
  readonly args: Readonly<Record<string, string | number | boolean | null>>
}

/** What a process or a track is called, and where it stands. */
export interface Metadata extends Place {
  readonly ph: "M"
  readonly name: "process_name" | "thread_name" | "thread_sort_index"
  readonly args: { readonly name: string } | { readonly sort_index: number }
}

/** To be written as JSON. */
export interface ChromeTrace {
  readonly traceEvents: ReadonlyArray<Complete | Metadata>
  readonly displayTimeUnit: "ms"
  readonly otherData: Readonly<Record<string, string | number>>
}

const pid = 1

const micros = (millis: number): number => Math.round(millis * 1000)

/** From `startMillis` on for `millis`. */
const complete = (
  tid: number,
  name: string,
  cat: string,
  startMillis: number,
  millis: number,
  args: Complete["args"]
): Complete => {
  const ts = micros(startMillis)
  return { ph: "X", pid, tid, name, cat, ts, dur: micros(startMillis + millis) - ts, args }
}

const track = (tid: number, name: string): ReadonlyArray<Metadata> => [
  { ph: "M", pid, tid, name: "thread_name", args: { name } },
  { ph: "M", pid, tid, name: "thread_sort_index", args: { sort_index: tid } }
]

const isSeen = ({ dur }: Complete) => dur > 0

/** A call, and within it what it was spent on. */
const call = (tid: number, row: Row): ReadonlyArray<Complete> => {
  let reached = row.startMillis
  const pieces = row.pieces.map(({ component, millis }) => {
    const piece = complete(tid, component, "piece", reached, millis, {})
    reached += millis
    return piece
  })
  const { cachedInputTokens, criticalMillis, id, inputTokens, millis, ok, outputTokens, source, step } = row
  const tokens = row.kind === "model" ? { inputTokens, cachedInputTokens, outputTokens } : { source }
  const args = { id, step, ok, criticalMillis, ...tokens }
  return [complete(tid, row.name, row.kind, row.startMillis, millis, args), ...pieces.filter(isSeen)]
}

/** `rows`, which stand in the order in which they begin, on as few tracks as hold them without overlap. */
const lanesOf = (rows: ReadonlyArray<Row>): ReadonlyArray<ReadonlyArray<Row>> => {
  const lanes: Array<{ readonly rows: Array<Row>; end: number }> = []
  for (const row of rows) {
    const start = micros(row.startMillis)
    const end = micros(row.startMillis + row.millis)
    const lane = lanes.find(({ end }) => end <= start)
    if (lane === undefined) lanes.push({ rows: [row], end })
    else {
      lane.rows.push(row)
      lane.end = end
    }
  }
  return lanes.map(({ rows }) => rows)
}

export const of = (profile: Profile): ChromeTrace => {
  const names = new Map(profile.rows.map(({ id, name }) => [id, name]))
  const path = profile.criticalPath.map(({ component, millis, row, startMillis }) =>
    complete(
      1,
      component,
      "critical",
      startMillis,
      millis,
      row === null ? {} : { call: names.get(row) ?? row, id: row }
    )
  )
  const lanes = (["model", "tool"] as const).flatMap((kind) =>
    lanesOf(profile.rows.filter((row) => row.kind === kind)).map((rows, index) => ({
      name: index === 0 ? kind : `${kind} ${index + 1}`,
      rows
    }))
  )
  return {
    traceEvents: [
      { ph: "M", pid, tid: 0, name: "process_name", args: { name: profile.agent } },
      ...track(1, "critical path"),
      ...lanes.flatMap(({ name }, index) => track(index + 2, name)),
      ...path.filter(isSeen),
      ...lanes.flatMap(({ rows }, index) => rows.flatMap((row) => call(index + 2, row)))
    ],
    displayTimeUnit: "ms",
    otherData: {
      agent: profile.agent,
      startedAtMillis: profile.startedAtMillis,
      wallMillis: profile.wallMillis,
      ...(profile.runId !== null && { runId: profile.runId })
    }
  }
}
