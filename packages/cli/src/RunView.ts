/**
 * RunView: a run's events as a person sees them. Pure: an event or a tick of the clock in, text for the terminal out.
 *
 * Live, the lines of what is still running are drawn again at each change and taken back before anything permanent is
 * printed. Plain, every line is printed once.
 */
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import { originOf } from "@callsheet/core/model/CallIds"
import type { ApprovalRequest } from "@callsheet/core/schedule/Approval"
import { displayWidth } from "effect/cli/CliOutput"

import { fit } from "./TerminalFit.ts"
import { clean, oneLine } from "./TerminalText.ts"
import { duration } from "./TimeLine.ts"

/** Of the terminal, in cells; 0 rows where the height is unknown. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

export type Mode = { readonly _tag: "Plain" } | { readonly _tag: "Live"; readonly size: Size }

interface Running {
  readonly text: string
  readonly sinceMillis: number
}

/** What a run will still take, as it was told at `atMillis`. */
interface Left {
  readonly atMillis: number
  readonly remainingMillis: number
  readonly lowMillis: number
  readonly highMillis: number
}

export interface View {
  readonly mode: Mode
  readonly left: Left | undefined
  /** What runs now, by call id; the model's own waiting under the empty id. */
  readonly running: Readonly<Record<string, Running>>
  /** Widths of the lines on the screen that will be taken back. */
  readonly drawn: ReadonlyArray<number>
  readonly ticks: number
  /** Whether the last thing printed left the cursor in the middle of a line. */
  readonly isMidLine: boolean
}

export const initial = (mode: Mode): View => ({
  mode,
  left: undefined,
  running: {},
  drawn: [],
  ticks: 0,
  isMidLine: false
})

/** The terminal's size may change at any time: tell it before each event and tick. */
export const resize = (view: View, size: Size): View =>
  view.mode._tag === "Plain" ? view : { ...view, mode: { _tag: "Live", size } }

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]

/** A call in at most `columns` cells and a name. */
const callText = (name: string, input: unknown, columns: number): string => {
  const text = JSON.stringify(input) ?? ""
  return fit(oneLine(name), 64) + (text === "{}" ? "" : ` ${fit(oneLine(text), columns)}`)
}

/** Row by row, since tmux keeps a screen that is cleared at once. A terminal made narrower breaks lines into more rows. */
const takeBack = ({ drawn, mode }: View): string => {
  if (mode._tag === "Plain" || drawn.length === 0) return ""
  const { columns } = mode.size
  const rows = drawn.reduce((total, width) => total + Math.max(1, Math.ceil(width / columns)), 0)
  return "\u001B[1A\u001B[2K".repeat(rows)
}

const unknownRows = 24

const seconds = (millis: number): string => (Math.max(0, millis) / 1000).toFixed(1)

/** "about 1.2 s left (0.8 to 2.0 s)": what was told, less the time since. Nothing once it was wrong. */
const leftText = (left: Left | undefined, atMillis: number): string | undefined => {
  if (left === undefined) return undefined
  const passed = Math.max(0, atMillis - left.atMillis)
  if (passed > left.highMillis) return undefined
  const [about, low, high] = [left.remainingMillis, left.lowMillis, left.highMillis].map((millis) =>
    seconds(millis - passed)
  )
  return `about ${about} s left (${low} to ${high} s)`
}

/** What goes above the screen's edge cannot be taken back, so no more lines are drawn than it holds. */
const lines = (view: View, { columns, rows }: Size, atMillis: number): ReadonlyArray<string> => {
  const room = Math.max(1, (rows === 0 ? unknownRows : rows) - 2)
  const all = Object.values(view.running)
  const left = all.length === 0 || room === 1 ? undefined : leftText(view.left, atMillis)
  const most = left === undefined ? room : room - 1
  const shown = all.length > most ? all.slice(0, most - 1) : all
  const frame = frames[view.ticks % frames.length] ?? ""
  return [
    ...shown.map(({ sinceMillis, text }) => `${frame} ${text}  ${duration(Math.max(0, atMillis - sinceMillis))}`),
    ...(shown.length < all.length ? [`  and ${all.length - shown.length} more`] : []),
    ...(left === undefined ? [] : [`  ${left}`])
  ].map((line) => fit(line, columns - 1))
}

const draw = (view: View, atMillis: number): readonly [View, string] => {
  if (view.mode._tag === "Plain" || view.isMidLine) return [{ ...view, drawn: [] }, ""]
  const drawn = lines(view, view.mode.size, atMillis)
  return [{ ...view, drawn: drawn.map(displayWidth) }, drawn.map((line) => `${line}\n`).join("")]
}

/** Prints `text` for good, and what runs now below it. */
const print = (view: View, text: string, atMillis: number): readonly [View, string] => {
  const [next, lines] = draw({ ...view, isMidLine: text === "" ? view.isMidLine : !text.endsWith("\n") }, atMillis)
  return [next, takeBack(view) + text + lines]
}

const lineStart = (view: View): string => (view.isMidLine ? "\n" : "")

const line = (view: View, text: string): string => `${lineStart(view)}${text}\n`

/** Whose call it is: of which step, or nobody's that thinks in steps. */
const whose = (callId: string, step: number): string => {
  const origin = originOf(callId)
  return origin === "rules" ? "rules" : origin === "foreseen" ? "ahead" : `step ${step + 1}`
}

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
        line(view, `? ${callText(event.name, event.input, 100)} needs approval`),
        atMillis
      )
    case "ToolStarted": {
      const text = `  ${callText(event.name, event.input, 100)}`
      const now = { ...without(running, ""), [event.callId]: { text, sinceMillis: atMillis } }
      return print({ ...view, running: now }, lineStart(view), atMillis)
    }
    case "ToolSettled": {
      const text = running[event.callId]?.text ?? `  ${callText(event.name, {}, 0)}`
      const problem = event.problem === null ? "" : `: ${oneLine(event.problem)}`
      return print(
        { ...view, running: without(running, event.callId) },
        line(
          view,
          `${event.ok ? "✓" : "✗"} ${whose(event.callId, event.step)}${text}  ${duration(event.millis)}${problem}`
        ),
        atMillis
      )
    }
    case "StepFinished":
      return print({ ...view, running: without(running, "") }, "", atMillis)
    case "EstimateChanged":
      return print({ ...view, left: event }, "", atMillis)
    case "RunFinished":
    case "RunFailed":
      return print({ ...view, running: {} }, lineStart(view), atMillis)
    default:
      return [view, ""]
  }
}

/** A tick of the clock, `atMillis` since the run began: moves what is drawn of running work. */
export const onTick = (view: View, atMillis: number): readonly [View, string] =>
  view.isMidLine || Object.keys(view.running).length === 0
    ? [view, ""]
    : print({ ...view, ticks: view.ticks + 1 }, "", atMillis)

/**
 * Asks whether a call may run, all its arguments shown up to 2,000 cells. The cursor stays behind the question: print
 * nothing more before `onAnswer`.
 */
export const onPrompt = (view: View, { input, name }: ApprovalRequest, atMillis: number): readonly [View, string] =>
  print(
    { ...view, running: without(view.running, "") },
    `${lineStart(view)}? run ${callText(name, input, 2000)}? [y/N] `,
    atMillis
  )

/** The question is answered: by a line, whose end the terminal has shown, or by none. */
export const onAnswer = (view: View, isLine: boolean, atMillis: number): readonly [View, string] =>
  print({ ...view, isMidLine: false }, isLine ? "" : "\n", atMillis)
