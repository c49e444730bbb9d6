/**
 * TmdbTitle: TMDb's records as titles, with what the household's library knows of them.
 */
import type { OwnershipIndex } from "./Library.ts"
import * as Title from "./Title.ts"
import type { Details, Entry, Genre } from "./TmdbRecords.ts"

interface Context {
  readonly kind: Title.Kind
  readonly detail: "compact" | "full" | undefined
  /** Null where ownership is unknown. */
  readonly owned: OwnershipIndex | null
}

/** The ISO date of release or first broadcast; null where TMDb knows none. */
export const releasedOn = (entry: Pick<Entry, "release_date" | "first_air_date">): string | null =>
  entry.release_date || entry.first_air_date || null

/** A list entry as a title; `genres` gives names to the entry's genre ids. */
export const fromEntry = (entry: Entry, genres: ReadonlyArray<Genre>, context: Context): Title.Title =>
  make(entry, entry.genre_ids?.flatMap((id) => genres.find((genre) => genre.id === id)?.name ?? []) ?? [], context)

/** A details record as a title. */
export const fromDetails = (details: Details, context: Context): Title.Title =>
  make(details, details.genres?.map(({ name }) => name) ?? [], context)

const make = (
  record: Omit<Entry, "genre_ids">,
  genres: ReadonlyArray<string>,
  { detail, kind, owned }: Context
): Title.Title => {
  const held = owned?.get(record.id)
  return {
    title: record.title || record.name || "(untitled)",
    year: Title.yearOf(releasedOn(record)),
    kind,
    tmdbId: record.id,
    rating: Title.ratingOf(record.vote_average),
    genres,
    inLibrary: owned === null ? null : held !== undefined,
    watched: held?.watched ?? null,
    ...(detail === "full" && { overview: record.overview ?? "" })
  }
}
