/**
 * TmdbDiscover: TMDb's filters over the catalogue: genres and people by id, dates, ratings, votes, running time; and its
 * orders.
 */
import { filmGenreIds, seriesGenreIds } from "../data/genreIds.ts"
import { type Film, films } from "../Film.ts"
import { personId } from "../People.ts"
import { type Series, series } from "../Series.ts"

const numbers = (text: string): ReadonlyArray<number> => text.split(/[,|]/).map(Number)

/** TMDb's filter text: `1,2` asks for both, `1|2` for either. */
const meets = (have: ReadonlyArray<number>, filter: string | null): boolean =>
  filter === null || filter === ""
    ? true
    : filter.includes("|")
      ? numbers(filter).some((id) => have.includes(id))
      : numbers(filter).every((id) => have.includes(id))

const avoids = (have: ReadonlyArray<number>, filter: string | null): boolean =>
  filter === null || filter === "" || !numbers(filter).some((id) => have.includes(id))

interface Discoverable {
  readonly genres: ReadonlyArray<number>
  readonly date: string
  readonly title: string
  readonly voteAverage: number
  readonly voteCount: number
  readonly popularity: number
  readonly runtimeMinutes: number
  readonly cast: ReadonlyArray<number>
  readonly crew: ReadonlyArray<number>
}

const filmFacts = (film: Film): Discoverable => ({
  ...film,
  genres: film.genres.flatMap((name) => filmGenreIds[name] ?? []),
  date: film.releasedOn,
  cast: film.cast.map(personId),
  crew: film.directors.map(personId)
})

const seriesFacts = (show: Series): Discoverable => ({
  ...show,
  genres: show.genres.flatMap((name) => seriesGenreIds[name] ?? []),
  date: show.firstAiredOn,
  cast: show.cast.map(personId),
  crew: show.creators.map(personId)
})

const atLeast = (value: number, text: string | null): boolean => text === null || text === "" || value >= Number(text)
const atMost = (value: number, text: string | null): boolean => text === null || text === "" || value <= Number(text)

const passes = (facts: Discoverable, query: URLSearchParams, dateNames: ReadonlyArray<string>, yearName: string) => {
  const from = dateNames.map((name) => query.get(`${name}.gte`)).find((text) => text !== null) ?? ""
  const to = dateNames.map((name) => query.get(`${name}.lte`)).find((text) => text !== null) ?? ""
  const year = query.get(yearName) ?? ""
  return (
    meets(facts.genres, query.get("with_genres")) &&
    avoids(facts.genres, query.get("without_genres")) &&
    meets([...facts.cast, ...facts.crew], query.get("with_people")) &&
    meets(facts.cast, query.get("with_cast")) &&
    meets(facts.crew, query.get("with_crew")) &&
    (from === "" || facts.date >= from) &&
    (to === "" || facts.date <= to) &&
    (year === "" || facts.date.startsWith(year)) &&
    atLeast(facts.voteAverage, query.get("vote_average.gte")) &&
    atMost(facts.voteAverage, query.get("vote_average.lte")) &&
    atLeast(facts.voteCount, query.get("vote_count.gte")) &&
    atMost(facts.voteCount, query.get("vote_count.lte")) &&
    atLeast(facts.runtimeMinutes, query.get("with_runtime.gte")) &&
    atMost(facts.runtimeMinutes, query.get("with_runtime.lte"))
  )
}

const sortKey = (facts: Discoverable, field: string): number | string => {
  switch (field) {
    case "vote_average":
      return facts.voteAverage
    case "vote_count":
      return facts.voteCount
    case "primary_release_date":
    case "release_date":
    case "first_air_date":
      return facts.date
    case "title":
    case "name":
    case "original_title":
    case "original_name":
      return facts.title
    default:
      return facts.popularity
  }
}

const discover = <A>(
  all: ReadonlyArray<{ readonly item: A; readonly facts: Discoverable }>,
  query: URLSearchParams,
  dateNames: ReadonlyArray<string>,
  yearName: string
): ReadonlyArray<A> => {
  const [field = "popularity", direction = "desc"] = (query.get("sort_by") ?? "popularity.desc").split(".")
  const sign = direction === "asc" ? 1 : -1
  return all
    .filter(({ facts }) => passes(facts, query, dateNames, yearName))
    .map(({ facts, item }) => ({ item, key: sortKey(facts, field) }))
    .sort((a, b) => sign * (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item)
}

const allFilms = films.map((item) => ({ item, facts: filmFacts(item) }))
const allSeries = series.map((item) => ({ item, facts: seriesFacts(item) }))

/** The films that the query's filters let through, in the order of its `sort_by` (most popular first, unless asked). */
export const discoverFilms = (query: URLSearchParams): ReadonlyArray<Film> =>
  discover(allFilms, query, ["primary_release_date", "release_date"], "primary_release_year")

/** The same for series. */
export const discoverSeries = (query: URLSearchParams): ReadonlyArray<Series> =>
  discover(allSeries, query, ["first_air_date", "air_date"], "first_air_date_year")
