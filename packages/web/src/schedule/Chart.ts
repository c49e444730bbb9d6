/**
 * Chart: a run as it is drawn on a time axis: a row for each model call and tool call, and the critical path. Pure. For one under way see
 * `LiveChart`.
 *
 * Times are milliseconds since the run began.
 */
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
export const whatOfTool = (source: Source | null): What => {
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

/** What a model call read and wrote, as notes. */
export const tokens = (inputTokens: number | null, outputTokens: number | null) => [
  ...(inputTokens === null ? [] : [["tokens read", inputTokens.toLocaleString("en")] as const]),
  ...(outputTokens === null ? [] : [["tokens written", outputTokens.toLocaleString("en")] as const])
]

/** Laid end to end from `startMillis` on; those of no time are left out. */
export const laid = (startMillis: number, parts: ReadonlyArray<readonly [What, number]>): ReadonlyArray<Piece> => {
  let at = startMillis
  return parts.flatMap(([what, millis]) => {
    const piece = { what, startMillis: at, millis }
    at += Math.max(0, millis)
    return millis > 0 ? [piece] : []
  })
}

/** In the order of a chart's rows. */
export const byStart = (one: Row, other: Row) => one.startMillis - other.startMillis

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
