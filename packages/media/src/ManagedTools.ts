/**
 * ManagedTools: what Radarr and Sonarr look after, and how much of it is there.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"

import type { ArrService, Named } from "./ArrService.ts"
import * as BothServices from "./BothServices.ts"
import * as Cursor from "./Cursor.ts"
import * as Footprint from "./Footprint.ts"
import * as List from "./List.ts"
import { MediaError } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import type { Movie } from "./Radarr.ts"
import type { Series } from "./Sonarr.ts"
import { Kind } from "./Title.ts"

const Managed = Schema.Struct({
  title: Schema.String,
  year: Schema.NullOr(Schema.Int),
  kind: Kind,
  tmdbId: Schema.NullOr(Schema.Int),
  /** Of series alone. */
  tvdbId: Schema.NullOr(Schema.Int),
  monitored: Schema.Boolean,
  /** Of a series: all episodes that have aired and are monitored. */
  downloaded: Schema.Boolean,
  /** Of series: those with a file and those that should have one. */
  episodes: Schema.NullOr(Schema.Struct({ files: Schema.Int, wanted: Schema.Int })),
  sizeBytes: Schema.Finite,
  /** In the service's words: announced, inCinemas, released; upcoming, continuing, ended; deleted. */
  status: Schema.NullOr(Schema.String),
  /** Only with `detail: "full"`, as all below. */
  qualityProfile: Schema.optionalKey(Schema.NullOr(Schema.String)),
  path: Schema.optionalKey(Schema.NullOr(Schema.String)),
  tags: Schema.optionalKey(Schema.Array(Schema.String)),
  addedOn: Schema.optionalKey(Schema.NullOr(Schema.String))
})
type Managed = typeof Managed.Type

const Sort = Schema.Literals(["title", "size", "added"])

export const ManagedTitles = Tool.make("managed_titles", {
  description:
    "Films in Radarr and series in Sonarr: monitored, downloaded, size on disk; in full also profile and path.",
  parameters: Schema.Struct({
    kind: Parameters.anyKind,
    title: Schema.optionalKey(Schema.String.annotate({ description: "part of it" })),
    monitored: Schema.optionalKey(Schema.Boolean),
    downloaded: Schema.optionalKey(Schema.Boolean),
    sort: Schema.optionalKey(Sort.annotate({ description: "size, added: greatest first; default title" })),
    limit: Parameters.limit(100, 20),
    cursor: Parameters.cursor,
    detail: Parameters.more
  }),
  success: List.list(Managed),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("radarr", "sonarr"))
  .annotate(Annotations.Examples, [
    "Which films take up most disk space?",
    "The biggest series on disk",
    "What does Radarr monitor?",
    "Which series are in Sonarr?",
    "Films that are unmonitored"
  ])

export const ManagedTools = Toolkit.make(ManagedTitles)

/** Reads whichever of Radarr and Sonarr are there. */
export const ManagedToolsLayer = ManagedTools.toLayer(
  Effect.gen(function* () {
    const present = yield* BothServices.present

    const titles = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof ManagedTitles>) {
      const { detail, downloaded, kind, monitored, sort = "title", title = "" } = parameters
      const { skip } = yield* Cursor.decode("managed_titles", BothServices.either(present), parameters.cursor)
      const named = (arr: Names) =>
        detail === "full"
          ? Effect.all({ profiles: arr.qualityProfiles, tags: arr.tags }, { concurrency: 2 })
          : Effect.undefined
      const { items, ...problem } = yield* BothServices.whole(
        BothServices.asked(present, kind, {
          radarr: (radarr) =>
            Effect.map(Effect.all([radarr.movies, named(radarr)], { concurrency: 2 }), ([movies, names]) =>
              movies.map((movie): Entry => ({ record: movie, shown: { ...ofMovie(movie), ...inFull(movie, names) } }))
            ),
          sonarr: (sonarr) =>
            Effect.map(Effect.all([sonarr.allSeries, named(sonarr)], { concurrency: 2 }), ([all, names]) =>
              all.map((series): Entry => ({ record: series, shown: { ...ofSeries(series), ...inFull(series, names) } }))
            )
        }),
        orders[sort]
      )
      const passing = items
        .map(({ shown }) => shown)
        .filter(
          (item) =>
            item.title.toLowerCase().includes(title.trim().toLowerCase()) &&
            (monitored === undefined || item.monitored === monitored) &&
            (downloaded === undefined || item.downloaded === downloaded)
        )
      return { ...List.page("managed_titles", passing, skip, Parameters.within(parameters.limit, 100, 20)), ...problem }
    })

    return ManagedTools.of({ managed_titles: titles })
  })
)

type Names = Pick<ArrService<unknown, unknown, unknown>, "qualityProfiles" | "tags">

interface Entry {
  readonly record: Movie | Series
  readonly shown: Managed
}

const byTitle: Order.Order<Entry> = Order.mapInput(Order.String, ({ record, shown }) =>
  (record.sortTitle ?? shown.title).toLowerCase()
)

const orders: Readonly<Record<typeof Sort.Type, Order.Order<Entry>>> = {
  title: byTitle,
  size: Order.combine(
    Order.mapInput(Order.flip(Order.Number), ({ shown }) => shown.sizeBytes),
    byTitle
  ),
  added: Order.combine(
    Order.mapInput(Order.flip(Order.String), ({ record }) => record.added ?? ""),
    byTitle
  )
}

const ofMovie = (movie: Movie): Managed => ({
  title: movie.title ?? "(untitled)",
  year: movie.year || null,
  kind: "movie",
  tmdbId: movie.tmdbId || null,
  tvdbId: null,
  monitored: movie.monitored ?? false,
  downloaded: movie.hasFile ?? false,
  episodes: null,
  sizeBytes: movie.sizeOnDisk ?? 0,
  status: movie.status ?? null
})

const ofSeries = (series: Series): Managed => {
  const { episodeCount = 0, episodeFileCount = 0, sizeOnDisk } = series.statistics ?? {}
  return {
    title: series.title ?? "(untitled)",
    year: series.year || null,
    kind: "series",
    tmdbId: series.tmdbId || null,
    tvdbId: series.tvdbId || null,
    monitored: series.monitored ?? false,
    downloaded: episodeFileCount > 0 && episodeFileCount >= episodeCount,
    episodes: { files: episodeFileCount, wanted: episodeCount },
    sizeBytes: sizeOnDisk ?? 0,
    status: series.status ?? null
  }
}

const inFull = (
  record: Movie | Series,
  names: { readonly profiles: ReadonlyArray<Named>; readonly tags: ReadonlyArray<Named> } | undefined
) =>
  names && {
    qualityProfile: names.profiles.find(({ id }) => id === record.qualityProfileId)?.name ?? null,
    path: record.path ?? null,
    tags: names.tags.filter(({ id }) => record.tags?.includes(id)).map(({ name }) => name),
    addedOn: record.added?.slice(0, 10) ?? null
  }
