/**
 * Key: the short name under which one read's value is found: a hash of who reads what with which argument.
 *
 * Two arguments that mean the same make one key: members in one order, members that are `undefined` left out, text and names
 * in Unicode's form NFC. Two that do not, or of two identities, make two: the hashed text can be read one way only.
 */
import { hash } from "node:crypto"

/**
 * The one text of `encoded`, which must be made of what JSON knows: JSON, but for what the `value` that it was encoded from
 * holds at the same place and JSON cannot tell from something else: `undefined` from null, numbers and bigints from text.
 */
export const canonical = (encoded: unknown, value: unknown = encoded): string => {
  if (typeof encoded === "string") {
    // Only text has quotes.
    if (typeof value === "number") return encoded
    if (typeof value === "bigint") return `${encoded}n`
    return JSON.stringify(encoded.normalize("NFC"))
  }
  if (typeof encoded !== "object" || encoded === null) {
    return value === undefined && encoded === null ? "undefined" : (JSON.stringify(encoded) ?? "null")
  }
  if (Array.isArray(encoded)) {
    const values: ReadonlyArray<unknown> = Array.isArray(value) ? value : encoded
    return `[${encoded.map((item, index) => canonical(item, index in values ? values[index] : item)).join()}]`
  }
  const values = typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined
  const members: Array<string> = []
  for (const [name, member] of Object.entries(encoded)) {
    const own = values?.has(name) === true ? values.get(name) : member
    if (own === undefined && (member === null || member === undefined)) continue
    members.push(`${JSON.stringify(name.normalize("NFC"))}:${canonical(member, own)}`)
  }
  return `{${members.sort().join()}}`
}

/** 43 characters that URLs and file names may hold: SHA-256, so that no two texts are known to share them. */
export const digest = (text: string): string => hash("sha256", text, "base64url")

/** What is common to all keys of a read. An identity is what it is, to the letter. */
export const prefix = (name: string, version: number, identity: string): string =>
  JSON.stringify([name, version, identity])

/** `encoded` is the argument as JSON knows it, `value` the same before. */
export const make = (prefix: string, encoded: unknown, value: unknown = encoded): string =>
  digest(prefix + canonical(encoded, value))
