/**
 * HabitTable: what the runs of an installation taught: which calls follow upon which, to questions of one shape. Pure; what it
 * does not know (the time, the tools) is told.
 *
 * No text of a question or a result is in it: only hashes of questions, the application's own names, values that the tools' own
 * Schemas list, and small numbers.
 *
 * It holds at most `maxHabits`, and `maxBytes` of text; what is worth least is forgotten first.
 */
import * as Key from "@callsheet/cache/Key"
import type * as Tool from "effect/ai/Tool"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import type { EndReason } from "../AgentEvent.ts"
import * as Policy from "../schedule/Policy.ts"
import * as Shape from "../schedule/Shape.ts"
import * as ToolShape from "../schedule/ToolShape.ts"
import * as Derivation from "./Derivation.ts"
import * as Habit from "./Habit.ts"
import * as HabitMerge from "./HabitMerge.ts"
import type { QuestionShape } from "./QuestionShape.ts"
import type { Call, Outcome } from "./Route.ts"

/** By context. */
export type HabitTable = ReadonlyMap<string, ReadonlyArray<Habit.Habit>>

/** A call as it was made, and how it ended. */
export interface MadeCall extends Call, Outcome {}

/** The calls of each step, in the order in which they were asked for; those of a plan by themselves, as if asked for one by one. */
export type Steps = ReadonlyArray<ReadonlyArray<MadeCall>>

/** A run so far. */
export interface Asked {
  readonly shape: QuestionShape
  readonly steps: Steps
  /** By name. Calls are learned and foreseen of those that only read, with what their Schemas name and list. */
  readonly tools: Readonly<Record<string, Tool.Any>>
}

/** A run that has ended. */
export interface Run extends Asked {
  readonly reason: EndReason
  /**
   * Steps at its beginning that the model was given, and did not ask for: what it asked for after them says something, and they
   * themselves nothing.
   */
  readonly given?: number
}

/** A call that is likely to be asked for next. */
export interface Guess {
  readonly call: Call
  /** 0-1. */
  readonly likelihood: number
  readonly context: string
  readonly habit: string
}

export const maxHabits = 512
export const maxBytes = 256 * 1024
/** Of one context. */
const maxChoices = 8
/** Of a run. */
const maxSteps = 12
const maxCalls = 8
/** At one time. */
export const maxGuesses = 4

export const empty: HabitTable = new Map()

/** The situation: the question's shape, and to which tools the last calls were; to none at first. */
const contextOf = ({ key }: QuestionShape, last: ReadonlyArray<MadeCall> = []): string =>
  Key.digest(JSON.stringify([key, [...new Set(last.map(({ name }) => name))].sort()])).slice(0, 22)

const givenBy = (steps: Steps): ReadonlyArray<Derivation.Given> =>
  steps.flat().flatMap(({ name, ok, value }) => (ok ? [{ name, result: value }] : []))

const toolOf = (tools: Asked["tools"], name: string): Tool.Any | undefined =>
  Object.hasOwn(tools, name) ? tools[name] : undefined

const isReadOnly = (tools: Asked["tools"], name: string): boolean => {
  const tool = toolOf(tools, name)
  return tool !== undefined && Policy.rulesOf(tool).isReadOnly
}

/** What a tool takes or gives. Of one that is not there, nothing is known. */
const shapeOf = (tools: Asked["tools"], name: string, side: (tool: Tool.Any) => Shape.Shape): Shape.Shape => {
  const tool = toolOf(tools, name)
  return tool === undefined ? Shape.any : side(tool)
}

const keyOf = ({ name, parameters }: Call): string => name + Key.canonical(parameters)

/** The calls that are likely next, the likeliest first, at most `maxGuesses`: none that was made already, and only reads. */
export const predict = (table: HabitTable, { shape, steps, tools }: Asked, nowMillis: number): ReadonlyArray<Guess> => {
  const context = contextOf(shape, steps.at(-1))
  const likely = (table.get(context) ?? [])
    .filter((habit) => !Habit.isResting(habit, nowMillis) && isReadOnly(tools, habit.tool))
    .map((habit) => ({ habit, likelihood: Habit.likelihood(habit, nowMillis) }))
    .filter(({ likelihood }) => likelihood > 0)
    .sort((one, other) => other.likelihood - one.likelihood)
  if (likely.length === 0) return []
  const sources = { slots: shape.slots, calls: givenBy(steps) }
  const known = new Set(steps.flat().map(keyOf))
  const guesses: Array<Guess> = []
  for (const { habit, likelihood } of likely) {
    const call = Habit.callOf(habit, sources)
    if (call === undefined || known.has(keyOf(call))) continue
    known.add(keyOf(call))
    guesses.push({ call, likelihood, context, habit: habit.id })
    if (guesses.length === maxGuesses) break
  }
  return guesses
}

/** The table, with what `run` teaches: nothing, where it was not answered. */
export const learn = (table: HabitTable, run: Run, nowMillis: number): HabitTable => {
  if (run.reason !== "answered") return table
  const next = new Map(table)
  const { tools } = run
  const placed = givenBy(run.steps.slice(0, maxSteps)).map((given) => place(given, tools))
  let count = 0
  // The last round is that in which nothing more was asked for.
  for (let index = 0; index <= run.steps.length && index < maxSteps; index++) {
    const last = run.steps[index - 1]
    count += last?.filter(({ ok }) => ok).length ?? 0
    if (index < (run.given ?? 0)) continue
    const sources = { slots: run.shape.slots, calls: placed.slice(0, count) }
    const context = contextOf(run.shape, last)
    const calls = (run.steps[index] ?? []).slice(0, maxCalls).filter(({ name, ok }) => ok && isReadOnly(tools, name))
    const habits = after(next.get(context) ?? [], { context, calls, sources, tools, nowMillis })
    if (habits.length > 0) next.set(context, habits)
  }
  return bounded(next, nowMillis)
}

/** Where values stand is looked up only of what is taken from, and once. */
const place = (given: Derivation.Given, tools: Asked["tools"]): Derivation.Placed => {
  let places: Derivation.Places | undefined
  return {
    ...given,
    shape: shapeOf(tools, given.name, ToolShape.result),
    get places() {
      return (places ??= Derivation.placesOf(given.result))
    }
  }
}

interface Round {
  readonly context: string
  readonly calls: ReadonlyArray<MadeCall>
  readonly sources: { readonly slots: QuestionShape["slots"]; readonly calls: ReadonlyArray<Derivation.Placed> }
  readonly tools: Asked["tools"]
  readonly nowMillis: number
}

/** The habits of a context, once it has come about again and `calls` were made. */
const after = (
  before: ReadonlyArray<Habit.Habit>,
  { calls, context, nowMillis, sources, tools }: Round
): ReadonlyArray<Habit.Habit> => {
  const waiting = before.toSorted((one, other) => Habit.worth(other, nowMillis) - Habit.worth(one, nowMillis))
  const followed: Array<Habit.Habit> = []
  for (const { name, parameters } of new Map(calls.map((call) => [keyOf(call), call])).values()) {
    const call = { tool: name, parameters }
    const narrow = (habit: Habit.Habit) => Habit.narrowed(habit, call, sources)
    const index = waiting.findIndex((habit) => narrow(habit) !== undefined)
    const [own] = index < 0 ? [] : waiting.splice(index, 1)
    const habit =
      own === undefined
        ? Habit.learned(context, call, shapeOf(tools, name, ToolShape.parameters), sources, nowMillis)
        : narrow(own)
    if (habit !== undefined) followed.push(Habit.met(habit, true, nowMillis))
  }
  return [...followed, ...waiting.map((habit) => Habit.met(habit, false, nowMillis))]
    .sort((one, other) => Habit.worth(other, nowMillis) - Habit.worth(one, nowMillis))
    .slice(0, maxChoices)
}

/** The table, once a guess was of use or not. */
export const judge = (table: HabitTable, guess: Guess, wasRight: boolean, nowMillis: number): HabitTable => {
  const habits = table.get(guess.context)
  if (habits === undefined) return table
  const next = habits.map((habit) => (habit.id === guess.habit ? Habit.judged(habit, wasRight, nowMillis) : habit))
  return new Map(table).set(guess.context, next)
}

/**
 * What either table knows, of one and the same installation: where both know a habit, as it was seen last. So a table that is
 * merged with one that it was made of stays as it is.
 */
export const merge = (one: HabitTable, other: HabitTable, nowMillis: number): HabitTable => {
  const next = new Map(one)
  for (const [context, habits] of other) {
    const merged = HabitMerge.merge(next.get(context) ?? [], habits, nowMillis)
    merged.sort((one, other) => Habit.worth(other, nowMillis) - Habit.worth(one, nowMillis))
    next.set(context, merged.slice(0, maxChoices))
  }
  return bounded(next, nowMillis)
}

const sizes = new WeakMap<Habit.Habit, number>()
const bytesOf = (habit: Habit.Habit): number => {
  const known = sizes.get(habit)
  if (known !== undefined) return known
  // A character that is not ASCII may take three.
  const bytes = new TextEncoder().encode(JSON.stringify(habit)).length + 1
  sizes.set(habit, bytes)
  return bytes
}

/** Room for what stands around the habits in text. */
const frameBytes = 64

const bounded = (table: HabitTable, nowMillis: number): HabitTable => {
  const all = [...table.values()].flat()
  let bytes = all.reduce((sum, habit) => sum + bytesOf(habit), frameBytes)
  if (all.length <= maxHabits && bytes <= maxBytes) return table
  let count = all.length
  const gone = new Set<Habit.Habit>()
  for (const habit of all.sort((one, other) => Habit.worth(one, nowMillis) - Habit.worth(other, nowMillis))) {
    if (count <= maxHabits && bytes <= maxBytes) break
    gone.add(habit)
    bytes -= bytesOf(habit)
    count--
  }
  return grouped(all.filter((habit) => !gone.has(habit)))
}

const grouped = (habits: ReadonlyArray<Habit.Habit>): HabitTable => Map.groupBy(habits, ({ context }) => context)

/** Of the text; a table of another is not read. */
const version = 2

const Text = Schema.fromJsonString(
  Schema.Struct({ version: Schema.Literal(version), habits: Schema.Array(Habit.Habit) })
)
const encodeText = Schema.encodeSync(Text)
const decodeText = Schema.decodeOption(Text)

export const encode = (table: HabitTable): string => encodeText({ version, habits: [...table.values()].flat() })

/** The table that `text` holds; none where it is damaged, too large, or of another version. */
export const decode = (text: string): Option.Option<HabitTable> =>
  text.length > maxBytes ? Option.none() : Option.map(decodeText(text), ({ habits }) => grouped(habits))
