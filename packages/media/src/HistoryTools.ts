/**
 * HistoryTools: what became of downloads, and which releases are barred.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"

import * as ArrHistory from "./ArrHistory.ts"
import * as ArrQueue from "./ArrQueue.ts"
import type { HistoryQuery } from "./ArrService.ts"
import * as BothServices from "./BothServices.ts"
import * as Cursor from "./Cursor.ts"
import * as Footprint from "./Footprint.ts"
import * as List from "./List.ts"
import * as ManagedTitle from "./ManagedTitle.ts"
import { MediaError, rejected } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import type * as Radarr from "./Radarr.ts"
import type * as Sonarr from "./Sonarr.ts"
import * as Subject from "./Subject.ts"
import { Kind } from "./Title.ts"

const Happened = Schema.Struct({
  /** An instant in UTC. */
  date: Schema.String,
  /** Null for what this version does not know. */
  event: Schema.NullOr(ArrHistory.Event),
  ...Subject.fields,
  quality: Schema.NullOr(Schema.String),
  /** Why it failed or was deleted, in the service's words. */
  reason: Schema.NullOr(Schema.String),
  /** Only with `detail: "full"`, as the next two. */
  release: Schema.optionalKey(Schema.NullOr(Schema.String)),
  indexer: Schema.optionalKey(Schema.NullOr(Schema.String)),
  downloadClient: Schema.optionalKey(Schema.NullOr(Schema.String))
})
type Happened = typeof Happened.Type

/** Newest first. */
export const DownloadHistory = Tool.make("download_history", {
  description: "What was grabbed, imported, failed or deleted, newest first; of all titles or of one.",
  parameters: Schema.Struct({
    event: Schema.optionalKey(ArrHistory.Event),
    kind: Schema.optionalKey(Kind.annotate({ description: "default both; needed with tmdbId" })),
    ...ManagedTitle.numbers,
    limit: Parameters.limit(100, 20),
    cursor: Parameters.cursor,
    detail: Parameters.more
  }),
  success: List.list(Happened),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.readsNow(...Footprint.downloads))
  .annotate(Annotations.Examples, [
    "Was it ever downloaded?",
    "Why did the download fail?",
    "When was it grabbed or imported?",
    "Which files were deleted or upgraded lately?"
  ])

const Blocked = Schema.Struct({
  service: Schema.Literals(["radarr", "sonarr"]),
  /** What `unblock_releases` takes; a number of this service alone. */
  blocklistId: Schema.Int,
  date: Schema.String,
  /** The film or the series. */
  title: Schema.String,
  release: Schema.NullOr(Schema.String),
  quality: Schema.NullOr(Schema.String),
  indexer: Schema.NullOr(Schema.String),
  reason: Schema.NullOr(Schema.String)
})
type Blocked = typeof Blocked.Type

/** Barred last first. */
export const Blocklist = Tool.make("blocklist", {
  description: "Releases that failed or were rejected and will not be grabbed again.",
  parameters: Schema.Struct({ kind: Parameters.anyKind, limit: Parameters.limit(100, 20), cursor: Parameters.cursor }),
  success: List.list(Blocked),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.readsNow(...Footprint.downloads))
  .annotate(Annotations.Examples, [
    "Which releases are blocked?",
    "What is on the blocklist?",
    "Show blacklisted releases"
  ])

export const HistoryTools = Toolkit.make(DownloadHistory, Blocklist)

/** Reads whichever of Radarr and Sonarr are there. */
export const HistoryToolsLayer = HistoryTools.toLayer(
  Effect.gen(function* () {
    const present = yield* BothServices.present
    const service = BothServices.either(present)

    const history = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof DownloadHistory>) {
      const { detail, event, kind, tmdbId, tvdbId } = parameters
      const position = yield* Cursor.decode("download_history", service, parameters.cursor)
      const whose = kind ?? (tvdbId === undefined ? undefined : "series")
      if (tmdbId !== undefined && whose === undefined) {
        return yield* rejected(service, `Say whether ${tmdbId} is a film's or a series' id: give its kind.`)
      }
      const title =
        whose === undefined || (tmdbId ?? tvdbId) === undefined
          ? undefined
          : yield* ManagedTitle.find(present, { kind: whose, tmdbId, tvdbId })
      const query = (page: number): HistoryQuery => ({ page, event, titleId: title?.id })
      return yield* BothServices.page(
        BothServices.asked(present, whose, {
          radarr: (radarr) => (page: number) =>
            Effect.map(radarr.history(query(page)), ({ items, total }) => ({
              total,
              items: items.map((record) => happened(Subject.ofMovie(record.movie, record.sourceTitle), record, detail))
            })),
          sonarr: (sonarr) => (page: number) =>
            Effect.map(sonarr.history(query(page)), ({ items, total }) => ({
              total,
              items: items.map((record) =>
                happened(Subject.ofEpisode(record.series, record.episode, record.sourceTitle), record, detail)
              )
            }))
        }),
        { tool: "download_history", position, limit: Parameters.within(parameters.limit, 100, 20), order: newest }
      )
    })

    const blocklist = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof Blocklist>) {
      const position = yield* Cursor.decode("blocklist", service, parameters.cursor)
      return yield* BothServices.page(
        BothServices.asked(present, parameters.kind, {
          radarr: (radarr) => (page: number) =>
            Effect.map(radarr.blocklist(page), ({ items, total }) => ({
              total,
              items: items.map((record) => blocked("radarr", record.movie?.title, record))
            })),
          sonarr: (sonarr) => (page: number) =>
            Effect.map(sonarr.blocklist(page), ({ items, total }) => ({
              total,
              items: items.map((record) => blocked("sonarr", record.series?.title, record))
            }))
        }),
        { tool: "blocklist", position, limit: Parameters.within(parameters.limit, 100, 20), order: newest }
      )
    })

    return HistoryTools.of({ download_history: history, blocklist })
  })
)

const newest: Order.Order<{ readonly date: string }> = Order.mapInput(Order.flip(Order.String), ({ date }) => date)

const happened = (
  subject: ReturnType<typeof Subject.ofMovie>,
  { data, date, eventType, sourceTitle, ...record }: Radarr.HistoryRecord | Sonarr.HistoryRecord,
  detail: "compact" | "full" | undefined
): Happened => ({
  date: date ?? "",
  event: ArrHistory.eventOf(eventType),
  ...subject,
  quality: ArrQueue.qualityOf(record),
  reason: data?.message || data?.reason || null,
  ...(detail === "full" && {
    release: sourceTitle ?? null,
    indexer: data?.indexer ?? null,
    downloadClient: data?.downloadClient ?? null
  })
})

const blocked = (
  service: "radarr" | "sonarr",
  title: string | null | undefined,
  { date, id, indexer, message, sourceTitle, ...record }: Radarr.BlockedRecord | Sonarr.BlockedRecord
): Blocked => ({
  service,
  blocklistId: id,
  date: date ?? "",
  title: title ?? "(unknown title)",
  release: sourceTitle ?? null,
  quality: ArrQueue.qualityOf(record),
  indexer: indexer ?? null,
  reason: message ?? null
})
