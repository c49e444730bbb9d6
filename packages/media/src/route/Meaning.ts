/**
 * Meaning: what a question asks for, with all names known, and the tool calls by which it is read. Pure.
 */
import type { Call, Entity, Filters } from "@callsheet/core/foresee/Route"
import * as Record from "effect/Record"
import * as Struct from "effect/Struct"

import type { Kind } from "../Title.ts"
import type { Bearer, KnownPerson } from "./Names.ts"
import type { Reading } from "./Reading.ts"

/** A reading whose names are known. */
export interface Meaning extends Omit<Reading, "gap" | "intent"> {
  readonly intent: NonNullable<Reading["intent"]>
  readonly person?: KnownPerson
  /** As TMDb writes it where it is a title's whole name, else as it was asked. */
  readonly title?: string
  /** The titles that TMDb knows of that very name. */
  readonly bearers?: ReadonlyArray<Bearer>
  readonly entities: ReadonlyArray<Entity>
}

/** A meaning that tools answer. */
export interface Plan {
  readonly meaning: Meaning
  readonly calls: ReadonlyArray<Call>
}

/** Why no tool answers it surely. */
export interface Unclear {
  readonly unclear: string
}

const unclear = (unclear: string): Unclear => ({ unclear })

type Parameters = Readonly<Record<string, unknown>>

/** What is `undefined` is left out. */
export const call = (name: string, parameters: Parameters): Call => ({
  name,
  parameters: Record.filter(parameters, (value) => value !== undefined)
})

/** The kinds that are asked about, as the tools take them: films without saying so. */
const kindsOf = (kind: Meaning["kind"]): ReadonlyArray<"series" | undefined> =>
  kind === "any" ? [undefined, "series"] : [kind === "series" ? kind : undefined]

const years = ({ yearFrom, yearTo }: Meaning) => ({ yearFrom, yearTo })

/** The most that tools which list titles give at one time. */
const mostListed = 100

/** How many titles to list; as many as the tool sees fit where the question does not say. */
const listed = ({ isAll, limit }: Meaning): number | undefined => limit ?? (isAll === true ? mostListed : undefined)

export const isNone = (...fields: ReadonlyArray<unknown>) => fields.every((field) => field === undefined)

/** From the library: what is owned, watched or not, or was added. */
const library = (meaning: Meaning): Plan | Unclear => {
  const { genres = [], kind, minRating, person, role, sort, watched } = meaning
  if (genres.length > 1) return unclear("The library is searched for one genre at a time.")
  if ((sort === "added" || sort === "new") && watched === true)
    return unclear("It may be sorted by when they were watched.")
  if (sort === "popularity") return unclear("The library knows nothing of popularity.")
  if (person?.isPartOfOthers === true && person.trades.length === 0)
    return unclear("The library knows only others of that name.")
  if (person !== undefined && role !== undefined && person.trades.some((trade) => trade !== role)) {
    return unclear("The library cannot tell what the person acted in from what the person directed.")
  }
  const order = sort === "new" ? "added" : sort === "top" ? "rating" : sort === "title" ? undefined : sort
  const parameters = {
    genre: genres[0],
    person: person?.name,
    ...years(meaning),
    minRating,
    watched,
    sort: order,
    limit: listed(meaning)
  }
  return {
    meaning: { ...meaning, owned: true },
    calls: kindsOf(kind).map((kind) => call("library_search", { kind, ...parameters }))
  }
}

const filmography = (meaning: Meaning): Plan | Unclear => {
  const { genres, kind, limit, minRating, owned, person, role, sort } = meaning
  if (role === "actor" && person !== undefined && person.trades.length > 0 && !person.trades.includes(role)) {
    return unclear("The library knows the person as no actor.")
  }
  if (!isNone(genres, minRating, sort)) return unclear("A filmography is not filtered by genre or rating, nor sorted.")
  const parameters = {
    name: person?.name,
    role,
    kind: kind === "series" ? kind : undefined,
    ...years(meaning),
    owned,
    limit
  }
  return { meaning, calls: [call("person_filmography", parameters)] }
}

const discovery = (meaning: Meaning): Plan | Unclear => {
  const { genres, kind, minRating, owned, sort, yearFrom, yearTo } = meaning
  if (kind === "any" && genres === undefined) return unclear("It says neither films nor series.")
  if (sort !== undefined && sort !== "popularity" && sort !== "rating") return unclear("It may be sorted in two ways.")
  if (isNone(genres, yearFrom, yearTo, minRating, sort)) return unclear("It says nothing of what is looked for.")
  const [series] = kindsOf(kind)
  const order = sort === "rating" ? sort : undefined
  const parameters = { genres, kind: series, ...years(meaning), minRating, sort: order, owned, limit: listed(meaning) }
  return { meaning, calls: [call("discover_titles", parameters)] }
}

const titles = (meaning: Meaning): Plan | Unclear => {
  const { intent, owned, person, sort, watched, yearFrom = 0, yearTo = Infinity } = meaning
  if (yearFrom > yearTo) return unclear("Its years end before they begin.")
  const isLibrary = owned === true || watched !== undefined || sort === "added"
  if (isLibrary && owned === false) return unclear("What is not owned is neither watched nor added.")
  if (isLibrary) return library(meaning)
  if (person !== undefined) return filmography(meaning)
  return intent === "count" ? unclear("It does not say where to count.") : discovery(meaning)
}

const named = (meaning: Meaning): Plan | Unclear => {
  const { kind, title, yearFrom: year } = meaning
  return { meaning, calls: [call("search_titles", { query: title, kind, year })] }
}

const ofTitle = (tool: string, meaning: Meaning, { kind, tmdbId }: Bearer): Plan => ({
  meaning,
  calls: [call(tool, { tmdbId, kind: kind === "series" ? kind : undefined })]
})

/** What is like a title, made before or after it where that was asked for. */
const similar = (meaning: Meaning, bearer: Bearer): Plan | Unclear => {
  const plain = ofTitle("recommend_titles", meaning, bearer)
  if (meaning.than === undefined) return plain
  if (bearer.year === null) return unclear("Nobody knows of which year the title is.")
  const years = meaning.than === "newer" ? { yearFrom: bearer.year + 1 } : { yearTo: bearer.year - 1 }
  return {
    meaning: { ...Struct.omit(meaning, ["yearFrom", "yearTo"]), ...years },
    calls: plain.calls.map(({ name, parameters }) => call(name, { ...parameters, ...years }))
  }
}

/** How `meaning` is answered. */
export const plan = (meaning: Meaning): Plan | Unclear => {
  switch (meaning.intent) {
    case "titles":
      return titles(meaning)
    case "count":
      return isNone(meaning.limit, meaning.sort) ? titles(meaning) : unclear("A count is neither sorted nor limited.")
    case "search":
      return named(meaning)
    case "about":
    case "similar":
    case "holding":
    case "seen": {
      const [bearer, ...others] = meaning.bearers ?? []
      if (bearer === undefined) return unclear("It names no whole title.")
      if (others.length > 0) return unclear("Several titles bear the name.")
      if (meaning.intent === "about") return ofTitle("title_details", meaning, bearer)
      return meaning.intent === "similar" ? similar(meaning, bearer) : named(meaning)
    }
    case "on-deck":
      if (isKind(meaning.kind)) return unclear("What is on deck is not told by kind.")
      return { meaning, calls: [call("on_deck", { limit: meaning.limit })] }
    case "downloads":
      return { meaning, calls: [call("download_queue", { limit: meaning.limit })] }
  }
}

/** What is asked for is narrowed to. */
export const filtersOf = (meaning: Meaning): Filters => {
  const { fact, genres, isBegun, kind, limit, minRating, owned, role, service, sort, than, watched, yearFrom, yearTo } =
    meaning
  const all = {
    kind,
    genres,
    yearFrom,
    yearTo,
    minRating,
    owned,
    watched,
    role,
    service,
    sort,
    limit,
    fact,
    isBegun,
    than
  }
  return Object.fromEntries(
    Object.entries(all).flatMap(([field, value]) => (value === undefined ? [] : [[field, value]]))
  )
}

export const isKind = (kind: Meaning["kind"]): kind is Kind => kind === "movie" || kind === "series"
