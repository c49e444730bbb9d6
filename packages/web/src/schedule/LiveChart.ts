/**
 * LiveChart: the chart of a run that goes on, or just ended: from its events alone. Pure.
 */
import type { Call, ModelCall, RunState } from "../run/RunState.ts"
import { byStart, type Chart, laid, type Piece, type Row, type Stretch, tokens, whatOfTool } from "./Chart.ts"

const modelRow = (call: ModelCall, nowMillis: number): Row => {
  const { firstTokenMillis, inputTokens, outputTokens, startMillis, step } = call
  const millis = Math.max(0, call.millis ?? nowMillis - startMillis)
  const waited = Math.min(millis, firstTokenMillis ?? millis)
  return {
    id: `model_${step}`,
    kind: "model",
    label: "model",
    step,
    source: null,
    ok: true,
    isRunning: call.millis === null,
    startMillis,
    millis,
    pieces: laid(startMillis, [
      ["model-wait", waited],
      ["decoding", millis - waited]
    ]),
    critical: [],
    notes: tokens(inputTokens, outputTokens)
  }
}

const toolRow = (call: Call, nowMillis: number): Row => {
  const { askedMillis, callId, millis, name, problem, queueMillis, source, standing, step } = call
  const isRunning = standing === "running" || standing === "waiting"
  const began = call.startMillis ?? (isRunning ? nowMillis : askedMillis)
  const startMillis = Math.max(0, millis === null ? Math.min(askedMillis, began) : began - queueMillis)
  const before = Math.max(0, began - startMillis)
  const worked = Math.max(0, millis ?? (call.startMillis === null ? 0 : nowMillis - began))
  // What waits before it starts waits for a person where it was asked for one, else for its place.
  const waiting = standing === "waiting" ? "approval" : "queueing"
  return {
    id: callId,
    kind: "tool",
    label: name,
    step: callId.startsWith("foreseen_") || callId.startsWith("rules_") ? null : step,
    source: source ?? (callId.startsWith("foreseen_") ? "foreseen" : null),
    ok: standing !== "failed",
    isRunning,
    startMillis,
    millis: before + worked,
    pieces: laid(startMillis, [
      [waiting, before],
      [whatOfTool(source ?? (callId.startsWith("foreseen_") ? "foreseen" : null)), worked]
    ]),
    critical: [],
    notes: problem === null ? [] : [["problem", problem]]
  }
}

/** Rows of what is over stay the same, so each is made once. */
const made = new WeakMap<Call | ModelCall, Row>()

const once = <A extends Call | ModelCall>(
  call: A,
  nowMillis: number,
  make: (call: A, nowMillis: number) => Row
): Row => {
  const known = made.get(call)
  if (known !== undefined) return known
  const row = make(call, nowMillis)
  if (!row.isRunning) made.set(call, row)
  return row
}

/** Of longer runs the path is told only once they are over. */
const mostForPath = 300

/**
 * The chain that a run waited for, as far as it can be told from when things began and ended: from its end back, each time what ended
 * last before.
 */
const pathOf = (
  rows: ReadonlyArray<Row>,
  wallMillis: number
): ReadonlyArray<Stretch & { readonly row: Row | undefined }> => {
  const path: Array<Stretch & { readonly row: Row | undefined }> = []
  let end = wallMillis
  while (end > 0) {
    let last: Row | undefined
    let lastEnd = 0
    for (const row of rows) {
      if (row.startMillis >= end) continue
      const rowEnd = Math.min(end, row.startMillis + row.millis)
      if (rowEnd > lastEnd || (rowEnd === lastEnd && last !== undefined && row.startMillis < last.startMillis)) {
        last = row
        lastEnd = rowEnd
      }
    }
    if (lastEnd < end) path.push({ row: undefined, startMillis: lastEnd, millis: end - lastEnd })
    if (last === undefined) break
    path.push({ row: last, startMillis: last.startMillis, millis: lastEnd - last.startMillis })
    end = last.startMillis
  }
  return path.toReversed()
}

/** The parts of `pieces` between two instants. */
const between = (pieces: ReadonlyArray<Piece>, startMillis: number, endMillis: number): ReadonlyArray<Piece> =>
  pieces.flatMap((piece) => {
    const start = Math.max(startMillis, piece.startMillis)
    const end = Math.min(endMillis, piece.startMillis + piece.millis)
    return end > start ? [{ what: piece.what, startMillis: start, millis: end - start }] : []
  })

/** A run as it stands at `nowMillis`. */
export const ofRun = (state: RunState, nowMillis: number): Chart => {
  const isRunning = state.standing === "running"
  const wallMillis = isRunning ? Math.max(nowMillis, state.atMillis) : state.atMillis
  const rows = [
    ...state.models.map((call) => once(call, wallMillis, modelRow)),
    ...state.calls.map((call) => once(call, wallMillis, toolRow))
  ].sort(byStart)
  if (rows.length > mostForPath) return { wallMillis, isRunning, rows, path: [] }
  const path = pathOf(rows, wallMillis)
  const critical = Map.groupBy(path, ({ row }) => row)
  return {
    wallMillis,
    isRunning,
    rows: rows.map((row) => {
      const stretches = critical.get(row)
      return stretches === undefined
        ? row
        : { ...row, critical: stretches.map(({ millis, startMillis }) => ({ startMillis, millis })) }
    }),
    path: path.flatMap(({ millis, row, startMillis }): ReadonlyArray<Piece> =>
      row === undefined
        ? [{ what: "engine", startMillis, millis }]
        : between(row.pieces, startMillis, startMillis + millis)
    )
  }
}
