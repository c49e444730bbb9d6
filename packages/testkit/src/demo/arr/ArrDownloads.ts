/**
 * ArrDownloads: the way of downloads through Radarr and Sonarr, which both tell alike: the queue, what happened, and the
 * releases that are barred. What is removed, barred or looked for lasts as long as the server.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import type { FilmDownload } from "../data/household.ts"
import { type DemoReply, type DemoRequest, type DemoRoute, get, json, wholeNumber } from "../DemoApp.ts"
import { nowIso } from "../DemoLibrary.ts"
import { between } from "../Seeded.ts"
import { type ArrHappening, type ArrPast, type ArrSubject, eventTypes } from "./ArrPast.ts"
import { type ArrName, downloadIdOf, english, quality, type Queued, queueRecord, queueSortKeys } from "./ArrQueue.ts"
import { malformed, notFound, paged } from "./ArrReply.ts"

export interface ArrDownloadsOptions {
  readonly app: ArrName
  /** What is under way when the demo starts, by the film's or the episode's id. */
  readonly queue: ReadonlyArray<Queued & { readonly subjectId: number }>
  readonly past: () => ArrPast
  /** The film or the episode of that id, if the service has it. */
  readonly subject: (id: number) => ArrSubject | undefined
  /** How a record refers to it, with what the query asks to include. */
  readonly refer: (id: number, request: DemoRequest, list: "queue" | "history" | "blocklist") => object
  /** Whether something is to be had of it, and the file that is there can be bettered. */
  readonly isWanted: (id: number) => boolean
}

export interface ArrDownloads {
  readonly routes: ReadonlyArray<DemoRoute>
  /** Grabs a release of each that is wanted and not under way. */
  readonly search: (ids: ReadonlyArray<number>) => void
}

const decodeIds = Schema.decodeUnknownOption(Schema.Struct({ ids: Schema.Array(Schema.Int) }))

const isTrue = (request: DemoRequest, name: string): boolean => request.query.get(name)?.toLowerCase() === "true"

const numbers = (request: DemoRequest, name: string): ReadonlyArray<number> =>
  request.query.getAll(name).flatMap((text) => wholeNumber(text) ?? [])

export const arrDownloads = ({
  app,
  isWanted,
  past,
  queue: first,
  refer,
  subject
}: ArrDownloadsOptions): ArrDownloads => {
  const titleIds = app === "Radarr" ? "movieIds" : "seriesIds"
  const titleId = app === "Radarr" ? "movieId" : "seriesId"
  let queue = first
  const happened: Array<ArrHappening> = []
  const barred: Array<ArrHappening> = []
  const unbarred = new Set<number>()

  const record = (event: Omit<ArrHappening, "id" | "date">) => {
    const now = { ...event, id: 500_001 + happened.length, date: nowIso }
    happened.push(now)
    return now
  }
  const isThere = ({ subjectId }: { readonly subjectId: number }) => subject(subjectId) !== undefined
  const events = () => [...past().events, ...happened].filter(isThere)
  const blocked = () => [...past().blocked, ...barred].filter((entry) => isThere(entry) && !unbarred.has(entry.id))

  let nextId = Math.max(...first.map(({ id }) => id)) + 1
  const grab = ({ id, release }: ArrSubject) => {
    // Another release than those that are barred.
    const tries = blocked().filter(({ subjectId }) => subjectId === id).length
    const name = between(0, 1, "grab", app, id, tries) === 0 ? "WEBDL-1080p" : "Bluray-1080p"
    const event = record({
      subjectId: id,
      eventType: "grabbed",
      release: `${release}.${name}.DEMO${tries === 0 ? "" : tries + 1}`,
      quality: name,
      data: { indexer: "Demo Indexer" }
    })
    const download: Omit<FilmDownload, "tmdbId"> = {
      status: "queued",
      quality: name,
      percent: 0,
      sizeBytes: between(30, 120, "size", app, id, tries) * 100_000_000,
      minutesLeft: null
    }
    return { id: nextId++, subjectId: id, download, release: event.release, added: nowIso }
  }
  const search = (ids: ReadonlyArray<number>) => {
    const underWay = new Set(queue.map(({ subjectId }) => subjectId))
    const wanted = [...new Set(ids)].filter((id) => isWanted(id) && !underWay.has(id))
    queue = [...queue, ...wanted.flatMap((id) => subject(id) ?? []).map(grab)]
  }

  const remove = (request: DemoRequest): DemoReply => {
    const found = queue.find(({ id }) => id === wholeNumber(request.params["id"]))
    if (found === undefined) return notFound
    const { download, release, subjectId } = found
    queue = queue.filter((entry) => entry !== found)
    const event = { subjectId, release, quality: download.quality }
    if (isTrue(request, "blocklist")) {
      const data = { message: "Manually marked as failed", downloadClient: "qBittorrent" }
      barred.push(record({ ...event, eventType: "downloadFailed", data }))
      if (!isTrue(request, "skipRedownload")) search([subjectId])
    } else if (request.query.get("removeFromClient") === "false") {
      record({ ...event, eventType: "downloadIgnored", data: { message: "Manually ignored" } })
    }
    return json({})
  }

  const queueRecords = (request: DemoRequest, title?: number) =>
    queue
      .filter(({ subjectId }) => title === undefined || subject(subjectId)?.titleId === title)
      .filter(isThere)
      .map((entry) => ({ ...queueRecord(app, entry), ...refer(entry.subjectId, request, "queue") }))

  const isAsked = (request: DemoRequest) => {
    const titles = numbers(request, titleIds)
    const types = numbers(request, "eventType").map((number) => eventTypes[app][number])
    return ({ eventType, subjectId }: ArrHappening): boolean =>
      (titles.length === 0 || titles.includes(subject(subjectId)?.titleId ?? -1)) &&
      (types.length === 0 || types.includes(eventType))
  }
  const byDate = { date: ({ date, id }: ArrHappening) => `${date} ${String(id).padStart(9, "0")}` }
  const newestFirst = { key: "date", direction: "descending" } as const

  const write = (path: string, reply: (request: DemoRequest) => DemoReply): DemoRoute => ({
    method: "DELETE",
    path,
    handle: (request) => Effect.sync(() => reply(request))
  })

  const routes = [
    get("/api/v3/queue", (request) =>
      paged(request, queueRecords(request), (entry) => entry, queueSortKeys, {
        key: "timeleft",
        direction: "ascending"
      })
    ),
    get("/api/v3/queue/details", (request) => json(queueRecords(request, wholeNumber(request.query.get(titleId))))),
    get("/api/v3/queue/status", (request) => {
      const records = queueRecords(request)
      return json({
        totalCount: records.length,
        count: records.length,
        unknownCount: 0,
        errors: false,
        warnings: records.some((entry) => entry.trackedDownloadStatus === "warning"),
        unknownErrors: false,
        unknownWarnings: false,
        id: 1
      })
    }),
    write("/api/v3/queue/{id}", remove),
    get("/api/v3/history", (request) =>
      paged(
        request,
        events().filter(isAsked(request)),
        ({ data, date, eventType, id, quality: name, release, subjectId }) => ({
          ...refer(subjectId, request, "history"),
          sourceTitle: release,
          languages: [english],
          quality: quality(app, name),
          customFormats: [],
          customFormatScore: 0,
          qualityCutoffNotMet: false,
          date,
          downloadId: downloadIdOf(release),
          eventType,
          data,
          id
        }),
        byDate,
        newestFirst
      )
    ),
    get("/api/v3/blocklist", (request) =>
      paged(
        request,
        blocked().filter(isAsked(request)),
        ({ data, date, id, quality: name, release, subjectId }) => ({
          ...refer(subjectId, request, "blocklist"),
          sourceTitle: release,
          languages: [english],
          quality: quality(app, name),
          customFormats: [],
          date,
          protocol: "torrent",
          indexer: "Demo Indexer",
          message: data["message"] ?? null,
          id
        }),
        byDate,
        newestFirst
      )
    ),
    write("/api/v3/blocklist/bulk", (request) =>
      Option.match(decodeIds(request.body), {
        onNone: () => malformed("ids", ""),
        onSome: ({ ids }) => {
          for (const id of ids) unbarred.add(id)
          return json({})
        }
      })
    ),
    write("/api/v3/blocklist/{id}", (request) => {
      const id = wholeNumber(request.params["id"])
      if (id === undefined || !blocked().some((entry) => entry.id === id)) return notFound
      unbarred.add(id)
      return json({})
    })
  ]

  return { routes, search }
}
