/**
 * Tmdb: The Movie Database, API version 3. What exists at all: films, series, people, what goes with what. The answers'
 * shapes are in `TmdbRecords`.
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

import { type MediaError, rejected } from "./MediaError.ts"
import * as ServiceClient from "./ServiceClient.ts"
import * as ServiceConfig from "./ServiceConfig.ts"
import type { Kind } from "./Title.ts"
import {
  Collection,
  CollectionDetails,
  Credits,
  Details,
  type Entries,
  entries,
  EntriesPage,
  Genre,
  page,
  Person,
  PersonDetails,
  Providers
} from "./TmdbRecords.ts"

/** Every endpoint this client calls. */
export const endpoints = {
  configuration: "GET /3/configuration",
  search: { movie: "GET /3/search/movie", series: "GET /3/search/tv" },
  searchPerson: "GET /3/search/person",
  discover: { movie: "GET /3/discover/movie", series: "GET /3/discover/tv" },
  genres: { movie: "GET /3/genre/movie/list", series: "GET /3/genre/tv/list" },
  details: { movie: "GET /3/movie/{movie_id}", series: "GET /3/tv/{series_id}" },
  recommendations: {
    movie: "GET /3/movie/{movie_id}/recommendations",
    series: "GET /3/tv/{series_id}/recommendations"
  },
  similar: { movie: "GET /3/movie/{movie_id}/similar", series: "GET /3/tv/{series_id}/similar" },
  credits: { movie: "GET /3/person/{person_id}/movie_credits", series: "GET /3/person/{person_id}/tv_credits" },
  person: "GET /3/person/{person_id}",
  searchCollection: "GET /3/search/collection",
  collection: "GET /3/collection/{collection_id}",
  providers: { movie: "GET /3/movie/{movie_id}/watch/providers", series: "GET /3/tv/{series_id}/watch/providers" },
  charts: {
    trending_today: { movie: "GET /3/trending/movie/{time_window}", series: "GET /3/trending/tv/{time_window}" },
    trending_week: { movie: "GET /3/trending/movie/{time_window}", series: "GET /3/trending/tv/{time_window}" },
    popular: { movie: "GET /3/movie/popular", series: "GET /3/tv/popular" },
    top_rated: { movie: "GET /3/movie/top_rated", series: "GET /3/tv/top_rated" },
    upcoming: { movie: "GET /3/movie/upcoming" },
    now_playing: { movie: "GET /3/movie/now_playing" },
    on_the_air: { series: "GET /3/tv/on_the_air" },
    airing_today: { series: "GET /3/tv/airing_today" }
  }
} as const

/** The lists that TMDb itself keeps, some of films or of series alone. */
export const Chart = Schema.Literals(Record.keys(endpoints.charts))
export type Chart = typeof Chart.Type

type OfKinds = Partial<Readonly<Record<Kind, ServiceClient.Endpoint<"GET">>>>

/** The kind of the titles that a list holds: films, where it is kept of both. */
export const kindOf = (chart: Chart): Kind => {
  const { movie }: OfKinds = endpoints.charts[chart]
  return movie === undefined ? "series" : "movie"
}

export class Tmdb extends Context.Service<
  Tmdb,
  {
    /** Films or series whose title matches, best match first. `page` counts from 1. */
    search(kind: Kind, options: SearchOptions): Effect.Effect<Entries, MediaError>
    /** People by name, best match first. */
    searchPerson(name: string): Effect.Effect<ReadonlyArray<Person>, MediaError>
    /** Films or series by TMDb's own discover parameters. `page` counts from 1 and ends at 500. */
    discover(kind: Kind, parameters: DiscoverParameters): Effect.Effect<Entries, MediaError>
    /** The genres TMDb knows for films or for series. */
    genres(kind: Kind): Effect.Effect<ReadonlyArray<Genre>, MediaError>
    /** One film or series with its credits. */
    details(kind: Kind, tmdbId: number): Effect.Effect<Details, MediaError>
    recommendations(kind: Kind, tmdbId: number, page: number): Effect.Effect<Entries, MediaError>
    similar(kind: Kind, tmdbId: number, page: number): Effect.Effect<Entries, MediaError>
    /** What a person played in and worked on. */
    credits(kind: Kind, personId: number): Effect.Effect<Credits, MediaError>
    person(personId: number): Effect.Effect<PersonDetails, MediaError>
    /** One of TMDb's own lists, in its own order. `page` counts from 1. Rejected where there is no such list of the kind. */
    chart(kind: Kind, chart: Chart, page: number): Effect.Effect<Entries, MediaError>
    /** Collections of films whose name matches, best match first. */
    searchCollection(name: string): Effect.Effect<ReadonlyArray<Collection>, MediaError>
    /** A collection with all its films, in no order. */
    collection(collectionId: number): Effect.Effect<CollectionDetails, MediaError>
    /** Where a title can be watched, in every country of which that is known. */
    providers(kind: Kind, tmdbId: number): Effect.Effect<Providers, MediaError>
    /** Succeeds where TMDb answers and takes the key; TMDb names no version. */
    readonly version: Effect.Effect<{ readonly name: "TMDb"; readonly version: null }, MediaError>
  }
>()("@callsheet/media/Tmdb") {
  static readonly layerNoDeps = (access: ServiceConfig.Access): Layer.Layer<Tmdb, never, HttpClient.HttpClient> =>
    Layer.effect(
      Tmdb,
      Effect.gen(function* () {
        const { get } = yield* client(access)
        const byKind = <A>(
          pair: Readonly<Record<Kind, ServiceClient.Endpoint<"GET">>>,
          schema: Schema.ConstraintDecoder<A>
        ) => {
          const reads = { movie: get(pair.movie, schema), series: get(pair.series, schema) }
          return (kind: Kind, options?: ServiceClient.CallOptions) => reads[kind](options)
        }

        const configuration = get(endpoints.configuration, Schema.Struct({}))
        const search = byKind(endpoints.search, EntriesPage)
        const searchPerson = get(endpoints.searchPerson, page(Person))
        const discover = byKind(endpoints.discover, EntriesPage)
        const genres = byKind(endpoints.genres, Schema.Struct({ genres: Schema.Array(Genre) }))
        const details = byKind(endpoints.details, Details)
        const recommendations = byKind(endpoints.recommendations, EntriesPage)
        const similar = byKind(endpoints.similar, EntriesPage)
        const credits = byKind(endpoints.credits, Credits)
        const person = get(endpoints.person, PersonDetails)
        const searchCollection = get(endpoints.searchCollection, page(Collection))
        const collection = get(endpoints.collection, CollectionDetails)
        const providers = byKind(endpoints.providers, Schema.Struct({ results: Providers }))
        const charts = Record.map(endpoints.charts, ({ movie, series }: OfKinds) => ({
          movie: movie && get(movie, EntriesPage),
          series: series && get(series, EntriesPage)
        }))

        return Tmdb.of({
          search: (kind, { page, query, year }) =>
            Effect.map(
              search(kind, {
                query: { query, page, [kind === "movie" ? "primary_release_year" : "first_air_date_year"]: year }
              }),
              entries
            ),
          searchPerson: (name) => Effect.map(searchPerson({ query: { query: name } }), ({ results }) => results),
          discover: (kind, parameters) => Effect.map(discover(kind, { query: parameters }), entries),
          genres: (kind) => Effect.map(genres(kind), ({ genres }) => genres),
          details: (kind, tmdbId) => details(kind, { path: pathOf(tmdbId), query: { append_to_response: "credits" } }),
          recommendations: (kind, tmdbId, page) =>
            Effect.map(recommendations(kind, { path: pathOf(tmdbId), query: { page } }), entries),
          similar: (kind, tmdbId, page) =>
            Effect.map(similar(kind, { path: pathOf(tmdbId), query: { page } }), entries),
          credits: (kind, personId) => credits(kind, { path: pathOf(personId) }),
          person: (personId) => person({ path: pathOf(personId) }),
          chart: (kind, chart, page) => {
            const read = charts[chart][kind]
            return read === undefined
              ? Effect.fail(
                  rejected("tmdb", `TMDb keeps no list ${chart} of ${kind === "movie" ? "films" : "series"}.`)
                )
              : Effect.map(
                  read({ path: { time_window: chart === "trending_today" ? "day" : "week" }, query: { page } }),
                  entries
                )
          },
          searchCollection: (name) =>
            Effect.map(searchCollection({ query: { query: name } }), ({ results }) => results),
          collection: (collectionId) => collection({ path: { collection_id: collectionId } }),
          providers: (kind, tmdbId) => Effect.map(providers(kind, { path: pathOf(tmdbId) }), ({ results }) => results),
          version: Effect.as(configuration(), { name: "TMDb", version: null } as const)
        })
      })
    )

  /** From `TMDB_API_KEY`, and `TMDB_BASE_URL` where it is not TMDb's own address. */
  static readonly layerConfig: Layer.Layer<Tmdb, Config.ConfigError, HttpClient.HttpClient> = Layer.unwrap(
    Effect.map(ServiceConfig.required(ServiceConfig.tmdb, "TMDB_API_KEY"), Tmdb.layerNoDeps)
  )
}

/** What is `undefined` is left out. */
export type DiscoverParameters = Readonly<Record<string, string | number | boolean | undefined>>

export interface SearchOptions {
  readonly query: string
  /** Of release, or of the first broadcast. */
  readonly year: number | undefined
  readonly page: number
}

/** How TMDb is asked. */
export const client = ({ baseUrl, secret }: ServiceConfig.Access) =>
  ServiceClient.make({
    service: "tmdb",
    name: "TMDb",
    baseUrl,
    secret,
    variables: { baseUrl: "TMDB_BASE_URL", secret: "TMDB_API_KEY" },
    // The resource was not found, or nothing can have this id.
    notFound: Schema.Struct({ status_code: Schema.Literals([34, 6]) }),
    authorize: isReadAccessToken(secret)
      ? HttpClientRequest.bearerToken(secret)
      : HttpClientRequest.setUrlParam("api_key", secret)
  })

/** An id in any of the path templates. */
export const pathOf = (id: number) => ({ movie_id: id, series_id: id, person_id: id })

/** TMDb gives two kinds of secret: a short key for the address, and a token (a JWT) for the header. */
const isReadAccessToken = (secret: Redacted.Redacted) => /^eyJ|\./.test(Redacted.value(secret))
