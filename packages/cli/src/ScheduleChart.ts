/**
 * ScheduleChart: one run drawn on a time axis, a row for each model call and tool call. Pure.
 */
import type { ModelCall } from "@callsheet/core/AgentEvent"
import type { RunSummary, ToolCall } from "@callsheet/core/explain/RunSummary"
import { originOf } from "@callsheet/core/model/CallIds"

import { fit } from "./TerminalFit.ts"
import { oneLine } from "./TerminalText.ts"
import { duration } from "./TimeLine.ts"

interface Row {
  readonly label: string
  readonly startMillis: number
  /** Ends of the row's pieces since its start, and how each is drawn. */
  readonly pieces: ReadonlyArray<readonly [endMillis: number, mark: string]>
  readonly note: string
}

const modelRow = ({ firstTokenMillis, millis, outputTokens, startMillis, step }: ModelCall): Row => ({
  label: `${step + 1} model`,
  startMillis,
  pieces: [
    [firstTokenMillis ?? 0, "░"],
    [millis, "█"]
  ],
  note: outputTokens === null ? "" : `${outputTokens} tokens`
})

/** The step that asked for a call; a dot where none did. */
const stepOf = ({ id, step }: ToolCall): string => (originOf(id) === "model" ? String(step + 1) : "·")

const toolRow = (call: ToolCall): Row => {
  const { millis, name, ok, startMillis } = call
  return {
    label: `${stepOf(call)}   ${oneLine(name)}`,
    startMillis,
    pieces: [[millis, "▒"]],
    note: ok ? "" : "failed"
  }
}

const labelWidth = 24
const noteWidth = 24

/**
 * The schedule of `summary` in lines of at most `columns` characters (no fewer than 80; 100 where the width is unknown, 0).
 *
 * `░` waiting for the model's first word, `█` the model writing, `▒` a tool, whose row begins with a dot where it was called
 * before the model asked. Rows stand in the order in which they began.
 */
export const draw = (summary: RunSummary, columns: number): ReadonlyArray<string> => {
  const width = Math.max(columns === 0 ? 100 : columns, 80) - labelWidth - noteWidth
  const perColumn = Math.max(summary.wallMillis, 1) / width
  const column = (millis: number) => Math.min(width, Math.round(millis / perColumn))

  const line = ({ label, note, pieces, startMillis }: Row): string => {
    const start = Math.min(column(startMillis), width - 1)
    let bar = " ".repeat(start)
    for (const [endMillis, mark] of pieces) {
      bar += mark.repeat(Math.max(0, column(startMillis + endMillis) - bar.length))
    }
    if (bar.length === start) bar += pieces.at(-1)?.[1] ?? ""
    const total = duration(pieces.at(-1)?.[0] ?? 0)
    return `${fit(label, labelWidth - 1).padEnd(labelWidth)}${bar.padEnd(width)} ${total}${note && ` · ${note}`}`
  }

  const end = duration(summary.wallMillis)
  const axis = `${" ".repeat(labelWidth)}0${end.padStart(width - 1, "─")}`
  const rows = [...summary.modelCalls.map(modelRow), ...summary.toolCalls.map(toolRow)].sort(
    (a, b) => a.startMillis - b.startMillis
  )
  return [
    axis,
    ...rows.map(line),
    "",
    "░ waiting for the model's first word   █ the model writing   ▒ a tool",
    `critical path ${duration(summary.criticalPathMillis)} of ${end}`
  ]
}
