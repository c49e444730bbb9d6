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

import * as ArrQueue from "./ArrQueue.ts"
import type { MediaError } from "./MediaError.ts"
import * as ServiceClient from "./ServiceClient.ts"
import * as ServiceConfig from "./ServiceConfig.ts"

/** Every endpoint this client calls. */
export const endpoints = {
  status: "GET /api/v3/system/status",
  queue: "GET /api/v3/queue",
  lookup: "GET /api/v3/movie/lookup/tmdb",
  rootFolders: "GET /api/v3/rootfolder",
  qualityProfiles: "GET /api/v3/qualityprofile",
  addMovie: "POST /api/v3/movie"
} as const

const text = Schema.optionalKey(Schema.NullOr(Schema.String))

/** A film of Radarr's catalogue. `id` is 0 or missing until Radarr has it; `year` is 0 where unknown. */
export const Movie = Schema.Struct({
  id: Schema.optionalKey(Schema.Int),
  title: text,
  year: Schema.optionalKey(Schema.Int)
})
export type Movie = typeof Movie.Type

/** A film that Radarr has. */
const AddedMovie = Schema.Struct({ id: Schema.Int, monitored: Schema.Boolean })
export type AddedMovie = typeof AddedMovie.Type

export const QueueRecord = Schema.Struct({
  ...ArrQueue.recordFields,
  movie: Schema.optionalKey(Schema.NullOr(Schema.Struct({ title: text })))
})
export type QueueRecord = typeof QueueRecord.Type

const RootFolder = Schema.Struct({
  path: Schema.optionalKey(Schema.NullOr(Schema.String)),
  accessible: Schema.optionalKey(Schema.Boolean)
})
const QualityProfile = Schema.Struct({ id: Schema.Int })

export interface NewMovie {
  readonly tmdbId: number
  readonly title: string
  readonly year: number
  readonly qualityProfileId: number
  readonly rootFolderPath: string
  /** Look for a download at once. */
  readonly searchNow: boolean
}

export class Radarr extends Context.Service<
  Radarr,
  {
    /** All that downloads or waits to, films that Radarr cannot name included. */
    readonly queue: Effect.Effect<ReadonlyArray<QueueRecord>, MediaError>
    /** A film by TMDb id, from Radarr's own catalogue; with its `id` if Radarr already has it. */
    lookup(tmdbId: number): Effect.Effect<Movie, MediaError>
    /** Where films can be put, in Radarr's order. */
    readonly rootFolders: Effect.Effect<ReadonlyArray<string>, MediaError>
    /** Ids of the quality profiles, in Radarr's order. */
    readonly qualityProfiles: Effect.Effect<ReadonlyArray<number>, MediaError>
    /** Adds a film, monitored. Never tried twice. */
    addMovie(movie: NewMovie): Effect.Effect<AddedMovie, MediaError>
    readonly version: Effect.Effect<{ readonly name: "Radarr"; readonly version: string | null }, MediaError>
  }
>()("@callsheet/media/Radarr") {
  static readonly layerNoDeps = ({
    baseUrl,
    secret
  }: ServiceConfig.Access): Layer.Layer<Radarr, never, HttpClient.HttpClient> =>
    Layer.effect(
      Radarr,
      Effect.gen(function* () {
        const { get, post } = yield* ServiceClient.make({
          service: "radarr",
          name: "Radarr",
          baseUrl,
          variables: { baseUrl: "RADARR_BASE_URL", secret: "RADARR_API_KEY" },
          authorize: HttpClientRequest.setHeader("X-Api-Key", Redacted.value(secret)),
          notFound: ArrQueue.notFound
        })

        const status = get(endpoints.status, Schema.Struct({ version: text }))
        const queue = get(endpoints.queue, ArrQueue.page(QueueRecord))
        const lookup = get(endpoints.lookup, Movie)
        const rootFolders = get(endpoints.rootFolders, Schema.Array(RootFolder))
        const qualityProfiles = get(endpoints.qualityProfiles, Schema.Array(QualityProfile))
        const addMovie = post(endpoints.addMovie, AddedMovie)

        return Radarr.of({
          queue: ArrQueue.all(queue, { includeMovie: true, includeUnknownMovieItems: true }),
          lookup: (tmdbId) => lookup({ query: { tmdbId } }),
          rootFolders: Effect.map(rootFolders(), (folders) =>
            folders.flatMap(({ accessible, path }) => (path && accessible !== false ? [path] : []))
          ),
          qualityProfiles: Effect.map(qualityProfiles(), (profiles) => profiles.map(({ id }) => id)),
          addMovie: ({ searchNow, ...movie }) =>
            addMovie({
              ...movie,
              monitored: true,
              minimumAvailability: "released",
              addOptions: { searchForMovie: searchNow }
            }),
          version: Effect.map(status(), ({ version = null }) => ({ name: "Radarr", version }) as const)
        })
      })
    )

  /** From `RADARR_BASE_URL` and `RADARR_API_KEY`. */
  static readonly layerConfig: Layer.Layer<Radarr, Config.ConfigError, HttpClient.HttpClient> = Layer.unwrap(
    Effect.map(ServiceConfig.required(ServiceConfig.radarr, "RADARR_BASE_URL"), Radarr.layerNoDeps)
  )
}
