/**
 * Wishes: what a question asks for, wish by wish, put together from its clues: each has what is said in its own clause, and
 * what it shares with the one before. Pure.
 */
import * as Struct from "effect/Struct"

import * as AllOf from "./AllOf.ts"
import { type Clue, type Name, telling, type Token } from "./Clues.ts"
import { isKind, type Meaning } from "./Meaning.ts"
import { merge, type Reading } from "./Reading.ts"
import * as Shared from "./Shared.ts"

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

/** These are of what the wish before lists. */
const back = new Set<Token>(["them", "those", "these", "ones"])

/** After these another wish may follow. */
const joins = new Set<Token>(["and", "or", "plus", "then", ".", ";", "?", "!", "&", "as"])

/** These begin one. */
const questions = new Set<Token>(
  "what which who how when show list find search tell give do did am have is are if whether ones any".split(" ")
)

const nameOf = ({ gap }: Reading, tokens: ReadonlyArray<Token>): Name | undefined => {
  const token = gap === undefined ? undefined : tokens[gap.from]
  return typeof token === "string" ? undefined : token
}

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

const verbs = new Set<Token>(["have", "do", "am", "did"])

/** "which have I" asks, "which I have" only adds to what was said. */
const isInverted = (texts: ReadonlyArray<Token>): boolean =>
  texts.some((text, at) => (text === "which" || text === "what") && verbs.has(texts[at + 1] ?? ""))

/** Whether a question begins `between` two clues, or with the second one, of `texts`. */
const asks = (between: ReadonlyArray<Token>, texts: ReadonlyArray<Token>, isWish: boolean): boolean => {
  const [first = "", second] = texts
  const isOfVerb = verbs.has(first) && (second === "i" || second === "we")
  const isBegun = between.some((text) => questions.has(text)) || texts.at(-1) === "ones"
  return isBegun || isOfVerb || (isWish && questions.has(first))
}

/** What several persons made together is in no list of any of them, and what is like several titles neither. */
const isOfSeveral = (last: Reading, next: Reading, between: ReadonlyArray<Token>): boolean =>
  last.gap !== undefined &&
  next.gap?.of === last.gap.of &&
  !between.includes("or") &&
  (next.gap.of === "person" ? next.kind === undefined : last.intent === "similar" && next.intent === undefined)

/** "Which of them" asks of what was listed before; of a title, or of what is under way, no list of its own can tell that. */
const isUnlisted = ({ isOfThem }: Shared.Part, last: Shared.Part | undefined): boolean =>
  isOfThem && last !== undefined && !Shared.isListing(last.reading)

/** Whether a list can be the answer: not to "Heat or Ronin?", nor to how many there are, nor to which of several is older. */
const isOfLists = (reading: Reading): boolean => {
  const { gap, intent, kind, than } = reading
  const isAsked = gap?.of === "title" ? intent !== undefined && intent !== "titles" : (intent ?? kind) !== undefined
  return (isAsked || Shared.hasState(reading)) && intent !== "count" && (than === undefined || intent === "similar")
}

/** The wishes that `clues`, of `tokens`, make. */
export const of = (tokens: ReadonlyArray<Token>, clues: ReadonlyArray<Clue>): Wishes => {
  const parts: Array<Shared.Part> = []
  let isJoint = false
  let between: Array<Token> = []
  for (const { from, reading, role, to } of clues) {
    const texts = tokens.slice(from, to)
    if (!telling.has(role) || Object.keys(reading).length === 0) {
      if (role !== "unknown" && role !== "but") between.push(...texts)
      continue
    }
    const next = withoutYear(reading)
    const last = parts.at(-1)
    const isJoined = between.some((text) => joins.has(text))
    const isAsked = asks(between, texts, role === "wish")
    const isOfThem = [...between, ...texts].some((text) => back.has(text))
    const both = last === undefined ? undefined : together(last.reading, next)
    const isHeaded = Shared.hasHead(next) && last !== undefined && Shared.hasHead(last.reading)
    const isListed = isHeaded && (isJoined || (role === "wish" && between.includes(",")))
    const isNew = isListed || (isAsked && (isJoined || isHeaded || isInverted([...between, ...texts])))
    const form = Shared.formOf(texts)
    if (last !== undefined && both !== undefined && !isNew) {
      parts.splice(-1, 1, { ...last, ...Shared.extended(last, form), reading: both })
    } else {
      isJoint ||= last !== undefined && both === undefined && isOfSeveral(last.reading, next, between)
      parts.push({ ...form, reading: next, isAsked, isOfThem })
    }
    between = []
  }
  const { isDoubtful, readings: all } = Shared.of(parts)
  const isSimilar = all.every(({ intent }) => intent === "similar")
  // "Horror movies or comedies?" wants one of them.
  const isChoice =
    tokens.includes("or") &&
    !parts.some(({ isAsked }) => isAsked) &&
    all.every((reading) => Shared.isListing(reading) && !Shared.hasState(reading))
  return {
    all: all.map((reading) => wishOf(reading, tokens)),
    isWhole:
      !isJoint &&
      !isChoice &&
      !isDoubtful &&
      !AllOf.isAsked(tokens) &&
      !parts.some((part, index) => isUnlisted(part, parts[index - 1])) &&
      all.every(isOfLists) &&
      clues.every(
        ({ role }) => role !== "unknown" && role !== "but" && role !== "bare" && (role !== "single" || isSimilar)
      )
  }
}
