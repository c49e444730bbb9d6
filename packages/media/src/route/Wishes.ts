/**
 * Wishes: what a question asks for, wish by wish, put together from its clues: each has what is said in its own clause, and
 * what it shares with the one before. Pure.
 */
import * as Struct from "effect/Struct"

import type { Clue, Name, Token } from "./Clues.ts"
import { isKind, type Meaning } from "./Meaning.ts"
import { merge, type Reading } from "./Reading.ts"

/** One thing that is asked for. */
export interface Wish extends Meaning {
  /** Of which year the title is; all other years are of what is looked for. */
  readonly titleYear?: number
}

export interface Wishes {
  readonly all: ReadonlyArray<Wish>
  /** Whether they are all that the question says, so that it asks for nothing but what they list. */
  readonly isWhole: boolean
}

/** A wish under way. */
interface Part {
  readonly reading: Reading
  /** Whether a question word of its own stands before it. */
  readonly isAsked: boolean
}

/** These are of what the wish before lists. */
const back = new Set<Token>(["them", "those", "these"])

/** After these another wish may follow. */
const joins = new Set<Token>(["and", "or", "plus", "then", ".", ";", "?", "!", "&", "as"])

const questions = new Set<Token>([
  "what",
  "which",
  "who",
  "how",
  "when",
  "show",
  "list",
  "find",
  "search",
  "tell",
  "give",
  "do",
  "have",
  "is",
  "are"
])

/** How far what one wish says may be meant of another. */
const shared = ["genres", "gap", "yearFrom", "yearTo", "minRating"] as const
const states = ["owned", "watched", "sort", "limit"] as const

const nameOf = ({ gap }: Reading, tokens: ReadonlyArray<Token>): Name | undefined => {
  const token = gap === undefined ? undefined : tokens[gap.from]
  return typeof token === "string" ? undefined : token
}

const isListing = ({ gap, intent = "titles" }: Reading): boolean =>
  (intent === "titles" || intent === "count") && gap?.of !== "title"

/** Whether it says by itself what is looked for, and not only which of them. */
const hasHead = (reading: Reading): boolean =>
  isKind(reading.kind) || reading.genres !== undefined || reading.gap?.of === "title" || !isListing(reading)

const given = (reading: Reading, fields: ReadonlyArray<keyof Reading>): Reading =>
  Object.fromEntries(Object.entries(reading).filter(([field]) => fields.some((name) => name === field)))

const hasState = ({ owned, sort, watched }: Reading): boolean =>
  [owned, watched, sort].some((state) => state !== undefined)

/** Both as one wish; `undefined` where they are two. A list of a kind may turn out to be of what is like a title. */
const together = (one: Reading, other: Reading): Reading | undefined => {
  const { intent, kind, ...rest } = other
  const isOpen = one.intent === undefined || one.intent === "titles"
  const before = one.kind
  const known = Struct.omit(one, ["intent", "kind"])
  const both = merge(known, rest)
  if (both === undefined || !(isOpen || intent === undefined || intent === "titles" || intent === one.intent))
    return undefined
  if (isKind(before) && isKind(kind) && before !== kind) return undefined
  const kinds = isKind(before) ? before : (kind ?? before)
  const intents = isOpen ? (intent ?? one.intent) : one.intent
  return { ...both, ...(kinds !== undefined && { kind: kinds }), ...(intents !== undefined && { intent: intents }) }
}

/** How a wish begins: with a question word of its own, and as being of those that the one before lists. */
interface Beginning {
  readonly isAsked: boolean
  readonly isOfThem: boolean
}

/** `next` with what goes without saying after `last`. */
const following = (last: Reading, next: Reading, { isAsked, isOfThem }: Beginning): Reading => {
  if (next.gap?.of === "title") {
    return next.intent === undefined && last.gap?.of === "title" && last.intent !== undefined
      ? { ...next, intent: last.intent }
      : next
  }
  if (next.intent === "similar" && next.gap === undefined && last.gap?.of === "title") return { ...next, gap: last.gap }
  if (!isListing(next) || !isListing(last)) return next
  const isOfItsOwn = isAsked && !isOfThem && (next.genres !== undefined || next.gap !== undefined)
  const hasStates = isOfThem ? next.watched !== undefined && last.owned === false : isAsked || hasState(next)
  const { kind, ...rest } = next
  return {
    ...(last.kind !== undefined && { kind: last.kind }),
    ...(kind !== undefined && (isKind(kind) || last.kind === undefined) && { kind }),
    ...(isOfItsOwn ? {} : given(last, shared)),
    ...(hasStates ? {} : given(last, states)),
    ...rest
  }
}

/** Of wishes in one breath, what the later one says is meant of the earlier: "comedies and dramas of 2020". */
const distributed = (parts: ReadonlyArray<Part>): ReadonlyArray<Reading> =>
  parts.map(({ reading }, index) => {
    const next = parts[index + 1]
    if (next === undefined || next.isAsked) return reading
    if (reading.gap?.of === "title" && reading.intent === undefined && next.reading.gap?.of === "title") {
      return { ...reading, ...given(next.reading, ["intent"]) }
    }
    if (!isListing(reading) || !isListing(next.reading)) return reading
    const others = Struct.omit(given(next.reading, shared), ["genres", "gap"])
    return { ...others, ...(hasState(reading) ? {} : given(next.reading, states)), ...reading }
  })

const wishOf = (reading: Reading, tokens: ReadonlyArray<Token>): Wish => {
  const { intent, ...rest } = Struct.omit(reading, ["gap"])
  const name = nameOf(reading, tokens)
  if (name?._tag !== "Title") {
    return {
      ...rest,
      intent: intent ?? "titles",
      ...(name?._tag === "Person" && { person: name.person }),
      entities: []
    }
  }
  const state = rest.watched !== undefined ? "seen" : rest.owned !== undefined ? "holding" : "search"
  const { bearers, title, year } = name
  return {
    ...rest,
    intent: intent === undefined || intent === "titles" ? state : intent,
    title,
    bearers,
    ...(year !== undefined && { titleYear: year }),
    entities: []
  }
}

/** What stands behind a title is its own year, and no span. */
const withoutYear = (reading: Reading): Reading =>
  reading.gap?.of === "title" ? Struct.omit(reading, ["yearFrom", "yearTo"]) : reading

/** Whether a list can be the answer: not a number, nor which of several is older. */
const isOfLists = ({ intent, than }: Reading): boolean =>
  intent !== "count" && (than === undefined || intent === "similar")

/** The wishes that `clues`, of `tokens`, make. */
export const of = (tokens: ReadonlyArray<Token>, clues: ReadonlyArray<Clue>): Wishes => {
  const parts: Array<Part> = []
  let isJoined = false
  let isAsked = false
  let isOfThem = false
  for (const { from, reading, role, to } of clues) {
    const texts = tokens.slice(from, to)
    if (role === "unknown" || role === "but") continue
    if (role === "link" || role === "filler" || role === "asking") {
      isJoined ||= texts.some((text) => joins.has(text))
      isAsked ||= role === "asking" && texts.some((text) => !joins.has(text))
      isOfThem ||= texts.some((text) => back.has(text))
      continue
    }
    const part = withoutYear(reading)
    const last = parts.at(-1)
    isAsked ||= role === "wish" && questions.has(texts[0] ?? "")
    if (last === undefined) parts.push({ reading: part, isAsked })
    else {
      const both = together(last.reading, part)
      const isHeaded = hasHead(part) && hasHead(last.reading)
      if (both === undefined || (isJoined && (isAsked || isHeaded)) || (isAsked && isHeaded)) {
        parts.push({ reading: following(last.reading, part, { isAsked, isOfThem }), isAsked })
      } else parts.splice(-1, 1, { ...last, reading: both })
    }
    isJoined = isAsked = isOfThem = false
  }
  const all = distributed(parts)
  const isSimilar = all.every(({ intent }) => intent === "similar")
  return {
    all: all.map((reading) => wishOf(reading, tokens)),
    isWhole:
      all.every(isOfLists) &&
      clues.every(({ role }) => !["unknown", "but", "bare"].includes(role) && (role !== "single" || isSimilar))
  }
}
