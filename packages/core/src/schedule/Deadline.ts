/**
 * Deadline: a run's time, split among what remains of it. Pure; all times are milliseconds since the run began.
 *
 *     0            now                toolsEnd          deadline
 *     |  gone       |  tools            |  the last model call  |
 *                   |  optional |        \_ reserve ___________/
 */
import * as Duration from "effect/Duration"

/** `Infinity` stands for no limit. */
export interface Deadline {
  /** When the run must have its answer. */
  readonly deadlineMillis: number
  /** How long one step may take. */
  readonly stepLimitMillis: number
}

export const make = (deadlineMillis: number | undefined, stepLimitMillis?: number): Deadline => ({
  deadlineMillis: Math.max(0, deadlineMillis ?? Infinity),
  stepLimitMillis: Math.max(0, stepLimitMillis ?? Infinity)
})

/** The model calls of the run so far. */
export type ModelCalls = ReadonlyArray<{ readonly millis: number }>

const longestMillis = (modelCalls: ModelCalls): number =>
  modelCalls.reduce((longest, { millis }) => Math.max(longest, millis), 0)

/** What is left from `nowMillis` to `endMillis`, never less than nothing. */
export const untilMillis = (nowMillis: number, endMillis: number): number => Math.max(0, endMillis - nowMillis)

/** What is left of the run. */
export const remaining = (deadline: Deadline, nowMillis: number): number =>
  untilMillis(nowMillis, deadline.deadlineMillis)

/**
 * What is kept for the last model call: as long as the longest one of this run so far, but at least a tenth and at most half of
 * the whole deadline. Nothing without a deadline.
 */
export const reserveMillis = ({ deadlineMillis }: Deadline, modelCalls: ModelCalls): number =>
  deadlineMillis === Infinity
    ? 0
    : Math.min(deadlineMillis / 2, Math.max(deadlineMillis / 10, longestMillis(modelCalls)))

/** When the step that began at `stepStartMillis` must have ended: at its own limit, at the latest with the run. */
export const stepEnd = ({ deadlineMillis, stepLimitMillis }: Deadline, stepStartMillis: number): number =>
  Math.min(deadlineMillis, stepStartMillis + stepLimitMillis)

/**
 * When the tools of the step that began at `stepStartMillis` must end: with their step, and early enough to leave the reserve.
 * It lies in the past where nothing is left for tools.
 */
export const toolsEnd = (deadline: Deadline, stepStartMillis: number, modelCalls: ModelCalls): number =>
  Math.min(stepEnd(deadline, stepStartMillis), deadline.deadlineMillis - reserveMillis(deadline, modelCalls))

/**
 * The time within which work that could be done without (a retry, a hedge, a foreseen call) must end to be started at all.
 * Optional work is dropped first: it has only half of the time that is left for tools.
 */
export const optionalMillis = (nowMillis: number, toolsEndMillis: number): number =>
  untilMillis(nowMillis, toolsEndMillis) / 2

/**
 * Whether only the final answer still fits, so that the next model call must forbid tools: what remains is no more than the
 * reserve and another model call as long as the longest so far, which leaves the tools of an ordinary step no time.
 */
export const isFinalStep = (deadline: Deadline, nowMillis: number, modelCalls: ModelCalls): boolean =>
  remaining(deadline, nowMillis) <= reserveMillis(deadline, modelCalls) + longestMillis(modelCalls)

/** Why a call has no result that did not end in time. */
export const notInTime = "It did not end within the time that the run has."

/** What is missing of a message that asked for calls and was not written to its end. */
export const restOfMessage: Missing = {
  name: "the rest of what the model was asking for",
  why: "It was not written in time."
}

interface Missing {
  readonly name: string
  readonly why: string
}

/** What there is when the model could not finish in time. */
export interface Unfinished {
  /** What the model has written of its answer. */
  readonly text: string
  /** The tools that gave a result, one name for each call. */
  readonly done: ReadonlyArray<string>
  /** The calls that gave none, and for each the reason. */
  readonly missing: ReadonlyArray<Missing>
  readonly deadlineMillis: number
}

/** `["a", "b", "a"]` as `a (2 times), b`. */
const counted = (names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const times = new Map<string, number>()
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1)
  return Array.from(times, ([name, n]) => (n === 1 ? name : `${name} (${n} times)`))
}

const missingLines = (missing: ReadonlyArray<Missing>): string =>
  missing.length === 0
    ? ""
    : ` Missing:${counted(missing.map(({ name, why }) => `${name}: ${why}`))
        .map((line) => `\n- ${line}`)
        .join("")}`

const limitOf = (deadlineMillis: number): string =>
  `The time limit of ${Duration.format(Duration.millis(deadlineMillis))} was reached`

/** What is said after `text` in the model's place, when it could not finish: a note that names what is missing. Markdown. */
export const unfinishedNote = ({ deadlineMillis, done, missing, text }: Unfinished): string => {
  if (text.trim() !== "") return `\n\n${limitOf(deadlineMillis)}: this answer is not complete.${missingLines(missing)}`
  const found = done.length === 0 ? "" : ` These gave their results: ${counted(done).join(", ")}.`
  return `${limitOf(deadlineMillis)} before there was an answer.${found}${missingLines(missing)}`
}

/** What is said after the model's answer where some of what it had asked for did not end in time. Markdown. */
export const missingNote = (missing: ReadonlyArray<Missing>, deadlineMillis: number): string =>
  `\n\n${limitOf(deadlineMillis)}.${missingLines(missing)}`
