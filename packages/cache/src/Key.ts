/**
 * Key: the short name under which one read's value is found: a hash of who reads what with which argument.
 *
 * Two arguments that mean the same make one key: members in one order, members that are `undefined` left out, text and names
 * in Unicode's form NFC. Two that do not, or of two identities, make two: the hashed text can be read one way only.
 */
import { hash } from "node:crypto"

import * as Predicate from "effect/Predicate"

/** The one JSON text of `value`, which must be made of what JSON knows. */
export const canonical = (value: unknown): string => spell(value, value)

/** The text of `encoded`, with a word where the `value` that it was encoded from is of another kind than the JSON says. */
const spell = (encoded: unknown, value: unknown): string => {
  if (typeof encoded === "string") {
    const text = JSON.stringify(encoded.normalize("NFC"))
    return typeof value === "number" || typeof value === "bigint" ? typeof value + text : text
  }
  if (Array.isArray(encoded)) {
    const values: ReadonlyArray<unknown> = Array.isArray(value) ? value : encoded
    return `[${encoded.map((item, index) => spell(item, index in values ? values[index] : item)).join()}]`
  }
  if (!Predicate.isObject(encoded)) {
    return encoded === null && value === undefined ? "undefined" : (JSON.stringify(encoded) ?? "null")
  }
  const values = Predicate.isObject(value) ? value : encoded
  const members: Array<string> = []
  for (const name of Object.keys(encoded)) {
    const member = encoded[name]
    const own = Object.hasOwn(values, name) ? values[name] : member
    if (own === undefined && (member === null || member === undefined)) continue
    members.push(quoted(name) + spell(member, own))
  }
  return `{${members.sort().join()}}`
}

/** Names of members are few, and half of the work. */
const known = new Map<string, string>()
const maxKnown = 1_000

const quoted = (name: string): string => {
  const text = known.get(name)
  if (text !== undefined) return text
  const made = `${JSON.stringify(name.normalize("NFC"))}:`
  if (known.size < maxKnown) known.set(name, made)
  return made
}

/** 43 characters that URLs and file names may hold: SHA-256, so that no two texts are known to share them. */
export const digest = (text: string): string => hash("sha256", text, "base64url")

/** What is common to all keys of a read. An identity is what it is, to the letter. */
export const prefix = (name: string, version: number, identity: string): string =>
  JSON.stringify([name, version, identity])

/** `encoded` is the argument `value` in its encoded form, as JSON knows it. */
export const make = (prefix: string, encoded: unknown, value: unknown): string => digest(prefix + spell(encoded, value))
