/**
 * Habit: to a question of this shape, after calls to these tools, that call, with its arguments made in this way. And how often
 * it was so, how often a guess by it was right, and whether it rests.
 */
import * as Key from "@callsheet/cache/Key"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

import type * as Shape from "../schedule/Shape.ts"
import * as Derivation from "./Derivation.ts"
import * as Leaves from "./Leaves.ts"
import type { Call } from "./Route.ts"
import * as ToolWords from "./ToolWords.ts"

const Argument = Schema.Struct({
  path: Leaves.Path,
  /** All that held so far; the first that can be made is used. */
  candidates: Schema.Array(Derivation.Derivation).check(Schema.isNonEmpty())
})
type Argument = typeof Argument.Type

/** More than any count comes to. */
const maxCount = 1_000
const Count = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: maxCount }))
const Millis = Schema.Finite.check(Schema.isBetween({ minimum: -8.64e15, maximum: 8.64e15 }))

export const Habit = Schema.Struct({
  id: Schema.String,
  /** A hash of the question's shape and of the tools called last. */
  context: Schema.String,
  tool: Schema.String,
  arguments: Schema.Array(Argument),
  /** How often its context came about since it was learned, and how often the call was made then: faded, as of `atMillis`. */
  seen: Count,
  right: Count,
  /** When it last changed. */
  atMillis: Millis,
  /** Guesses that were used, and that were not: faded. */
  hits: Count,
  misses: Count,
  /** How long it rested last; 0 where it was right since. */
  restMillis: Millis,
  restsUntilMillis: Millis
})
export type Habit = typeof Habit.Type

/** What was seen so many times ago counts half, and so does what was seen so long ago. */
const halfLifeTimes = 16
const halfLife = Duration.days(30)
/** The same of guesses. */
const halfLifeGuesses = 8

/** Seen twice; a bit less since the first has faded. */
const minRight = 1.5
/** Less likely calls are no guesses. */
const minLikelihood = 0.6

/** Of guesses, at least two of which were of no use: fewer useful ones make a habit rest. */
const minHits = 0.5
const minMisses = 1.5
const firstRest = Duration.hours(1)
const longestRest = Duration.days(7)

/** How much of what was seen until then still counts. A clock that was set back fades nothing. */
const faded = ({ atMillis }: Habit, nowMillis: number): number =>
  0.5 ** (Math.max(0, nowMillis - atMillis) / Duration.toMillis(halfLife))

/** The habit as it is now. */
const aged = (habit: Habit, nowMillis: number): Habit => {
  const kept = faded(habit, nowMillis)
  return { ...habit, seen: habit.seen * kept, right: habit.right * kept, atMillis: nowMillis }
}

/** The habit, once its context has come about again. */
export const met = (habit: Habit, wasCalled: boolean, nowMillis: number): Habit => {
  const now = aged(habit, nowMillis)
  const kept = 0.5 ** (1 / halfLifeTimes)
  return { ...now, seen: now.seen * kept + 1, right: now.right * kept + Number(wasCalled) }
}

/** The habit, once a guess by it was of use or not. Where that is seldom it rests, twice as long each time. */
export const judged = (habit: Habit, wasRight: boolean, nowMillis: number): Habit => {
  const kept = 0.5 ** (1 / halfLifeGuesses)
  const hits = habit.hits * kept + Number(wasRight)
  const misses = habit.misses * kept + Number(!wasRight)
  const next = { ...aged(habit, nowMillis), hits, misses }
  if (wasRight) return { ...next, restMillis: 0 }
  const isKept = misses < minMisses || hits >= minHits * (hits + misses)
  // Of guesses at one time, one is enough.
  if (isKept || isResting(habit, nowMillis)) return next
  const longer = Math.max(2 * habit.restMillis, Duration.toMillis(firstRest))
  const restMillis = Math.min(longer, Duration.toMillis(longestRest))
  return { ...next, restMillis, restsUntilMillis: nowMillis + restMillis }
}

/** Whether it rests. No rest is longer than the longest, whatever a clock that was wrong made of it. */
export const isResting = ({ restsUntilMillis }: Habit, nowMillis: number): boolean =>
  nowMillis < restsUntilMillis && restsUntilMillis <= nowMillis + Duration.toMillis(longestRest)

/** How likely the call is: 0-1; 0 where too little was seen. */
export const likelihood = (habit: Habit, nowMillis: number): number => {
  const { right, seen } = habit
  return right * faded(habit, nowMillis) >= minRight && right >= minLikelihood * seen ? Math.min(right / seen, 1) : 0
}

/** What it is worth to be kept. */
export const worth = (habit: Habit, nowMillis: number): number =>
  (habit.right * faded(habit, nowMillis) * habit.right) / Math.max(habit.seen, habit.right, 1)

interface Made {
  readonly tool: string
  /** Encoded. */
  readonly parameters: unknown
}

/**
 * The habit of making this call; `undefined` where one of its arguments cannot be derived, or has no name in `shape`: what the
 * tool says that it takes.
 */
export const learned = (
  context: string,
  { parameters, tool }: Made,
  shape: Shape.Shape,
  sources: Derivation.Sources & { readonly calls: ReadonlyArray<Derivation.Placed> },
  nowMillis: number
): Habit | undefined => {
  const leaves = Leaves.of(parameters, (value) => Derivation.slotsOf(value, sources.slots).length > 0)
  if (leaves === undefined) return undefined
  const made = leaves.map(({ path, value }): Argument => {
    const own = ToolWords.at(shape, path)
    return { path, candidates: own === undefined ? [] : Derivation.of(value, sources, own) }
  })
  if (made.some(({ candidates }) => candidates.length === 0)) return undefined
  const id = Key.digest(JSON.stringify([context, tool, made])).slice(0, 16)
  const counts = { seen: 0, right: 0, hits: 0, misses: 0, restMillis: 0, restsUntilMillis: 0 }
  return { id, context, tool, arguments: made, atMillis: nowMillis, ...counts }
}

/** The habit without what this call contradicts; `undefined` where it is another call. */
export const narrowed = (habit: Habit, { parameters, tool }: Made, sources: Derivation.Sources): Habit | undefined => {
  if (habit.tool !== tool) return undefined
  let size = 0
  const left: Array<Argument> = []
  for (const { candidates, path } of habit.arguments) {
    const value = Leaves.at(parameters, path)
    const held = Derivation.holding(candidates, value, sources)
    if (held.length === 0) return undefined
    size += Leaves.sizeOf(value, path.length)
    left.push({ path, candidates: held })
  }
  return size === Leaves.sizeOf(parameters) ? { ...habit, arguments: left } : undefined
}

/** The call that it makes of `sources`; `undefined` where something is missing. */
export const callOf = (habit: Habit, sources: Derivation.Sources): Call | undefined => {
  const leaves: Array<Leaves.Leaf> = []
  for (const { candidates, path } of habit.arguments) {
    const value = candidates
      .map((candidate) => Derivation.valueOf(candidate, sources))
      .find((made) => made !== undefined)
    if (value === undefined) return undefined
    leaves.push({ path, value })
  }
  const parameters = leaves.length === 0 ? {} : Leaves.build(leaves)
  return isParameters(parameters) ? { name: habit.tool, parameters } : undefined
}

const isParameters = (value: unknown): value is Call["parameters"] =>
  typeof value === "object" && value !== null && !Array.isArray(value)
