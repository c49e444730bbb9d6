/**
 * Names: what a value depends on, as stores and `ReadLog` write it: everything, its own key, and its tags.
 */

import * as Key from "./Key.ts"

/** Everything there is. */
export const all = "*"

export const ofKey = (key: string): string => `=${key}`

/** As keys do, tags know no form of Unicode but NFC: equal arguments have equal tags. Halves of a character, which no store can spell, are alike. */
export const ofTag = (tag: string): string => `#${tag.normalize("NFC").toWellFormed()}`

/** The key that `name` stands for, if it does. */
export const keyOf = (name: string): string | undefined => (name.startsWith("=") ? name.slice(1) : undefined)

/** The tag that `name` stands for, if it does. */
export const tagOf = (name: string): string | undefined => (name.startsWith("#") ? name.slice(1) : undefined)

export const make = (key: string, tags: ReadonlyArray<string>): ReadonlyArray<string> => [
  all,
  ofKey(key),
  ...tags.map(ofTag)
]

/** Tells apart what one key may depend on: its tags. */
export const digest = (names: ReadonlyArray<string>): string =>
  names.length <= 2 ? "" : Key.digest(JSON.stringify(names.slice(2))).slice(0, 8)

/** Whether two lists of versions, each in the order of its names, are the same. */
export const equal = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean => {
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return a.length === b.length
}
