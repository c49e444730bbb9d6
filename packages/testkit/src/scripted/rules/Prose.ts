/**
 * Prose: sentences and lists made from results. Every title, year, rating and count in them comes from a result.
 */
import * as Predicate from "effect/Predicate"

import type { Outcome } from "./Asking.ts"
import type { Title } from "./Tools.ts"

/** "a, b and c". */
export const joined = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`

export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** Paragraphs or lines; what is empty is left out. */
export const lines = (...parts: ReadonlyArray<string | undefined>): string =>
  parts.filter((part) => part !== undefined && part !== "").join("\n")

/** "Heat (1995)". */
export const named = ({ title, year }: { readonly title: string; readonly year?: number | null | undefined }): string =>
  year === null || year === undefined ? title : `${title} (${year})`

const facts = (title: Title): ReadonlyArray<string> => [
  ...(typeof title.rating === "number" ? [`rated ${title.rating.toFixed(1)}`] : []),
  ...(title.genres && title.genres.length > 0 ? [joined(title.genres)] : []),
  ...(typeof title.runtimeMinutes === "number" ? [`${title.runtimeMinutes} min`] : []),
  ...(typeof title.watched === "boolean" && title.inLibrary !== false ? [title.watched ? "watched" : "unwatched"] : []),
  ...(title.addedOn ? [`added ${title.addedOn}`] : [])
]

/** One title on one line, with what is known of it. */
export const describe = (title: Title, ...more: ReadonlyArray<string>): string => {
  const known = [...facts(title), ...more]
  return known.length === 0 ? named(title) : `${named(title)}: ${known.join(", ")}`
}

/** A bulleted list of at most `most`, saying how many of `total` it leaves out. */
export const bullets = (items: ReadonlyArray<string>, most: number, total = items.length): string => {
  const shown = items.slice(0, most)
  const left = Math.max(total, items.length) - shown.length
  return lines(...shown.map((item) => `- ${item}`), left > 0 ? `and ${left} more.` : undefined)
}

/** Titles: the first `most` with what is known of them, the others by name; then how many of `total` are left out. */
export const listed = (items: ReadonlyArray<Title>, most: number, total = items.length): string => {
  const others = items.slice(most).map(named)
  const left = total - items.length
  return lines(
    ...items.slice(0, most).map((item) => `- ${describe(item)}`),
    others.length === 0 ? undefined : `Also: ${joined(others)}.`,
    left > 0 ? `and ${left} more.` : undefined
  )
}

/** "horror movies from 2020 to 2023 rated above 7". */
export const wanted = (filters: {
  readonly genres: ReadonlyArray<string>
  readonly kind?: "series" | undefined
  readonly yearFrom?: number | undefined
  readonly yearTo?: number | undefined
  readonly minRating?: number | undefined
  readonly isExclusive?: boolean | undefined
}): string => {
  const { genres, isExclusive, kind, minRating, yearFrom, yearTo } = filters
  const span =
    yearFrom === undefined && yearTo === undefined
      ? ""
      : yearFrom === yearTo
        ? ` from ${yearFrom}`
        : yearFrom === undefined
          ? ` up to ${yearTo}`
          : yearTo === undefined
            ? ` since ${yearFrom}`
            : ` from ${yearFrom} to ${yearTo}`
  const rating = minRating === undefined ? "" : ` rated ${isExclusive ? "above" : "at least"} ${minRating}`
  return `${[...genres.map((genre) => genre.toLowerCase()), kind ?? "movies"].join(" ")}${span}${rating}`
}

const sources: Readonly<Record<string, string>> = {
  search_titles: "the title search",
  library_search: "the Plex library",
  on_deck: "Plex's on-deck list",
  download_queue: "the download queue",
  discover_titles: "TMDb's catalogue",
  recommend_titles: "TMDb's recommendations",
  person_filmography: "the filmography",
  title_details: "the title's details",
  add_movie: "Radarr"
}

const source = (tool: string): string => sources[tool] ?? tool

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

/** What went wrong, for the person who asked; `undefined` where nothing did. */
const trouble = (outcome: Outcome<unknown>): string | undefined => {
  switch (outcome._tag) {
    case "Found":
      return Predicate.hasProperty(outcome.value, "problem") && typeof outcome.value.problem === "string"
        ? sentence(`A part is missing: ${outcome.value.problem}`)
        : undefined
    case "Failed":
      return sentence(`I could not read ${source(outcome.tool)}: ${outcome.message}`)
    case "Unreachable":
      return `I cannot reach ${source(outcome.tool)}: the tool ${outcome.tool} is not among those I was given.`
    case "Unasked":
      return `I did not look into ${source(outcome.tool)}, because I was told to answer without further calls.`
  }
}

/** The troubles of several outcomes, each said once. */
export const troubles = (...outcomes: ReadonlyArray<Outcome<unknown>>): string =>
  lines(...new Set(outcomes.map(trouble)))
