/**
 * ArrQueue: the download queue as Radarr and Sonarr both keep it, which share one code base, and how both say no.
 */
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { MediaError } from "./MediaError.ts"
import type { CallOptions } from "./ServiceClient.ts"

const text = Schema.optionalKey(Schema.NullOr(Schema.String))
const number = Schema.optionalKey(Schema.NullOr(Schema.Finite))

export const Quality = Schema.optionalKey(
  Schema.NullOr(Schema.Struct({ quality: Schema.optionalKey(Schema.NullOr(Schema.Struct({ name: text }))) }))
)

/**
 * What a queue record has in both services. `size` and `sizeleft` are bytes; `timeleft` is `[days.]hh:mm:ss`. Records of one
 * download, such as the episodes of a season, share its `downloadId`.
 */
export const recordFields = {
  id: Schema.Int,
  downloadId: text,
  title: text,
  status: text,
  trackedDownloadStatus: text,
  trackedDownloadState: text,
  errorMessage: text,
  statusMessages: Schema.optionalKey(
    Schema.NullOr(
      Schema.Array(Schema.Struct({ messages: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.String))) }))
    )
  ),
  size: number,
  sizeleft: number,
  timeleft: text,
  quality: Quality
}
const Common = Schema.Struct(recordFields)
export type Common = typeof Common.Type

/** How both say that there is no such thing. */
export const notFound = Schema.Struct({ message: Schema.String })

/** One page of a list whose records are `record`. */
export const page = <A>(record: Schema.ConstraintDecoder<A>) =>
  Schema.Struct({ totalRecords: Schema.Int, records: Schema.NullOr(Schema.Array(record)) })

/**
 * How long a queue is true. Both services look at their download clients once a minute, so that ten seconds hide little that
 * they know; never past its time, since what is asked for is how it stands now.
 */
export const freshness = { fresh: "10 seconds" } as const

const pageSize = 200

/** The whole list: the first page, then the others four at a time. */
export const all = Effect.fnUntraced(function* <A>(
  read: (options: CallOptions) => Effect.Effect<{ totalRecords: number; records: ReadonlyArray<A> | null }, MediaError>,
  query: Readonly<Record<string, string | number | boolean>>
) {
  const at = (page: number) => read({ query: { ...query, page, pageSize } })
  const first = yield* at(1)
  const pages = Math.ceil(first.totalRecords / pageSize)
  const rest = yield* Effect.forEach(pages > 1 ? Array.range(2, pages) : [], at, { concurrency: 4 })
  return [first, ...rest].flatMap(({ records }) => records ?? [])
})

/** Minutes of a `[days.]hh:mm:ss` time, rounded up; null where the service cannot tell. */
export const minutesOf = (timeleft: string | null | undefined): number | null => {
  const match = /^(?:(\d+)\.)?(\d+):(\d+):(\d+)/.exec(timeleft ?? "")
  if (match === null) return null
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0))
  return days * 1440 + hours * 60 + minutes + Math.ceil(seconds / 60)
}

/** What keeps a download from going well, in the service's words; null while all is well. */
export const problemOf = (
  record: Pick<Common, "trackedDownloadStatus" | "errorMessage" | "statusMessages">
): string | null => {
  const messages = record.statusMessages?.flatMap(({ messages }) => messages ?? []) ?? []
  const isWell = (record.trackedDownloadStatus ?? "ok") === "ok" && !record.errorMessage
  return isWell
    ? null
    : [...(record.errorMessage ? [record.errorMessage] : []), ...messages].join(" ") || "needs a look"
}

/** The name of a record's quality. */
export const qualityOf = ({ quality }: Pick<Common, "quality">): string | null => quality?.quality?.name ?? null
