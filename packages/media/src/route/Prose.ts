/**
 * Prose: sentences and lists made from results. Every title, year, rating and count in them comes from a result.
 */
import type { Kind, Title } from "../Title.ts"
import type { Meaning } from "./Meaning.ts"

/** "a, b and c". */
export const joined = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`

export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** Lines; what is empty is left out. */
export const lines = (...parts: ReadonlyArray<string | undefined>): string =>
  parts.filter((part) => part !== undefined && part !== "").join("\n")

/** "Heat (1995)". */
export const named = ({ title, year }: { readonly title: string; readonly year: number | null }): string =>
  year === null ? title : `${title} (${year})`

interface Part {
  readonly title: string
  readonly series: string | null
  readonly season: number | null
  readonly episode: number | null
}

/** "S02E03". */
export const placed = (season: number, episode: number): string => {
  const padded = (count: number) => count.toString().padStart(2, "0")
  return `S${padded(season)}E${padded(episode)}`
}

/** "Severance S02E03, Who Is Alive?" for an episode, else the title. */
export const partName = ({ episode, season, series, title }: Part): string => {
  if (series === null) return title
  const place = season === null || episode === null ? "" : ` ${placed(season, episode)}`
  return `${series}${place}, ${title}`
}

/** "26.2 GB". What is less than a tenth of one is told in whole megabytes, and what is there is never told as nothing. */
export const sized = (bytes: number): string => {
  if (bytes < 1e8) return `${Math.ceil(bytes / 1e6)} MB`
  return bytes < 1e12 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e12).toFixed(1)} TB`
}

/** "in cinemas", for a service's own "inCinemas". */
export const spelled = (word: string): string => word.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

/** "films", "series" or, of both, "titles". */
export const nounOf = (kind: Kind | undefined, count: number): string =>
  kind === "series" ? "series" : `${kind === "movie" ? "film" : "title"}${count === 1 ? "" : "s"}`

/** What any list knows of a title; some know more. */
type Listed = Title & {
  readonly addedOn?: string | null
  readonly runtimeMinutes?: number | null
  readonly role?: string
}

/** One title on one line, with what is known of it. `isHeld`: all of the list are in the library, so that it need not be said. */
export const described = (item: Listed, isHeld: boolean): string => {
  const facts = [
    ...(item.rating === null ? [] : [`rated ${item.rating.toFixed(1)}`]),
    ...(item.genres.length === 0 ? [] : [joined(item.genres)]),
    ...(item.role === undefined ? [] : [item.role]),
    ...(item.runtimeMinutes ? [`${item.runtimeMinutes} min`] : []),
    ...(isHeld || item.inLibrary === null ? [] : [item.inLibrary ? "in your library" : "not in your library"]),
    ...(item.watched === null ? [] : [item.watched ? "watched" : "unwatched"]),
    ...(item.addedOn ? [`added ${item.addedOn}`] : [])
  ]
  const line = facts.length === 0 ? named(item) : `${named(item)}: ${facts.join(", ")}`
  return item.overview ? `${line}\n  ${item.overview}` : line
}

/** A bulleted list, saying how many of `total` it leaves out. */
export const bullets = (items: ReadonlyArray<string>, total: number): string =>
  lines(...items.map((item) => `- ${item}`), total > items.length ? `and ${total - items.length} more.` : undefined)

/** Why a part is missing, for the person who asked. */
export const trouble = (problem: string | undefined): string | undefined =>
  problem === undefined ? undefined : `A part is missing: ${problem}${/[.!?]$/.test(problem) ? "" : "."}`

const span = ({ yearFrom, yearTo }: Meaning): string => {
  if (yearFrom === undefined && yearTo === undefined) return ""
  if (yearFrom === yearTo) return ` from ${yearFrom}`
  if (yearFrom === undefined) return ` up to ${yearTo}`
  return yearTo === undefined ? ` since ${yearFrom}` : ` from ${yearFrom} to ${yearTo}`
}

const ofPerson = ({ owned, person, role }: Meaning): string => {
  if (person === undefined) return ""
  if (role === "director") return ` directed by ${person.name}`
  return role === "actor" || owned === true ? ` with ${person.name}` : ` by or with ${person.name}`
}

/**
 * " from 1990 to 1999 rated 7 or more". The tools take a rating as the least one, so that is what it says, where the question
 * said "above".
 */
export const narrowing = (meaning: Meaning): string =>
  `${span(meaning)}${meaning.minRating === undefined ? "" : ` rated ${meaning.minRating} or more`}`

/** "unwatched horror movies from 1990 to 1999 rated 7 or more". */
export const wanted = (meaning: Meaning, kind: "movie" | "series", count?: number): string => {
  const { genres = [], title, watched } = meaning
  const noun = kind === "series" ? "series" : count === 1 ? "movie" : "movies"
  const state = watched === undefined ? [] : [watched ? "watched" : "unwatched"]
  const like = title === undefined ? "" : ` named like ${title}`
  return `${[...state, ...genres.map((genre) => genre.toLowerCase()), noun].join(" ")}${like}${ofPerson(meaning)}${narrowing(meaning)}`
}
