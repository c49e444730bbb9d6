/**
 * Sonarr: the series the household is after, and their downloads. It has no resource for seasons: they live in their
 * series. Long because what it tells and what it is asked stand together.
 */
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"

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
  lookup: "GET /api/v3/series/lookup",
  allSeries: "GET /api/v3/series",
  series: "GET /api/v3/series/{id}",
  addSeries: "POST /api/v3/series",
  edit: "PUT /api/v3/series/editor",
  replace: "PUT /api/v3/series/{id}",
  remove: "DELETE /api/v3/series/{id}",
  episodes: "GET /api/v3/episode",
  monitorEpisodes: "PUT /api/v3/episode/monitor",
  calendar: "GET /api/v3/calendar",
  wanted: { missing: "GET /api/v3/wanted/missing", cutoff: "GET /api/v3/wanted/cutoff" }
} as const

const text = Schema.optionalKey(Schema.NullOr(Schema.String))
const number = Schema.optionalKey(Schema.NullOr(Schema.Finite))
const count = Schema.optionalKey(Schema.Int)

/** `episodeCount` counts what has a file or is monitored and has aired, `totalEpisodeCount` all. */
const statistics = Schema.optionalKey(
  Schema.NullOr(
    Schema.Struct({ episodeFileCount: count, episodeCount: count, totalEpisodeCount: count, sizeOnDisk: number })
  )
)

/** A series. `id` is 0 or missing until Sonarr has it; `tmdbId` is 0 or missing where Sonarr does not know it. */
export const Series = Schema.Struct({
  ...ArrTitle.fields,
  tvdbId: Schema.optionalKey(Schema.Int),
  seasons: Schema.optionalKey(
    Schema.NullOr(Schema.Array(Schema.Struct({ seasonNumber: Schema.Int, monitored: Schema.Boolean, statistics })))
  ),
  statistics
})
export type Series = typeof Series.Type

const ofSeries = Schema.optionalKey(
  Schema.NullOr(
    Schema.Struct({ title: text, year: Schema.optionalKey(Schema.Int), tmdbId: Schema.optionalKey(Schema.Int) })
  )
)

/** An episode. `airDate` is the day in the country of its network, `airDateUtc` an instant. */
export const Episode = Schema.Struct({
  id: Schema.Int,
  title: text,
  seasonNumber: Schema.optionalKey(Schema.Int),
  episodeNumber: Schema.optionalKey(Schema.Int),
  airDate: text,
  airDateUtc: text,
  hasFile: Schema.optionalKey(Schema.Boolean),
  monitored: Schema.optionalKey(Schema.Boolean),
  episodeFile: Schema.optionalKey(Schema.NullOr(Schema.Struct({ quality: ArrQueue.Quality, size: number }))),
  series: ofSeries
})
export type Episode = typeof Episode.Type

const episode = Schema.optionalKey(
  Schema.NullOr(
    Schema.Struct({
      title: text,
      seasonNumber: Schema.optionalKey(Schema.Int),
      episodeNumber: Schema.optionalKey(Schema.Int)
    })
  )
)

export const QueueRecord = Schema.Struct({
  ...ArrQueue.recordFields,
  seasonNumber: Schema.optionalKey(Schema.NullOr(Schema.Int)),
  series: ofSeries,
  episode
})
export type QueueRecord = typeof QueueRecord.Type

export const HistoryRecord = Schema.Struct({ ...ArrHistory.eventFields, series: ofSeries, episode })
export type HistoryRecord = typeof HistoryRecord.Type

/** It may be of several episodes. */
export const BlockedRecord = Schema.Struct({ ...ArrHistory.blockedFields, series: ofSeries })
export type BlockedRecord = typeof BlockedRecord.Type

/** A series by one of its numbers. */
export type SeriesId = { readonly tmdbId: number } | { readonly tvdbId: number }

/** Which episodes of a new series are looked for. */
export const Monitor = Schema.Literals(["all", "future", "missing", "firstSeason", "latestSeason", "pilot", "none"])
export type Monitor = typeof Monitor.Type

export interface NewSeries {
  readonly tvdbId: number
  readonly title: string
  readonly qualityProfileId: number
  readonly rootFolderPath: string
  readonly monitor: Monitor
  /** Look for downloads of what is missing at once. */
  readonly searchNow: boolean
}

export interface SonarrService extends ArrService.ArrService<QueueRecord, HistoryRecord, BlockedRecord> {
  /** A series from Sonarr's own catalogue, if that holds it; with its `id` if Sonarr already has it. */
  lookup(id: SeriesId): Effect.Effect<Series | undefined, MediaError>
  /** Every series that Sonarr has. */
  readonly allSeries: Effect.Effect<ReadonlyArray<Series>, MediaError>
  /** The series of that number, if Sonarr has it. */
  series(id: SeriesId): Effect.Effect<Series | undefined, MediaError>
  /** All of a series or of one season, in no order; what is told of their files, where that is wanted. */
  episodes(
    seriesId: number,
    options: { readonly season: number | undefined; readonly withFiles: boolean }
  ): Effect.Effect<ReadonlyArray<Episode>, MediaError>
  /** Episodes of which the day that {@link airedOn} tells is within the span. */
  calendar(span: ArrTitle.Span): Effect.Effect<ReadonlyArray<Episode>, MediaError>
  /** One page of the monitored episodes that lack a file, or whose file is worse than their profile wants; last aired first. */
  wanted(why: ArrTitle.Want, page: number): Effect.Effect<Page<Episode>, MediaError>
  /** Adds a series, monitored. Never tried twice. */
  addSeries(series: NewSeries): Effect.Effect<AddedSeries, MediaError>
  /** Changes what is given of a series. No file is moved, and its seasons and episodes stay as they are. */
  edit(id: number, change: ArrTitle.Change): Effect.Effect<void, MediaError>
  /** Monitors a season with all its episodes, or stops to. */
  monitorSeason(id: number, season: number, monitored: boolean): Effect.Effect<void, MediaError>
  monitorEpisodes(episodeIds: ReadonlyArray<number>, monitored: boolean): Effect.Effect<void, MediaError>
  /** Takes a series out of Sonarr; its files stay unless they are to be deleted. */
  remove(id: number, options: { readonly deleteFiles: boolean }): Effect.Effect<void, MediaError>
  readonly version: Effect.Effect<{ readonly name: "Sonarr"; readonly version: string | null }, MediaError>
}

/** A series that Sonarr has. */
const AddedSeries = Schema.Struct({ id: Schema.Int, monitored: Schema.Boolean })
export type AddedSeries = typeof AddedSeries.Type

/** A series as it is sent back, with all that it came with. */
const Season = Schema.StructWithRest(Schema.Struct({ seasonNumber: Schema.Int }), [Schema.JsonObject])
const Whole = Schema.StructWithRest(Schema.Struct({ seasons: Schema.Array(Season) }), [Schema.JsonObject])

export class Sonarr extends Context.Service<Sonarr, SonarrService>()("@callsheet/media/Sonarr") {
  static readonly layerNoDeps = ({
    baseUrl,
    secret
  }: ServiceConfig.Access): Layer.Layer<Sonarr, never, HttpClient.HttpClient> =>
    Layer.effect(
      Sonarr,
      Effect.gen(function* () {
        const client = yield* ServiceClient.make({
          service: "sonarr",
          name: "Sonarr",
          baseUrl,
          secret,
          variables: { baseUrl: "SONARR_BASE_URL", secret: "SONARR_API_KEY" },
          authorize: HttpClientRequest.setHeader("X-Api-Key", Redacted.value(secret)),
          notFound: ArrQueue.notFound
        })
        const { get, post, write } = client

        const status = get(endpoints.status, Schema.Struct({ version: text }))
        const lookup = get(endpoints.lookup, Schema.Array(Series))
        const allSeries = get(endpoints.allSeries, Schema.Array(Series))
        const whole = get(endpoints.series, Whole)
        const episodes = get(endpoints.episodes, Schema.Array(Episode))
        const calendar = get(endpoints.calendar, Schema.Array(Episode))
        const wanted = {
          missing: get(endpoints.wanted.missing, ArrQueue.page(Episode)),
          cutoff: get(endpoints.wanted.cutoff, ArrQueue.page(Episode))
        }
        const addSeries = post(endpoints.addSeries, AddedSeries)
        const edit = write(endpoints.edit)
        const replace = write(endpoints.replace)
        const monitorEpisodes = write(endpoints.monitorEpisodes)
        const remove = write(endpoints.remove)
        // A series is sent back whole: what is changed of it between its reading and its sending would be lost.
        const changing = yield* Semaphore.make(1)

        return Sonarr.of({
          ...ArrService.make({
            client,
            queue: {
              record: QueueRecord,
              query: { includeSeries: true, includeEpisode: true, includeUnknownSeriesItems: true }
            },
            history: {
              record: HistoryRecord,
              query: { includeSeries: true, includeEpisode: true },
              events,
              titles: "seriesIds"
            },
            blocklist: { record: BlockedRecord }
          }),
          lookup: (id) =>
            Effect.map(
              lookup({ query: { term: "tvdbId" in id ? `tvdb:${id.tvdbId}` : `tmdb:${id.tmdbId}` } }),
              (found) => found.find(isOf(id))
            ),
          allSeries: allSeries(),
          // It cannot be asked by a TMDb id.
          series: (id) => Effect.map(allSeries({ query: "tvdbId" in id ? id : {} }), (found) => found.find(isOf(id))),
          episodes: (seriesId, { season, withFiles }) =>
            episodes({ query: { seriesId, seasonNumber: season, includeEpisodeFile: withFiles } }),
          calendar: (span) =>
            Effect.map(calendar({ query: { ...ArrTitle.spanQuery(aDayWider(span)), includeSeries: true } }), (found) =>
              found.filter((episode) => {
                const day = airedOn(episode)
                return day !== null && day >= span.from && day <= span.to
              })
            ),
          wanted: (why, page) =>
            Effect.map(
              wanted[why]({
                query: {
                  ...ArrTitle.wantedQuery(page),
                  sortKey: "episodes.airDateUtc",
                  sortDirection: "descending",
                  includeSeries: true,
                  includeEpisodeFile: why === "cutoff" ? true : undefined
                }
              }),
              ArrService.pageOf
            ),
          addSeries: ({ monitor, searchNow, ...series }) =>
            addSeries({
              ...series,
              monitored: true,
              seasonFolder: true,
              addOptions: { monitor, searchForMissingEpisodes: searchNow }
            }),
          edit: (id, change) =>
            changing.withPermit(edit({ body: { seriesIds: [id], ...ArrTitle.changeBody(change) } })),
          monitorSeason: Effect.fnUntraced(function* (id, season, monitored) {
            const series = yield* whole({ path: { id } })
            const seasons = series.seasons.map((one) => (one.seasonNumber === season ? { ...one, monitored } : one))
            yield* replace({ path: { id }, body: { ...series, seasons } })
          }, changing.withPermit),
          monitorEpisodes: (episodeIds, monitored) => monitorEpisodes({ body: { episodeIds, monitored } }),
          remove: (id, { deleteFiles }) => remove({ path: { id }, query: { deleteFiles } }),
          version: Effect.map(status(), ({ version = null }) => ({ name: "Sonarr", version }) as const)
        })
      })
    )

  /** From `SONARR_BASE_URL` and `SONARR_API_KEY`. */
  static readonly layerConfig: Layer.Layer<Sonarr, Config.ConfigError, HttpClient.HttpClient> = Layer.unwrap(
    Effect.map(ServiceConfig.required(ServiceConfig.sonarr, "SONARR_BASE_URL"), Sonarr.layerNoDeps)
  )
}

/** Whether a series bears that number. */
export const isOf =
  (id: SeriesId) =>
  (series: Series): boolean =>
    "tvdbId" in id ? series.tvdbId === id.tvdbId : series.tmdbId === id.tmdbId

/** The ISO date on which an episode airs, in the country of its network; else in UTC. */
export const airedOn = ({ airDate, airDateUtc }: Episode): string | null =>
  airDate?.slice(0, 10) || airDateUtc?.slice(0, 10) || null

/** Sonarr goes by the instant, which may be of the day before or after in UTC. */
const aDayWider = ({ from, to, unmonitored }: ArrTitle.Span): ArrTitle.Span => {
  const moved = (day: string, days: number) =>
    DateTime.formatIsoDateUtc(DateTime.add(DateTime.makeUnsafe(`${day}T00:00:00Z`), { days }))
  return { from: moved(from, -1), to: moved(to, 1), unmonitored }
}

const events: ArrHistory.EventNumbers = {
  grabbed: [1],
  imported: [3, 2],
  failed: [4],
  deleted: [5],
  renamed: [6],
  ignored: [7]
}
