/**
 * Shared: what goes without saying between the wishes of one question: what one says may be meant of the next, and of the one
 * before it in one breath. It stops at a noun that has words of its own. Pure.
 */
import * as Struct from "effect/Struct"

import type { Token } from "./Clues.ts"
import { isKind } from "./Meaning.ts"
import type { Reading } from "./Reading.ts"

/** Where a wish's words stand by its noun: "[recently added] movies [from 2020]". */
export interface Form {
  readonly noun: "kind" | "genre" | undefined
  readonly isBefore: boolean
  readonly isAfter: boolean
}

/** A wish as its own words have it. */
export interface Part extends Form {
  readonly reading: Reading
  /** Whether a question word of its own stands before it. */
  readonly isAsked: boolean
  /** Whether it is of those that the one before lists. */
  readonly isOfThem: boolean
}

/** How far what one wish says may be meant of another. */
const topics = ["genres", "gap", "yearFrom", "yearTo", "minRating"] as const
const states = ["owned", "watched"] as const
const orders = ["sort", "limit"] as const
/** Of titles by their names. */
const asked = ["intent", "watched"] as const

const nouns = {
  kind: /^(?:movies|films|flicks|series|shows|titles|things|stuff|everything|anything|collection|additions|arrivals)$/,
  genre:
    /^(?:adventures|animations|comedies|documentaries|dramas|musicals|mysteries|romances|thrillers|westerns|romcoms)$/
} as const

/** These before a noun say nothing of it. */
const plain = new Set<Token>(
  "show me us list display find search for give tell see get what which are is do i we have the all some any of and or tv please".split(
    " "
  )
)

const nounOf = (token: Token): Form["noun"] =>
  typeof token !== "string"
    ? undefined
    : nouns.kind.test(token)
      ? "kind"
      : nouns.genre.test(token)
        ? "genre"
        : undefined

export const formOf = (texts: ReadonlyArray<Token>): Form => {
  const at = texts.findLastIndex((token) => nounOf(token) !== undefined)
  const noun = texts[at]
  return {
    noun: noun === undefined ? undefined : nounOf(noun),
    isBefore: texts.slice(0, Math.max(at, 0)).some((token) => !plain.has(token) && nounOf(token) === undefined),
    isAfter: at >= 0 && at < texts.length - 1
  }
}

/** Of a wish whose words go on. */
export const extended = (one: Form, next: Form): Form => {
  if (one.noun !== undefined) return { ...one, isAfter: true }
  return next.noun === undefined ? one : { ...next, isBefore: true }
}

export const isListing = ({ gap, intent = "titles" }: Reading): boolean =>
  (intent === "titles" || intent === "count") && gap?.of !== "title"

/** Whether it says by itself what is looked for, and not only which of them. */
export const hasHead = (reading: Reading): boolean =>
  isKind(reading.kind) || reading.genres !== undefined || reading.gap?.of === "title" || !isListing(reading)

export const hasState = ({ owned, watched }: Reading): boolean => owned !== undefined || watched !== undefined

const given = (reading: Reading, fields: ReadonlyArray<keyof Reading>): Reading =>
  Object.fromEntries(Object.entries(reading).filter(([field]) => fields.some((name) => name === field)))

/** Whether the topics of `last` are meant of `next` too: surely, surely not, or nobody knows. */
const isMeant = (last: Part, next: Part): boolean | "doubtful" => {
  const { genres, gap, minRating, sort, yearFrom, yearTo } = next.reading
  if (!hasHead(next.reading) || next.isOfThem) return next.isOfThem || !next.isAsked || gap === undefined
  if (next.isAsked) {
    const isOfItsOwn = [genres, gap, minRating, sort, yearFrom, yearTo].some((topic) => topic !== undefined)
    return isOfItsOwn ? false : "doubtful"
  }
  if (next.isBefore || (last.isAfter && next.isAfter)) return false
  return last.isAfter || next.isAfter || last.noun !== next.noun ? "doubtful" : true
}

/** A part with what goes without saying after `last`. */
const following = (last: Reading, { isAsked, isOfThem, reading: next }: Part, isSame: boolean): Reading => {
  if (next.gap?.of === "title") {
    return next.intent === undefined && last.gap?.of === "title" && last.intent !== undefined
      ? { ...given(last, asked), ...next }
      : next
  }
  if (next.intent === "similar" && next.gap === undefined && last.gap?.of === "title") return { ...next, gap: last.gap }
  if (!isListing(next) || !isListing(last)) return next
  const isOfSameState = isOfThem || (isAsked ? !hasHead(next) : next.sort === undefined)
  const { kind, ...rest } = next
  return {
    ...(last.kind !== undefined && { kind: last.kind }),
    ...(kind !== undefined && (isKind(kind) || last.kind === undefined) && { kind }),
    ...(isSame ? given(last, topics) : {}),
    ...(isOfSameState && !hasState(next) ? given(last, states) : {}),
    ...(isAsked || hasState(next) ? {} : given(last, orders)),
    ...rest
  }
}

/** A part's reading with what `next`, in one breath with it, says of both: "comedies and dramas of 2020". */
const preceding = (part: Part, { isBefore, reading: next }: Part): Reading => {
  const { reading } = part
  if (reading.gap?.of === "title" && reading.intent === undefined && next.gap?.of === "title") {
    return { ...given(next, asked), ...reading }
  }
  if (!isListing(reading) || !isListing(next)) return reading
  const isClosed = hasHead(reading) && hasHead(next) && (part.isAfter || isBefore)
  const others = isClosed ? {} : Struct.omit(given(next, topics), ["genres", "gap"])
  const isSame = !hasState(reading) && reading.sort === undefined
  return { ...others, ...(isSame ? given(next, [...states, ...orders]) : {}), ...reading }
}

/**
 * The parts with what they share, each first with what follows in one breath, then with what stands before; and whether some of
 * that may be meant or not.
 */
export const of = (
  parts: ReadonlyArray<Part>
): { readonly readings: ReadonlyArray<Reading>; readonly isDoubtful: boolean } => {
  const all: Array<Part> = []
  for (const part of parts.toReversed()) {
    const [next] = all
    all.unshift(next === undefined || next.isAsked ? part : { ...part, reading: preceding(part, next) })
  }
  const readings: Array<Reading> = []
  let isDoubtful = false
  for (const [at, part] of all.entries()) {
    const [before, last] = [all[at - 1], readings.at(-1)]
    if (before === undefined || last === undefined) readings.push(part.reading)
    else {
      const meant = isMeant(before, part)
      const [without, both] = [following(last, part, false), following(last, part, true)]
      isDoubtful ||= meant === "doubtful" && topics.some((topic) => without[topic] !== both[topic])
      readings.push(meant === false ? without : both)
    }
  }
  return { readings, isDoubtful }
}
