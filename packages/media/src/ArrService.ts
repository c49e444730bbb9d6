/**
 * ArrService: what Radarr and Sonarr do alike, since they share one code base: the way of a download from search to file,
 * what a title can be given, and how the service itself is.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type * as ArrHistory from "./ArrHistory.ts"
import * as ArrQueue from "./ArrQueue.ts"
import type { MediaError } from "./MediaError.ts"
import type { ServiceClient } from "./ServiceClient.ts"
import type { Page } from "./WholeList.ts"

/** Every endpoint that both are asked at. */
export const endpoints = {
  status: "GET /api/v3/system/status",
  health: "GET /api/v3/health",
  diskSpace: "GET /api/v3/diskspace",
  indexers: "GET /api/v3/indexer",
  downloadClients: "GET /api/v3/downloadclient",
  queue: "GET /api/v3/queue",
  removeDownload: "DELETE /api/v3/queue/{id}",
  history: "GET /api/v3/history",
  blocklist: "GET /api/v3/blocklist",
  unblock: "DELETE /api/v3/blocklist/bulk",
  qualityProfiles: "GET /api/v3/qualityprofile",
  rootFolders: "GET /api/v3/rootfolder",
  tags: "GET /api/v3/tag",
  command: "POST /api/v3/command"
} as const

const text = Schema.optionalKey(Schema.NullOr(Schema.String))
const isOn = Schema.optionalKey(Schema.Boolean)
const bytes = Schema.optionalKey(Schema.NullOr(Schema.Finite))

/** A quality profile or a tag, which both services number and people name. */
export const Named = Schema.Struct({ id: Schema.Int, name: Schema.String })
export type Named = typeof Named.Type

/** Where titles can be put. */
export const Folder = Schema.Struct({ path: Schema.String, freeBytes: Schema.NullOr(Schema.Finite) })
export type Folder = typeof Folder.Type

/** How a service is at this moment. `level` is `ok`, `notice`, `warning` or `error`. */
export interface Health {
  readonly version: string | null
  readonly messages: ReadonlyArray<{ readonly level: string; readonly message: string }>
  readonly disks: ReadonlyArray<{ readonly path: string; readonly freeBytes: number; readonly totalBytes: number }>
  readonly indexers: ReadonlyArray<{ readonly name: string; readonly enabled: boolean }>
  readonly downloadClients: ReadonlyArray<{ readonly name: string; readonly enabled: boolean }>
}

/** One page of what happened, newest first. */
export interface HistoryQuery {
  /** From 1, of {@link pageSize}. */
  readonly page: number
  readonly event?: ArrHistory.Event | undefined
  /** A film or a series, by the service's own id. */
  readonly titleId?: number | undefined
}

export const pageSize = 100

export interface ArrService<Queued, Happened, Blocked> {
  /** All that downloads or waits to, what the service cannot name included. */
  readonly queue: Effect.Effect<ReadonlyArray<Queued>, MediaError>
  history(query: HistoryQuery): Effect.Effect<Page<Happened>, MediaError>
  /** One page of the releases that are not to be taken, barred last first; from 1, of {@link pageSize}. */
  blocklist(page: number): Effect.Effect<Page<Blocked>, MediaError>
  /** In the service's order. */
  readonly qualityProfiles: Effect.Effect<ReadonlyArray<Named>, MediaError>
  /** Those that can be reached, in the service's order. */
  readonly rootFolders: Effect.Effect<ReadonlyArray<Folder>, MediaError>
  readonly tags: Effect.Effect<ReadonlyArray<Named>, MediaError>
  readonly health: Effect.Effect<Health, MediaError>
  /** Takes a download out of the queue and its client. Where its release is barred, the service looks for another one. */
  removeDownload(id: number, options: { readonly blocklist: boolean }): Effect.Effect<void, MediaError>
  /** Lets barred releases be taken again. Ids that are not on the list are passed over. */
  unblock(ids: ReadonlyArray<number>): Effect.Effect<void, MediaError>
  /** Has the service do something in its own time; `name` and what else the command takes. */
  command(command: { readonly name: string } & Schema.JsonObject): Effect.Effect<void, MediaError>
}

export interface Options<Queued, Happened, Blocked> {
  readonly client: ServiceClient
  readonly queue: { readonly record: Schema.ConstraintDecoder<Queued>; readonly query: Query }
  readonly history: {
    readonly record: Schema.ConstraintDecoder<Happened>
    readonly query: Query
    readonly events: ArrHistory.EventNumbers
    /** The parameter that takes ids of titles. */
    readonly titles: string
  }
  readonly blocklist: { readonly record: Schema.ConstraintDecoder<Blocked> }
}

type Query = Readonly<Record<string, boolean>>

export const make = <Queued, Happened, Blocked>({
  blocklist: { record: Blocked },
  client: { get, post, write },
  history: { events, query: historyQuery, record: Happened, titles },
  queue: { query: queueQuery, record: Queued }
}: Options<Queued, Happened, Blocked>): ArrService<Queued, Happened, Blocked> => {
  const queue = get(endpoints.queue, ArrQueue.page(Queued))
  const history = get(endpoints.history, ArrQueue.page(Happened))
  const blocklist = get(endpoints.blocklist, ArrQueue.page(Blocked))
  const qualityProfiles = get(endpoints.qualityProfiles, Schema.Array(Schema.Struct({ id: Schema.Int, name: text })))
  const rootFolders = get(
    endpoints.rootFolders,
    Schema.Array(Schema.Struct({ path: text, accessible: isOn, freeSpace: bytes }))
  )
  const tags = get(endpoints.tags, Schema.Array(Schema.Struct({ id: Schema.Int, label: text })))
  const status = get(endpoints.status, Schema.Struct({ version: text }))
  const health = get(endpoints.health, Schema.Array(Schema.Struct({ type: text, message: text })))
  const diskSpace = get(
    endpoints.diskSpace,
    Schema.Array(Schema.Struct({ path: text, freeSpace: bytes, totalSpace: bytes }))
  )
  const indexers = get(
    endpoints.indexers,
    Schema.Array(
      Schema.Struct({ name: text, enableRss: isOn, enableAutomaticSearch: isOn, enableInteractiveSearch: isOn })
    )
  )
  const downloadClients = get(endpoints.downloadClients, Schema.Array(Schema.Struct({ name: text, enable: isOn })))
  const remove = write(endpoints.removeDownload)
  const unblock = write(endpoints.unblock)
  const command = post(endpoints.command, Schema.Struct({ id: Schema.Int }))

  return {
    queue: ArrQueue.all(queue, queueQuery),
    history: ({ event, page, titleId }) =>
      Effect.map(
        history({
          query: {
            page,
            pageSize,
            sortKey: "date",
            sortDirection: "descending",
            ...historyQuery,
            ...(event && { eventType: events[event] }),
            ...(titleId !== undefined && { [titles]: [titleId] })
          }
        }),
        pageOf
      ),
    blocklist: (page) =>
      Effect.map(blocklist({ query: { page, pageSize, sortKey: "date", sortDirection: "descending" } }), pageOf),
    qualityProfiles: Effect.map(qualityProfiles(), (profiles) =>
      profiles.map(({ id, name }) => ({ id, name: name ?? "" }))
    ),
    rootFolders: Effect.map(rootFolders(), (folders) =>
      folders.flatMap(({ accessible, freeSpace = null, path }) =>
        path && accessible !== false ? [{ path, freeBytes: freeSpace }] : []
      )
    ),
    tags: Effect.map(tags(), (tags) => tags.map(({ id, label }) => ({ id, name: label ?? "" }))),
    health: Effect.map(
      Effect.all(
        {
          status: status(),
          messages: health(),
          disks: diskSpace(),
          indexers: indexers(),
          downloadClients: downloadClients()
        },
        { concurrency: 5 }
      ),
      ({ disks, downloadClients, indexers, messages, status }) => ({
        version: status.version ?? null,
        messages: messages.map(({ message, type }) => ({ level: type ?? "warning", message: message ?? "" })),
        disks: disks.map(({ freeSpace, path, totalSpace }) => ({
          path: path ?? "",
          freeBytes: freeSpace ?? 0,
          totalBytes: totalSpace ?? 0
        })),
        indexers: indexers.map(({ enableAutomaticSearch, enableInteractiveSearch, enableRss, name }) => ({
          name: name ?? "",
          enabled: [enableAutomaticSearch, enableInteractiveSearch, enableRss].includes(true)
        })),
        downloadClients: downloadClients.map(({ enable, name }) => ({ name: name ?? "", enabled: enable === true }))
      })
    ),
    removeDownload: (id, { blocklist }) => remove({ path: { id }, query: { removeFromClient: true, blocklist } }),
    unblock: (ids) => unblock({ body: { ids } }),
    command: (body) => Effect.asVoid(command(body))
  }
}

/** As the other paged lists are told. */
export const pageOf = <A>({
  records,
  totalRecords
}: {
  readonly totalRecords: number
  readonly records: ReadonlyArray<A> | null
}): Page<A> => ({ total: totalRecords, items: records ?? [] })
