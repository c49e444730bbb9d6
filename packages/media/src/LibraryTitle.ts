/**
 * LibraryTitle: a film or a series of the library as the tools tell it.
 */
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"

import { isWatched, tmdbIdOf } from "./Library.ts"
import type { Item, ListItem } from "./PlexRecords.ts"
import { type Kind, ratingOf, Title } from "./Title.ts"

export const LibraryTitle = Schema.Struct({
  ...Title.fields,
  ratingKey: Schema.String,
  /** ISO date, UTC. */
  addedOn: Schema.NullOr(Schema.String),
  runtimeMinutes: Schema.NullOr(Schema.Int)
})
export type LibraryTitle = typeof LibraryTitle.Type

/** A list that is read whole tells no overview. */
export type Shown = ListItem & Pick<Item, "summary">

export const fromItem = (item: Shown, kind: Kind, detail: "compact" | "full" | undefined): LibraryTitle => ({
  title: item.title,
  year: item.year ?? null,
  kind,
  tmdbId: tmdbIdOf(item),
  rating: ratingOf(scoreOf(item)),
  genres: item.Genre?.map(({ tag }) => tag) ?? [],
  inLibrary: true,
  watched: isWatched(item),
  ...(detail === "full" && { overview: item.summary ?? "" }),
  ratingKey: item.ratingKey,
  addedOn: dateOf(item.addedAt),
  runtimeMinutes: minutes(item.duration)
})

/** Viewers' rating, which nearly every item has; else the critics'. */
export const scoreOf = (item: ListItem) => item.audienceRating ?? item.rating

/** The ISO date of a time in seconds since 1970. */
export const dateOf = (seconds: number | undefined): string | null =>
  seconds === undefined ? null : DateTime.formatIsoDateUtc(DateTime.makeUnsafe(seconds * 1000))

export const minutes = (millis: number | undefined): number | null =>
  millis === undefined ? null : Math.round(millis / 60_000)

/** Of a list that holds films and series alone. */
export const kindOf = (type: string): Kind => (type === "show" ? "series" : "movie")
