/**
 * TmdbApp: the demo's TMDb, version 3 of its API. The catalogue is every title of the library's data, owned or not.
 * Long because it is one table of routes.
 */
import { collections } from "../data/collections.ts"
import { filmGenreIds, seriesGenreIds } from "../data/genreIds.ts"
import { type DemoApp, type DemoReply, type DemoRequest, type DemoRoute, get, json, wholeNumber } from "../DemoApp.ts"
import { today } from "../DemoLibrary.ts"
import { type Film, films } from "../Film.ts"
import { recommendedFilms, relatedSeries, searchByName, similarFilms } from "../Nearness.ts"
import { people, type Person } from "../People.ts"
import { addDays, type Series, series } from "../Series.ts"
import { discoverFilms, discoverSeries } from "./TmdbDiscover.ts"
import { filmProviders, seriesProviders } from "./TmdbProviders.ts"
import * as Records from "./TmdbRecords.ts"

const failure = (status: number, code: number, message: string): DemoReply =>
  json({ success: false, status_code: code, status_message: message }, status)

const notFound = failure(404, 34, "The resource you requested could not be found.")
const invalidId = failure(404, 6, "Invalid id: The pre-requisite id is invalid or not found.")
const invalidPage = failure(
  400,
  22,
  "Invalid page: Pages start at 1 and max at 500. They are expected to be an integer."
)

const pageSize = 20

const paged = <A>(request: DemoRequest, all: ReadonlyArray<A>, toItem: (item: A) => unknown): DemoReply => {
  const page = wholeNumber(request.query.get("page") ?? "1")
  if (page === undefined || page < 1 || page > 500) return invalidPage
  return json(pageOf(page, all, toItem))
}

const pageOf = <A>(page: number, all: ReadonlyArray<A>, toItem: (item: A) => unknown) => ({
  page,
  results: all.slice((page - 1) * pageSize, page * pageSize).map(toItem),
  total_pages: Math.ceil(all.length / pageSize),
  total_results: all.length
})

const as =
  <A>(mediaType: string, toItem: (item: A) => object) =>
  (item: A) => ({ ...toItem(item), media_type: mediaType })

type Extras<A> = Readonly<Record<string, (title: A) => object>>

const filmExtras: Extras<Film> = {
  credits: Records.filmCredits,
  external_ids: Records.filmExternalIds,
  recommendations: (film) => pageOf(1, recommendedFilms(film), as("movie", Records.filmItem)),
  similar: (film) => pageOf(1, similarFilms(film), Records.filmItem),
  videos: (film) => ({ id: film.tmdbId, results: [] }),
  images: (film) => ({ id: film.tmdbId, backdrops: [], logos: [], posters: [] }),
  keywords: (film) => ({ id: film.tmdbId, keywords: [] }),
  release_dates: (film) => ({
    id: film.tmdbId,
    results: [
      {
        iso_3166_1: "US",
        release_dates: [
          {
            certification: film.certificate,
            descriptors: [],
            iso_639_1: "",
            note: "",
            release_date: `${film.releasedOn}T00:00:00.000Z`,
            type: 3
          }
        ]
      }
    ]
  }),
  "watch/providers": filmProviders
}

const seriesExtras: Extras<Series> = {
  credits: Records.seriesCredits,
  aggregate_credits: Records.seriesCredits,
  external_ids: Records.seriesExternalIds,
  recommendations: (show) => pageOf(1, relatedSeries(show), as("tv", Records.seriesItem)),
  similar: (show) => pageOf(1, relatedSeries(show), Records.seriesItem),
  videos: (show) => ({ id: show.tmdbId, results: [] }),
  images: (show) => ({ id: show.tmdbId, backdrops: [], logos: [], posters: [] }),
  keywords: (show) => ({ id: show.tmdbId, results: [] }),
  content_ratings: (show) => ({
    id: show.tmdbId,
    results: [{ descriptors: [], iso_3166_1: "US", rating: show.certificate }]
  }),
  "watch/providers": seriesProviders
}

const personExtras: Extras<Person> = {
  movie_credits: Records.personFilmCredits,
  tv_credits: Records.personSeriesCredits,
  combined_credits: Records.personCombinedCredits,
  external_ids: (person) => ({ id: person.tmdbId, imdb_id: null, wikidata_id: null })
}

const appended = <A>(request: DemoRequest, title: A, details: object, extras: Extras<A>): DemoReply => {
  const wanted = (request.query.get("append_to_response") ?? "").split(",")
  const more = wanted.flatMap((name) => {
    const extra = Object.hasOwn(extras, name) ? extras[name] : undefined
    return extra === undefined ? [] : [[name, withoutId(extra(title))]]
  })
  return json({ ...details, ...Object.fromEntries(more) })
}

const withoutId = (record: object): object => Object.fromEntries(Object.entries(record).filter(([key]) => key !== "id"))

interface Kind<A> {
  readonly name: "movie" | "tv" | "person"
  readonly idName: string
  readonly all: ReadonlyArray<A & { readonly tmdbId: number }>
  readonly details: (title: A) => object
  readonly extras: Extras<A>
}

const withId =
  <A>(kind: Kind<A>, answer: (title: A, request: DemoRequest) => DemoReply) =>
  (request: DemoRequest) => {
    const id = wholeNumber(request.params[kind.idName])
    if (id === undefined) return invalidId
    const title = kind.all.find((entry) => entry.tmdbId === id)
    return title === undefined ? notFound : answer(title, request)
  }

/** The details of one kind, and each extra as a resource of its own. */
const titleRoutes = <A>(kind: Kind<A>, paths: ReadonlyArray<string>): ReadonlyArray<DemoRoute> => [
  get(
    `/3/${kind.name}/{${kind.idName}}`,
    withId(kind, (title, request) => appended(request, title, kind.details(title), kind.extras))
  ),
  ...paths.map((name) =>
    get(
      `/3/${kind.name}/{${kind.idName}}/${name}`,
      withId(kind, (title) => json(kind.extras[name]?.(title) ?? {}))
    )
  )
]

const movies: Kind<Film> = {
  name: "movie",
  idName: "movie_id",
  all: films,
  details: Records.filmDetails,
  extras: filmExtras
}
const shows: Kind<Series> = {
  name: "tv",
  idName: "series_id",
  all: series,
  details: Records.seriesDetails,
  extras: seriesExtras
}
const persons: Kind<Person> = {
  name: "person",
  idName: "person_id",
  all: people,
  details: Records.personDetails,
  extras: personExtras
}

const byRating = <A extends { readonly voteAverage: number }>(all: ReadonlyArray<A>) =>
  all.toSorted((a, b) => b.voteAverage - a.voteAverage)

const airsWithin = (show: Series, days: number): boolean =>
  show.seasons.some((season) =>
    season.episodes.some((episode) => episode.airedOn >= today && episode.airedOn <= addDays(today, days))
  )

const filmLists: Readonly<Record<string, () => ReadonlyArray<Film>>> = {
  popular: () => films,
  top_rated: () => byRating(films.filter((film) => film.voteCount >= 300)),
  now_playing: () => films.filter((film) => film.releasedOn > addDays(today, -120) && film.releasedOn <= today),
  upcoming: () => films.filter((film) => film.releasedOn > today)
}

const seriesLists: Readonly<Record<string, () => ReadonlyArray<Series>>> = {
  popular: () => series,
  top_rated: () => byRating(series),
  on_the_air: () => series.filter((show) => airsWithin(show, 7)),
  airing_today: () => series.filter((show) => airsWithin(show, 0))
}

/** Trending is what is popular, with the new before the old. */
const trend = <A extends { readonly popularity: number; readonly year: number }>(all: ReadonlyArray<A>) =>
  all.toSorted((a, b) => b.popularity * trendWeight(b.year) - a.popularity * trendWeight(a.year))

const trendWeight = (year: number): number => (year >= 2024 ? 2 : year >= 2023 ? 1.3 : 1)

const isTimeWindow = (request: DemoRequest): boolean =>
  request.params["time_window"] === "day" || request.params["time_window"] === "week"

const ofYear = <A>(all: ReadonlyArray<A>, year: string | null, yearOf: (item: A) => number): ReadonlyArray<A> =>
  year === null || year === "" ? all : all.filter((item) => String(yearOf(item)) === year)

const findFilms = (query: URLSearchParams): ReadonlyArray<Film> =>
  ofYear(
    searchByName(
      films,
      query.get("query") ?? "",
      (film) => film.title,
      (film) => film.popularity
    ),
    query.get("primary_release_year") ?? query.get("year"),
    (film) => film.year
  )

const findSeries = (query: URLSearchParams): ReadonlyArray<Series> =>
  ofYear(
    searchByName(
      series,
      query.get("query") ?? "",
      (show) => show.title,
      (show) => show.popularity
    ),
    query.get("first_air_date_year") ?? query.get("year"),
    (show) => show.year
  )

const findPeople = (query: URLSearchParams): ReadonlyArray<Person> =>
  searchByName(
    people,
    query.get("query") ?? "",
    (person) => person.name,
    (person) => person.directed.length + person.actedIn.length
  )

const keywords = [
  { id: 4565, name: "dystopia" },
  { id: 310, name: "artificial intelligence (a.i.)" },
  { id: 4379, name: "time travel" },
  { id: 9882, name: "space" }
]

const genres = (ids: Readonly<Record<string, number>>) =>
  json({ genres: Object.entries(ids).map(([name, id]) => ({ id, name })) })

type Collection = (typeof collections)[number]

const partsOf = ({ films: ids }: Collection): ReadonlyArray<Film> =>
  films.filter(({ tmdbId }) => ids.includes(tmdbId)).toSorted((a, b) => (a.releasedOn < b.releasedOn ? -1 : 1))

const collectionItem = (entry: Collection) => {
  const parts = partsOf(entry)
  return {
    adult: false,
    backdrop_path: null,
    id: entry.id,
    name: entry.name,
    original_language: "en",
    original_name: entry.name,
    overview: `${parts.length} films, the first of ${parts[0]?.year}.`,
    poster_path: null
  }
}

const findCollections = (query: URLSearchParams): ReadonlyArray<Collection> =>
  searchByName(
    collections,
    query.get("query") ?? "",
    ({ name }) => name,
    ({ films }) => films.length
  )

const collection = (request: DemoRequest): DemoReply => {
  const id = wholeNumber(request.params["collection_id"])
  const found = collections.find((entry) => entry.id === id)
  if (found === undefined) return id === undefined ? invalidId : notFound
  const { adult: _, ...record } = collectionItem(found)
  return json({ ...record, parts: partsOf(found).map(as("movie", Records.filmItem)) })
}

const season = withId(shows, (show, request) => {
  const wanted = wholeNumber(request.params["season_number"])
  const found = show.seasons.find((entry) => entry.season === wanted)
  return found === undefined ? notFound : json(Records.seasonDetails(show, found))
})

const multi = (request: DemoRequest): DemoReply =>
  paged(
    request,
    [
      ...findFilms(request.query).map(as("movie", Records.filmItem)),
      ...findSeries(request.query).map(as("tv", Records.seriesItem)),
      ...findPeople(request.query).map(as("person", Records.personItem))
    ],
    (item) => item
  )

const trending =
  <A>(all: ReadonlyArray<A>, toItem: (item: A) => unknown) =>
  (request: DemoRequest) =>
    isTimeWindow(request) ? paged(request, all, toItem) : notFound

const trendingFilms = trend(films)
const trendingSeries = trend(series)
const trendingAll = [
  ...trendingFilms.map((film) => ({ item: as("movie", Records.filmItem)(film), ...film })),
  ...trendingSeries.map((show) => ({ item: as("tv", Records.seriesItem)(show), ...show }))
]

const routes: ReadonlyArray<DemoRoute> = [
  get("/3/configuration", () =>
    json({
      images: {
        base_url: "http://image.tmdb.org/t/p/",
        secure_base_url: "https://image.tmdb.org/t/p/",
        backdrop_sizes: ["w300", "w780", "w1280", "original"],
        logo_sizes: ["w45", "w92", "w154", "w185", "w300", "w500", "original"],
        poster_sizes: ["w92", "w154", "w185", "w342", "w500", "w780", "original"],
        profile_sizes: ["w45", "w185", "h632", "original"],
        still_sizes: ["w92", "w185", "w300", "original"]
      },
      change_keys: ["adult", "air_date", "also_known_as", "biography", "budget", "cast", "title"]
    })
  ),
  get("/3/genre/movie/list", () => genres(filmGenreIds)),
  get("/3/genre/tv/list", () => genres(seriesGenreIds)),
  get("/3/search/movie", (request) => paged(request, findFilms(request.query), Records.filmItem)),
  get("/3/search/tv", (request) => paged(request, findSeries(request.query), Records.seriesItem)),
  get("/3/search/person", (request) => paged(request, findPeople(request.query), Records.personItem)),
  get("/3/search/multi", multi),
  get("/3/search/collection", (request) => paged(request, findCollections(request.query), collectionItem)),
  get("/3/search/keyword", (request) =>
    paged(
      request,
      searchByName(
        keywords,
        request.query.get("query") ?? "",
        (keyword) => keyword.name,
        () => 0
      ),
      (keyword) => keyword
    )
  ),
  get("/3/discover/movie", (request) => paged(request, discoverFilms(request.query), Records.filmItem)),
  get("/3/discover/tv", (request) => paged(request, discoverSeries(request.query), Records.seriesItem)),
  get("/3/trending/movie/{time_window}", trending(trendingFilms, as("movie", Records.filmItem))),
  get("/3/trending/tv/{time_window}", trending(trendingSeries, as("tv", Records.seriesItem))),
  get(
    "/3/trending/all/{time_window}",
    trending(trend(trendingAll), ({ item }) => item)
  ),
  ...Object.entries(filmLists).map(([name, list]) =>
    get(`/3/movie/${name}`, (request) => paged(request, list(), Records.filmItem))
  ),
  ...Object.entries(seriesLists).map(([name, list]) =>
    get(`/3/tv/${name}`, (request) => paged(request, list(), Records.seriesItem))
  ),
  get(
    "/3/movie/{movie_id}/recommendations",
    withId(movies, (film, request) => paged(request, recommendedFilms(film), as("movie", Records.filmItem)))
  ),
  get(
    "/3/movie/{movie_id}/similar",
    withId(movies, (film, request) => paged(request, similarFilms(film), Records.filmItem))
  ),
  get(
    "/3/tv/{series_id}/recommendations",
    withId(shows, (show, request) => paged(request, relatedSeries(show), as("tv", Records.seriesItem)))
  ),
  get(
    "/3/tv/{series_id}/similar",
    withId(shows, (show, request) => paged(request, relatedSeries(show), Records.seriesItem))
  ),
  get("/3/tv/{series_id}/season/{season_number}", season),
  ...titleRoutes(movies, [
    "credits",
    "external_ids",
    "videos",
    "images",
    "keywords",
    "release_dates",
    "watch/providers"
  ]),
  ...titleRoutes(shows, [
    "credits",
    "aggregate_credits",
    "external_ids",
    "videos",
    "images",
    "keywords",
    "content_ratings",
    "watch/providers"
  ]),
  ...titleRoutes(persons, ["movie_credits", "tv_credits", "combined_credits", "external_ids"]),
  get("/3/collection/{collection_id}", collection)
]

/** The demo's TMDb. It takes `apiKey` as a bearer token or as `api_key` in the query. */
export const tmdbApp = (apiKey: string): DemoApp => ({
  service: "tmdb",
  routes,
  refuse: (request) =>
    request.headers["authorization"] === `Bearer ${apiKey}` || request.query.get("api_key") === apiKey
      ? null
      : failure(401, 7, "Invalid API key: You must be granted a valid key."),
  notFound,
  methodNotAllowed: failure(405, 3, "This method is not supported."),
  malformedBody: failure(400, 18, "Validation failed.")
})
