/**
 * SeriesTools: a series of Sonarr's, season by season and episode by episode.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as ArrQueue from "./ArrQueue.ts"
import * as Cursor from "./Cursor.ts"
import * as Footprint from "./Footprint.ts"
import * as List from "./List.ts"
import * as ManagedTitle from "./ManagedTitle.ts"
import { MediaError, notFound } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import { airedOn, type Episode, isOf, Sonarr } from "./Sonarr.ts"

const Shown = Schema.Struct({
  season: Schema.Int,
  episode: Schema.Int,
  title: Schema.String,
  /** ISO date, of the network's country. */
  airedOn: Schema.NullOr(Schema.String),
  monitored: Schema.Boolean,
  downloaded: Schema.Boolean,
  /** Only with `detail: "full"`, as the next one; null without a file. */
  quality: Schema.optionalKey(Schema.NullOr(Schema.String)),
  sizeBytes: Schema.optionalKey(Schema.NullOr(Schema.Finite))
})

/** Seasons are all of the series, whichever episodes are listed; season 0 holds specials. */
export const SeriesEpisodes = Tool.make("series_episodes", {
  description: "Seasons and episodes of a series in Sonarr: aired when, monitored, downloaded.",
  parameters: Schema.Struct({
    ...ManagedTitle.numbers,
    season: Schema.optionalKey(Parameters.Integer),
    downloaded: Schema.optionalKey(Schema.Boolean),
    limit: Parameters.limit(100, 30),
    cursor: Parameters.cursor,
    detail: Parameters.more
  }),
  success: Schema.Struct({
    series: Schema.Struct({
      title: Schema.String,
      year: Schema.NullOr(Schema.Int),
      monitored: Schema.Boolean,
      status: Schema.NullOr(Schema.String),
      seasons: Schema.Array(
        Schema.Struct({
          season: Schema.Int,
          monitored: Schema.Boolean,
          episodes: Schema.Int,
          files: Schema.Int,
          sizeBytes: Schema.Finite
        })
      )
    }),
    ...List.list(Shown).fields
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("sonarr"))
  .annotate(Annotations.Examples, [
    "Which episodes of Severance are missing?",
    "How many seasons of it do we have?",
    "Is season 2 complete?",
    "List the episodes of season 3"
  ])

export const SeriesTools = Toolkit.make(SeriesEpisodes)

export const SeriesToolsLayer = SeriesTools.toLayer(
  Effect.gen(function* () {
    const sonarr = yield* Sonarr

    const episodes = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof SeriesEpisodes>) {
      const { detail, downloaded, season } = parameters
      const { skip } = yield* Cursor.decode("series_episodes", "sonarr", parameters.cursor)
      const asked = yield* ManagedTitle.seriesId(parameters)
      const series = (yield* sonarr.allSeries).find(isOf(asked))
      if (!series?.id) {
        return yield* notFound(
          "sonarr",
          `Sonarr has no series with ${ManagedTitle.said(asked)}: check the id, or add it first.`
        )
      }
      const seasons = series.seasons ?? []
      if (season !== undefined && !seasons.some(({ seasonNumber }) => seasonNumber === season)) {
        const known = seasons.map(({ seasonNumber }) => seasonNumber).join(", ")
        return yield* notFound("sonarr", `${series.title} has no season ${season}: Sonarr knows ${known || "none"}.`)
      }
      const inFull = detail === "full"
      const listed = (yield* sonarr.episodes(series.id, { season, withFiles: inFull }))
        .map((episode) => shown(episode, inFull))
        .filter((episode) => downloaded === undefined || episode.downloaded === downloaded)
        .toSorted((a, b) => a.season - b.season || a.episode - b.episode)
      return {
        series: {
          title: series.title ?? "(untitled)",
          year: series.year || null,
          monitored: series.monitored ?? false,
          status: series.status ?? null,
          seasons: seasons.map(({ monitored, seasonNumber, statistics }) => ({
            season: seasonNumber,
            monitored,
            episodes: statistics?.totalEpisodeCount ?? 0,
            files: statistics?.episodeFileCount ?? 0,
            sizeBytes: statistics?.sizeOnDisk ?? 0
          }))
        },
        ...List.page("series_episodes", listed, skip, Parameters.within(parameters.limit, 100, 30))
      }
    })

    return SeriesTools.of({ series_episodes: episodes })
  })
)

const shown = (episode: Episode, inFull: boolean): typeof Shown.Type => ({
  season: episode.seasonNumber ?? 0,
  episode: episode.episodeNumber ?? 0,
  title: episode.title ?? "(untitled)",
  airedOn: airedOn(episode),
  monitored: episode.monitored ?? false,
  downloaded: episode.hasFile ?? false,
  ...(inFull && {
    quality: episode.episodeFile ? ArrQueue.qualityOf(episode.episodeFile) : null,
    sizeBytes: episode.episodeFile?.size ?? null
  })
})
