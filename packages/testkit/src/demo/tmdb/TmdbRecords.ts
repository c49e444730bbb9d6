/**
 * TmdbRecords: the catalogue in TMDb's shapes: list items, details, credits, people. Pictures are null, as TMDb writes
 * what it has none of. Long because every shape of TMDb's is here, each once.
 */
import { collections } from "../data/collections.ts"
import { filmGenreIds, seriesGenreIds } from "../data/genreIds.ts"
import { filmOriginals, seriesOriginals } from "../data/originals.ts"
import { today } from "../DemoLibrary.ts"
import type { Film } from "../Film.ts"
import { type Person, personId } from "../People.ts"
import { between, hash } from "../Seeded.ts"
import type { Season, Series } from "../Series.ts"
import { biographyOf, factsOf } from "./TmdbBiography.ts"

const noPictures = { backdrop_path: null, poster_path: null }

export const filmItem = (film: Film) => ({
  adult: false,
  ...noPictures,
  genre_ids: film.genres.map((name) => filmGenreIds[name]),
  id: film.tmdbId,
  original_language: filmOriginals[film.tmdbId]?.[0] ?? "en",
  original_title: filmOriginals[film.tmdbId]?.[1] ?? film.title,
  overview: film.overview,
  popularity: film.popularity,
  release_date: film.releasedOn,
  title: film.title,
  video: false,
  vote_average: film.voteAverage,
  vote_count: film.voteCount
})

export const seriesItem = (show: Series) => ({
  adult: false,
  ...noPictures,
  genre_ids: show.genres.map((name) => seriesGenreIds[name]),
  id: show.tmdbId,
  origin_country: [countryOf(seriesOriginals[show.tmdbId]?.[0] ?? "en")],
  original_language: seriesOriginals[show.tmdbId]?.[0] ?? "en",
  original_name: seriesOriginals[show.tmdbId]?.[1] ?? show.title,
  overview: show.overview,
  popularity: show.popularity,
  first_air_date: show.firstAiredOn,
  name: show.title,
  vote_average: show.voteAverage,
  vote_count: show.voteCount
})

const countryOf = (language: string): string =>
  language === "de" ? "DE" : language === "ja" ? "JP" : language === "ko" ? "KR" : "US"

const personCore = (name: string) => ({
  adult: false,
  gender: 0,
  id: personId(name),
  name,
  original_name: name,
  popularity: between(10, 900, "popularity", name) / 10,
  profile_path: null
})

const creditId = (...parts: ReadonlyArray<string | number>): string =>
  `${hash("credit", ...parts)
    .toString(16)
    .padStart(8, "0")}${hash("credit2", ...parts)
    .toString(16)
    .padStart(8, "0")}`

const castEntry = (titleId: number) => (name: string, order: number) => ({
  ...personCore(name),
  known_for_department: "Acting",
  cast_id: order + 1,
  character: "",
  credit_id: creditId(titleId, name, "cast"),
  order
})

const crewEntry = (titleId: number, job: string, department: string) => (name: string) => ({
  ...personCore(name),
  known_for_department: department,
  credit_id: creditId(titleId, name, job),
  department,
  job
})

export const filmCredits = (film: Film) => ({
  id: film.tmdbId,
  cast: film.cast.map(castEntry(film.tmdbId)),
  crew: film.directors.map(crewEntry(film.tmdbId, "Director", "Directing"))
})

export const seriesCredits = (show: Series) => ({
  id: show.tmdbId,
  cast: show.cast.map(castEntry(show.tmdbId)),
  crew: show.creators.map(crewEntry(show.tmdbId, "Executive Producer", "Production"))
})

export const filmExternalIds = (film: Film) => ({
  id: film.tmdbId,
  imdb_id: film.imdbId,
  wikidata_id: null,
  facebook_id: null,
  instagram_id: null,
  twitter_id: null
})

export const seriesExternalIds = (show: Series) => ({
  id: show.tmdbId,
  imdb_id: show.imdbId,
  freebase_mid: null,
  freebase_id: null,
  tvdb_id: show.tvdbId,
  tvrage_id: null,
  wikidata_id: null,
  facebook_id: null,
  instagram_id: null,
  twitter_id: null
})

const genreList = (names: ReadonlyArray<string>, ids: Readonly<Record<string, number>>) =>
  names.map((name) => ({ id: ids[name], name }))

const language = (code: string) => ({ english_name: englishNames[code] ?? code, iso_639_1: code, name: code })

const englishNames: Readonly<Record<string, string>> = {
  en: "English",
  fr: "French",
  de: "German",
  ja: "Japanese",
  ko: "Korean",
  zh: "Mandarin",
  es: "Spanish",
  id: "Indonesian",
  te: "Telugu",
  lv: "Latvian"
}

export const filmDetails = (film: Film) => {
  const { genre_ids: _, ...item } = filmItem(film)
  const collection = collections.find((entry) => entry.films.includes(film.tmdbId))
  return {
    ...item,
    belongs_to_collection:
      collection === undefined ? null : { id: collection.id, name: collection.name, ...noPictures },
    budget: 0,
    genres: genreList(film.genres, filmGenreIds),
    homepage: "",
    imdb_id: film.imdbId,
    origin_country: [],
    production_companies: [],
    production_countries: [],
    revenue: 0,
    runtime: film.runtimeMinutes,
    spoken_languages: [language(item.original_language)],
    status: film.releasedOn <= today ? "Released" : "Post Production",
    tagline: ""
  }
}

const seasonItem = (show: Series) => (season: Season) => ({
  air_date: season.episodes[0]?.airedOn ?? null,
  episode_count: season.episodes.length,
  id: show.tmdbId * 100 + season.season,
  name: `Season ${season.season}`,
  overview: "",
  poster_path: null,
  season_number: season.season,
  vote_average: show.voteAverage
})

const episodeItem = (show: Series, season: Season, index: number) => {
  const episode = season.episodes[index]
  return episode === undefined
    ? null
    : {
        id: show.tvdbId * 1000 + season.season * 40 + episode.episode,
        name: episode.title,
        overview: "",
        vote_average: show.voteAverage,
        vote_count: 0,
        air_date: episode.airedOn,
        episode_number: episode.episode,
        episode_type: episode.episode === season.episodes.length ? "finale" : "standard",
        production_code: "",
        runtime: show.runtimeMinutes,
        season_number: season.season,
        show_id: show.tmdbId,
        still_path: null
      }
}

const isAired = (date: string): boolean => date <= today

export const seriesDetails = (show: Series) => {
  const { genre_ids: _, ...item } = seriesItem(show)
  const all = show.seasons.flatMap((season) => season.episodes.map((_, index) => episodeItem(show, season, index)))
  const last = all.findLast((episode) => episode !== null && isAired(episode.air_date)) ?? null
  const next = all.find((episode) => episode !== null && !isAired(episode.air_date)) ?? null
  return {
    ...item,
    created_by: show.creators.map((name) => ({
      id: personId(name),
      credit_id: creditId(show.tmdbId, name),
      name,
      original_name: name,
      gender: 0,
      profile_path: null
    })),
    episode_run_time: [show.runtimeMinutes],
    genres: genreList(show.genres, seriesGenreIds),
    homepage: "",
    in_production: !show.ended,
    languages: [item.original_language],
    last_air_date: last?.air_date ?? null,
    last_episode_to_air: last,
    next_episode_to_air: next,
    networks: [{ id: hash("network", show.network) % 5000, logo_path: null, name: show.network, origin_country: "" }],
    number_of_episodes: all.length,
    number_of_seasons: show.seasons.length,
    production_companies: [],
    production_countries: [],
    seasons: show.seasons.map(seasonItem(show)),
    spoken_languages: [language(item.original_language)],
    status: show.ended ? "Ended" : "Returning Series",
    tagline: "",
    type: "Scripted"
  }
}

export const seasonDetails = (show: Series, season: Season) => ({
  _id: creditId(show.tmdbId, season.season),
  ...seasonItem(show)(season),
  episodes: season.episodes.map((_, index) => episodeItem(show, season, index))
})

const departmentOf = (person: Person): string =>
  person.directed.length > person.actedIn.length
    ? "Directing"
    : person.actedIn.length + person.actedInSeries.length > 0
      ? "Acting"
      : "Writing"

export const personItem = (person: Person) => ({
  ...personCore(person.name),
  known_for_department: departmentOf(person),
  known_for: [...person.directed, ...person.actedIn]
    .toSorted((a, b) => b.popularity - a.popularity)
    .slice(0, 3)
    .map((film) => ({ ...filmItem(film), media_type: "movie" }))
})

export const personDetails = (person: Person) => ({
  ...personCore(person.name),
  also_known_as: [],
  biography: biographyOf(person),
  ...factsOf(person),
  homepage: null,
  imdb_id: null,
  known_for_department: departmentOf(person)
})

export const personFilmCredits = (person: Person) => ({
  cast: person.actedIn.map((film) => ({
    ...filmItem(film),
    character: "",
    credit_id: creditId(film.tmdbId, person.name, "cast"),
    order: film.cast.indexOf(person.name)
  })),
  crew: person.directed.map((film) => ({
    ...filmItem(film),
    credit_id: creditId(film.tmdbId, person.name, "Director"),
    department: "Directing",
    job: "Director"
  })),
  id: person.tmdbId
})

export const personSeriesCredits = (person: Person) => ({
  cast: person.actedInSeries.map((show) => ({
    ...seriesItem(show),
    character: "",
    credit_id: creditId(show.tmdbId, person.name, "cast"),
    episode_count: show.seasons.reduce((sum, season) => sum + season.episodes.length, 0)
  })),
  crew: person.created.map((show) => ({
    ...seriesItem(show),
    credit_id: creditId(show.tmdbId, person.name, "Executive Producer"),
    department: "Production",
    episode_count: show.seasons.reduce((sum, season) => sum + season.episodes.length, 0),
    job: "Executive Producer"
  })),
  id: person.tmdbId
})

export const personCombinedCredits = (person: Person) => {
  const films = personFilmCredits(person)
  const shows = personSeriesCredits(person)
  const as =
    <T extends string>(media_type: T) =>
    <A extends object>(item: A) => ({ ...item, media_type })
  return {
    cast: [...films.cast.map(as("movie")), ...shows.cast.map(as("tv"))],
    crew: [...films.crew.map(as("movie")), ...shows.crew.map(as("tv"))],
    id: person.tmdbId
  }
}
