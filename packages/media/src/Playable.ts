/**
 * Playable: what is played at one go, a film or an episode, as lists of both tell it.
 */
import * as Schema from "effect/Schema"

import { minutes } from "./LibraryTitle.ts"
import type { Item } from "./PlexRecords.ts"

/** Music and home videos are `other`. */
const Kind = Schema.Literals(["movie", "episode", "other"])

export const Playable = Schema.Struct({
  title: Schema.String,
  kind: Kind,
  series: Schema.NullOr(Schema.String),
  season: Schema.NullOr(Schema.Int),
  episode: Schema.NullOr(Schema.Int),
  ratingKey: Schema.NullOr(Schema.String)
})
export type Playable = typeof Playable.Type

type Named = Partial<Pick<Item, "title" | "grandparentTitle" | "parentIndex" | "index" | "ratingKey">> &
  Pick<Item, "type">

export const fromItem = (item: Named): Playable => {
  const isEpisode = item.type === "episode"
  return {
    title: item.title ?? "(untitled)",
    kind: isEpisode ? "episode" : item.type === "movie" ? "movie" : "other",
    series: isEpisode ? (item.grandparentTitle ?? null) : null,
    season: isEpisode ? (item.parentIndex ?? null) : null,
    episode: isEpisode ? (item.index ?? null) : null,
    ratingKey: item.ratingKey ?? null
  }
}

/** How far it was played. Plex leaves out a length that it does not know. */
export const progressOf = ({ duration = 0, viewOffset = 0 }: Pick<Item, "duration" | "viewOffset">) => ({
  progressPercent: duration > 0 ? Math.floor((viewOffset / duration) * 100) : 0,
  minutesLeft: duration > 0 ? minutes(duration - viewOffset) : null
})
