/**
 * Nearness: which titles are near which, and which answer to a name: what recommendations, similar titles and the
 * searches of all four services rest on.
 */
import { collections } from "./data/collections.ts"
import { themes } from "./data/themes.ts"
import { type Film, films } from "./Film.ts"
import { type Series, series } from "./Series.ts"

const shared = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): number => a.filter((x) => b.includes(x)).length

interface Ranked<A> {
  readonly title: A
  readonly score: number
}

const best = <A extends { readonly popularity: number }>(ranked: ReadonlyArray<Ranked<A>>, least: number) =>
  ranked
    .filter((entry) => entry.score >= least)
    .toSorted((a, b) => b.score - a.score || b.title.popularity - a.title.popularity)
    .slice(0, 40)
    .map((entry) => entry.title)

const genreNearness = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): number =>
  (2 * shared(a, b)) / (a.length + b.length)

const isInOneCollection = (a: Film, b: Film): boolean =>
  collections.some((entry) => entry.films.includes(a.tmdbId) && entry.films.includes(b.tmdbId))

const isOfOneTheme = (a: Film, b: Film): boolean =>
  themes.some((theme) => theme.includes(a.tmdbId) && theme.includes(b.tmdbId))

const filmNearness = (a: Film, b: Film, votes: number): number =>
  3 * genreNearness(a.genres, b.genres) +
  (isInOneCollection(a, b) ? 3 : 0) +
  (isOfOneTheme(a, b) ? 2 : 0) +
  0.8 * Math.min(2, shared(a.directors, b.directors)) +
  0.5 * Math.min(2, shared(a.cast, b.cast)) +
  votes * (b.voteAverage - 6.5)

/** What those who liked `film` also liked: near in kind, and well thought of. At most 40, nearest first. */
export const recommendedFilms = (film: Film): ReadonlyArray<Film> =>
  best(
    films.filter((other) => other !== film).map((title) => ({ title, score: filmNearness(film, title, 0.5) })),
    2.4
  )

/** What is like `film` by genre and people alone. At most 40, nearest first. */
export const similarFilms = (film: Film): ReadonlyArray<Film> =>
  best(
    films.filter((other) => other !== film).map((title) => ({ title, score: filmNearness(film, title, 0) })),
    1.5
  )

/** Series near `show`: by genre and people, and by how well they are thought of. At most 40, nearest first. */
export const relatedSeries = (show: Series): ReadonlyArray<Series> =>
  best(
    series
      .filter((other) => other !== show)
      .map((title) => ({
        title,
        score:
          3 * genreNearness(show.genres, title.genres) +
          shared(show.creators, title.creators) +
          0.5 * Math.min(2, shared(show.cast, title.cast)) +
          0.3 * (title.voteAverage - 7.5)
      })),
    1.5
  )

const plain = (text: string): string =>
  text
    .normalize("NFD")
    .replaceAll(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, " ")
    .trim()

/**
 * Those of `all` whose name holds every word of `query` (the last may be a beginning): the exact name first, then
 * names that begin with it, then the more popular. Case, accents and punctuation do not matter.
 */
export const searchByName = <A>(
  all: ReadonlyArray<A>,
  query: string,
  nameOf: (item: A) => string,
  weightOf: (item: A) => number
): ReadonlyArray<A> => {
  const wanted = plain(query)
  if (wanted === "") return []
  const words = wanted.split(" ")
  const rank = (name: string): number => {
    if (name === wanted) return 3
    if (name.startsWith(`${wanted} `) || name === `the ${wanted}`) return 2
    const parts = name.split(" ")
    const holds = words.every((word, index) =>
      parts.some((part) => part === word || (index === words.length - 1 && part.startsWith(word)))
    )
    return holds ? 1 : 0
  }
  return all
    .map((item) => ({ item, rank: rank(plain(nameOf(item))) }))
    .filter((entry) => entry.rank > 0)
    .sort((a, b) => b.rank - a.rank || weightOf(b.item) - weightOf(a.item))
    .map((entry) => entry.item)
}
