/**
 * Tmdb: The Movie Database, API version 3. What exists at all: films, series, people, what goes with what.
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

import type { MediaError } from "./MediaError.ts"
import * as ServiceClient from "./ServiceClient.ts"
import * as ServiceConfig from "./ServiceConfig.ts"
import type { Kind } from "./Title.ts"

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
  person: "GET /3/person/{person_id}"
} as const

const text = Schema.optionalKey(Schema.NullOr(Schema.String))
const number = Schema.optionalKey(Schema.NullOr(Schema.Finite))

/** A film or series in a list. Films have `title` and `release_date`, series `name` and `first_air_date`; dates may be "". */
const common = {
  id: Schema.Int,
  title: text,
  name: text,
  release_date: text,
  first_air_date: text,
  overview: text,
  popularity: number,
  vote_average: number,
  vote_count: number
}
export const Entry = Schema.Struct({
  ...common,
  genre_ids: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Int)))
})
export type Entry = typeof Entry.Type

export const Genre = Schema.Struct({ id: Schema.Int, name: Schema.String })
export type Genre = typeof Genre.Type

export const Person = Schema.Struct({ id: Schema.Int, name: Schema.String, popularity: number })
export type Person = typeof Person.Type

const page = <A extends Schema.Constraint>(item: A) =>
  Schema.Struct({ results: Schema.Array(item), total_pages: Schema.Int, total_results: Schema.Int })

/** At most twenty entries; `total` and `pages` count the whole list. */
export const Entries = Schema.Struct({ items: Schema.Array(Entry), total: Schema.Int, pages: Schema.Int })
export type Entries = typeof Entries.Type

export const EntriesPage = page(Entry)
export const entries = ({ results, total_pages, total_results }: typeof EntriesPage.Type): Entries => ({
  items: results,
  total: total_results,
  pages: total_pages
})

const people = <Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.Struct({
    cast: Schema.optionalKey(Schema.Array(Schema.Struct(fields))),
    crew: Schema.optionalKey(Schema.Array(Schema.Struct({ ...fields, job: text })))
  })

export const Credits = people(Entry.fields)
export type Credits = typeof Credits.Type

export const Details = Schema.Struct({
  ...common,
  genres: Schema.optionalKey(Schema.Array(Genre)),
  runtime: number,
  episode_run_time: Schema.optionalKey(Schema.Array(Schema.Finite)),
  created_by: Schema.optionalKey(Schema.Array(Schema.Struct({ name: Schema.String }))),
  credits: Schema.optionalKey(people({ name: Schema.String, order: number }))
})
export type Details = typeof Details.Type

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
