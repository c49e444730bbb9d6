/**
 * LibraryTools: what the household has in Plex, and what it is in the middle of.
 */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"

import * as Cursor from "./Cursor.ts"
import * as Footprint from "./Footprint.ts"
import * as Genres from "./Genres.ts"
import { isWatched, sectionsOf } from "./Library.ts"
import * as LibraryTitle from "./LibraryTitle.ts"
import * as List from "./List.ts"
import { MediaError, rejected } from "./MediaError.ts"
import * as Parameters from "./Parameters.ts"
import * as Playable from "./Playable.ts"
import { Plex } from "./Plex.ts"
import type { ListItem } from "./PlexRecords.ts"

const Sort = Schema.Literals(["added", "title", "year", "rating"])
type Sort = typeof Sort.Type

/** `total` is Plex's count. Plex's lists name only an item's first genres; in full it names all. */
export const LibrarySearch = Tool.make("library_search", {
  description: "Films or series in the Plex library, watched or not. For recent ones sort by added.",
  parameters: Schema.Struct({
    kind: Parameters.kind,
    title: Schema.optionalKey(Schema.String.annotate({ description: "part of it" })),
    genre: Schema.optionalKey(Schema.String),
    person: Schema.optionalKey(Schema.String.annotate({ description: "actor or director" })),
    ...Parameters.years,
    minRating: Parameters.minRating,
    watched: Schema.optionalKey(Schema.Boolean),
    resolution: Schema.optionalKey(Schema.Literals(["4k", "1080", "720", "sd"]).annotate({ description: "of films" })),
    hdr: Schema.optionalKey(Schema.Boolean.annotate({ description: "of films" })),
    sort: Schema.optionalKey(Sort.annotate({ description: "added: newest first; default title" })),
    limit: Parameters.limit(100, 20),
    cursor: Parameters.cursor,
    detail: Parameters.detail
  }),
  success: List.list(LibraryTitle.LibraryTitle),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.reads("plex", "ownership"))
  .annotate(Annotations.Examples, [
    "Which comedies do I own?",
    "Is Solaris in our library?",
    "What was added to Plex recently?",
    "My unwatched series, best rated first"
  ])

export const OnDeck = Tool.make("on_deck", {
  description: "What to go on watching in Plex: films and episodes begun, and next episodes.",
  parameters: Schema.Struct({ limit: Parameters.limit(50, 20) }),
  success: List.list(
    Schema.Struct({
      ...Playable.Playable.fields,
      kind: Schema.Literals(["movie", "episode"]),
      ratingKey: Schema.String,
      progressPercent: Schema.Int,
      minutesLeft: Schema.NullOr(Schema.Int)
    })
  ),
  failure: MediaError,
  failureMode: "return"
})
  .annotateMerge(Footprint.readsNow("plex"))
  .annotate(Annotations.Examples, [
    "What's on deck?",
    "What can I continue watching?",
    "What did we start and not finish?",
    "What am I in the middle of?"
  ])

export const LibraryTools = Toolkit.make(LibrarySearch, OnDeck)

export const LibraryToolsLayer = LibraryTools.toLayer(
  Effect.gen(function* () {
    const plex = yield* Plex

    /** One filter for each trade of the person; none where nobody of that name is in the library. */
    const byPerson = Effect.fnUntraced(function* (name: string) {
      const filters = yield* Effect.forEach(
        ["director", "actor"] as const,
        (trade) =>
          Effect.map(plex.tags(trade), (people) => {
            const exact = people.filter(({ tag }) => tag.toLowerCase() === name.toLowerCase())
            const similar = people.filter(({ tag }) => tag.toLowerCase().includes(name.toLowerCase()))
            const ids = (exact.length > 0 ? exact : similar).map(({ id }) => id)
            return ids.length === 0 ? [] : [{ [trade]: ids.join(",") }]
          }),
        { concurrency: 2 }
      )
      return filters.flat()
    })
    const byGenre = Effect.fnUntraced(function* (name: string) {
      const known = yield* plex.tags("genre")
      const genres = yield* Genres.find("plex", [name], known, ({ tag }) => tag)
      // A comma means "or": films are tagged "Science Fiction" where series are "Sci-Fi & Fantasy".
      return {
        genre: genres
          .flat()
          .map(({ id }) => id)
          .join(",")
      }
    })

    /** With all that their own records say of them. */
    const inFull = Effect.fnUntraced(function* (items: ReadonlyArray<LibraryTitle.Shown>) {
      const records = yield* plex.metadata(items.map(({ ratingKey }) => ratingKey))
      const byKey = new Map(records.map((record) => [record.ratingKey, record]))
      return items.map((item) => ({ ...item, ...byKey.get(item.ratingKey) }))
    })

    const search = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof LibrarySearch>) {
      const { detail, genre, kind = "movie", person, sort = "title", watched } = parameters
      const { skip } = yield* Cursor.decode("library_search", "plex", parameters.cursor)
      if (kind === "series" && (parameters.resolution !== undefined || parameters.hdr !== undefined)) {
        return yield* rejected("plex", "Plex tells resolution and hdr of films: leave them out for series.")
      }
      const limit = Parameters.within(parameters.limit, 100, 20)
      const { ofGenre, people, sections } = yield* Effect.all(
        {
          sections: Effect.map(plex.sections, (sections) => sectionsOf(sections, kind)),
          people: person === undefined ? Effect.succeed([{}]) : byPerson(person),
          ofGenre: genre === undefined ? Effect.succeed({}) : byGenre(genre)
        },
        { concurrency: 3 }
      )
      // One list is paged by Plex. Lists are read whole and merged for a name that is both an actor and a director, for
      // several libraries of a kind, and for watched series, which Plex counts by episode.
      const isPagedByPlex = sections.length * people.length === 1 && (kind === "movie" || watched === undefined)
      const filter = {
        type: kind === "movie" ? 1 : 2,
        title: parameters.title,
        ...ofGenre,
        "year>": parameters.yearFrom,
        "year<": parameters.yearTo,
        "audienceRating>": parameters.minRating,
        resolution: parameters.resolution,
        hdr: parameters.hdr === undefined ? undefined : Number(parameters.hdr),
        unwatched: kind === "movie" && watched !== undefined ? Number(!watched) : undefined,
        // What is read whole is sorted here, and remembered once for all orders.
        sort: sortBy[isPagedByPlex ? sort : "title"]
      }
      const lists = sections.flatMap((section) =>
        people.map((person) => ({ section, filter: { ...filter, ...person } }))
      )
      const [only] = lists
      const { items, total }: { readonly items: ReadonlyArray<LibraryTitle.Shown>; readonly total: number } =
        only !== undefined && isPagedByPlex
          ? yield* plex.items(only.section.key, { start: skip, size: limit, filter: only.filter })
          : yield* Effect.forEach(lists, ({ filter, section }) => plex.allItems(section.key, filter), {
              concurrency: 4
            }).pipe(
              Effect.map((lists) => {
                const all = new Map(lists.flat().map((item) => [item.ratingKey, item]))
                const sorted = [...all.values()]
                  .filter((item) => watched === undefined || isWatched(item) === watched)
                  .toSorted(orders[sort])
                return { total: sorted.length, items: sorted.slice(skip, skip + limit) }
              })
            )
      const end = skip + items.length
      const shown = detail === "full" ? yield* inFull(items) : items
      return {
        total,
        items: shown.map((item) => LibraryTitle.fromItem(item, kind, detail)),
        nextCursor: end < total && items.length > 0 ? Cursor.encode("library_search", { page: 1, skip: end }) : null
      }
    })

    const onDeck = Effect.fnUntraced(function* (parameters: Tool.Parameters<typeof OnDeck>) {
      const items = yield* plex.continueWatching
      return {
        total: items.length,
        items: items.slice(0, Parameters.within(parameters.limit, 50, 20)).map((item) => ({
          ...Playable.fromItem(item),
          kind: item.type === "episode" ? ("episode" as const) : ("movie" as const),
          ratingKey: item.ratingKey,
          ...Playable.progressOf(item)
        })),
        nextCursor: null
      }
    })

    return LibraryTools.of({ library_search: search, on_deck: onDeck })
  })
)

const sortBy: Readonly<Record<Sort, string>> = {
  added: "addedAt:desc",
  title: "titleSort",
  year: "year:desc",
  rating: "audienceRating:desc"
}

const orders: Readonly<Record<Sort, Order.Order<ListItem>>> = {
  added: Order.mapInput(Order.flip(Order.Number), (item) => item.addedAt ?? 0),
  title: Order.mapInput(Order.String, (item) => (item.titleSort ?? item.title).toLowerCase()),
  year: Order.mapInput(Order.flip(Order.Number), (item) => item.year ?? 0),
  rating: Order.mapInput(Order.flip(Order.Number), (item) => LibraryTitle.scoreOf(item) ?? 0)
}
