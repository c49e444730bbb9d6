/**
 * Chart: a run as it is drawn on a time axis: a row for each model call and tool call, and the critical path. Pure.
 *
 * Times are milliseconds since the run began.
 */
import type { Call, ModelCall, RunState } from "../run/RunState.ts"
import type * as Profile from "../wire/Profile.ts"
import type { Source } from "../wire/RunEvent.ts"

/** What an instant of a row was. In the order of the legend. */
export const whats = {
  "model-wait": "waiting for the model's first word",
  decoding: "the model writing",
  tools: "a tool at work",
  foreseen: "a tool, begun before the model asked",
  remembered: "remembered, or shared with an equal call",
  queueing: "waiting for a place or a retry",
  approval: "waiting for a person",
  engine: "the engine itself"
} as const
export type What = keyof typeof whats

export interface Piece {
  readonly what: What
  readonly startMillis: number
  readonly millis: number
}

export interface Stretch {
  readonly startMillis: number
  readonly millis: number
}

export interface Row {
  readonly id: string
  readonly kind: "model" | "tool"
  readonly label: string
  /** From 0; null of a call that no step asked for. */
  readonly step: number | null
  readonly source: Source | null
  readonly ok: boolean
  readonly isRunning: boolean
  readonly startMillis: number
  readonly millis: number
  /** In order, within the row. */
  readonly pieces: ReadonlyArray<Piece>
  /** Where it is on the critical path. */
  readonly critical: ReadonlyArray<Stretch>
  /** What else is known of it, as names and values. */
  readonly notes: ReadonlyArray<readonly [name: string, value: string]>
}

export interface Chart {
  readonly wallMillis: number
  readonly isRunning: boolean
  /** In the order in which they began. */
  readonly rows: ReadonlyArray<Row>
  /** From the beginning on, without gaps; empty where it is not known. */
  readonly path: ReadonlyArray<Piece>
}

/** What a tool's time was: one that was foreseen counts as that however its result came. */
const whatOfTool = (source: Source | null): What => {
  switch (source) {
    case "foreseen":
      return "foreseen"
    case "memory":
    case "store":
    case "shared":
      return "remembered"
    default:
      return "tools"
  }
}

const whatOf = (component: string, source: Source | null): What => {
  switch (component) {
    case "model-wait":
    case "decoding":
    case "queueing":
    case "approval":
      return component
    case "tools":
      return whatOfTool(source)
    default:
      return "engine"
  }
}

const tokens = (inputTokens: number | null, outputTokens: number | null) => [
  ...(inputTokens === null ? [] : [["tokens read", inputTokens.toLocaleString("en")] as const]),
  ...(outputTokens === null ? [] : [["tokens written", outputTokens.toLocaleString("en")] as const])
]

/** Laid end to end from `startMillis` on; those of no time are left out. */
const laid = (startMillis: number, parts: ReadonlyArray<readonly [What, number]>): ReadonlyArray<Piece> => {
  let at = startMillis
  return parts.flatMap(([what, millis]) => {
    const piece = { what, startMillis: at, millis }
    at += Math.max(0, millis)
    return millis > 0 ? [piece] : []
  })
}

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

const byStart = (one: Row, other: Row) => one.startMillis - other.startMillis

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

/** A run that is over, as its profile tells it. */
export const ofProfile = (profile: Profile.Profile): Chart => {
  const sources = new Map(profile.rows.map(({ id, source }) => [id, source]))
  const critical = Map.groupBy(profile.criticalPath, ({ row }) => row)
  const rows = profile.rows.map(
    ({
      cachedInputTokens,
      id,
      inputTokens,
      kind,
      millis,
      name,
      ok,
      outputTokens,
      pieces,
      source,
      startMillis,
      step
    }): Row => ({
      id,
      kind,
      label: kind === "model" ? "model" : name,
      step,
      source,
      ok,
      isRunning: false,
      startMillis,
      millis,
      pieces: laid(
        startMillis,
        pieces.map((piece) => [whatOf(piece.component, source), piece.millis])
      ),
      critical: (critical.get(id) ?? []).map(({ millis, startMillis }) => ({ millis, startMillis })),
      notes: [
        ...(kind === "model" ? [["model", name] as const] : []),
        ...tokens(inputTokens, outputTokens),
        ...(cachedInputTokens === null || cachedInputTokens === 0
          ? []
          : [["of them kept by the provider", cachedInputTokens.toLocaleString("en")] as const])
      ]
    })
  )
  return {
    wallMillis: profile.wallMillis,
    isRunning: false,
    rows: rows.sort(byStart),
    path: profile.criticalPath.map(({ component, millis, row, startMillis }) => ({
      what: whatOf(component, row === null ? null : (sources.get(row) ?? null)),
      startMillis,
      millis
    }))
  }
}
