/**
 * RadarrReads: Radarr, remembered. Every read of `Radarr` but `health` and `version`, of which one wants to know how it is now.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as Read from "@callsheet/cache/Read"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import * as ArrReads from "./ArrReads.ts"
import { Want } from "./ArrTitle.ts"
import { BlockedRecord, HistoryRecord, Movie, QueueRecord, Radarr } from "./Radarr.ts"
import * as ReadRules from "./ReadRules.ts"
import type { Access } from "./ServiceConfig.ts"

const reads = Effect.fnUntraced(function* (access: Access) {
  const radarr = yield* Radarr
  const common = ArrReads.common("radarr", access)
  const library = { ...common, freshness: ReadRules.libraryFreshness }
  const grounds = { ...common, freshness: ArrReads.grounds }

  return {
    lookup: Read.make("radarr/lookup", {
      ...grounds,
      argument: Schema.Struct({ tmdbId: Schema.Finite }),
      result: Movie,
      lookup: ({ tmdbId }) => radarr.lookup(tmdbId)
    }),
    movies: Read.make("radarr/movies", {
      ...library,
      argument: ArrReads.Nothing,
      result: Schema.Array(Movie),
      lookup: () => radarr.movies
    }),
    movie: Read.make("radarr/movie", {
      ...grounds,
      argument: Schema.Struct({ tmdbId: Schema.Finite }),
      result: Schema.UndefinedOr(Movie),
      lookup: ({ tmdbId }) => radarr.movie(tmdbId)
    }),
    calendar: Read.make("radarr/calendar", {
      ...library,
      argument: Schema.Struct({ from: Schema.String, to: Schema.String, unmonitored: Schema.Boolean }),
      result: Schema.Array(Movie),
      lookup: radarr.calendar
    }),
    wanted: Read.make("radarr/wanted", {
      ...library,
      argument: Schema.Struct({ why: Want, page: Schema.Int }),
      result: ArrReads.pageOf(Movie),
      lookup: ({ page, why }) => radarr.wanted(why, page)
    })
  }
})

/** The same `Radarr`, its reads remembered in `Cache`. Whoever writes says so to the cache (`Footprint`). */
export const layer = (access: Access): Layer.Layer<Radarr, never, HttpClient.HttpClient | Cache> =>
  Layer.effect(
    Radarr,
    Effect.gen(function* () {
      const { read, watch } = yield* Cache
      const radarr = yield* Radarr
      const made = yield* reads(access)
      yield* watch(Object.values(made))
      const { calendar, lookup, movie, movies, wanted } = made
      const shared = yield* ArrReads.make("radarr", access, radarr, {
        queued: QueueRecord,
        happened: HistoryRecord,
        blocked: BlockedRecord
      })

      return Radarr.of({
        ...radarr,
        ...shared,
        lookup: (tmdbId) => read(lookup, { tmdbId }),
        movies: read(movies, {}),
        movie: (tmdbId) => read(movie, { tmdbId }),
        calendar: (span) => read(calendar, span),
        wanted: (why, page) => read(wanted, { why, page })
      })
    })
  ).pipe(Layer.provide(Radarr.layerNoDeps(access)))
