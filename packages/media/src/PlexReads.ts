/**
 * PlexReads: Plex, remembered. Every read of `Plex` but `version`, of which one wants to know how it is now; `rate` is asked
 * as it is, and whoever calls it says what it changed.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as Read from "@callsheet/cache/Read"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import { MediaError, notFound, Unexpected } from "./MediaError.ts"
import { type ItemFilter, Plex, tagTypes } from "./Plex.ts"
import { Details, Extra, Item, ItemPage, ListItem, PlayPage, Section, Session, Shelf, Tag } from "./PlexRecords.ts"
import * as ReadRules from "./ReadRules.ts"
import type { Access } from "./ServiceConfig.ts"

/** A library is made once in years: who made one finds it ten minutes later, or by the second question after a rest. */
const shelves = { fresh: "10 minutes", stale: "1 hour" } as const

/** It changes with every minute that is watched. Ten seconds are one step of a run, and the same question asked twice. */
const now = { fresh: "10 seconds" } as const

const Nothing = Schema.Struct({})

const Span = { start: Schema.Finite, size: Schema.Finite }
const One = { ratingKey: Schema.String }

const Filter = Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite]))

const stated = (filter: ItemFilter): typeof Filter.Type => Record.filter(filter, Predicate.isNotUndefined)

const reads = Effect.fnUntraced(function* (access: Access) {
  const plex = yield* Plex
  const common = { version: 1, identity: ReadRules.household(access) } as const
  const ofServer = { ...common, tags: ReadRules.tags("plex") } as const
  const ofItems = {
    ...common,
    tags: ReadRules.tags("plex", "ownership"),
    freshness: ReadRules.libraryFreshness
  } as const

  return {
    sections: Read.make("plex/sections", {
      ...ofServer,
      argument: Nothing,
      result: Schema.Array(Section),
      freshness: shelves,
      lookup: () => plex.sections
    }),
    items: Read.make("plex/items", {
      ...ofItems,
      argument: Schema.Struct({
        sectionKey: Schema.String,
        ...Span,
        filter: Filter
      }),
      result: ItemPage,
      lookup: ({ sectionKey, ...query }) => plex.items(sectionKey, query)
    }),
    // Whole, not by its pages, which would each be of another moment.
    allItems: Read.make("plex/allItems", {
      ...ofItems,
      argument: Schema.Struct({ sectionKey: Schema.String, filter: Filter }),
      result: Schema.Array(ListItem),
      lookup: ({ filter, sectionKey }) => plex.allItems(sectionKey, filter)
    }),
    // A name comes with the first item that bears it, and whoever asks by it would be told that there is none.
    tags: Read.make("plex/tags", {
      ...ofItems,
      argument: Schema.Struct({ type: Schema.Literals(Record.keys(tagTypes)) }),
      result: Schema.Array(Tag),
      lookup: ({ type }) => plex.tags(type)
    }),
    metadata: Read.make("plex/metadata", {
      ...ofItems,
      tags: ReadRules.tags("plex", "ownership", "plex/ratings"),
      argument: Schema.Struct(One),
      result: Details,
      final: ReadRules.noSuchThing,
      batch: {
        lookup: (wanted) =>
          Effect.map(plex.metadata(wanted.map(({ ratingKey }) => ratingKey)), (items) => {
            if (items.length === 0) return wanted.map(() => Result.fail(noneOfThem))
            const byKey = new Map(items.map((item) => [item.ratingKey, item]))
            return wanted.map(({ ratingKey }) =>
              Result.fromNullishOr(byKey.get(ratingKey), () =>
                notFound("plex", `Plex has no item with the key ${ratingKey}: look for the title again.`)
              )
            )
          })
      }
    }),
    similar: Read.make("plex/similar", {
      ...ofItems,
      argument: Schema.Struct(One),
      result: Schema.Array(Item),
      lookup: ({ ratingKey }) => plex.similar(ratingKey)
    }),
    extras: Read.make("plex/extras", {
      ...ofItems,
      argument: Schema.Struct(One),
      result: Schema.Array(Extra),
      lookup: ({ ratingKey }) => plex.extras(ratingKey)
    }),
    collections: Read.make("plex/collections", {
      ...ofItems,
      argument: Schema.Struct({ sectionKey: Schema.String }),
      result: Schema.Array(Shelf),
      lookup: ({ sectionKey }) => plex.collections(sectionKey)
    }),
    collectionItems: Read.make("plex/collectionItems", {
      ...ofItems,
      argument: Schema.Struct({ ...One, ...Span }),
      result: ItemPage,
      lookup: ({ ratingKey, ...span }) => plex.collectionItems(ratingKey, span)
    }),
    playlists: Read.make("plex/playlists", {
      ...ofItems,
      argument: Nothing,
      result: Schema.Array(Shelf),
      lookup: () => plex.playlists
    }),
    playlistItems: Read.make("plex/playlistItems", {
      ...ofItems,
      argument: Schema.Struct({ ...One, ...Span }),
      result: ItemPage,
      lookup: ({ ratingKey, ...span }) => plex.playlistItems(ratingKey, span)
    }),
    // What has just been watched stands here as late as in the library that says it is watched.
    history: Read.make("plex/history", {
      ...ofItems,
      argument: Schema.Struct({
        ...Span,
        ratingKey: Schema.optionalKey(Schema.String),
        since: Schema.optionalKey(Schema.Finite),
        until: Schema.optionalKey(Schema.Finite)
      }),
      result: PlayPage,
      lookup: (query) => plex.history(query)
    }),
    sessions: Read.make("plex/sessions", {
      ...ofServer,
      argument: Nothing,
      result: Schema.Array(Session),
      freshness: now,
      lookup: () => plex.sessions
    }),
    continueWatching: Read.make("plex/continueWatching", {
      ...ofServer,
      argument: Nothing,
      result: Schema.Array(Item),
      freshness: now,
      lookup: () => plex.continueWatching
    })
  }
})

/**
 * That Plex has none of the items, in the words of whoever stands before it while it is away: unlike one that is missing among
 * others, none of them is given up for it.
 */
const noneOfThem = new MediaError({
  reason: new Unexpected({ service: "plex", status: 404, message: "Plex tells of none of these items: try again." })
})

type Reads = Effect.Success<ReturnType<typeof reads>>
type Needs = Effect.Services<ReturnType<typeof reads>>

/** The same `Plex`, remembered in `Cache`. */
export const layer = (access: Access): Layer.Layer<Plex, never, HttpClient.HttpClient | Cache> =>
  Layer.effect(
    Plex,
    Effect.gen(function* () {
      const { read, watch } = yield* Cache
      const { rate, version } = yield* Plex
      // Made when the first is wanted: a run's first request to its model need not wait for them.
      const made = yield* reads(access).pipe(
        Effect.tap((made) => watch(Object.values(made))),
        Effect.provideContext(yield* Effect.context<Needs>()),
        Effect.cached
      )
      const by = <A>(ask: (reads: Reads) => Effect.Effect<A, MediaError>) => Effect.flatMap(made, ask)

      return Plex.of({
        sections: by(({ sections }) => read(sections, {})),
        items: (sectionKey, { filter = {}, size, start }) =>
          by(({ items }) => read(items, { sectionKey, start, size, filter: stated(filter) })),
        allItems: (sectionKey, filter) => by(({ allItems }) => read(allItems, { sectionKey, filter: stated(filter) })),
        tags: (type) => by(({ tags }) => read(tags, { type })),
        metadata: (ratingKeys) =>
          Effect.forEach(
            ratingKeys,
            (ratingKey) =>
              by(({ metadata }) => read(metadata, { ratingKey })).pipe(
                Effect.map((item) => [item]),
                Effect.catchIf(
                  (error) => error === noneOfThem || error.reason._tag === "NotFound",
                  () => Effect.succeed([])
                )
              ),
            // They wait for one request.
            { concurrency: "unbounded" }
          ).pipe(Effect.map((found) => found.flat())),
        similar: (ratingKey) => by(({ similar }) => read(similar, { ratingKey })),
        extras: (ratingKey) => by(({ extras }) => read(extras, { ratingKey })),
        collections: (sectionKey) => by(({ collections }) => read(collections, { sectionKey })),
        collectionItems: (ratingKey, span) =>
          by(({ collectionItems }) => read(collectionItems, { ratingKey, ...span })),
        playlists: by(({ playlists }) => read(playlists, {})),
        playlistItems: (ratingKey, span) => by(({ playlistItems }) => read(playlistItems, { ratingKey, ...span })),
        continueWatching: by(({ continueWatching }) => read(continueWatching, {})),
        sessions: by(({ sessions }) => read(sessions, {})),
        history: (query) => by(({ history }) => read(history, query)),
        rate,
        version
      })
    })
  ).pipe(Layer.provide(Plex.layerNoDeps(access)))
