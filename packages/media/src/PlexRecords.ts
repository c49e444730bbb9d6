/**
 * PlexRecords: what Plex answers with, as far as anything here looks at it.
 */
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"

const optional = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(schema)
const text = optional(Schema.String)
const number = optional(Schema.Finite)

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

const Named = Schema.Struct({ tag: Schema.String })

/** One track of a file: `streamType` 1 is the picture, 2 sound, 3 subtitles. */
const Stream = Schema.Struct({
  streamType: Schema.Int,
  displayTitle: text,
  language: text,
  colorTrc: text,
  DOVIPresent: optional(Schema.Boolean)
})
export type Stream = typeof Stream.Type

const Part = Schema.Struct({ file: text, size: number, container: text, Stream: optional(Schema.Array(Stream)) })

/** One version of a film or an episode, in one file or several. */
export const Media = Schema.Struct({
  videoResolution: text,
  videoCodec: text,
  /** Kilobits a second. */
  bitrate: number,
  Part: optional(Schema.Array(Part))
})
export type Media = typeof Media.Type

/** An item as its own record tells it. */
export const Details = Schema.Struct({
  ...Item.fields,
  contentRating: text,
  studio: text,
  /** Of a season, its series. */
  parentTitle: text,
  librarySectionTitle: text,
  /** ISO date. */
  originallyAvailableAt: text,
  /** Seconds since 1970. */
  lastViewedAt: number,
  /** Out of ten, whoever's token it is. */
  userRating: number,
  Director: optional(Schema.Array(Named)),
  Role: optional(Schema.Array(Named)),
  Media: optional(Schema.Array(Media))
})
export type Details = typeof Details.Type

/** A trailer, an interview, ...; `subtype` says which. */
export const Extra = Schema.Struct({
  title: Schema.String,
  subtype: text,
  /** Milliseconds. */
  duration: number
})
export type Extra = typeof Extra.Type

/** A collection or a playlist, as their lists tell it. Counts of collections come as text. */
export const ShelfRecord = Schema.Struct({
  ratingKey: Schema.String,
  title: Schema.String,
  childCount: optional(Schema.Union([Schema.Int, Schema.FiniteFromString])),
  leafCount: optional(Schema.Int),
  smart: optional(Schema.Boolean)
})

export const Shelf = Schema.Struct({
  ratingKey: Schema.String,
  title: Schema.String,
  size: Schema.Finite,
  /** Filled by a search, not by hand. */
  isSmart: Schema.Boolean
})
export type Shelf = typeof Shelf.Type

export const shelfFrom = ({ childCount, leafCount, ratingKey, smart, title }: typeof ShelfRecord.Type): Shelf => ({
  ratingKey,
  title,
  size: childCount ?? leafCount ?? 0,
  isSmart: smart ?? false
})

const placed = Struct.pick(Item.fields, ["type", "grandparentTitle", "parentIndex", "index"])

/** What somebody plays at this moment. `TranscodeSession` is there only while the server converts something. */
export const Session = Schema.Struct({
  ...placed,
  ...Struct.pick(Item.fields, ["title", "year", "duration", "viewOffset"]),
  ratingKey: text,
  User: optional(Schema.Struct({ title: text })),
  Player: optional(Schema.Struct({ title: text, product: text, state: text })),
  /** Kilobits a second. */
  Session: optional(Schema.Struct({ bandwidth: number, location: text })),
  TranscodeSession: optional(Schema.Struct({ videoDecision: text, audioDecision: text }))
})
export type Session = typeof Session.Type

/** That something was played. What left the library since has no key, and may have no title. */
export const Play = Schema.Struct({
  ...placed,
  ratingKey: text,
  title: text,
  /** Seconds since 1970. */
  viewedAt: number
})
export type Play = typeof Play.Type

/** A page of a list, and how long the whole list is. */
const page = <A extends Schema.Constraint>(item: A) => Schema.Struct({ total: Schema.Int, items: Schema.Array(item) })

export const ItemPage = page(Item)
export type ItemPage = typeof ItemPage.Type
export const PlayPage = page(Play)
export type PlayPage = typeof PlayPage.Type

export const container = <Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.Struct({ MediaContainer: Schema.Struct(fields) })

/** `totalSize` stands only where the list is longer than the page. */
export const listing = <A extends Schema.Constraint>(item: A) =>
  container({ totalSize: optional(Schema.Int), size: optional(Schema.Int), Metadata: optional(Schema.Array(item)) })

interface Page<A> {
  readonly total: number
  readonly items: ReadonlyArray<A>
}

export interface Listing<A> {
  readonly MediaContainer: {
    readonly totalSize?: number
    readonly size?: number
    readonly Metadata?: ReadonlyArray<A>
  }
}

export const pageFrom = <A>({
  MediaContainer: { Metadata = [], size = Metadata.length, totalSize = size }
}: Listing<A>): Page<A> => ({ total: totalSize, items: Metadata })

/** Of an id in another catalogue: whether the catalogue is TMDb. */
export const isOfTmdb = ({ id }: { readonly id: string }): boolean => id.startsWith("tmdb://")
