/**
 * Title: a film or a series as the tools tell it, whichever service it came from.
 */
import * as Schema from "effect/Schema"

export const Kind = Schema.Literals(["movie", "series"])
export type Kind = typeof Kind.Type

export const Title = Schema.Struct({
  title: Schema.String,
  year: Schema.NullOr(Schema.Int),
  kind: Kind,
  tmdbId: Schema.NullOr(Schema.Int),
  /** Out of ten, to one decimal. */
  rating: Schema.NullOr(Schema.Finite),
  genres: Schema.Array(Schema.String),
  /** Null where nobody can tell: Plex is not set up, or did not answer. */
  inLibrary: Schema.NullOr(Schema.Boolean),
  /** A series is watched when all its episodes are. Null for what is not in the library. */
  watched: Schema.NullOr(Schema.Boolean),
  /** Only with `detail: "full"`. */
  overview: Schema.optionalKey(Schema.String)
})
export type Title = typeof Title.Type

/** To one decimal; null where nobody has voted, which services write as 0 or leave out. */
export const ratingOf = (rating: number | null | undefined): number | null =>
  rating ? Math.round(rating * 10) / 10 : null

/** The year of an ISO date; null for a missing one, which TMDb also writes as "". */
export const yearOf = (date: string | null | undefined): number | null => (date ? Number(date.slice(0, 4)) : null)

/** Whether `query` is the whole name, but for case. */
export const isNamed = (name: string, query: string): boolean => name.toLowerCase() === query.trim().toLowerCase()
