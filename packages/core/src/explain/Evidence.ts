/**
 * Evidence: whether a call's arguments hold what an earlier call's result holds.
 *
 * **Details**
 *
 * Text of four characters or more, and numbers that are written with so many, at whatever depth. Text is looked for in all of a
 * result's values and keys, whatever its case; a number only where it is not part of a longer one. JSON that stands in a string is
 * read too: tools often wrap it so.
 *
 * **Gotchas**
 *
 * A coincidence counts as evidence (the film that the question names stands in every result about it), so calls are rather called
 * dependent than not. Values that are shorter are no evidence: a small id can hide a dependency.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** What is looked at of one result, and of the arguments of one call. */
const maxCharacters = 4_000_000
const maxValues = 100_000
const maxDepth = 64
const leastCharacters = 4

const parse = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

/** The values in `text`, and the keys if `withKeys`; `text` itself where it is no JSON. `undefined`: more than is looked at. */
const valuesOf = (text: string, withKeys: boolean): ReadonlyArray<string> | undefined => {
  if (text.length > maxCharacters) return undefined
  const found: Array<string> = []
  const open: Array<readonly [unknown, number]> = [[Option.getOrElse(parse(text), () => text), 0]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [value, depth] = next
    if (found.length + open.length > maxValues || depth > maxDepth) return undefined
    if (typeof value === "string") {
      const inner = /^\s*[[{]/.test(value) ? parse(value) : Option.none()
      if (Option.isSome(inner)) open.push([inner.value, depth + 1])
      else found.push(value)
    } else if (typeof value === "number") found.push(String(value))
    else if (Predicate.isObjectOrArray(value))
      for (const [key, inner] of Object.entries(value)) {
        if (withKeys && !Array.isArray(value)) found.push(key)
        open.push([inner, depth + 1])
      }
  }
  return found
}

/** What may stand in a result: the arguments of a call. */
export const tellingOf = (json: string): ReadonlyArray<string> | undefined => {
  const values = valuesOf(json, false)
  return values && [...new Set(values.map(lower))].filter(({ length }) => length >= leastCharacters)
}

const lower = (text: string) => text.toLowerCase()

/** A result, to look for values in. */
export interface Held {
  readonly whole: ReadonlySet<string>
  readonly text: string
}

export const heldIn = (json: string): Held | undefined => {
  const values = valuesOf(json, true)?.map(lower)
  return values && { whole: new Set(values), text: values.join("\n") }
}

const isNumber = /^-?\d+(?:\.\d+)?$/

/** Whether `value` stands in `held`; `whole`: as one of its values and not only as a part of one. */
export const find = (value: string, held: Held): "whole" | "part" | "nowhere" => {
  if (held.whole.has(value)) return "whole"
  const isBounded = isNumber.test(value)
  for (let at = held.text.indexOf(value); at >= 0; at = held.text.indexOf(value, at + 1)) {
    const before = held.text[at - 1] ?? ""
    const after = held.text[at + value.length] ?? ""
    if (!isBounded || !/\d/.test(before + after)) return "part"
  }
  return "nowhere"
}
