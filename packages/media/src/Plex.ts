/**
 * Plex: the household's own library, what it watches and has watched. The answers' shapes are in `PlexRecords`.
 */
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

import type { MediaError } from "./MediaError.ts"
import {
  container,
  Details,
  Extra,
  isOfTmdb,
  Item,
  type ItemPage,
  type Listing,
  listing,
  ListItem,
  pageFrom,
  Play,
  type PlayPage,
  Section,
  Session,
  type Shelf,
  shelfFrom,
  ShelfRecord,
  Tag
} from "./PlexRecords.ts"
import * as ServiceClient from "./ServiceClient.ts"
import * as ServiceConfig from "./ServiceConfig.ts"
import * as WholeList from "./WholeList.ts"

/** Every endpoint this client calls. */
export const endpoints = {
  root: "GET /",
  sections: "GET /library/sections/all",
  items: "GET /library/sections/{sectionId}/all",
  tags: "GET /library/tags",
  metadata: "GET /library/metadata/{ids}",
  similar: "GET /library/metadata/{ids}/similar",
  extras: "GET /library/metadata/{ids}/extras",
  collections: "GET /library/sections/{sectionId}/collections",
  collectionItems: "GET /library/collections/{collectionId}/items",
  playlists: "GET /playlists",
  playlistItems: "GET /playlists/{playlistId}/items",
  continueWatching: "GET /hubs/continueWatching",
  sessions: "GET /status/sessions",
  history: "GET /status/sessions/history/all",
  rate: "PUT /:/rate"
} as const

/** Plex's own media query: `{ "year>": 2020, unwatched: 1, sort: "addedAt:desc" }`. */
export type ItemFilter = Readonly<Record<string, string | number | undefined>>

export interface Span {
  /** Index of the first item, from 0. */
  readonly start: number
  readonly size: number
}

export interface ItemQuery extends Span {
  readonly filter?: ItemFilter
}

export interface PlayQuery extends Span {
  /** Of one item; of a series or a season, all its episodes. */
  readonly ratingKey?: string
  /** Seconds since 1970, both included. */
  readonly since?: number
  readonly until?: number
}

/** Plex's numbers for the kinds of tags. */
export const tagTypes = { genre: 1, director: 4, actor: 6 } as const

export class Plex extends Context.Service<
  Plex,
  {
    /** All libraries of the server, of every type. */
    readonly sections: Effect.Effect<ReadonlyArray<Section>, MediaError>
    /**
     * A page of a library's films or shows, with their ids in other catalogues (`Guid`). Pages make no whole: each may be of
     * another moment.
     */
    items(sectionKey: string, query: ItemQuery): Effect.Effect<ItemPage, MediaError>
    /** Every item of a library that `filter` lets through, in Plex's order and as of one moment (`WholeList`). */
    allItems(sectionKey: string, filter: ItemFilter): Effect.Effect<ReadonlyArray<ListItem>, MediaError>
    /** Every tag of a kind in the server's libraries, of whatever type. Filters take a tag's id, never its name. */
    tags(type: keyof typeof tagTypes): Effect.Effect<ReadonlyArray<Tag>, MediaError>
    /**
     * Items as lists do not show them, with all their genres, in the order of their keys: at most a hundred, and without those
     * that Plex no longer has.
     */
    metadata(ratingKeys: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Details>, MediaError>
    /** Items of the library that are like one, nearest first: at most fifty. */
    similar(ratingKey: string): Effect.Effect<ReadonlyArray<Item>, MediaError>
    /** Trailers and the like. */
    extras(ratingKey: string): Effect.Effect<ReadonlyArray<Extra>, MediaError>
    /** All collections of a library, by title. */
    collections(sectionKey: string): Effect.Effect<ReadonlyArray<Shelf>, MediaError>
    collectionItems(ratingKey: string, span: Span): Effect.Effect<ItemPage, MediaError>
    /** All playlists of films and episodes. */
    readonly playlists: Effect.Effect<ReadonlyArray<Shelf>, MediaError>
    playlistItems(ratingKey: string, span: Span): Effect.Effect<ItemPage, MediaError>
    /** Films and episodes begun or next, most recent first: at most a hundred, which is more than anyone has. */
    readonly continueWatching: Effect.Effect<ReadonlyArray<Item>, MediaError>
    /** What is played at this moment, by whom and where. Plex tells it the owner's token alone. */
    readonly sessions: Effect.Effect<ReadonlyArray<Session>, MediaError>
    /** A page of what was played to its end, last first. */
    history(query: PlayQuery): Effect.Effect<PlayPage, MediaError>
    /** Sets the rating of whoever's token it is, out of ten. Twice the same is once. */
    rate(ratingKey: string, rating: number): Effect.Effect<void, MediaError>
    readonly version: Effect.Effect<{ readonly name: "Plex"; readonly version: string | null }, MediaError>
  }
>()("@callsheet/media/Plex") {
  static readonly layerNoDeps = ({
    baseUrl,
    secret
  }: ServiceConfig.Access): Layer.Layer<Plex, never, HttpClient.HttpClient> =>
    Layer.effect(
      Plex,
      Effect.gen(function* () {
        const { get, write } = yield* ServiceClient.make({
          service: "plex",
          name: "Plex",
          baseUrl,
          secret,
          variables: { baseUrl: "PLEX_BASE_URL", secret: "PLEX_TOKEN" },
          authorize: HttpClientRequest.setHeader("X-Plex-Token", Redacted.value(secret)),
          // A page of HTML, as a proxy sends one while Plex is away.
          notFound: Schema.Never
        })

        const root = get(endpoints.root, container({ version: Schema.optionalKey(Schema.String) }))
        const sections = get(endpoints.sections, container({ Directory: Schema.optionalKey(Schema.Array(Section)) }))
        const items = get(endpoints.items, listing(Item))
        const listItems = get(endpoints.items, listing(ListItem))
        const tags = get(endpoints.tags, container({ Directory: Schema.optionalKey(Schema.Array(Tag)) }))
        const metadata = get(endpoints.metadata, listing(Details))
        const similar = get(endpoints.similar, listing(Item))
        const extras = get(endpoints.extras, listing(Extra))
        const collections = get(endpoints.collections, listing(ShelfRecord))
        const collectionItems = get(endpoints.collectionItems, listing(Item))
        const playlists = get(endpoints.playlists, listing(ShelfRecord))
        const playlistItems = get(endpoints.playlistItems, listing(Item))
        const sessions = get(endpoints.sessions, listing(Session))
        const history = get(endpoints.history, listing(Play))
        const rate = write(endpoints.rate)
        const hubs = get(
          endpoints.continueWatching,
          container({
            Hub: Schema.optionalKey(Schema.Array(Schema.Struct({ Metadata: Schema.optionalKey(Schema.Array(Item)) })))
          })
        )

        return Plex.of({
          sections: Effect.map(sections(), ({ MediaContainer }) => MediaContainer.Directory ?? []),
          items: (sectionKey, query) => Effect.map(items(pageOf(sectionKey, query)), pageFrom),
          allItems: (sectionKey, filter) =>
            WholeList.read({
              page: (start, size) =>
                Effect.map(
                  listItems(pageOf(sectionKey, { start, size, filter: { ...unlisted, ...filter } })),
                  pageFrom<ListItem>
                ),
              keyOf: ({ ratingKey }) => ratingKey
            }).pipe(
              Effect.map((items) =>
                items.map(({ Guid, ...item }) => ({ ...item, ...(Guid && { Guid: Guid.filter(isOfTmdb) }) }))
              )
            ),
          tags: (type) =>
            Effect.map(
              tags({ query: { type: tagTypes[type] } }),
              ({ MediaContainer }) => MediaContainer.Directory ?? []
            ),
          metadata: (ratingKeys) =>
            ratingKeys.length === 0
              ? Effect.succeed([])
              : metadata({ path: { ids: ratingKeys.join(",") } }).pipe(
                  Effect.map(({ MediaContainer }) => MediaContainer.Metadata ?? []),
                  // Of none of them it knows.
                  Effect.catchReason("MediaError", "Unexpected", (reason, error) =>
                    reason.status === 404 ? Effect.succeed([]) : Effect.fail(error)
                  )
                ),
          continueWatching: Effect.map(
            hubs({ query: { count: 100 } }),
            ({ MediaContainer }) => MediaContainer.Hub?.flatMap(({ Metadata }) => Metadata ?? []) ?? []
          ),
          similar: (ratingKey) =>
            Effect.map(similar({ path: { ids: ratingKey }, query: { count: 50, includeGuids: 1 } }), itemsFrom),
          extras: (ratingKey) => Effect.map(extras({ path: { ids: ratingKey } }), itemsFrom),
          collections: (sectionKey) => Effect.map(collections({ path: { sectionId: sectionKey } }), shelvesFrom),
          collectionItems: (ratingKey, span) =>
            Effect.map(
              collectionItems({ path: { collectionId: ratingKey }, query: { includeGuids: 1, ...partOf(span) } }),
              pageFrom
            ),
          playlists: Effect.map(playlists({ query: { playlistType: "video" } }), shelvesFrom),
          playlistItems: (ratingKey, span) =>
            Effect.map(
              playlistItems({ path: { playlistId: ratingKey }, query: { includeGuids: 1, ...partOf(span) } }),
              pageFrom
            ),
          sessions: Effect.map(sessions(), itemsFrom),
          history: ({ ratingKey, since, until, ...span }) =>
            Effect.map(
              history({
                query: {
                  sort: "viewedAt:desc",
                  metadataItemID: ratingKey,
                  "viewedAt>": since,
                  "viewedAt<": until,
                  ...partOf(span)
                }
              }),
              pageFrom
            ),
          rate: (ratingKey, rating) =>
            rate({ query: { identifier: "com.plexapp.plugins.library", key: ratingKey, rating } }),
          version: Effect.map(root(), ({ MediaContainer: { version = null } }) => ({ name: "Plex", version }) as const)
        })
      })
    )

  /** From `PLEX_BASE_URL` and `PLEX_TOKEN`. */
  static readonly layerConfig: Layer.Layer<Plex, Config.ConfigError, HttpClient.HttpClient> = Layer.unwrap(
    Effect.map(ServiceConfig.required(ServiceConfig.plex, "PLEX_BASE_URL"), Plex.layerNoDeps)
  )
}

const partOf = ({ size, start }: Span) => ({ "X-Plex-Container-Start": start, "X-Plex-Container-Size": size })

const pageOf = (sectionKey: string, { filter, ...span }: ItemQuery): ServiceClient.CallOptions => ({
  path: { sectionId: sectionKey },
  query: { includeGuids: 1, ...partOf(span), ...filter }
})

const itemsFrom = <A>(listing: Listing<A>): ReadonlyArray<A> => pageFrom(listing).items

const shelvesFrom = (listing: Listing<typeof ShelfRecord.Type>): ReadonlyArray<Shelf> =>
  itemsFrom(listing).map(shelfFrom)

/** What most of an item's weight is and `ListItem` leaves out, which Plex need not send. */
const unlisted = { excludeElements: "Media,Country,Director,Writer,Role", excludeFields: "summary,tagline" }
