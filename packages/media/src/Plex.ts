/**
 * Plex: the household's own library and what it is in the middle of watching.
 */
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"

import type { MediaError } from "./MediaError.ts"
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
  continueWatching: "GET /hubs/continueWatching"
} as const

const optional = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(schema)

/** A library of one type; `type` is "movie" or "show" for what concerns us, or "artist", "photo", ... */
export const Section = Schema.Struct({ key: Schema.String, type: Schema.String, title: optional(Schema.String) })
export type Section = typeof Section.Type

/** A name by which items are found: a genre, a director or an actor. `tag` is the name. */
export const Tag = Schema.Struct({ id: Schema.Int, tag: Schema.String })
export type Tag = typeof Tag.Type

/** A film, show or episode. Plex leaves out whatever an item lacks, `viewCount` of the unwatched included. */
export const Item = Schema.Struct({
  ratingKey: Schema.String,
  type: Schema.String,
  title: Schema.String,
  titleSort: optional(Schema.String),
  year: optional(Schema.Int),
  summary: optional(Schema.String),
  rating: optional(Schema.Finite),
  audienceRating: optional(Schema.Finite),
  /** Milliseconds. */
  duration: optional(Schema.Finite),
  /** Milliseconds. */
  viewOffset: optional(Schema.Finite),
  viewCount: optional(Schema.Finite),
  leafCount: optional(Schema.Finite),
  viewedLeafCount: optional(Schema.Finite),
  /** Seconds since 1970. */
  addedAt: optional(Schema.Finite),
  /** An episode's series, season number and own number. */
  grandparentTitle: optional(Schema.String),
  parentIndex: optional(Schema.Int),
  index: optional(Schema.Int),
  Genre: optional(Schema.Array(Schema.Struct({ tag: Schema.String }))),
  Guid: optional(Schema.Array(Schema.Struct({ id: Schema.String })))
})
export type Item = typeof Item.Type

/** What a whole list keeps of an item, since a library holds thousands: no texts, and of its ids in other catalogues TMDb's. */
export const ListItem = Schema.Struct(
  Struct.pick(Item.fields, [
    "ratingKey",
    "title",
    "titleSort",
    "year",
    "rating",
    "audienceRating",
    "duration",
    "viewCount",
    "leafCount",
    "viewedLeafCount",
    "addedAt",
    "Genre",
    "Guid"
  ])
)
export type ListItem = typeof ListItem.Type

const container = <Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.Struct({ MediaContainer: Schema.Struct(fields) })

/** `totalSize` stands only where the list is longer than the page. */
const listing = <A extends Schema.Constraint>(item: A) =>
  container({ totalSize: optional(Schema.Int), size: optional(Schema.Int), Metadata: optional(Schema.Array(item)) })

export const ItemPage = Schema.Struct({
  /** Of the whole list, not of this page. */
  total: Schema.Int,
  items: Schema.Array(Item)
})
export type ItemPage = typeof ItemPage.Type

/** Plex's own media query: `{ "year>": 2020, unwatched: 1, sort: "addedAt:desc" }`. */
export type ItemFilter = Readonly<Record<string, string | number | undefined>>

export interface ItemQuery {
  /** Index of the first item, from 0. */
  readonly start: number
  readonly size: number
  readonly filter?: ItemFilter
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
    metadata(ratingKeys: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Item>, MediaError>
    /** Films and episodes begun or next, most recent first: at most a hundred, which is more than anyone has. */
    readonly continueWatching: Effect.Effect<ReadonlyArray<Item>, MediaError>
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
        const { get } = yield* ServiceClient.make({
          service: "plex",
          name: "Plex",
          baseUrl,
          variables: { baseUrl: "PLEX_BASE_URL", secret: "PLEX_TOKEN" },
          authorize: HttpClientRequest.setHeader("X-Plex-Token", Redacted.value(secret)),
          // A page of HTML, as a proxy sends one while Plex is away.
          notFound: Schema.Never
        })

        const root = get(endpoints.root, container({ version: optional(Schema.String) }))
        const sections = get(endpoints.sections, container({ Directory: optional(Schema.Array(Section)) }))
        const items = get(endpoints.items, listing(Item))
        const listItems = get(endpoints.items, listing(ListItem))
        const tags = get(endpoints.tags, container({ Directory: optional(Schema.Array(Tag)) }))
        const metadata = get(endpoints.metadata, listing(Item))
        const hubs = get(
          endpoints.continueWatching,
          container({ Hub: optional(Schema.Array(Schema.Struct({ Metadata: optional(Schema.Array(Item)) }))) })
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
          version: Effect.map(root(), ({ MediaContainer: { version = null } }) => ({ name: "Plex", version }) as const)
        })
      })
    )

  /** From `PLEX_BASE_URL` and `PLEX_TOKEN`. */
  static readonly layerConfig: Layer.Layer<Plex, Config.ConfigError, HttpClient.HttpClient> = Layer.unwrap(
    Effect.map(ServiceConfig.required(ServiceConfig.plex, "PLEX_BASE_URL"), Plex.layerNoDeps)
  )
}

const pageOf = (sectionKey: string, { filter, size, start }: ItemQuery): ServiceClient.CallOptions => ({
  path: { sectionId: sectionKey },
  query: { includeGuids: 1, "X-Plex-Container-Start": start, "X-Plex-Container-Size": size, ...filter }
})

interface Listing<A> {
  readonly MediaContainer: {
    readonly totalSize?: number
    readonly size?: number
    readonly Metadata?: ReadonlyArray<A>
  }
}

const pageFrom = <A>({
  MediaContainer: { Metadata = [], size = Metadata.length, totalSize = size }
}: Listing<A>): WholeList.Page<A> => ({ total: totalSize, items: Metadata })

/** What most of an item's weight is and `ListItem` leaves out, which Plex need not send. */
const unlisted = { excludeElements: "Media,Country,Director,Writer,Role", excludeFields: "summary,tagline" }

/** Of an id in another catalogue: whether the catalogue is TMDb. */
export const isOfTmdb = ({ id }: { readonly id: string }): boolean => id.startsWith("tmdb://")
