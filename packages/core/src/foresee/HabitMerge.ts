/**
 * HabitMerge: what two tables of one and the same installation know of one context: where both know a habit, what both still
 * believe of it, with the counts of the later one.
 */
import * as Equal from "effect/Equal"

import * as Derivation from "./Derivation.ts"
import type { Habit } from "./Habit.ts"

/** It is all the same which of two is merged with the other; and merged with what it was made of, it stays as it is. */
export const merge = (one: ReadonlyArray<Habit>, other: ReadonlyArray<Habit>, nowMillis: number): Array<Habit> => {
  const [more, less] = isMore(one, other) ? [one, other] : [other, one]
  const merged = [...more]
  for (const habit of less) {
    const both = merged.map((own) => joined(own, habit, nowMillis))
    // One that holds all of it already goes before one that would be changed.
    const same = both.findIndex((joint, index) => joint !== undefined && Equal.equals(joint, merged[index]))
    const index = same < 0 ? both.findIndex((joint) => joint !== undefined) : same
    if (index >= 0) merged.splice(index, 1)
    merged.push(both[index] ?? habit)
  }
  return merged
}

/** Whether `one` has more to tell: habits, or else later ones, or else such as were seen more often. */
const isMore = (one: ReadonlyArray<Habit>, other: ReadonlyArray<Habit>): boolean => {
  const total = (count: (habit: Habit) => number) =>
    one.reduce((sum, habit) => sum + count(habit), 0) - other.reduce((sum, habit) => sum + count(habit), 0)
  const more = total(() => 1) || total(({ atMillis }) => atMillis) || total(({ seen }) => seen)
  return more === 0 ? JSON.stringify(one) >= JSON.stringify(other) : more > 0
}

/**
 * What both habits know; `undefined` where they are of different calls. It is no later than now, whatever a clock that was
 * wrong made of it.
 */
const joined = (one: Habit, other: Habit, nowMillis: number): Habit | undefined => {
  if (one.tool !== other.tool || one.arguments.length !== other.arguments.length) return undefined
  const [later, earlier] = isLater(one, other) ? [one, other] : [other, one]
  const both = later.arguments.map(({ candidates, path }) => {
    const key = JSON.stringify(path)
    const same = earlier.arguments.find((argument) => JSON.stringify(argument.path) === key)
    const known = new Set(same?.candidates.map(Derivation.idOf))
    return { path, candidates: candidates.filter((candidate) => known.has(Derivation.idOf(candidate))) }
  })
  if (both.some(({ candidates }) => candidates.length === 0)) return undefined
  return { ...later, arguments: both, atMillis: Math.min(later.atMillis, nowMillis) }
}

const isLater = (one: Habit, other: Habit): boolean => {
  if (one.atMillis !== other.atMillis) return one.atMillis > other.atMillis
  if (one.seen !== other.seen) return one.seen > other.seen
  const judged = one.hits + one.misses - other.hits - other.misses
  return judged === 0 ? one.id >= other.id : judged > 0
}
