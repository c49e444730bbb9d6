/**
 * DownloadTools: what is on its way into the library.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"

import * as ArrQueue from "./ArrQueue.ts"
import * as BothServices from "./BothServices.ts"
import * as Cursor from "./Cursor.ts"
import * as Footprint from "./Footprint.ts"
import * as List from "./List.ts"
import { MediaError } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import type { QueueRecord as MovieRecord } from "./Radarr.ts"
import type { QueueRecord as EpisodeRecord } from "./Sonarr.ts"
import * as Subject from "./Subject.ts"

const Download = Schema.Struct({
  ...Subject.fields,
  /** In the service's words: downloading, queued, paused, warning, ... and once downloaded importPending, importing, ... */
  status: Schema.String,
  progressPercent: Schema.Int,
  sizeLeftBytes: Schema.Finite,
  minutesLeft: Schema.NullOr(Schema.Finite),
  quality: Schema.NullOr(Schema.String),
  service: Schema.Literals(["radarr", "sonarr"]),
  /** What `remove_download` takes; a number of this service alone. */
  queueId: Schema.Int,
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
  .annotateMerge(Footprint.readsNow(...Footprint.downloads))
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
    const present = yield* BothServices.present
    const queues = BothServices.asked(present, undefined, {
      radarr: ({ queue }) => Effect.map(queue, (records) => records.map(ofMovie)),
      sonarr: ({ queue }) => Effect.map(queue, (records) => records.map(ofEpisode))
    })

    const queue = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof DownloadQueue>) {
      const { skip } = yield* Cursor.decode("download_queue", BothServices.either(present), parameters.cursor)
      const { items, ...problem } = yield* BothServices.whole(queues, soonest)
      return { ...List.page("download_queue", items, skip, Parameters.within(parameters.limit, 100, 20)), ...problem }
    })

    return DownloadTools.of({ download_queue: queue })
  })
)

const soonest: Order.Order<Download> = Order.combine(
  Order.mapInput(Order.Number, ({ minutesLeft }: Download) => minutesLeft ?? Infinity),
  Subject.byTitle
)

const ofMovie = (record: MovieRecord): Download => ({
  ...Subject.ofMovie(record.movie, record.title),
  service: "radarr",
  ...progress(record)
})

const ofEpisode = (record: EpisodeRecord): Download => {
  const subject = Subject.ofEpisode(record.series, record.episode, record.title)
  return { ...subject, season: subject.season ?? record.seasonNumber ?? null, service: "sonarr", ...progress(record) }
}

const progress = (record: ArrQueue.Common) => {
  const size = record.size ?? 0
  const left = record.sizeleft ?? 0
  return {
    status: (record.status === "completed" ? record.trackedDownloadState : record.status) ?? "unknown",
    progressPercent: size > 0 ? Math.floor(((size - left) / size) * 100) : 0,
    sizeLeftBytes: left,
    minutesLeft: ArrQueue.minutesOf(record.timeleft),
    quality: ArrQueue.qualityOf(record),
    queueId: record.id,
    problem: ArrQueue.problemOf(record)
  }
}
