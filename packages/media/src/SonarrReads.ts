/**
 * SonarrReads: Sonarr, remembered. Every read of `Sonarr` but `health` and `version`, of which one wants to know how it is now.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as Read from "@callsheet/cache/Read"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import * as ArrReads from "./ArrReads.ts"
import { Want } from "./ArrTitle.ts"
import * as ReadRules from "./ReadRules.ts"
import type { Access } from "./ServiceConfig.ts"
import { BlockedRecord, Episode, HistoryRecord, QueueRecord, Series, Sonarr } from "./Sonarr.ts"

const Numbered = Schema.Union([Schema.Struct({ tmdbId: Schema.Finite }), Schema.Struct({ tvdbId: Schema.Finite })])

const reads = Effect.fnUntraced(function* (access: Access) {
  const sonarr = yield* Sonarr
  const common = ArrReads.common("sonarr", access)
  const library = { ...common, freshness: ReadRules.libraryFreshness }
  const grounds = { ...common, freshness: ArrReads.grounds }

  return {
    lookup: Read.make("sonarr/lookup", {
      ...grounds,
      argument: Numbered,
      result: Schema.UndefinedOr(Series),
      lookup: sonarr.lookup
    }),
    allSeries: Read.make("sonarr/allSeries", {
      ...library,
      argument: ArrReads.Nothing,
      result: Schema.Array(Series),
      lookup: () => sonarr.allSeries
    }),
    series: Read.make("sonarr/series", {
      ...grounds,
      argument: Numbered,
      result: Schema.UndefinedOr(Series),
      lookup: sonarr.series
    }),
    episodes: Read.make("sonarr/episodes", {
      ...library,
      argument: Schema.Struct({
        seriesId: Schema.Int,
        season: Schema.optionalKey(Schema.Int),
        withFiles: Schema.Boolean
      }),
      result: Schema.Array(Episode),
      lookup: ({ season, seriesId, withFiles }) => sonarr.episodes(seriesId, { season, withFiles })
    }),
    calendar: Read.make("sonarr/calendar", {
      ...library,
      argument: Schema.Struct({ from: Schema.String, to: Schema.String, unmonitored: Schema.Boolean }),
      result: Schema.Array(Episode),
      lookup: sonarr.calendar
    }),
    wanted: Read.make("sonarr/wanted", {
      ...library,
      argument: Schema.Struct({ why: Want, page: Schema.Int }),
      result: ArrReads.pageOf(Episode),
      lookup: ({ page, why }) => sonarr.wanted(why, page)
    })
  }
})

/** The same `Sonarr`, its reads remembered in `Cache`. Whoever writes says so to the cache (`Footprint`). */
export const layer = (access: Access): Layer.Layer<Sonarr, never, HttpClient.HttpClient | Cache> =>
  Layer.effect(
    Sonarr,
    Effect.gen(function* () {
      const { read, watch } = yield* Cache
      const sonarr = yield* Sonarr
      const made = yield* reads(access)
      yield* watch(Object.values(made))
      const { allSeries, calendar, episodes, lookup, series, wanted } = made
      const shared = yield* ArrReads.make("sonarr", access, sonarr, {
        queued: QueueRecord,
        happened: HistoryRecord,
        blocked: BlockedRecord
      })

      return Sonarr.of({
        ...sonarr,
        ...shared,
        lookup: (id) => read(lookup, id),
        allSeries: read(allSeries, {}),
        series: (id) => read(series, id),
        episodes: (seriesId, { season, withFiles }) =>
          read(episodes, { seriesId, withFiles, ...(season !== undefined && { season }) }),
        calendar: (span) => read(calendar, span),
        wanted: (why, page) => read(wanted, { why, page })
      })
    })
  ).pipe(Layer.provide(Sonarr.layerNoDeps(access)))
