/**
 * ShelfTools: what the household has put together in Plex: collections and playlists, and what is in them.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Cursor from "./Cursor.ts"
import * as Footprint from "./Footprint.ts"
import { isWatched, sectionsOf } from "./Library.ts"
import * as LibraryTitle from "./LibraryTitle.ts"
import * as List from "./List.ts"
import { MediaError, notFound } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import * as Playable from "./Playable.ts"
import { Plex } from "./Plex.ts"
import type { Item, Shelf } from "./PlexRecords.ts"
import { isNamed, Kind } from "./Title.ts"

const About = Schema.Struct({
  /** Of the collection or the playlist. */
  name: Schema.String,
  key: Schema.String,
  titles: Schema.Natural
})

/** Either the collections, or the titles of the one asked for. */
export const LibraryCollections = Tool.make("library_collections", {
  description: "Collections of the Plex library, or the titles of one.",
  parameters: Schema.Struct({
    collection: Schema.optionalKey(Schema.String.annotate({ description: "name or key: its titles" })),
    limit: Parameters.limit(100, 20),
    cursor: Parameters.cursor,
    detail: Parameters.detail
  }),
  success: Schema.Struct({
    collection: Schema.NullOr(About),
    ...List.list(Schema.Union([Schema.Struct({ ...About.fields, kind: Kind }), LibraryTitle.LibraryTitle])).fields
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("plex", "ownership"))
  .annotate(Annotations.Examples, [
    "Which collections are in Plex?",
    "What is in my Bond collection?",
    "Show the titles of that collection"
  ])

const Listed = Schema.Struct({
  ...Playable.Playable.fields,
  year: Schema.NullOr(Schema.Int),
  watched: Schema.Boolean,
  runtimeMinutes: Schema.NullOr(Schema.Int),
  /** Only with `detail: "full"`. */
  overview: Schema.optionalKey(Schema.String)
})

/** Either the playlists, or what is in the one asked for, in its order. */
export const Playlists = Tool.make("playlists", {
  description: "Playlists of films and episodes in Plex, or what is in one.",
  parameters: Schema.Struct({
    playlist: Schema.optionalKey(Schema.String.annotate({ description: "name or key: what is in it" })),
    limit: Parameters.limit(100, 20),
    cursor: Parameters.cursor,
    detail: Parameters.detail
  }),
  success: Schema.Struct({
    playlist: Schema.NullOr(About),
    ...List.list(
      // Filled by a search, not by hand.
      Schema.Union([Schema.Struct({ ...About.fields, isSmart: Schema.Boolean }), Listed])
    ).fields
  }),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("plex", "ownership"))
  .annotate(Annotations.Examples, [
    "Which playlists do we have?",
    "What is on the holiday playlist?",
    "Show my Plex playlist"
  ])

export const ShelfTools = Toolkit.make(LibraryCollections, Playlists)

export const ShelfToolsLayer = ShelfTools.toLayer(
  Effect.gen(function* () {
    const plex = yield* Plex

    const allCollections = Effect.fnUntraced(function* () {
      const sections = yield* plex.sections
      const lists = yield* Effect.forEach(
        (["movie", "series"] as const).flatMap((kind) =>
          sectionsOf(sections, kind).map((section) => ({ kind, section }))
        ),
        ({ kind, section }) =>
          Effect.map(plex.collections(section.key), (all) => all.map((shelf) => ({ ...shelf, kind }))),
        { concurrency: 4 }
      )
      return lists.flat()
    })

    const collections = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof LibraryCollections>) {
      const { skip } = yield* Cursor.decode("library_collections", "plex", parameters.cursor)
      const limit = Parameters.within(parameters.limit, 100, 20)
      const all = yield* allCollections()
      if (parameters.collection === undefined) {
        const page = List.page("library_collections", all, skip, limit)
        return {
          collection: null,
          ...page,
          items: page.items.map(({ kind, ...shelf }) => ({ ...aboutOf(shelf), kind }))
        }
      }
      const one = yield* pick("collection", all, parameters.collection)
      const { items, total } = yield* plex.collectionItems(one.ratingKey, { start: skip, size: limit })
      return {
        collection: { ...aboutOf(one), titles: total },
        total,
        items: items.map((item) => LibraryTitle.fromItem(item, LibraryTitle.kindOf(item.type), parameters.detail)),
        nextCursor: nextOf("library_collections", skip + items.length, total)
      }
    })

    const playlists = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof Playlists>) {
      const { skip } = yield* Cursor.decode("playlists", "plex", parameters.cursor)
      const limit = Parameters.within(parameters.limit, 100, 20)
      const all = yield* plex.playlists
      if (parameters.playlist === undefined) {
        const page = List.page("playlists", all, skip, limit)
        return {
          playlist: null,
          ...page,
          items: page.items.map((shelf) => ({ ...aboutOf(shelf), isSmart: shelf.isSmart }))
        }
      }
      const one = yield* pick("playlist", all, parameters.playlist)
      const { items, total } = yield* plex.playlistItems(one.ratingKey, { start: skip, size: limit })
      return {
        playlist: { ...aboutOf(one), titles: total },
        total,
        items: items.map((item) => listed(item, parameters.detail)),
        nextCursor: nextOf("playlists", skip + items.length, total)
      }
    })

    return ShelfTools.of({ library_collections: collections, playlists })
  })
)

const aboutOf = ({ ratingKey, size, title }: Shelf) => ({ name: title, key: ratingKey, titles: size })

const nextOf = (tool: string, end: number, total: number): string | null =>
  end < total ? Cursor.encode(tool, { page: 1, skip: end }) : null

const listed = (item: Item, detail: "compact" | "full" | undefined) => ({
  ...Playable.fromItem(item),
  year: item.year ?? null,
  watched: isWatched(item),
  runtimeMinutes: LibraryTitle.minutes(item.duration),
  ...(detail === "full" && { overview: item.summary ?? "" })
})

/** By key or by name; where there is none of just that name, the first whose name holds it. */
const pick = <A extends Shelf>(what: string, all: ReadonlyArray<A>, wanted: string): Effect.Effect<A, MediaError> => {
  const plain = wanted.trim().toLowerCase()
  const found =
    all.find(({ ratingKey }) => ratingKey === wanted) ??
    all.find(({ title }) => isNamed(title, wanted)) ??
    all.find(({ title }) => title.toLowerCase().includes(plain))
  if (found !== undefined) return Effect.succeed(found)
  const names =
    all.length === 0
      ? "there is none at all"
      : `there are ${all
          .slice(0, 20)
          .map(({ title }) => title)
          .join(", ")}`
  return Effect.fail(notFound("plex", `Plex has no ${what} "${wanted}": ${names}${all.length > 20 ? ", ..." : ""}.`))
}
