/**
 * ItemTools: one item of the library in full, and what the library has that is like it.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Cursor from "./Cursor.ts"
import * as Footprint from "./Footprint.ts"
import { isWatched } from "./Library.ts"
import * as LibraryTitle from "./LibraryTitle.ts"
import * as List from "./List.ts"
import { MediaError } from "./MediaError.ts"
import * as MediaFile from "./MediaFile.ts"
import * as Parameters from "./Parameters.ts"
import { progressOf } from "./Playable.ts"
import { Plex } from "./Plex.ts"
import type { Details } from "./PlexRecords.ts"
import * as WhichItem from "./WhichItem.ts"

const Extra = Schema.Struct({
  title: Schema.String,
  /** In Plex's words: trailer, behindTheScenes, deletedScene, ... */
  kind: Schema.NullOr(Schema.String),
  minutes: Schema.NullOr(Schema.Finite)
})

const Level = Schema.Literals(["movie", "series", "season", "episode"])

export const LibraryItem = Tool.make("library_item", {
  description:
    "One title of the Plex library in full: its files, resolution, HDR, sound, subtitles, plays, own rating.",
  parameters: Schema.Struct({
    ...WhichItem.parameters,
    extras: Schema.optionalKey(Schema.Boolean.annotate({ description: "also trailers and the like" }))
  }),
  success: Schema.Struct({
    ...LibraryTitle.LibraryTitle.fields,
    kind: Level,
    overview: Schema.String,
    /** Of a season or an episode. */
    series: Schema.NullOr(Schema.String),
    season: Schema.NullOr(Schema.Int),
    episode: Schema.NullOr(Schema.Int),
    library: Schema.NullOr(Schema.String),
    certificate: Schema.NullOr(Schema.String),
    directors: Schema.Array(Schema.String),
    /** The first ten. */
    cast: Schema.Array(Schema.String),
    /** The household's own, out of ten. */
    ownRating: Schema.NullOr(Schema.Finite),
    plays: Schema.Natural,
    /** ISO date, UTC. */
    lastPlayedOn: Schema.NullOr(Schema.String),
    progressPercent: Schema.Int,
    /** Of a series or a season. */
    episodes: Schema.NullOr(Schema.Natural),
    watchedEpisodes: Schema.NullOr(Schema.Natural),
    /** A series and a season have none of their own: their episodes have. */
    files: Schema.Array(MediaFile.MediaFile),
    extras: Schema.optionalKey(Schema.Array(Extra))
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("plex", "ownership", "plex/ratings"))
  .annotate(Annotations.Examples, [
    "Is my copy of Solaris in 4K or HDR?",
    "Which audio tracks and subtitles does our Solaris have?",
    "What is the file size and bitrate of Solaris in Plex?",
    "How often did we play it?"
  ])

/** `total` counts what passes the filter among the fifty that Plex gives at most. */
export const SimilarInLibrary = Tool.make("similar_in_library", {
  description: "Titles of the Plex library that are like one of them, most alike first.",
  parameters: Schema.Struct({
    ...WhichItem.parameters,
    watched: Schema.optionalKey(Schema.Boolean),
    limit: Parameters.limit(50, 10),
    cursor: Parameters.cursor,
    detail: Parameters.detail
  }),
  success: Schema.Struct({
    basedOn: Schema.Struct({ ratingKey: Schema.String, title: Schema.String, year: Schema.NullOr(Schema.Int) }),
    ...List.list(LibraryTitle.LibraryTitle).fields
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("plex", "ownership"))
  .annotate(Annotations.Examples, [
    "What do we own that is similar to Solaris?",
    "Something in our library like Stalker",
    "More of the same from Plex"
  ])

export const ItemTools = Toolkit.make(LibraryItem, SimilarInLibrary)

export const ItemToolsLayer = ItemTools.toLayer(
  Effect.gen(function* () {
    const plex = yield* Plex
    const which = WhichItem.make(plex)

    const item = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof LibraryItem>) {
      const key = yield* which.key(parameters)
      const [details, extras] = yield* Effect.all(
        [which.byKey(key), Effect.result(parameters.extras === true ? plex.extras(key) : Effect.succeed([]))],
        { concurrency: 2 }
      )
      // Of an item that is not there Plex knows no extras either: that it is not there is the better answer.
      const more = yield* Effect.fromResult(extras)
      return {
        ...told(details),
        ...(parameters.extras === true && {
          extras: more.map(({ duration, subtype = null, title }) => ({
            title,
            kind: subtype,
            minutes: duration === undefined ? null : Math.round(duration / 6000) / 10
          }))
        })
      }
    })

    const similar = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof SimilarInLibrary>) {
      const { detail, watched } = parameters
      const { skip } = yield* Cursor.decode("similar_in_library", "plex", parameters.cursor)
      const key = yield* which.key(parameters)
      const [base, like] = yield* Effect.all([which.byKey(key), Effect.result(plex.similar(key))], { concurrency: 2 })
      const passing = (yield* Effect.fromResult(like)).filter(
        (item) => item.ratingKey !== key && (watched === undefined || isWatched(item) === watched)
      )
      const page = List.page("similar_in_library", passing, skip, Parameters.within(parameters.limit, 50, 10))
      return {
        basedOn: { ratingKey: key, title: base.title, year: base.year ?? null },
        ...page,
        items: page.items.map((item) => LibraryTitle.fromItem(item, LibraryTitle.kindOf(item.type), detail))
      }
    })

    return ItemTools.of({ library_item: item, similar_in_library: similar })
  })
)

const levels: Readonly<Record<string, typeof Level.Type>> = {
  show: "series",
  season: "season",
  episode: "episode"
}

const told = (details: Details) => {
  const { Director = [], Media = [], Role = [], index = null, parentIndex = null, type } = details
  const kind = levels[type] ?? "movie"
  return {
    ...LibraryTitle.fromItem(details, "movie", "full"),
    kind,
    overview: details.summary ?? "",
    series: details.grandparentTitle ?? (kind === "season" ? (details.parentTitle ?? null) : null),
    season: kind === "season" ? index : kind === "episode" ? parentIndex : null,
    episode: kind === "episode" ? index : null,
    library: details.librarySectionTitle ?? null,
    certificate: details.contentRating ?? null,
    directors: Director.map(({ tag }) => tag),
    cast: Role.slice(0, 10).map(({ tag }) => tag),
    ownRating: details.userRating ?? null,
    plays: details.viewCount ?? 0,
    lastPlayedOn: LibraryTitle.dateOf(details.lastViewedAt),
    progressPercent: progressOf(details).progressPercent,
    episodes: details.leafCount ?? null,
    watchedEpisodes: details.leafCount === undefined ? null : (details.viewedLeafCount ?? 0),
    files: Media.map(MediaFile.fromMedia)
  }
}
