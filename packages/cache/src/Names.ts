/**
 * Names: what a value depends on, as stores and `ReadLog` write it: everything, its own key, and its tags.
 */

/** Everything there is. */
export const all = "*"

export const ofKey = (key: string): string => `=${key}`

/**
 * As keys do, tags know no form of Unicode but NFC: equal arguments have equal tags. Half characters, which not all stores can
 * spell, are all the same.
 */
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

/** Those of the tags among the names of a read. */
export const ofTags = (names: ReadonlyArray<string>): ReadonlyArray<string> => names.slice(2)

/** Whether two lists of versions, each in the order of its names, are the same. */
export const equal = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean => {
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return a.length === b.length
}
