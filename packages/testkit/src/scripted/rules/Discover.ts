/** Discover: "Find me horror movies from 2020-2023 with rating above 7.0". TMDb and the library are asked side by side. */
import { both, found, type Asking, type Rule } from "./Asking.ts"
import { counted, lines, listed, troubles, wanted } from "./Prose.ts"
import { genresOf, kindOf, thresholdOf, yearsOf } from "./Question.ts"
import { discoverTitles, librarySearch, type Title } from "./Tools.ts"

const filtersOf = (question: string) => ({
  genres: genresOf(question),
  kind: kindOf(question),
  ...yearsOf(question),
  ...thresholdOf(question)
})
type Filters = ReturnType<typeof filtersOf>

export const discover: Rule = (question) => {
  const filters = filtersOf(question)
  const { genres, minRating, yearFrom, yearTo } = filters
  const isFiltered = genres.length > 0 || minRating !== undefined || yearFrom !== undefined || yearTo !== undefined
  const isAboutTitles = /\b(movies|films|series|shows|something|anything)\b/i.test(question)
  return isFiltered && (isAboutTitles || genres.length > 0) ? discovering(filters) : undefined
}

const isWanted =
  ({ isExclusive, minRating }: Filters, genres: ReadonlyArray<string>) =>
  (title: Title): boolean =>
    (!isExclusive || minRating === undefined || typeof title.rating !== "number" || title.rating > minRating) &&
    genres.every((genre) => title.genres?.includes(genre) ?? true)

const sameTitle = (one: Title, two: Title): boolean =>
  typeof one.tmdbId === "number" ? one.tmdbId === two.tmdbId : one.title === two.title && one.year === two.year

function* discovering(filters: Filters): Asking<string> {
  const { genres, kind, minRating, yearFrom, yearTo } = filters
  const shared = { kind, yearFrom, yearTo, minRating }
  const [catalogue, library] = yield* both(
    discoverTitles({ ...shared, genres: genres.length === 0 ? undefined : genres }),
    librarySearch({ ...shared, genre: genres[0] })
  )
  // Plex names only the first genres of a title in lists, so the one that was searched for is taken on trust.
  const held = (found(library)?.items ?? [])
    .filter(isWanted(filters, genres.slice(1)))
    .map((item) => ({ ...item, inLibrary: true }))
  const known = (found(catalogue)?.items ?? []).filter(isWanted(filters, genres))
  const owned = [
    ...held,
    ...known.filter((item) => item.inLibrary === true && !held.some((other) => sameTitle(item, other)))
  ]
  const others = known.filter((item) => !owned.some((other) => sameTitle(item, other)))
  const failed = troubles(catalogue, library)
  if (found(catalogue) === undefined && found(library) === undefined) return failed
  const isPlexKnown = found(library) !== undefined || known.some((item) => typeof item.inLibrary === "boolean")
  return lines(
    `I found ${owned.length + others.length} ${wanted(filters)}.`,
    owned.length === 0
      ? found(library) === undefined
        ? undefined
        : "None of them is in your Plex library."
      : lines(`In your Plex library (${owned.length}):`, listed(owned, 6)),
    others.length === 0
      ? undefined
      : lines(
          isPlexKnown ? `Not in your library (${others.length}):` : `On TMDb (${counted(others.length, "title")}):`,
          listed(others, 6)
        ),
    failed
  )
}
