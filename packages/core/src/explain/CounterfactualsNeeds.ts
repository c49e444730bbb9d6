/**
 * CounterfactualsNeeds: whether a call needed what an earlier one gave, told by the values of its arguments. Pure.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

import type { Needed } from "./CounterfactualsRounds.ts"
import type { GraphCall } from "./RunGraph.ts"

/** Values shorter than this stand in many a result by chance. */
const minLength = 4

/** Arguments nested deeper than this are not read. */
const maxDepth = 64

const parse = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

/** The values in `argumentsText`, as they would stand in a JSON text; `undefined` where that is none. */
const valuesOf = (argumentsText: string): ReadonlyArray<string> | undefined => {
  const read = parse(argumentsText)
  if (Option.isNone(read)) return undefined
  const values: Array<string> = []
  const visit = (value: unknown, depth: number) => {
    const text =
      typeof value === "string" ? JSON.stringify(value).slice(1, -1) : typeof value === "number" ? String(value) : ""
    if (text.length >= minLength) values.push(text)
    if (depth < maxDepth && Predicate.isObjectOrArray(value)) {
      for (const inner of Object.values(value)) visit(inner, depth + 1)
    }
  }
  visit(read.value, 0)
  return values
}

/**
 * Whether a value of one call's arguments, of four characters or more, stands in the result of an earlier one; `undefined` where
 * the trace holds no content. Arguments are read once a call.
 */
export const make = (): Needed => {
  const known = new Map<GraphCall, ReadonlyArray<string> | undefined>()
  const valuesIn = (call: GraphCall) => {
    if (!known.has(call)) known.set(call, call.arguments === undefined ? undefined : valuesOf(call.arguments))
    return known.get(call)
  }
  return ({ result }, second) => {
    const values = valuesIn(second)
    return result === undefined || values === undefined ? undefined : values.some((value) => result.includes(value))
  }
}
