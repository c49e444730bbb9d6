/**
 * Tools: the media tools as the rules call them, with as much of each result as a rule reads.
 */
import * as Schema from "effect/Schema"

import { type Asking, ask, found, type Lookup, lookup, type Outcome } from "./Asking.ts"

const maybe = <S extends Schema.Top>(schema: S) => Schema.optional(Schema.NullOr(schema))

/** A film or series, from any tool: only the name is always there. Ratings are 0-10. */
export const Title = Schema.Struct({
  title: Schema.String,
  year: maybe(Schema.Finite),
  kind: maybe(Schema.String),
  tmdbId: maybe(Schema.Finite),
  rating: maybe(Schema.Finite),
  genres: maybe(Schema.Array(Schema.String)),
  inLibrary: maybe(Schema.Boolean),
  watched: maybe(Schema.Boolean),
  overview: maybe(Schema.String),
  runtimeMinutes: maybe(Schema.Finite),
  addedOn: maybe(Schema.String),
  directors: maybe(Schema.Array(Schema.String)),
  cast: maybe(Schema.Array(Schema.String)),
  /** What the person did in it, in a filmography. */
  role: maybe(Schema.String)
})
export type Title = typeof Title.Type

const episode = {
  title: Schema.String,
  series: maybe(Schema.String),
  season: maybe(Schema.Finite),
  episode: maybe(Schema.Finite),
  progressPercent: maybe(Schema.Finite),
  minutesLeft: maybe(Schema.Finite)
}
export const OnDeckItem = Schema.Struct(episode)

export const Download = Schema.Struct({
  ...episode,
  status: maybe(Schema.String),
  sizeLeftBytes: maybe(Schema.Finite),
  quality: maybe(Schema.String),
  service: maybe(Schema.String),
  problem: maybe(Schema.String)
})

const Added = Schema.Struct({
  title: Schema.String,
  year: maybe(Schema.Finite),
  monitored: maybe(Schema.Boolean),
  searching: maybe(Schema.Boolean)
})

export interface List<A> {
  /** How many there are in all. */
  readonly total: number
  readonly items: ReadonlyArray<A>
  readonly nextCursor?: string | null | undefined
  /** Why a service that had a share in the list did not give it; the rest stands. */
  readonly problem?: string | null | undefined
}

const list = <A>(item: Schema.Codec<A, unknown>): Schema.Codec<List<A>, unknown> =>
  Schema.Struct({
    total: Schema.Finite,
    items: Schema.Array(item),
    nextCursor: maybe(Schema.String),
    problem: maybe(Schema.String)
  })

type Input = Readonly<Record<string, unknown>>

/** Optional parameters are absent, never undefined. */
const present = (input: Input): Input =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))

const titles = (tool: string) => (input: Input) => lookup(tool, present(input), list(Title))

export const searchTitles = titles("search_titles")
export const librarySearch = titles("library_search")
export const discoverTitles = titles("discover_titles")
export const recommendTitles = titles("recommend_titles")
export const personFilmography = titles("person_filmography")
export const titleDetails = (input: Input) => lookup("title_details", present(input), Title)
export const onDeck = lookup("on_deck", {}, list(OnDeckItem))
export const downloadQueue = lookup("download_queue", {}, list(Download))
export const addMovie = (tmdbId: number) => lookup("add_movie", { tmdbId }, Added)

const sameName = (one: string, two: string) => one.localeCompare(two, "en", { sensitivity: "base" }) === 0

/** The title meant by `query`: one of that very name (and year), else the first found. */
export const bestMatch = (
  items: ReadonlyArray<Title>,
  { query, year }: { readonly query: string; readonly year?: number }
): Title | undefined => {
  const dated = year === undefined ? items : items.filter((item) => item.year === year)
  return dated.find((item) => sameName(item.title, query)) ?? dated[0] ?? items[0]
}

/** The input that names a title found; `undefined` for one that TMDb does not know. */
export const idOf = ({ kind, tmdbId }: Title): { readonly tmdbId: number; readonly kind?: "series" } | undefined =>
  typeof tmdbId !== "number" ? undefined : kind === "series" ? { tmdbId, kind } : { tmdbId }

const maxPages = 5

/** All pages of a list, one after another, up to five; a failed page ends it with what was there. */
export function* allPages<A>(page: (cursor: string | undefined) => Lookup<List<A>>): Asking<Outcome<List<A>>> {
  const first = yield* ask(page(undefined))
  if (first._tag !== "Found") return first
  const items = Array.from(first.value.items)
  let { nextCursor } = first.value
  for (let pages = 1; pages < maxPages && nextCursor; pages++) {
    const next = found(yield* ask(page(nextCursor)))
    items.push(...(next?.items ?? []))
    nextCursor = next?.nextCursor
  }
  return { _tag: "Found", value: { ...first.value, items, nextCursor } }
}
