/**
 * Quantities: numbers in a question: years and decades, ratings, and how many are wanted.
 */
import type { Terminal } from "./Pattern.ts"
import type { Reading } from "./Reading.ts"

/** Those that are written out. */
export const numbers: Readonly<Record<string, number>> = {
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
  fifteen: 15,
  twenty: 20
}

const decades: Readonly<Record<string, number>> = {
  thirties: 1930,
  forties: 1940,
  fifties: 1950,
  sixties: 1960,
  seventies: 1970,
  eighties: 1980,
  nineties: 1990
}

const own = (table: Readonly<Record<string, number>>, word: string): number | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined

/** Films are older than a year of 1888 nowhere, and a larger number is none of a year that one asks for. */
const yearOf = (word = ""): number | undefined => (/^(?:18[89]|19\d|20[0-4])\d$/.test(word) ? Number(word) : undefined)

/** "90s" is of the last century; "20s" may be of either, so it is none. */
const decadeOf = (word = ""): number | undefined => {
  const digits = /^((?:19|20)\d0)s$/.exec(word)?.[1] ?? /^([3-9]0)s$/.exec(word)?.[1]
  if (digits !== undefined) return digits.length === 2 ? 1900 + Number(digits) : Number(digits)
  if (word === "00s") return 2000
  if (word === "10s") return 2010
  return own(decades, word)
}

const numberOf = (word = ""): number | undefined => (/^\d{1,3}$/.test(word) ? Number(word) : own(numbers, word))

type Found = ReturnType<Terminal<Reading>>
const none: Found = []

/** A single year, or a decade, as a span. */
export const period: Terminal<Reading> = (words, at) => {
  const year = yearOf(words[at])
  if (year !== undefined) return [{ next: at + 1, meaning: { yearFrom: year, yearTo: year } }]
  const decade = decadeOf(words[at])
  return decade === undefined ? none : [{ next: at + 1, meaning: { yearFrom: decade, yearTo: decade + 9 } }]
}

/** A year as one end of a span, `shift` years away. */
const end =
  (field: "yearFrom" | "yearTo", shift: number): Terminal<Reading> =>
  (words, at) => {
    const year = yearOf(words[at])
    return year === undefined ? none : [{ next: at + 1, meaning: { [field]: year + shift } }]
  }

export const since = end("yearFrom", 0)
export const after = end("yearFrom", 1)
export const until = end("yearTo", 0)
export const before = end("yearTo", -1)

/** "2020 - 2023", the earlier one first. Two years with "and" between them are two years, unless "between" says so. */
export const span: Terminal<Reading> = (words, at) => {
  const [from, to] = [yearOf(words[at]), yearOf(words[at + 2])]
  if (from === undefined || to === undefined || from > to) return none
  const isBetween = words.slice(Math.max(0, at - 3), at).includes("between")
  return (isBetween ? /^(?:and|-|to)$/ : /^(?:-|to|through|thru|until|till)$/).test(words[at + 1] ?? "")
    ? [{ next: at + 3, meaning: { yearFrom: from, yearTo: to } }]
    : none
}

/** How many are wanted; a bare "one" asks for a choice, which is none of ours. */
export const count: Terminal<Reading> = (words, at) => {
  const limit = numberOf(words[at])
  return limit === undefined || limit < 2 || limit > 100 ? none : [{ next: at + 1, meaning: { limit } }]
}

/** A rating of 0 to 10 with its scale, if it says one: "7", "7.5", "8 / 10", "8 out of 10", "seven". */
export const rating: Terminal<Reading> = (words, at) => {
  const word = words[at] ?? ""
  const minRating = /^(?:\d|10)(?:\.\d+)?$/.test(word) ? Number(word) : own(numbers, word)
  if (minRating === undefined || minRating > 10) return none
  const scale = words.slice(at + 1, at + 4).join(" ")
  const next = /^out of (?:10|ten)\b/.test(scale) ? at + 4 : /^\/ 10\b/.test(scale) ? at + 3 : at + 1
  return [{ next, meaning: { minRating } }]
}
