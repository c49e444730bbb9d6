/**
 * ScheduleChart: one run drawn on a time axis, a row for each model call and tool call. Pure.
 */
import type { ToolSource } from "@callsheet/core/AgentEvent"
import type { Component, Profile, Row, Segment } from "@callsheet/core/explain/Profile"

import { fit, pad } from "./TerminalFit.ts"
import { oneLine } from "./TerminalText.ts"
import { duration } from "./TimeLine.ts"

/** What of a run is drawn. */
export type Schedule = Pick<Profile, "wallMillis" | "rows" | "criticalPath">

/** How an instant is drawn, and what that means. In the order of the legend. */
const marks = {
  waiting: ["░", "waiting for the model's first word"],
  writing: ["█", "the model writing"],
  tool: ["▒", "a tool"],
  ahead: ["▓", "a tool, asked before the model did"],
  served: ["≡", "remembered, or shared with an equal call"],
  queue: ["-", "waiting for a place or a retry"],
  person: ["?", "waiting for a person"],
  engine: ["·", "the engine"]
} as const
type Mark = keyof typeof marks

const ofTool = (source: ToolSource | null): Mark => {
  switch (source) {
    case "memory":
    case "store":
    case "shared":
      return "served"
    case "foreseen":
      return "ahead"
    default:
      return "tool"
  }
}

const markOf = (component: Component, source: ToolSource | null): Mark => {
  switch (component) {
    case "model-wait":
      return "waiting"
    case "decoding":
      return "writing"
    case "tools":
      return ofTool(source)
    case "queueing":
      return "queue"
    case "approval":
      return "person"
    default:
      return "engine"
  }
}

interface Line {
  readonly label: string
  readonly startMillis: number
  readonly pieces: ReadonlyArray<{ readonly mark: Mark; readonly millis: number }>
  /** What stands behind the bar, as much of it as there is room for. */
  readonly notes: ReadonlyArray<string>
}

const rowLine = ({
  criticalMillis,
  kind,
  millis,
  name,
  ok,
  outputTokens,
  pieces,
  source,
  startMillis,
  step
}: Row): Line => {
  const notes = [
    duration(millis),
    ...(ok ? [] : ["failed"]),
    ...(outputTokens === null ? [] : [`${outputTokens} tokens`])
  ]
  return {
    label: `${criticalMillis > 0 ? "*" : " "} ${step === null ? "·" : step + 1} ${kind === "model" ? "model" : `  ${oneLine(name)}`}`,
    startMillis,
    pieces: pieces.map((piece) => ({ mark: markOf(piece.component, source), millis: piece.millis })),
    notes
  }
}

const pathLine = (path: ReadonlyArray<Segment>, rows: ReadonlyArray<Row>): ReadonlyArray<Line> => {
  const sources = new Map(rows.map(({ id, source }) => [id, source]))
  const pieces = path.map(({ component, millis, row }) => ({
    mark: markOf(component, row === null ? null : (sources.get(row) ?? null)),
    millis
  }))
  return pieces.length === 0 ? [] : [{ label: "* critical path", startMillis: 0, pieces, notes: [] }]
}

/** The first of `notes` that fit into `columns`. */
const noteOf = (notes: ReadonlyArray<string>, columns: number): string =>
  notes.reduce((note, more) => {
    const longer = note === "" ? more : `${note} · ${more}`
    return longer.length > columns ? note : longer
  }, "")

/** From 0 to `wallMillis` in `width` characters, with the half where there is room. */
const axis = (wallMillis: number, width: number): string => {
  const half = `┬ ${duration(wallMillis / 2)} `
  const end = ` ${duration(wallMillis)}`
  const middle = Math.floor(width / 2)
  const left = "0 ".padEnd(middle, "─")
  const right = width - middle
  return half.length + end.length + 2 > right
    ? `0 ${end.padStart(width - 2, "─")}`
    : `${left}${half}${end.padStart(right - half.length, "─")}`
}

/** In lines of at most `columns`, each of `parts` whole. */
const wrapped = (parts: ReadonlyArray<string>, columns: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const part of parts) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 3 + part.length > columns) lines.push(part)
    else lines[lines.length - 1] = `${last}   ${part}`
  }
  return lines
}

/** The width that a chart, or a text beside it, is made for: no fewer than 60 columns; 100 where it is unknown, 0. */
export const widthOf = (columns: number): number => Math.max(columns === 0 ? 100 : columns, 60)

/**
 * The schedule in lines of at most `columns` characters (`widthOf`).
 *
 * Rows stand in the order in which they began. Each begins with the step that asked for it, or a dot where it was called
 * before the model asked; `*` marks those that the run waited for. The last row is the path of these: what each instant of the
 * run was spent on.
 */
export const draw = ({ criticalPath, rows, wallMillis }: Schedule, columns: number): ReadonlyArray<string> => {
  const all = widthOf(columns)
  const labelWidth = all < 80 ? 20 : 27
  const noteWidth = all < 80 ? 15 : 20
  const width = all - labelWidth - noteWidth - 1
  const perColumn = Math.max(wallMillis, 1) / width
  const column = (millis: number) => Math.max(0, Math.min(width, Math.round(millis / perColumn)))
  const lines = [...rows.map(rowLine), ...pathLine(criticalPath, rows)]
  const used = new Set<Mark>()

  const drawn = lines.map(({ label, notes, pieces, startMillis }) => {
    const start = Math.min(column(startMillis), width - 1)
    let bar = " ".repeat(start)
    let reached = startMillis
    for (const { mark, millis } of pieces) {
      reached += millis
      const cells = millis > 0 ? column(reached) - bar.length : 0
      if (cells > 0) used.add(mark)
      bar += marks[mark][0].repeat(Math.max(0, cells))
    }
    const last = pieces.at(-1)?.mark
    // What is too short for the scale is seen nevertheless.
    if (bar.length === start && last !== undefined) {
      used.add(last)
      bar += marks[last][0]
    }
    return `${pad(fit(label, labelWidth - 1), labelWidth)}${bar.padEnd(width)} ${noteOf(notes, noteWidth)}`.trimEnd()
  })

  const legend = Object.entries(marks).flatMap(([name, [mark, meaning]]) =>
    [...used].some((one) => one === name) ? [`${mark} ${meaning}`] : []
  )
  const star = lines.some(({ label }) => label.startsWith("*")) ? ["* the run waited for it"] : []
  return [" ".repeat(labelWidth) + axis(wallMillis, width), ...drawn, "", ...wrapped([...legend, ...star], all)]
}
