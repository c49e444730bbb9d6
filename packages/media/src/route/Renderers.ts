/**
 * Renderers: how the result of each tool that only reads is worded, whoever called it: as the rules word it in answer to the
 * meaning that the call's parameters express.
 *
 * A page after the first is no answer by itself: where a call has a cursor, the model words what it looked for.
 */
import { type Render, Renderer } from "@callsheet/core/schedule/Annotations"
import type * as Tool from "effect/ai/Tool"

import { DiscoverTitles, RecommendTitles } from "../DiscoveryTools.ts"
import { DownloadQueue } from "../DownloadTools.ts"
import { LibrarySearch, OnDeck } from "../LibraryTools.ts"
import { PersonFilmography } from "../PeopleTools.ts"
import { SearchTitles, TitleDetails } from "../TitleTools.ts"
import * as Answers from "./Answers.ts"
import type { Meaning } from "./Meaning.ts"
import { worded } from "./Worded.ts"

/** What is listed, by the parameters that mean to all tools the same; how many of it is the model's matter. */
export const listed = (
  intent: Meaning["intent"],
  parameters: {
    readonly [Field in "kind" | "minRating" | "owned" | "watched" | "yearFrom" | "yearTo"]?: Meaning[Field] | undefined
  }
): Meaning => {
  const { kind = "movie", minRating, owned, watched, yearFrom, yearTo } = parameters
  return {
    intent,
    kind,
    ...(minRating !== undefined && { minRating }),
    ...(owned !== undefined && { owned }),
    ...(watched !== undefined && { watched }),
    ...(yearFrom !== undefined && { yearFrom }),
    ...(yearTo !== undefined && { yearTo }),
    entities: []
  }
}

/** By the name of its tool. */
const renderers: Readonly<Record<string, Render>> = {
  library_search: worded(LibrarySearch, ({ cursor, genre, person, sort, title, ...parameters }, list) => {
    if (cursor !== undefined) return undefined
    const meaning = {
      ...listed("titles", { ...parameters, owned: true }),
      ...(genre !== undefined && { genres: [genre] }),
      ...(person !== undefined && { person: { name: person, trades: [], isPartOfOthers: false } }),
      ...(sort !== undefined && { sort }),
      ...(title !== undefined && { title })
    }
    return Answers.fromLibrary(meaning, parameters.kind ?? "movie", list)
  }),
  on_deck: worded(OnDeck, (_, list) => Answers.deck({ intent: "on-deck", entities: [] }, list)),
  search_titles: worded(SearchTitles, ({ cursor, query }, list) =>
    cursor === undefined ? Answers.search({ intent: "search", title: query, entities: [] }, list) : undefined
  ),
  title_details: worded(TitleDetails, (_, item) => Answers.about({ intent: "about", entities: [] }, item)),
  person_filmography: worded(PersonFilmography, ({ role = "any", ...parameters }, list) => {
    const meaning = listed("titles", parameters)
    return Answers.filmography(role === "any" ? meaning : { ...meaning, role }, list)
  }),
  discover_titles: worded(DiscoverTitles, ({ cursor, genres = [], sort, ...parameters }, list) => {
    if (cursor !== undefined) return undefined
    const meaning = { ...listed("titles", parameters), genres }
    return Answers.discovery(
      sort === undefined ? meaning : { ...meaning, sort: sort === "newest" ? "year" : sort },
      list
    )
  }),
  recommend_titles: worded(RecommendTitles, (parameters, list) => Answers.similar(listed("similar", parameters), list)),
  download_queue: worded(DownloadQueue, ({ cursor }, list) =>
    cursor === undefined ? Answers.downloads({ intent: "downloads", entities: [] }, list) : undefined
  )
}

/** `tool` with its renderer, where it has one. */
export const annotate = (tool: Tool.Any): Tool.Any => {
  const render = Object.hasOwn(renderers, tool.name) ? renderers[tool.name] : undefined
  return render === undefined ? tool : tool.annotate(Renderer, render)
}
