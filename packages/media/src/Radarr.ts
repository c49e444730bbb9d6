/**
 * Radarr: the films the household is after, and their downloads.
 */
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

import * as ArrHistory from "./ArrHistory.ts"
import * as ArrQueue from "./ArrQueue.ts"
import * as ArrService from "./ArrService.ts"
import * as ArrTitle from "./ArrTitle.ts"
import type { MediaError } from "./MediaError.ts"
import * as ServiceClient from "./ServiceClient.ts"
import * as ServiceConfig from "./ServiceConfig.ts"
import type { Page } from "./WholeList.ts"

/** Every endpoint this client calls. */
export const endpoints = {
  ...ArrService.endpoints,
  lookup: "GET /api/v3/movie/lookup/tmdb",
  movies: "GET /api/v3/movie",
  addMovie: "POST /api/v3/movie",
  edit: "PUT /api/v3/movie/editor",
  remove: "DELETE /api/v3/movie/{id}",
  calendar: "GET /api/v3/calendar",
  wanted: { missing: "GET /api/v3/wanted/missing", cutoff: "GET /api/v3/wanted/cutoff" }
} as const

const text = Schema.optionalKey(Schema.NullOr(Schema.String))
const number = Schema.optionalKey(Schema.NullOr(Schema.Finite))

/**
 * A film. `id` is 0 or missing until Radarr has it; `year` and `tmdbId` are 0 where unknown. Dates are instants in UTC.
 */
export const Movie = Schema.Struct({
  ...ArrTitle.fields,
  hasFile: Schema.optionalKey(Schema.NullOr(Schema.Boolean)),
  sizeOnDisk: number,
  inCinemas: text,
  digitalRelease: text,
  physicalRelease: text,
  movieFile: Schema.optionalKey(Schema.NullOr(Schema.Struct({ quality: ArrQueue.Quality })))
})
export type Movie = typeof Movie.Type

/** A film that Radarr has. */
const AddedMovie = Schema.Struct({ id: Schema.Int, monitored: Schema.Boolean })
export type AddedMovie = typeof AddedMovie.Type

/** The film that a record is of; missing where Radarr cannot tell. */
const movie = Schema.optionalKey(
  Schema.NullOr(
    Schema.Struct({ title: text, year: Schema.optionalKey(Schema.Int), tmdbId: Schema.optionalKey(Schema.Int) })
  )
)

export const QueueRecord = Schema.Struct({ ...ArrQueue.recordFields, movie })
export type QueueRecord = typeof QueueRecord.Type

export const HistoryRecord = Schema.Struct({ ...ArrHistory.eventFields, movie })
export type HistoryRecord = typeof HistoryRecord.Type

export const BlockedRecord = Schema.Struct({ ...ArrHistory.blockedFields, movie })
export type BlockedRecord = typeof BlockedRecord.Type

export interface NewMovie {
  readonly tmdbId: number
  readonly title: string
  readonly year: number
  readonly qualityProfileId: number
  readonly rootFolderPath: string
  /** Look for a download at once. */
  readonly searchNow: boolean
}

export interface RadarrService extends ArrService.ArrService<QueueRecord, HistoryRecord, BlockedRecord> {
  /** A film by TMDb id, from Radarr's own catalogue; with its `id` if Radarr already has it. */
  lookup(tmdbId: number): Effect.Effect<Movie, MediaError>
  /** Every film that Radarr has. */
  readonly movies: Effect.Effect<ReadonlyArray<Movie>, MediaError>
  /** The film by that TMDb id, if Radarr has it. */
  movie(tmdbId: number): Effect.Effect<Movie | undefined, MediaError>
  /** Films that come out, in whichever way, within the span. */
  calendar(span: ArrTitle.Span): Effect.Effect<ReadonlyArray<Movie>, MediaError>
  /** One page of the monitored films that lack a file, or whose file is worse than their profile wants; by title. */
  wanted(why: ArrTitle.Want, page: number): Effect.Effect<Page<Movie>, MediaError>
  /** Adds a film, monitored. Never tried twice. */
  addMovie(movie: NewMovie): Effect.Effect<AddedMovie, MediaError>
  /** Changes what is given of a film. No file is moved. */
  edit(id: number, change: ArrTitle.Change): Effect.Effect<void, MediaError>
  /** Takes a film out of Radarr; its files stay unless they are to be deleted. */
  remove(id: number, options: { readonly deleteFiles: boolean }): Effect.Effect<void, MediaError>
  readonly version: Effect.Effect<{ readonly name: "Radarr"; readonly version: string | null }, MediaError>
}

export class Radarr extends Context.Service<Radarr, RadarrService>()("@callsheet/media/Radarr") {
  static readonly layerNoDeps = ({
    baseUrl,
    secret
  }: ServiceConfig.Access): Layer.Layer<Radarr, never, HttpClient.HttpClient> =>
    Layer.effect(
      Radarr,
      Effect.gen(function* () {
        const client = yield* ServiceClient.make({
          service: "radarr",
          name: "Radarr",
          baseUrl,
          secret,
          variables: { baseUrl: "RADARR_BASE_URL", secret: "RADARR_API_KEY" },
          authorize: HttpClientRequest.setHeader("X-Api-Key", Redacted.value(secret)),
          notFound: ArrQueue.notFound
        })
        const { get, post, write } = client

        const status = get(endpoints.status, Schema.Struct({ version: text }))
        const lookup = get(endpoints.lookup, Movie)
        const movies = get(endpoints.movies, Schema.Array(Movie))
        const calendar = get(endpoints.calendar, Schema.Array(Movie))
        const wanted = {
          missing: get(endpoints.wanted.missing, ArrQueue.page(Movie)),
          cutoff: get(endpoints.wanted.cutoff, ArrQueue.page(Movie))
        }
        const addMovie = post(endpoints.addMovie, AddedMovie)
        const edit = write(endpoints.edit)
        const remove = write(endpoints.remove)

        return Radarr.of({
          ...ArrService.make({
            client,
            queue: { record: QueueRecord, query: { includeMovie: true, includeUnknownMovieItems: true } },
            history: { record: HistoryRecord, query: { includeMovie: true }, events, titles: "movieIds" },
            blocklist: { record: BlockedRecord }
          }),
          lookup: (tmdbId) => lookup({ query: { tmdbId } }),
          movies: movies({ query: { excludeLocalCovers: true } }),
          movie: (tmdbId) =>
            Effect.map(movies({ query: { tmdbId, excludeLocalCovers: true } }), (found) =>
              found.find((movie) => movie.tmdbId === tmdbId)
            ),
          calendar: (span) => calendar({ query: ArrTitle.spanQuery(span) }),
          wanted: (why, page) =>
            Effect.map(
              wanted[why]({ query: { ...ArrTitle.wantedQuery(page), sortKey: "movieMetadata.sortTitle" } }),
              ArrService.pageOf
            ),
          addMovie: ({ searchNow, ...movie }) =>
            addMovie({
              ...movie,
              monitored: true,
              minimumAvailability: "released",
              addOptions: { searchForMovie: searchNow }
            }),
          edit: (id, change) => edit({ body: { movieIds: [id], ...ArrTitle.changeBody(change) } }),
          remove: (id, { deleteFiles }) => remove({ path: { id }, query: { deleteFiles } }),
          version: Effect.map(status(), ({ version = null }) => ({ name: "Radarr", version }) as const)
        })
      })
    )

  /** From `RADARR_BASE_URL` and `RADARR_API_KEY`. */
  static readonly layerConfig: Layer.Layer<Radarr, Config.ConfigError, HttpClient.HttpClient> = Layer.unwrap(
    Effect.map(ServiceConfig.required(ServiceConfig.radarr, "RADARR_BASE_URL"), Radarr.layerNoDeps)
  )
}

const events: ArrHistory.EventNumbers = {
  grabbed: [1],
  imported: [3, 7],
  failed: [4],
  deleted: [6],
  renamed: [8],
  ignored: [9]
}
