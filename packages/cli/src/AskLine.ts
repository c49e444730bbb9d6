/**
 * AskLine: the plain forms of `callsheet ask`, read without the library that reads every command line. Pure.
 *
 * Loading that library takes a tenth and more of the time before a question is sent. What is not a plain form is left to it:
 * other commands, help, anything unusual and every mistake.
 */
import * as Option from "effect/Option"

import type { ModelChoice } from "./Composition.ts"

export const models = ["offline", "openai"] as const satisfies ReadonlyArray<ModelChoice>

/** What a question is asked with. */
export interface Options {
  readonly question: string
  readonly json: boolean
  /** Whether the run is traced, and told of in full. */
  readonly profile: boolean
  readonly yes: boolean
  readonly model: Option.Option<ModelChoice>
  readonly deadline: Option.Option<number>
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 }

/** Milliseconds of "800ms", "5s" or "2m"; none for anything else, and for no time at all. */
export const millisOf = (text: string): Option.Option<number> => {
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*(ms|s|m)$/.exec(text.trim()) ?? []
  const millis = Number(amount) * (units[unit] ?? 0)
  return millis > 0 ? Option.some(millis) : Option.none()
}

/** Words that the whole command line takes for the value of a flag before them. */
const isFlagValue = (word: string): boolean => /^(true|1|y|yes|on|false|0|n|no|off)$/i.test(word)

/** Reads the arguments after the program's name; undefined where they are not a plain `ask`. */
export const parse = (args: ReadonlyArray<string>): Options | undefined => {
  const [command, ...rest] = args
  if (command !== "ask") return undefined
  const seen = new Set<string>()
  let question: string | undefined
  let model: Options["model"] = Option.none()
  let deadline: Options["deadline"] = Option.none()
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] ?? ""
    if (!word.startsWith("-")) {
      if (question !== undefined || isFlagValue(word)) return undefined
      question = word
      continue
    }
    if (seen.has(word)) return undefined
    seen.add(word)
    if (word === "--json" || word === "--yes") continue
    const value = rest[++index] ?? ""
    if (word === "--model") {
      model = Option.fromUndefinedOr(models.find((name) => name === value))
      if (Option.isNone(model)) return undefined
    } else if (word === "--deadline") {
      deadline = millisOf(value)
      if (Option.isNone(deadline)) return undefined
    } else {
      return undefined
    }
  }
  return question === undefined
    ? undefined
    : { question, json: seen.has("--json"), profile: false, yes: seen.has("--yes"), model, deadline }
}
