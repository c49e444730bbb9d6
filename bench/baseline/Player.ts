/**
 * Player: plays the model at the complex questions: asks step by step for what `Calls` states and is not there yet, whoever
 * asked for what is, and then answers from the results. Other questions are left to the written rules of the testkit.
 *
 * It stands in for the model's choices and makes the right ones: a figure that rests on them says so.
 */
import { type Held, heldIn, serves } from "@callsheet/testkit/scripted/rules/Held"
import type { Script, View } from "@callsheet/testkit/scripted/Script"
import * as Predicate from "effect/Predicate"

import * as Calls from "./Calls.ts"
import * as Words from "./Words.ts"

/** Whether the fact stands somewhere in `value`: alone, or in a list. */
const holds = (value: unknown, fact: Calls.Fact): boolean => {
  if (Array.isArray(value)) return value.some((item) => holds(item, fact))
  if (!Predicate.isObject(value)) return false
  return Object.entries(value).some(
    ([field, inner]) => (field === fact.field && [inner].flat().some((one) => one === fact.is)) || holds(inner, fact)
  )
}

const isKnown = (held: ReadonlyArray<Held>, fact: Calls.Fact) => held.some(({ result }) => holds(result, fact))

const isSame = (one: Calls.Fact, other: Calls.Fact) => one.field === other.field && one.is === other.is

/** The calls of `held` that tell what `call` would. */
const tellers = (call: Calls.Call, held: ReadonlyArray<Held>, year: number): ReadonlyArray<Held> =>
  [call, ...(call.or ?? [])].flatMap((one) => held.filter((other) => serves(other, Calls.made(one, year))))

/** The calls of the first step that is not complete; empty where nothing is needed. */
const wanted = ({ steps }: Calls.Question, held: ReadonlyArray<Held>, year: number): ReadonlyArray<Calls.Call> => {
  const all = steps.flat()
  const isDone = (call: Calls.Call): boolean => {
    if (tellers(call, held, year).length > 0) return true
    const { gives } = call
    if (gives === undefined) return false
    if (gives.every((fact) => isKnown(held, fact))) return true
    // Who has what comes after need not know what it was made of.
    return all
      .filter((other) => Calls.takes(other).some((fact) => gives.some((given) => isSame(given, fact))))
      .every(isDone)
  }
  for (const step of steps) {
    const open = step.filter((call) => !isDone(call))
    if (open.length > 0) return open
  }
  return []
}

/** Whether calls that were made, whatever they gave, are all that the question needs. */
export const isComplete = (
  question: Calls.Question,
  made: ReadonlyArray<{ readonly name: string; readonly input: unknown }>,
  year: number
): boolean =>
  wanted(
    question,
    made.map((call) => ({ ...call, result: undefined, isFailure: false })),
    year
  ).length === 0

/** What keeps it from going on, in a sentence; `undefined` where nothing does. */
const obstacle = (calls: ReadonlyArray<Calls.Call>, held: ReadonlyArray<Held>, view: View): string | undefined => {
  if (view.toolChoice === "none" && calls.length > 0) return "no further call is allowed."
  for (const call of calls) {
    if (!view.tools.includes(call.name)) return `the tool ${call.name} is not on offer.`
    const lacking = Calls.takes(call).find((fact) => !isKnown(held, fact))
    if (lacking !== undefined) return `no result says ${lacking.field} ${lacking.is}.`
  }
  return undefined
}

const questions = Calls.sets.flatMap((set) => set.questions)

/** A script that answers these questions as if asked in `year`, and all others by `rest`. */
export const script =
  (year: number, rest: Script): Script =>
  (view) => {
    const question = questions.find(({ text }) => text === view.question)
    if (question === undefined) return rest(view)
    const held = heldIn(view)
    const open = wanted(question, held, year)
    const failed = question.steps.flat().find((call) => tellers(call, held, year).some(({ isFailure }) => isFailure))
    const problem = failed === undefined ? obstacle(open, held, view) : `${failed.name} failed.`
    if (problem !== undefined) return { text: `${Words.sorry} ${problem}`, calls: [] }
    return open.length > 0
      ? { text: "", calls: open.map((call) => Calls.made(call, year)) }
      : {
          text: Words.about(
            held.map(({ result }) => result),
            question.answer.tokens
          ),
          calls: []
        }
  }
