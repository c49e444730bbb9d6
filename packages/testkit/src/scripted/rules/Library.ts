/** Library: "Show me recent movies", "List my unwatched movies", "all the action movies in my Plex library that ...". */
import { ask, found, type Asking, type Rule } from "./Asking.ts"
import { bullets, describe, lines, listed, named, troubles, wanted } from "./Prose.ts"
import { genresOf, kindOf, thresholdOf, wantsAll, wantsUnwatched, yearsOf } from "./Question.ts"
import { allPages, librarySearch, type Title } from "./Tools.ts"

const filtersOf = (question: string) => ({
  genres: genresOf(question),
  kind: kindOf(question),
  ...yearsOf(question),
  minRating: thresholdOf(question)?.minRating
})
type Filters = ReturnType<typeof filtersOf>

/** A library search takes one genre; others that the question names are looked for in what it finds. */
const inputOf = ({ genres, ...filters }: Filters) => ({ ...filters, genre: genres[0] })

/** Plex names only the first genres of a title in lists, so the one that was searched for is taken on trust. */
const hasOtherGenres = (title: Title, { genres }: Filters) =>
  genres.slice(1).every((genre) => title.genres?.includes(genre) ?? true)

export const recent: Rule = (question) =>
  /\brecent(ly)?\b|\bnewest\b|\blatest\b|\bjust added\b|\bwhat's new\b|\bnew (movies|films|series|shows)\b/i.test(
    question
  )
    ? recentlyAdded(filtersOf(question))
    : undefined

function* recentlyAdded(filters: Filters): Asking<string> {
  const search = yield* ask(librarySearch({ ...inputOf(filters), sort: "added" }))
  const list = found(search)
  if (list === undefined) return troubles(search)
  const items = list.items
    .filter((item) => hasOtherGenres(item, filters))
    .toSorted((one, two) => (two.addedOn ?? "").localeCompare(one.addedOn ?? ""))
  if (items.length === 0) return `There are no ${wanted(filters)} in the Plex library.`
  return lines(
    `The newest of the ${list.total} ${wanted(filters)} in the Plex library, last added first:`,
    bullets(
      items.map((item) => describe(item)),
      6,
      list.total
    )
  )
}

export const unwatched: Rule = (question) =>
  wantsUnwatched(question) || /\bin (my|our|the) (plex|library|collection)\b/i.test(question)
    ? filtered(filtersOf(question), wantsUnwatched(question), wantsAll(question))
    : undefined

/** "23 h 10 min". */
const hours = (minutes: number) => `${Math.floor(minutes / 60)} h ${minutes % 60} min`

function* filtered(filters: Filters, isUnwatched: boolean, isAll: boolean): Asking<string> {
  const input = { ...inputOf(filters), watched: isUnwatched ? false : undefined, sort: "rating" }
  const search = isAll
    ? yield* allPages((cursor) => librarySearch({ ...input, limit: 100, cursor }))
    : yield* ask(librarySearch(input))
  const list = found(search)
  if (list === undefined) return troubles(search)
  const items = list.items
    .filter((item) => hasOtherGenres(item, filters))
    .toSorted((one, two) => (two.rating ?? 0) - (one.rating ?? 0))
  const what = `${isUnwatched ? "unwatched " : ""}${wanted(filters)}`
  if (items.length === 0) return `There are no ${what} in the Plex library.`
  const total = filters.genres.length > 1 ? items.length : list.total
  const minutes = items.reduce((sum, item) => sum + (item.runtimeMinutes ?? 0), 0)
  const years = items.flatMap((item) => (typeof item.year === "number" ? [item.year] : []))
  const shortest = items
    .filter((item) => typeof item.runtimeMinutes === "number")
    .sort((one, two) => (one.runtimeMinutes ?? 0) - (two.runtimeMinutes ?? 0))[0]
  return lines(
    `The Plex library holds ${total} ${what}; best rated first:`,
    listed(items, 6, total),
    isAll && years.length > 1 ? `They were made between ${Math.min(...years)} and ${Math.max(...years)}.` : undefined,
    isAll && minutes > 0 && shortest !== undefined
      ? `Together ${items.length} of them run ${hours(minutes)}; the shortest is ${named(shortest)} with ${shortest.runtimeMinutes} min.`
      : undefined
  )
}
