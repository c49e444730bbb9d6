/**
 * Likely: the calls by which a model will likely read what a wish asks for, and the tools of which one call grants it. Pure.
 */
import type { Call, Wish as Granted } from "@callsheet/core/foresee/Route"
import * as Equal from "effect/Equal"
import * as Struct from "effect/Struct"

import { call, isKind, isNone, type Meaning, plan } from "./Meaning.ts"
import * as Narrowing from "./Narrowing.ts"
import type { Wish, Wishes } from "./Wishes.ts"

/** What an engine begins of them at most. */
const mostCalls = 6

const planned = (meaning: Meaning): ReadonlyArray<Call> => {
  const planned = plan(meaning)
  return "calls" in planned ? planned.calls : []
}

const isOfLibrary = ({ owned, sort, watched }: Meaning): boolean =>
  owned !== false && (owned === true || watched !== undefined || sort === "added")

/** Whether it says more than that they are owned: "my" alone may be said of anything. */
const isNarrowed = ({ genres, minRating, person, sort, watched, yearFrom, yearTo }: Meaning): boolean =>
  !isNone(genres, minRating, person, sort, watched, yearFrom, yearTo)

/** "Last watched": the library knows only when it was added. */
const isOfWhenWatched = ({ sort, watched }: Meaning): boolean =>
  (sort === "added" || sort === "new") && watched === true

const ofLibrary = (meaning: Meaning, isWhole: boolean): ReadonlyArray<Call> => {
  const { genres = [], kind, sort } = meaning
  const isUnsortable = sort === "popularity" || isOfWhenWatched(meaning)
  const wanted = Struct.omit(meaning, isUnsortable ? ["role", "sort"] : ["role"])
  if (!isNarrowed(wanted) && !(isWhole && isKind(kind))) return []
  return genres.length < 2 ? planned(wanted) : genres.flatMap((genre) => planned({ ...wanted, genres: [genre] }))
}

/** `isWhole`: nothing else is asked for, so that the model will likely name the trade; else all that the person did tells more. */
const ofPerson = (meaning: Meaning, isWhole: boolean): ReadonlyArray<Call> => {
  const [trade, ...trades] = meaning.person?.trades ?? []
  const role = meaning.role ?? (isWhole && trades.length === 0 ? trade : undefined)
  return planned({
    ...Struct.omit(meaning, ["genres", "minRating", "role", "sort", "watched"]),
    intent: "titles",
    ...(role !== undefined && { role })
  })
}

const ofAll = (meaning: Meaning): ReadonlyArray<Call> => {
  const { kind, owned, sort } = meaning
  const kinds = isKind(kind) ? kind : "movie"
  const wanted = { ...Struct.omit(meaning, ["watched"]), intent: "titles", kind: kinds } as const
  if (sort !== "new" && sort !== "year") return planned(sort === "top" ? { ...wanted, sort: "rating" } : wanted)
  const newest = planned({ ...wanted, sort: "popularity" }).map(({ name, parameters }) =>
    call(name, { ...parameters, sort: "newest" })
  )
  // What is new may have been added last.
  return sort === "new" && owned === undefined ? [...planned({ ...wanted, sort: "added" }), ...newest] : newest
}

const ofTitle = (wish: Wish, title: string): ReadonlyArray<Call> => {
  const { bearers = [], intent, kind, limit, minRating, owned, titleYear: year, yearFrom, yearTo } = wish
  const search = call("search_titles", { query: title, kind: isKind(kind) ? kind : undefined, year })
  const bearer = bearers.find((bearer) => !isKind(kind) || bearer.kind === kind)
  if (bearer === undefined || (intent !== "about" && intent !== "similar")) return [search]
  const chained = planned({ intent, bearers: [bearer], entities: [], ...(wish.than && { than: wish.than }) })
  const narrowing = intent === "about" ? {} : { yearFrom, yearTo, minRating, owned, limit }
  return [search, ...chained.map(({ name, parameters }) => call(name, { ...narrowing, ...parameters }))]
}

const callsOf = (wish: Wish, isWhole: boolean): ReadonlyArray<Call> => {
  if (wish.intent === "on-deck" || wish.intent === "downloads") return planned({ intent: wish.intent, entities: [] })
  if (wish.title !== undefined) return ofTitle(wish, wish.title)
  if (wish.intent !== "titles" && wish.intent !== "count") return []
  if (isOfLibrary(wish)) return ofLibrary(wish, isWhole)
  return wish.person === undefined ? ofAll(wish) : ofPerson(wish, isWhole)
}

/**
 * What else may be wanted where a question is more than one list: of what is owned also what there is, and the other way round;
 * of a title that is only named, what it is and what is like it.
 */
const besides = (wish: Wish, isOfSimilar: boolean): ReadonlyArray<Call> => {
  const { intent, person, title } = wish
  if (title !== undefined) {
    if (intent === "about" || intent === "similar") return []
    const intents = isOfSimilar ? (["similar"] as const) : (["about", "similar"] as const)
    return intents.flatMap((intent) => ofTitle({ ...wish, intent }, title).slice(1))
  }
  if (intent !== "titles" && intent !== "count") return []
  const unowned = Struct.omit(wish, ["owned", "watched"])
  if (person !== undefined) {
    return isOfLibrary(wish) ? ofPerson(unowned, false) : ofLibrary({ ...unowned, owned: true }, false)
  }
  if (isOfLibrary(wish)) return ofAll(wish.sort === "added" ? Struct.omit(unowned, ["sort"]) : unowned)
  return ofLibrary({ ...unowned, owned: true }, false)
}

/** One list of all that a person made tells at once what is owned and what is missing. */
const isAllOfPerson = (wishes: ReadonlyArray<Wish>, { person }: Wish): boolean => {
  const same = wishes.filter((other) => person !== undefined && other.person?.name === person.name)
  return same.some(({ owned }) => owned === false) && same.some(isOfLibrary)
}

/**
 * The calls that the wishes will likely be read by, the likeliest first. Who wants a title added or taken away (`writes`) wants to
 * know little of it.
 */
export const foreseen = ({ all: wishes, isWhole }: Wishes, writes: boolean): ReadonlyArray<Call> => {
  const first = wishes.flatMap((wish) =>
    callsOf(wish.owned === false && isAllOfPerson(wishes, wish) ? Struct.omit(wish, ["owned"]) : wish, isWhole)
  )
  const isOfSimilar = wishes.some(({ intent }) => intent === "similar")
  const others = isWhole ? [] : wishes.filter(({ title }) => title === undefined || !writes)
  const all = [...first, ...others.flatMap((wish) => besides(wish, isOfSimilar))]
  return all.filter((one, index) => all.findIndex((other) => Equal.equals(one, other)) === index).slice(0, mostCalls)
}

const listing = (wish: Wish): ReadonlyArray<string> => {
  const { genres = [], limit, minRating, owned, person, role, sort, watched, yearFrom, yearTo } = wish
  const isSortedBy = (...orders: ReadonlyArray<Meaning["sort"]>) => sort === undefined || orders.includes(sort)
  const fits = {
    library_search:
      (isOfLibrary(wish) || (sort === "new" && owned === undefined)) &&
      genres.length < 2 &&
      !isOfWhenWatched(wish) &&
      isSortedBy("added", "new", "year", "rating", "top", "title") &&
      !(person?.isPartOfOthers === true && person.trades.length === 0) &&
      (role === undefined || person?.trades.every((trade) => trade === role) === true),
    person_filmography:
      person !== undefined && genres.length === 0 && minRating === undefined && isSortedBy("new", "year"),
    discover_titles:
      person === undefined &&
      (watched === undefined || (watched === false && owned === false)) &&
      isSortedBy("popularity", "rating", "top", "new", "year") &&
      !isNone(wish.genres, minRating, yearFrom, yearTo, sort, limit)
  }
  return Object.entries(fits).flatMap(([tool, isFit]) => (isFit ? [tool] : []))
}

/** The tools of which one call lists what `wish` asks for, narrowed as it says; none where no tool can narrow it so. */
const grantedBy = (wish: Wish): ReadonlyArray<string> => {
  const { bearers = [], genres, intent, kind, limit, minRating, owned, person, service, sort, watched } = wish
  if (intent === "titles") return listing(wish)
  const isUnsorted = isNone(genres, person, sort)
  if (intent === "similar") return bearers.length > 0 && isUnsorted && watched === undefined ? ["recommend_titles"] : []
  if (!isUnsorted || !isNone(minRating, wish.yearFrom, wish.yearTo, limit)) return []
  switch (intent) {
    case "count":
      return []
    case "on-deck":
      return isKind(kind) || !isNone(owned, watched) ? [] : ["on_deck"]
    case "downloads":
      return isKind(kind) || !isNone(owned, watched, service) ? [] : ["download_queue"]
  }
  if (bearers.length === 0) return []
  switch (intent) {
    case "search":
      return ["search_titles"]
    case "holding":
    case "seen":
      return ["search_titles", "library_search"]
    case "about":
      return ["title_details"]
  }
}

/** The tools that grant each of the wishes, one call each; none where one of them is more than a list or a fact. */
export const granted = ({ all, isWhole }: Wishes): ReadonlyArray<Granted> => {
  const each = all.flatMap((wish): ReadonlyArray<Granted> => {
    const words = Narrowing.words(wish)
    const calls = callsOf(wish, true)
    // One of several calls may be only the way to the others.
    const [only] = calls.length === 1 ? calls : []
    if (wish.intent !== "titles" || wish.kind !== "any") return [{ tools: grantedBy(wish), call: only, words }]
    // Films and series are two lists, and no tool puts both in one order.
    const tools = wish.sort === undefined ? listing(wish) : []
    const [films, series] = calls.length === 2 ? calls : []
    return [
      { tools, call: films, words },
      { tools, call: series, words }
    ]
  })
  return isWhole && each.every(({ tools }) => tools.length > 0) ? each : []
}
