/**
 * Answers: what the tools' results say in answer to a meaning. `undefined` where they do not bear it out, and the model is to
 * look at them. Long because each tool's results have a wording of their own.
 */
import type { Outcome } from "@callsheet/core/foresee/Route"
import type * as Tool from "effect/ai/Tool"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"

import { DiscoverTitles, RecommendTitles } from "../DiscoveryTools.ts"
import { DownloadQueue } from "../DownloadTools.ts"
import { LibrarySearch, OnDeck } from "../LibraryTools.ts"
import { PersonFilmography } from "../PeopleTools.ts"
import { SearchTitles, TitleDetails } from "../TitleTools.ts"
import { isKind, type Meaning, type Plan } from "./Meaning.ts"
import { isSameTitle } from "./Names.ts"
import {
  bullets,
  counted,
  described,
  joined,
  lines,
  named,
  narrowing,
  partName,
  sized,
  trouble,
  wanted
} from "./Prose.ts"
import { plain } from "./Words.ts"

/** What `outcome` holds; `undefined` of a call that failed. */
const reading = <A>(schema: Schema.Decoder<A>) => {
  const decode = Schema.decodeUnknownOption(schema)
  return (outcome: Outcome | undefined): A | undefined =>
    outcome?.ok === true ? Option.getOrUndefined(decode(outcome.value)) : undefined
}

const librarySearch = reading(LibrarySearch.successSchema)
const discoverTitles = reading(DiscoverTitles.successSchema)
const personFilmography = reading(PersonFilmography.successSchema)
const searchTitles = reading(SearchTitles.successSchema)
const titleDetails = reading(TitleDetails.successSchema)
const recommendTitles = reading(RecommendTitles.successSchema)
const onDeck = reading(OnDeck.successSchema)
const downloadQueue = reading(DownloadQueue.successSchema)

const orders: Readonly<Record<NonNullable<Meaning["sort"]>, string>> = {
  added: "last added first",
  new: "last added first",
  rating: "best rated first",
  top: "best rated first",
  popularity: "most popular first",
  year: "newest first",
  title: "by title"
}

export const fromLibrary = (
  meaning: Meaning,
  kind: "movie" | "series",
  list: Tool.Success<typeof LibrarySearch>
): string => {
  const { items, total } = list
  const count = `${total} ${wanted(meaning, kind, total)} in your Plex library`
  if (total === 0) return lines(`There are no ${wanted(meaning, kind)} in your Plex library.`, trouble(list.problem))
  if (meaning.intent === "count") {
    return lines(`There ${total === 1 ? "is" : "are"} ${count}.`, trouble(list.problem))
  }
  return lines(
    `${count}, ${orders[meaning.sort ?? "title"]}:`,
    bullets(
      items.map((item) => described(item, true)),
      meaning.limit === undefined ? total : items.length
    ),
    trouble(list.problem)
  )
}

const library = (meaning: Meaning, outcomes: ReadonlyArray<Outcome>): string | undefined => {
  const parts = outcomes.map((outcome, index) => {
    const list = librarySearch(outcome)
    const kind = meaning.kind === "any" ? (index === 0 ? "movie" : "series") : (meaning.kind ?? "movie")
    return list === undefined ? undefined : fromLibrary(meaning, kind, list)
  })
  return parts.includes(undefined) ? undefined : lines(...parts)
}

/** Whose they are, where ownership was asked for, and else who knows of them. */
const whose = ({ owned }: Meaning) =>
  owned === undefined ? " on TMDb" : owned ? " that are in your library" : " that are not in your library"

/** What the list is of, but for whose they are. */
const unowned = (meaning: Meaning): Meaning => Struct.omit(meaning, ["owned"])

export const discovery = (meaning: Meaning, list: Tool.Success<typeof DiscoverTitles>): string | undefined => {
  const kind = isKind(meaning.kind) ? meaning.kind : "movie"
  const what = wanted(unowned(meaning), kind)
  if (list.items.length === 0) {
    // Of those that were looked at none passed; of the others nothing is known.
    if (list.nextCursor !== null) return undefined
    return lines(`There are no ${what}${whose(meaning)}.`, trouble(list.problem))
  }
  const order = orders[meaning.sort ?? "popularity"]
  const items = list.items.map((item) => described(item, meaning.owned !== undefined))
  if (meaning.limit !== undefined) {
    return lines(
      `The first ${items.length} ${what}${whose(meaning)}, ${order}:`,
      bullets(items, items.length),
      trouble(list.problem)
    )
  }
  const head =
    list.nextCursor === null || meaning.owned === undefined
      ? `${list.total} ${wanted(unowned(meaning), kind, list.total)}${whose(meaning)}, ${order}:`
      : `The first ${items.length} ${what}${whose(meaning)}, ${order}; there are more:`
  return lines(head, bullets(items, meaning.owned === undefined ? list.total : items.length), trouble(list.problem))
}

/** Of the person that TMDb took it to be. */
export const filmography = (meaning: Meaning, list: Tool.Success<typeof PersonFilmography>): string => {
  const kind = isKind(meaning.kind) ? meaning.kind : "movie"
  const person = { name: list.person.name, trades: [], isPartOfOthers: false }
  const what = `${wanted({ ...unowned(meaning), person }, kind, list.total)}${whose(meaning)}`
  if (list.total === 0) return lines(`There are no ${what}.`, trouble(list.problem))
  if (meaning.intent === "count") {
    return lines(`There ${list.total === 1 ? "is" : "are"} ${list.total} ${what}.`, trouble(list.problem))
  }
  return lines(
    `${list.total} ${what}, newest first:`,
    bullets(
      list.items.map((item) => described(item, meaning.owned !== undefined)),
      meaning.limit === undefined ? list.total : list.items.length
    ),
    trouble(list.problem)
  )
}

const search = (meaning: Meaning, list: Tool.Success<typeof SearchTitles>): string => {
  if (list.items.length === 0) return lines(`TMDb knows no title like ${meaning.title}.`, trouble(list.problem))
  return lines(
    `${counted(list.total, "title")} named like ${meaning.title} on TMDb:`,
    bullets(
      list.items.map((item) => described(item, false)),
      list.total
    ),
    trouble(list.problem)
  )
}

type Details = Tool.Success<typeof TitleDetails>

/** What TMDb says of one thing; `undefined` where it says nothing. */
const factOf = (fact: NonNullable<Meaning["fact"]>, item: Details): string | undefined => {
  const { cast, directors, genres, kind, overview, rating, releasedOn, runtimeMinutes } = item
  switch (fact) {
    case "directors":
      return directors.length === 0
        ? undefined
        : `${named(item)} was ${kind === "series" ? "made" : "directed"} by ${joined(directors)}.`
    case "cast":
      return cast.length === 0 ? undefined : `In ${named(item)} are ${joined(cast)}.`
    case "runtime":
      return runtimeMinutes === null
        ? undefined
        : `${named(item)} runs ${runtimeMinutes} min${kind === "series" ? " an episode" : ""}.`
    case "release":
      return releasedOn === null
        ? undefined
        : `${named(item)} was first ${kind === "series" ? "broadcast" : "released"} on ${releasedOn}.`
    case "overview":
      return overview === "" ? undefined : `${named(item)}: ${overview}`
    case "rating":
      return rating === null ? undefined : `${named(item)} is rated ${rating.toFixed(1)} of 10 on TMDb.`
    case "genres":
      return genres.length === 0 ? undefined : `${named(item)}: ${joined(genres)}.`
  }
}

export const about = ({ fact }: Meaning, item: Details): string | undefined => {
  if (fact !== undefined) return factOf(fact, item)
  const { cast, directors, kind, overview, problem, releasedOn } = item
  return lines(
    `${described(Struct.omit(item, ["overview"]), false)}.`,
    releasedOn === null ? undefined : `First ${kind === "series" ? "broadcast" : "released"} on ${releasedOn}.`,
    directors.length === 0 ? undefined : `${kind === "series" ? "Made" : "Directed"} by ${joined(directors)}.`,
    cast.length === 0 ? undefined : `With ${joined(cast.slice(0, 5))}.`,
    overview,
    trouble(problem)
  )
}

export const similar = (meaning: Meaning, list: Tool.Success<typeof RecommendTitles>): string => {
  const narrowed = `${narrowing(meaning)}${whose(meaning)}`
  if (list.items.length === 0) {
    return lines(`There are no titles like ${named(list.basedOn)}${narrowed}.`, trouble(list.problem))
  }
  return lines(
    `${counted(list.total, "title")} like ${named(list.basedOn)}${narrowed}, the nearest first:`,
    bullets(
      list.items.map((item) => described(item, false)),
      list.total
    ),
    trouble(list.problem)
  )
}

/** How it stands with those of the very name, those that the library has first; of others it is not asked. */
const heldOf = ({ title = "" }: Meaning, list: Tool.Success<typeof SearchTitles>) => {
  const items = list.items.filter((item) => isSameTitle(item.title, title))
  // Without the library nothing of what is asked is known.
  if (items.length === 0 || items.some(({ inLibrary }) => inLibrary === null)) return undefined
  const state = (item: (typeof items)[number]) => {
    const kind = item.kind === "series" ? ", a series," : ""
    if (item.inLibrary !== true) return `${named(item)}${kind} is not in your Plex library.`
    const seen = item.watched === true ? "watched" : item.kind === "series" ? "not watched to its end" : "unwatched"
    return `${named(item)}${kind} is in your Plex library, ${seen}.`
  }
  const held = items.filter(({ inLibrary }) => inLibrary === true)
  const sorted = [...held, ...items.filter((item) => !held.includes(item))]
  return { held, said: sorted.map(state).join("\n") }
}

/** Without a yes or no, which says little to who asks "haven't I seen it?". */
export const state = (meaning: Meaning, list: Tool.Success<typeof SearchTitles>): string | undefined => {
  const all = heldOf(meaning, list)
  return all && lines(all.said, trouble(list.problem))
}

export const holding = (meaning: Meaning, list: Tool.Success<typeof SearchTitles>): string | undefined => {
  const all = heldOf(meaning, list)
  if (all === undefined) return undefined
  const { held, said } = all
  if (meaning.intent === "holding") return lines(`${held.length > 0 ? "Yes" : "No"}: ${said}`, trouble(list.problem))
  if (held.length === 0) {
    return lines(said, "Plex can tell what you have watched only of what it has.", trouble(list.problem))
  }
  const isSeen = held.some(({ watched }) => watched === true)
  const isAskedUnseen = meaning.watched === false
  // Some of a series may be watched, so that it is neither.
  if (isAskedUnseen && !isSeen && held.some(({ kind }) => kind === "series")) return lines(said, trouble(list.problem))
  return lines(`${isSeen === isAskedUnseen ? "No" : "Yes"}: ${said}`, trouble(list.problem))
}

/** Those of `list` that have begun, where only they are asked for; `undefined` where the list does not hold all. */
const ofBegun = <Item>(
  { isBegun = false }: Meaning,
  list: { readonly items: ReadonlyArray<Item>; readonly total: number },
  hasBegun: (item: Item) => boolean
): { readonly items: ReadonlyArray<Item>; readonly total: number } | undefined => {
  if (!isBegun) return list
  if (list.items.length < list.total) return undefined
  const items = list.items.filter(hasBegun)
  return { items, total: items.length }
}

/** The items that a question about films, or about series, asks for; `undefined` where the list does not hold all. */
const ofKind = <Item extends { readonly kind: "movie" | "episode" }>(
  { kind, limit }: Meaning,
  { items, total }: { readonly items: ReadonlyArray<Item>; readonly total: number }
): { readonly items: ReadonlyArray<Item>; readonly total: number; readonly noun: string } | undefined => {
  if (!isKind(kind)) return { items, total: limit === undefined ? total : items.length, noun: "title" }
  if (items.length < total) return undefined
  const wanted = items.filter((item) => (item.kind === "movie") === (kind === "movie"))
  return { items: wanted, total: wanted.length, noun: kind === "movie" ? "movie" : "episode" }
}

export const deck = (meaning: Meaning, list: Tool.Success<typeof OnDeck>): string | undefined => {
  const begun = ofBegun(meaning, list, ({ progressPercent }) => progressPercent > 0)
  const wanted = begun && ofKind(meaning, begun)
  if (wanted === undefined) return undefined
  const state = meaning.isBegun === true ? " begun and not finished" : ""
  if (wanted.total === 0) {
    const what = wanted.noun === "title" ? "Nothing" : `No ${wanted.noun}`
    return lines(`${what}${state} is on deck in Plex.`, trouble(list.problem))
  }
  const item = (part: (typeof list.items)[number]) => {
    const left = part.minutesLeft === null ? "" : `, ${part.minutesLeft} min left`
    return `${partName(part)}: ${part.progressPercent > 0 ? `${part.progressPercent}% watched` : "not begun"}${left}`
  }
  return lines(
    `${counted(wanted.total, wanted.noun)}${state} on deck in Plex:`,
    bullets(wanted.items.map(item), wanted.total),
    trouble(list.problem)
  )
}

export const downloads = (meaning: Meaning, list: Tool.Success<typeof DownloadQueue>): string | undefined => {
  if (meaning.service !== undefined && list.items.length < list.total) return undefined
  const of = list.items.filter(({ service }) => meaning.service === undefined || service === meaning.service)
  const all = meaning.service === undefined ? list : { items: of, total: of.length }
  const running = ofBegun(meaning, all, ({ status }) => status === "downloading")
  const wanted = running && ofKind(meaning, running)
  if (wanted === undefined) return undefined
  const state = meaning.isBegun === true ? "running " : ""
  const noun = `${state}${wanted.noun === "title" ? "download" : `${wanted.noun} download`}`
  const where =
    meaning.service === undefined ? "the queue" : `${meaning.service === "radarr" ? "Radarr" : "Sonarr"}'s queue`
  if (wanted.total === 0) return lines(`There are no ${noun}s in ${where} right now.`, trouble(list.problem))
  const item = (download: (typeof list.items)[number]) => {
    const { minutesLeft, problem, progressPercent, quality, sizeLeftBytes, status } = download
    const facts = [
      status,
      `${progressPercent}% done`,
      ...(sizeLeftBytes > 0 ? [`${sized(sizeLeftBytes)} left`] : []),
      ...(minutesLeft === null ? [] : [`about ${Math.round(minutesLeft)} min to go`]),
      ...(quality === null ? [] : [quality]),
      ...(problem === null ? [] : [`problem: ${problem}`])
    ]
    return `${partName(download)}: ${facts.join(", ")}`
  }
  return lines(
    `${counted(wanted.total, noun)} in ${where}:`,
    bullets(wanted.items.map(item), wanted.total),
    trouble(list.problem)
  )
}

/** TMDb may have taken the name for another's. */
const isAsked = ({ person }: Meaning, list: Tool.Success<typeof PersonFilmography>): boolean =>
  plain(list.person.name) === plain(person?.name ?? "")

/** The answer that `outcomes`, one for each call of the plan, make. */
export const render = ({ calls, meaning }: Plan, outcomes: ReadonlyArray<Outcome>): string | undefined => {
  const [outcome] = outcomes
  const from = <A>(read: (outcome: Outcome | undefined) => A | undefined, words: (result: A) => string | undefined) => {
    const result = read(outcome)
    return result === undefined ? undefined : words(result)
  }
  switch (calls[0]?.name) {
    case "library_search":
      return library(meaning, outcomes)
    case "discover_titles":
      return from(discoverTitles, (list) => discovery(meaning, list))
    case "person_filmography":
      return from(personFilmography, (list) => (isAsked(meaning, list) ? filmography(meaning, list) : undefined))
    case "search_titles":
      return from(searchTitles, (list) => (meaning.intent === "search" ? search : holding)(meaning, list))
    case "recommend_titles":
      // Where there is nothing like it, the model may look for it in another way.
      return from(recommendTitles, (list) => (list.items.length > 0 ? similar(meaning, list) : undefined))
    case "title_details":
      return from(titleDetails, (item) => about(meaning, item))
    case "on_deck":
      return from(onDeck, (list) => deck(meaning, list))
    case "download_queue":
      return from(downloadQueue, (list) => downloads(meaning, list))
    default:
      return undefined
  }
}
