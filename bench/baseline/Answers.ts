/**
 * Answers: what of the demo library an answer to each of the ten questions must name.
 */
import * as Demo from "@callsheet/testkit/demo/DemoLibrary"

type Film = (typeof Demo.films)[number]

const nameOf = ({ title, year }: Film) => `${title} (${year})`

const isUnwatched = (film: Film) => Demo.isOwned(film) && !Demo.isWatched(film)

const films = (fits: (film: Film) => boolean) => Demo.films.filter(fits).map(nameOf)

const queued = new Set([...Demo.filmDownloads, ...Demo.episodeDownloads].map(({ tmdbId }) => tmdbId))

const isNolan = ({ directors }: Film) => directors.includes("Christopher Nolan")

/** By question: what may be named, and how many of it at least; all, where nothing says how many. */
const truth: Readonly<Record<string, { readonly names: ReadonlyArray<string>; readonly least?: number }>> = {
  "Show me recent movies": {
    names: Demo.libraryFilms
      .toSorted((a, b) => b.addedAt - a.addedAt)
      .slice(0, 5)
      .map(({ film }) => nameOf(film))
  },
  "What's on deck in Plex?": {
    names: Demo.onDeck.slice(0, 5).map((item) => ("film" in item ? item.film.title : item.series.title))
  },
  "List my unwatched movies": { names: films(isUnwatched), least: 5 },
  "Search for Inception": { names: films(({ tmdbId }) => tmdbId === 27_205) },
  "What's downloading right now?": {
    names: [...Demo.films, ...Demo.series].filter(({ tmdbId }) => queued.has(tmdbId)).map(({ title }) => title),
    least: 5
  },
  "Find me horror movies from 2020-2023 with rating above 7.0": {
    names: films(
      ({ genres, voteAverage, year }) => genres.includes("Horror") && year >= 2020 && year <= 2023 && voteAverage > 7
    )
  },
  "Show me all the action movies in my Plex library that I haven't watched yet": {
    names: films((film) => film.genres.includes("Action") && isUnwatched(film))
  },
  "Recommend something similar to The Matrix but more recent": {
    names: films(({ year }) => year > 1999),
    least: 3
  },
  "What are the most popular movies from 2023 that I don't have?": {
    names: films((film) => film.year === 2023 && !Demo.isOwned(film)).slice(0, 5)
  },
  "Which Christopher Nolan films do I own but haven't watched, and which ones am I missing?": {
    names: films((film) => isNolan(film) && !Demo.isWatched(film))
  }
}

/** Whether `answer` names what it must. */
export const isTrue = (question: string, answer: string): boolean => {
  const known = truth[question]
  if (known === undefined) return false
  const { least = known.names.length, names } = known
  return names.filter((name) => answer.includes(name)).length >= least
}
