/**
 * Key: the short name under which one read's value is found: a hash of who reads what with which argument.
 *
 * Two arguments that mean the same make one key: members sorted by name, members that are `undefined` left out, text and
 * names in Unicode's form NFC. Two that do not, or of two identities, make two: the hashed text can be read one way only.
 */
import { hash } from "node:crypto"

/** The one JSON text of `value`, which must be made of what JSON knows. */
export const canonical = (value: unknown): string => {
  const names: Array<string> = []
  collect(value, names)
  // A list of names is also the order of the members. No combining mark joins what JSON puts around text.
  return (JSON.stringify(value, names.sort()) ?? "null").normalize("NFC")
}

/** The names of all members of `value`, at any depth. */
const collect = (value: unknown, names: Array<string>): void => {
  if (typeof value !== "object" || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) collect(item, names)
    return
  }
  for (const [name, member] of Object.entries(value)) {
    names.push(name)
    collect(member, names)
  }
}

/** 43 characters that URLs and file names may hold: SHA-256, so that no two texts are known to share them. */
export const digest = (text: string): string => hash("sha256", text, "base64url")

/** What is common to all keys of a read. */
export const prefix = (name: string, version: number, identity: string): string => canonical([name, version, identity])

/** `argument` in its encoded form, as JSON knows it. */
export const make = (prefix: string, argument: unknown): string => digest(prefix + canonical(argument))
