/**
 * RunView: a run's events as a person sees them. Pure: an event or a tick of the clock in, text for the terminal out.
 *
 * Live, the lines of what is still running are drawn again at each change and taken back before anything permanent is
 * printed. Plain, every line is printed once.
 */
import type { AgentEvent } from "@callsheet/core/AgentEvent"

import { duration } from "./TimeLine.ts"

export type Mode = { readonly _tag: "Plain" } | { readonly _tag: "Live"; readonly columns: number }

interface Running {
  readonly text: string
  readonly sinceMillis: number
}

export interface View {
  readonly mode: Mode
  /** What runs now, by call id; the model's own waiting under the empty id. */
  readonly running: Readonly<Record<string, Running>>
  /** Lines on the screen that will be taken back. */
  readonly drawn: number
  readonly ticks: number
  /** Whether the last thing printed left the cursor in the middle of a line. */
  readonly isMidLine: boolean
}

export const initial = (mode: Mode): View => ({ mode, running: {}, drawn: 0, ticks: 0, isMidLine: false })

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]

const inputText = (input: unknown): string => {
  const text = JSON.stringify(input) ?? ""
  return text === "{}" ? "" : ` ${text.length > 100 ? `${text.slice(0, 99)}…` : text}`
}

const takeBack = (view: View): string => (view.drawn === 0 ? "" : `\u001B[${view.drawn}A\u001B[J`)

const draw = (view: View, atMillis: number): readonly [View, string] => {
  if (view.mode._tag === "Plain" || view.isMidLine) return [{ ...view, drawn: 0 }, ""]
  const { columns } = view.mode
  const lines = Object.values(view.running).map(({ sinceMillis, text }) => {
    const line = `${frames[view.ticks % frames.length] ?? ""} ${text}  ${duration(Math.max(0, atMillis - sinceMillis))}`
    return line.length >= columns ? `${line.slice(0, columns - 2)}…` : line
  })
  return [{ ...view, drawn: lines.length }, lines.map((line) => `${line}\n`).join("")]
}

/** Prints `text` for good, and what runs now below it. */
const print = (view: View, text: string, atMillis: number): readonly [View, string] => {
  const [next, lines] = draw({ ...view, isMidLine: text === "" ? view.isMidLine : !text.endsWith("\n") }, atMillis)
  return [next, takeBack(view) + text + lines]
}

/** What a model writes must not steer the terminal: control characters but line break and tab are dropped. */
const clean = (text: string): string => text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, "")

const line = (view: View, text: string): string => `${view.isMidLine ? "\n" : ""}${text}\n`

const without = (running: View["running"], id: string): View["running"] =>
  Object.fromEntries(Object.entries(running).filter(([key]) => key !== id))

export const onEvent = (view: View, event: AgentEvent): readonly [View, string] => {
  const { atMillis } = event
  const { running } = view
  switch (event._tag) {
    case "StepStarted": {
      const thinking = { text: `step ${event.step + 1}: the model`, sinceMillis: atMillis }
      return print({ ...view, running: { ...running, "": thinking } }, "", atMillis)
    }
    case "TextDelta":
      return print({ ...view, running: without(running, "") }, clean(event.delta), atMillis)
    case "ApprovalNeeded":
      return print(
        { ...view, running: without(running, "") },
        line(view, `? ${event.name}${inputText(event.input)} needs approval`),
        atMillis
      )
    case "ToolStarted": {
      const text = `  ${event.name}${inputText(event.input)}`
      const now = { ...without(running, ""), [event.callId]: { text, sinceMillis: atMillis } }
      return print({ ...view, running: now }, view.isMidLine ? "\n" : "", atMillis)
    }
    case "ToolSettled": {
      const text = running[event.callId]?.text ?? `  ${event.name}`
      const problem = event.problem === null ? "" : `: ${clean(event.problem)}`
      return print(
        { ...view, running: without(running, event.callId) },
        line(view, `${event.ok ? "✓" : "✗"} step ${event.step + 1}${text}  ${duration(event.millis)}${problem}`),
        atMillis
      )
    }
    case "StepFinished":
      return print({ ...view, running: without(running, "") }, "", atMillis)
    case "RunFinished":
      return print({ ...view, running: {} }, view.isMidLine ? "\n" : "", atMillis)
    case "RunFailed":
      return print({ ...view, running: {} }, view.isMidLine ? "\n" : "", atMillis)
    default:
      return [view, ""]
  }
}

/** A tick of the clock, `atMillis` since the run began: moves what is drawn of running work. */
export const onTick = (view: View, atMillis: number): readonly [View, string] =>
  view.drawn === 0 ? [view, ""] : print({ ...view, ticks: view.ticks + 1 }, "", atMillis)
