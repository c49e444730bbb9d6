/**
 * DownloadTools: what is on its way into the library.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import * as ArrQueue from "./ArrQueue.ts"
import * as Cursor from "./Cursor.ts"
import * as Footprint from "./Footprint.ts"
import * as List from "./List.ts"
import { MediaError } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import { type QueueRecord as MovieRecord, Radarr } from "./Radarr.ts"
import { type QueueRecord as EpisodeRecord, Sonarr } from "./Sonarr.ts"

const Download = Schema.Struct({
  title: Schema.String,
  kind: Schema.Literals(["movie", "episode"]),
  series: Schema.NullOr(Schema.String),
  season: Schema.NullOr(Schema.Int),
  episode: Schema.NullOr(Schema.Int),
  /** In the service's words: downloading, queued, paused, warning, ... and once downloaded importPending, importing, ... */
  status: Schema.String,
  progressPercent: Schema.Int,
  sizeLeftBytes: Schema.Finite,
  minutesLeft: Schema.NullOr(Schema.Finite),
  quality: Schema.NullOr(Schema.String),
  service: Schema.Literals(["radarr", "sonarr"]),
  problem: Schema.NullOr(Schema.String)
})
type Download = typeof Download.Type

/** Soonest done first. With one of two services down the other's downloads stand, and `problem` names it. */
export const DownloadQueue = Tool.make("download_queue", {
  description: "What is downloading or waiting to, films and episodes, with progress and problems.",
  parameters: Schema.Struct({ limit: Parameters.limit(100, 20), cursor: Parameters.cursor }),
  success: List.list(Download),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.readsNow("radarr", "sonarr"))
  .annotate(Annotations.Examples, [
    "What is downloading?",
    "How far are the downloads?",
    "Why is it stuck in the queue?",
    "Is it on its way?"
  ])

export const DownloadTools = Toolkit.make(DownloadQueue)

/** Reads whichever of Radarr and Sonarr are there. */
export const DownloadToolsLayer = DownloadTools.toLayer(
  Effect.gen(function* () {
    const radarr = yield* Effect.serviceOption(Radarr)
    const sonarr = yield* Effect.serviceOption(Sonarr)
    const queues = [
      ...Option.toArray(Option.map(radarr, ({ queue }) => Effect.map(queue, (records) => records.map(ofMovie)))),
      ...Option.toArray(Option.map(sonarr, ({ queue }) => Effect.map(queue, (records) => records.map(ofEpisode))))
    ]

    const queue = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof DownloadQueue>) {
      const { skip } = yield* Cursor.decode(
        "download_queue",
        Option.isSome(radarr) ? "radarr" : "sonarr",
        parameters.cursor
      )
      const results = yield* Effect.forEach(queues, Effect.result, { concurrency: 2 })
      const failures = results.filter(Result.isFailure).map(({ failure }) => failure)
      const [failure] = failures
      if (failure !== undefined && failures.length === results.length) return yield* failure

      const all = results
        .filter(Result.isSuccess)
        .flatMap(({ success }) => success)
        .toSorted((a, b) => (a.minutesLeft ?? Infinity) - (b.minutesLeft ?? Infinity) || a.title.localeCompare(b.title))
      const end = skip + Parameters.within(parameters.limit, 100, 20)
      return {
        total: all.length,
        items: all.slice(skip, end),
        nextCursor: end < all.length ? Cursor.encode("download_queue", { page: 1, skip: end }) : null,
        ...(failure && { problem: failure.message })
      }
    })

    return DownloadTools.of({ download_queue: queue })
  })
)

const ofMovie = (record: MovieRecord): Download => ({
  title: record.movie?.title ?? record.title ?? "(unknown film)",
  kind: "movie",
  series: null,
  season: null,
  episode: null,
  service: "radarr",
  ...progress(record)
})

const ofEpisode = (record: EpisodeRecord): Download => ({
  title: record.episode?.title ?? record.title ?? "(unknown episode)",
  kind: "episode",
  series: record.series?.title ?? null,
  season: record.episode?.seasonNumber ?? record.seasonNumber ?? null,
  episode: record.episode?.episodeNumber ?? null,
  service: "sonarr",
  ...progress(record)
})

const progress = (record: ArrQueue.Common) => {
  const size = record.size ?? 0
  const left = record.sizeleft ?? 0
  return {
    status: (record.status === "completed" ? record.trackedDownloadState : record.status) ?? "unknown",
    progressPercent: size > 0 ? Math.floor(((size - left) / size) * 100) : 0,
    sizeLeftBytes: left,
    minutesLeft: ArrQueue.minutesOf(record.timeleft),
    quality: record.quality?.quality?.name ?? null,
    problem: ArrQueue.problemOf(record)
  }
}
