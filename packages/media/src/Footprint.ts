/**
 * Footprint: which services a tool reads or writes, how many of its calls they bear, how long one may take and how long a
 * result is true, as annotations for whoever schedules it.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

import { ServiceName } from "./MediaError.ts"
import { type ArrName, libraryFreshness, type Tag } from "./ReadRules.ts"

/** Tool calls at a time, each up to five requests: a household's services run on small machines. */
const concurrency: Readonly<Record<ServiceName, number>> = { plex: 4, tmdb: 8, radarr: 4, sonarr: 4 }

/** Beyond the limits of single requests (`ServiceClient`), which say better what was slow. */
const readLimit = Duration.seconds(30)
const writeLimit = Duration.minutes(1)

/** What a tool reads that tells of downloads: see {@link readsNow}. */
export const downloads: readonly [ArrName, ...ReadonlyArray<Tag>] = [
  "radarr",
  "sonarr",
  "radarr/downloads",
  "sonarr/downloads"
]

const isService = Schema.is(ServiceName)

const upstream = (name: ServiceName) => Context.make(Annotations.Upstream, { name, concurrency: concurrency[name] })

/**
 * For a tool that only reads how things stand now, all of these in one call: no result is used twice.
 *
 * **Gotchas**
 *
 * A tool that reads several has no upstream, because one name would hide the others: a write that states its upstream but no
 * tags (`plex`, say) would be taken for one that touches nothing this tool reads. Without a name it is waited for.
 */
export const readsNow = (first: ServiceName, ...others: ReadonlyArray<Tag>): Context.Context<never> =>
  (others.some(isService) ? Context.make(Annotations.Concurrency, concurrency[first]) : upstream(first)).pipe(
    Context.add(Tool.Readonly, true),
    Context.add(Annotations.TagsRead, [first, ...others]),
    Context.add(Annotations.TimeLimit, readLimit)
  )

/**
 * For a tool that only reads what is remembered, all of these in one call. Each says what is in the library, which nothing
 * else is true for less long than; the reads behind a result may end it sooner.
 */
export const reads = (first: ServiceName, ...others: ReadonlyArray<Tag>): Context.Context<never> =>
  Context.add(readsNow(first, ...others), Annotations.Freshness, libraryFreshness.fresh)

/** For a tool that writes to `service`, and changes what `others` stand for, and nothing else. */
export const writes = (service: ServiceName, ...others: ReadonlyArray<Tag>): Context.Context<never> =>
  upstream(service).pipe(
    Context.add(Annotations.TagsWritten, [service, ...others]),
    Context.add(Annotations.TimeLimit, writeLimit)
  )

/**
 * For a tool that writes to `service`, and changes no more of it than `tags` stand for. It has no upstream: that would outdate
 * all of it.
 */
export const writesPart = (service: ServiceName, ...tags: ReadonlyArray<Tag>): Context.Context<never> =>
  Context.make(Annotations.Concurrency, concurrency[service]).pipe(
    Context.add(Annotations.TagsWritten, tags),
    Context.add(Annotations.TimeLimit, writeLimit)
  )

const isOfRadarr = Schema.is(
  Schema.Union([Schema.Struct({ kind: Schema.Literal("movie") }), Schema.Struct({ service: Schema.Literal("radarr") })])
)
const isOfSonarr = Schema.is(
  Schema.Union([
    Schema.Struct({ kind: Schema.Literal("series") }),
    Schema.Struct({ service: Schema.Literal("sonarr") })
  ])
)

/**
 * For a tool that writes to Radarr or to Sonarr, as the `kind` or the `service` of its parameters says, and changes `tags` of
 * that one. It has no upstream: that would outdate all of both.
 */
export const writesOne = (tags: (name: ArrName) => ReadonlyArray<Tag>): Context.Context<never> =>
  Context.make(Annotations.Concurrency, concurrency.radarr).pipe(
    Context.add(Annotations.TagsWritten, (parameters) => [
      ...(isOfSonarr(parameters) ? [] : tags("radarr")),
      ...(isOfRadarr(parameters) ? [] : tags("sonarr"))
    ]),
    Context.add(Annotations.TimeLimit, writeLimit)
  )
