/**
 * ClearingTools: taking out of Radarr's and Sonarr's queues and blocklists what is not to stay there.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { pageSize } from "./ArrService.ts"
import * as BothServices from "./BothServices.ts"
import * as Footprint from "./Footprint.ts"
import { MediaError, notFound } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import type { QueueRecord as MovieInQueue } from "./Radarr.ts"
import type { QueueRecord as EpisodeInQueue } from "./Sonarr.ts"
import * as Subject from "./Subject.ts"

const service = Schema.Literals(["radarr", "sonarr"])

/** What one download holds goes with it, such as the other episodes of a season. */
export const RemoveDownload = Tool.make("remove_download", {
  description: "Cancel a download of download_queue and delete what was fetched; its queueId and service say which.",
  parameters: Schema.Struct({
    service,
    queueId: Parameters.Integer,
    blocklist: Schema.optionalKey(
      Schema.Boolean.annotate({ description: "never take this release again, and look for another" })
    )
  }),
  success: Schema.Struct({
    service,
    removed: Schema.Array(Schema.String),
    blocklisted: Schema.Boolean
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.writesOne((name) => [`${name}/downloads`]))
  .annotate(Tool.Destructive, true)
  // A second time there is nothing to remove, which is told as a failure.
  .annotate(Tool.Idempotent, false)
  .annotate(Annotations.Examples, [
    "Cancel that download",
    "Remove the stuck download from the queue",
    "Take the stalled download out"
  ])

export const UnblockReleases = Tool.make("unblock_releases", {
  description: "Clear releases off the blocklist, by service and blocklistId, so that they may be grabbed again.",
  parameters: Schema.Struct({ service, blocklistIds: Schema.Array(Parameters.Integer) }),
  success: Schema.Struct({
    service,
    unblocked: Schema.Array(Schema.Int),
    /** Ids that were not on the list. */
    unknown: Schema.Array(Schema.Int)
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.writesOne((name) => [`${name}/downloads`]))
  .annotate(Tool.Destructive, true)
  .annotate(Tool.Idempotent, true)
  .annotate(Annotations.Examples, ["Unblock that release", "Take it off the blocklist", "Clear the blocklist"])

export const ClearingTools = Toolkit.make(RemoveDownload, UnblockReleases)

/** Tells whichever of Radarr and Sonarr are there. */
export const ClearingToolsLayer = ClearingTools.toLayer(
  Effect.gen(function* () {
    const present = yield* BothServices.present

    const remove = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof RemoveDownload>) {
      const { blocklist = false, queueId, service } = parameters
      const arr = yield* BothServices.one(present, service)
      const records = yield* arr.queue
      const record = records.find(({ id }) => id === queueId)
      if (record === undefined) {
        return yield* notFound(
          service,
          `${BothServices.names[service]} has no download ${queueId}: take queueId and service from download_queue.`
        )
      }
      yield* arr.removeDownload(queueId, { blocklist })
      const gone = records.filter(
        ({ downloadId, id }) => id === queueId || (downloadId && downloadId === record.downloadId)
      )
      return { service, removed: gone.map(nameOf), blocklisted: blocklist }
    })

    const unblock = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof UnblockReleases>) {
      const { blocklistIds, service } = parameters
      const arr = yield* BothServices.one(present, service)
      const first = yield* arr.blocklist(1)
      const pages = Math.ceil(first.total / pageSize)
      const rest = yield* Effect.forEach(pages > 1 ? Array.range(2, pages) : [], arr.blocklist, { concurrency: 4 })
      const listed = new Set([first, ...rest].flatMap(({ items }) => items.map(({ id }) => id)))
      const unblocked = blocklistIds.filter((id) => listed.has(id))
      if (unblocked.length > 0) yield* arr.unblock(unblocked)
      return { service, unblocked, unknown: blocklistIds.filter((id) => !listed.has(id)) }
    })

    return ClearingTools.of({ remove_download: remove, unblock_releases: unblock })
  })
)

const nameOf = (record: MovieInQueue | EpisodeInQueue): string => {
  if ("movie" in record) return Subject.ofMovie(record.movie, record.title).title
  if (!("episode" in record)) return record.title ?? "(unknown)"
  const { episode, season, series, title } = Subject.ofEpisode(record.series, record.episode, record.title)
  const twoDigits = (number: number | null) => String(number ?? 0).padStart(2, "0")
  return series === null ? title : `${series} S${twoDigits(season)}E${twoDigits(episode)}`
}
