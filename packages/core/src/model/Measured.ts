/**
 * Measured: a JSON value with what each of its parts takes as text, and a number for each part that may be shown cut. Pure.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
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

export const measure = (value: unknown): { readonly whole: Measured; readonly parts: Parts } => {
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
      key: string(name),
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

/**
 * What `text` spells where it is JSON as `JSON.stringify` writes it; any other text is itself, so that nothing that a tool
 * wrote by hand (spaces, numbers beyond a double) is lost.
 */
export const read = (text: string): unknown =>
  Option.getOrElse(
    Option.filter(parse(text), (value) => JSON.stringify(value) === text),
    () => text
  )
