/**
 * Measured: a JSON value with what each of its parts takes as text, and a number for each part that may be shown cut. Pure.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import * as Characters from "./Characters.ts"

interface Part {
  readonly value: unknown
  /** Of its JSON text, in UTF-8. */
  readonly bytes: number
}

/** Too short to be cut: a number, a short text, ... */
export interface Scalar extends Part {
  readonly _tag: "Scalar"
}

export interface Text extends Part {
  readonly _tag: "Text"
  readonly number: number
  readonly text: string
  /** Whether `text` is the JSON of something too deep to be taken apart. */
  readonly isJson: boolean
}

export interface List extends Part {
  readonly _tag: "List"
  readonly number: number
  readonly items: ReadonlyArray<Measured>
}

export interface Keyed extends Part {
  readonly _tag: "Keyed"
  readonly number: number
  readonly members: ReadonlyArray<Member>
}

export interface Member {
  readonly name: string
  /** The name as a part, since it may be long. */
  readonly key: Scalar | Text
  readonly value: Measured
}

/** What may be cut. */
export type Numbered = Text | List | Keyed
export type Measured = Scalar | Numbered

/** What is nested deeper than this is one text. */
const maxDepth = 32

/** A text that takes no more than this is never cut: what would stand for it takes as much. */
const shortBytes = 80

/** The bytes of `text` in UTF-8, where it has no lone surrogate, as JSON texts have none. */
export const bytesOf = (text: string): number => {
  let bytes = text.length
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    // Each half of a surrogate pair counts 2.
    if (code >= 0x80) bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2
  }
  return bytes
}

/** Whether `text`, without lone surrogates, takes at most `limitBytes`. */
export const fits = (text: string, limitBytes: number): boolean =>
  text.length * 3 <= limitBytes || (text.length <= limitBytes && bytesOf(text) <= limitBytes)

/** The parts of a value by number: 0 is the whole, and the others follow as they stand in it. */
export type Parts = ReadonlyArray<Numbered | undefined>

export interface Whole {
  readonly whole: Measured
  readonly parts: Parts
}

const measure = (value: unknown): Whole => {
  /** Rows have the same few names. */
  const keys = new Map<string, Scalar>()
  const parts: Array<Numbered | undefined> = []

  const textOf = (value: unknown, text: string, bytes: number, isJson: boolean): Text => {
    const part: Text = { _tag: "Text", value, bytes, number: parts.length, text, isJson }
    parts.push(part)
    return part
  }
  const string = (text: string): Scalar | Text => {
    const bytes = Characters.sizeOf(text)
    return bytes > shortBytes ? textOf(text, text, bytes, false) : { _tag: "Scalar", value: text, bytes }
  }
  const keyOf = (name: string): Scalar | Text => {
    const known = keys.get(name)
    if (known !== undefined) return known
    const key = string(name)
    if (key._tag === "Scalar") keys.set(name, key)
    return key
  }
  const visit = (value: unknown, depth: number): Measured => {
    if (typeof value === "string") return string(value)
    if (!Predicate.isObjectOrArray(value)) return { _tag: "Scalar", value, bytes: String(value).length }
    if (depth === maxDepth) {
      const text = JSON.stringify(value)
      return textOf(value, text, bytesOf(text), true)
    }
    const number = parts.length
    parts.push(undefined)
    const part = Array.isArray(value) ? list(value, number, depth + 1) : keyed(value, number, depth + 1)
    parts[number] = part
    return part
  }
  const list = (value: ReadonlyArray<unknown>, number: number, depth: number): List => {
    const items = value.map((item) => visit(item, depth))
    const bytes = items.reduce((total, item) => total + item.bytes + 1, items.length === 0 ? 2 : 1)
    return { _tag: "List", value, bytes, number, items }
  }
  const keyed = (value: object, number: number, depth: number): Keyed => {
    const members = Object.entries(value).map(([name, inner]) => ({
      name,
      key: keyOf(name),
      value: visit(inner, depth)
    }))
    const bytes = members.reduce(
      (total, { key, value }) => total + key.bytes + value.bytes + 2,
      members.length === 0 ? 2 : 1
    )
    return { _tag: "Keyed", value, bytes, number, members }
  }

  return { whole: visit(value, 0), parts }
}

const parse = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

/** UTF-16 units. To take that many apart takes up to some tenths of a second, and up to thirty times their bytes in memory. */
export const maxUnits = 2 * 1024 * 1024

/** Lists and objects within one another: `JSON.stringify` has no stack for some thousands. */
const maxNesting = 1000

/** Whether `text`, if it is JSON, is nested deeper than `maxNesting`. */
const isDeep = (text: string): boolean => {
  let depth = 0
  let isString = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') isString = !isString
    else if (isString) at += character === "\\" ? 1 : 0
    else if (character === "[" || character === "{") depth++
    else if (character === "]" || character === "}") depth--
    if (depth > maxNesting) return true
  }
  return false
}

/**
 * What `text` spells where it is JSON as `JSON.stringify` writes it; any other text is itself, so that nothing that a tool
 * wrote by hand (spaces, numbers beyond a double) is lost. So is one of more than `maxUnits`, or nested deeper than a stack is.
 */
const read = (text: string): unknown =>
  text.length > maxUnits || isDeep(text)
    ? text
    : Option.getOrElse(
        Option.filter(parse(text), (value) => JSON.stringify(value) === text),
        () => text
      )

/** `text` taken apart. Never throws. */
export const of = (text: string): Whole =>
  Result.getOrElse(
    Result.try(() => measure(read(text))),
    () => measure(text)
  )

/** `of`, which keeps what it made of the texts asked for last: of so many units in all, and of the last one whatever it has. */
export const keeping = (limitUnits: number): ((text: string) => Whole) => {
  const kept = new Map<string, Whole>()
  let units = 0
  return (text) => {
    const whole = kept.get(text) ?? of(text)
    if (!kept.delete(text)) units += text.length
    kept.set(text, whole)
    for (const oldest of kept.keys()) {
      if (units <= limitUnits || oldest === text) break
      kept.delete(oldest)
      units -= oldest.length
    }
    return whole
  }
}
