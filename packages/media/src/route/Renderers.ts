/**
 * Renderers: how the result of each tool that only reads is worded, whoever called it: where the rules call it too, as they
 * word it in answer to the meaning that the call's parameters express.
 *
 * A page after the first is no answer by itself: where a call has a cursor, the model words what it looked for. Nor is it one that
 * nothing was found by a name, which the model may have written in another way than it is known by.
 */
import { type Render, Renderer } from "@callsheet/core/schedule/Annotations"
import type * as Tool from "effect/ai/Tool"

import { NowPlaying, WatchHistory } from "../ActivityTools.ts"
import { TrendingTitles } from "../ChartTools.ts"
import { CollectionTitles } from "../CollectionTools.ts"
import { DiscoverTitles, RecommendTitles } from "../DiscoveryTools.ts"
import { DownloadQueue } from "../DownloadTools.ts"
import { Blocklist, DownloadHistory } from "../HistoryTools.ts"
import { LibraryItem, SimilarInLibrary } from "../ItemTools.ts"
import { LibrarySearch, OnDeck } from "../LibraryTools.ts"
import { ManagedTitles } from "../ManagedTools.ts"
import { LibraryOverview } from "../OverviewTools.ts"
import { PersonFilmography } from "../PeopleTools.ts"
import { PersonDetails } from "../PersonTools.ts"
import { ReleaseCalendar, WantedTitles } from "../ReleaseTools.ts"
import { SeriesEpisodes } from "../SeriesTools.ts"
import { DownloadOptions, MediaHealth } from "../ServiceTools.ts"
import { LibraryCollections, Playlists } from "../ShelfTools.ts"
import { SearchTitles, TitleDetails } from "../TitleTools.ts"
import { WhereToWatch } from "../WatchTools.ts"
import * as Answers from "./Answers.ts"
import * as CatalogueWords from "./CatalogueWords.ts"
import * as ItemWords from "./ItemWords.ts"
import * as LibraryWords from "./LibraryWords.ts"
import type { Meaning } from "./Meaning.ts"
import * as ReleaseWords from "./ReleaseWords.ts"
import * as ServiceWords from "./ServiceWords.ts"
import * as WatchingWords from "./WatchingWords.ts"
import { type Schemas, worded } from "./Worded.ts"

/** {@link worded}, of a list that comes in pages. */
const paged = <Parameters extends { readonly cursor?: string }, Result>(
  tool: Schemas<Parameters, Result>,
  words: (parameters: Parameters, result: Result) => string | undefined
): Render =>
  worded(tool, (parameters, result) => (parameters.cursor === undefined ? words(parameters, result) : undefined))

/** `words` of a list that holds something. */
const found = (list: { readonly items: ReadonlyArray<unknown> }, words: () => string | undefined): string | undefined =>
  list.items.length > 0 ? words() : undefined

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
  library_search: paged(LibrarySearch, ({ genre, hdr, person, resolution, sort, title, ...parameters }, list) => {
    // For the picture there are no words.
    if (hdr !== undefined || resolution !== undefined) return undefined
    const meaning = {
      ...listed("titles", { ...parameters, owned: true }),
      ...(genre !== undefined && { genres: [genre] }),
      ...(person !== undefined && { person: { name: person, trades: [], isPartOfOthers: false } }),
      ...(sort !== undefined && { sort }),
      ...(title !== undefined && { title })
    }
    const words = () => Answers.fromLibrary(meaning, parameters.kind ?? "movie", list)
    return (genre ?? person ?? title) === undefined ? words() : found(list, words)
  }),
  on_deck: worded(OnDeck, (_, list) => Answers.deck({ intent: "on-deck", entities: [] }, list)),
  search_titles: paged(SearchTitles, (parameters, list) => found(list, () => CatalogueWords.search(parameters, list))),
  title_details: worded(TitleDetails, (_, item) => Answers.about({ intent: "about", entities: [] }, item)),
  person_filmography: worded(PersonFilmography, ({ role = "any", ...parameters }, list) => {
    const meaning = listed("titles", parameters)
    return Answers.filmography(role === "any" ? meaning : { ...meaning, role }, list)
  }),
  discover_titles: paged(DiscoverTitles, ({ genres = [], minVotes, sort, ...parameters }, list) => {
    // For votes there are no words; and what few have voted on is passed over where the best rated are wanted.
    if (minVotes !== undefined || (sort === "rating" && list.items.length === 0)) return undefined
    const meaning = { ...listed("titles", parameters), genres }
    return Answers.discovery(
      sort === undefined ? meaning : { ...meaning, sort: sort === "newest" ? "year" : sort },
      list
    )
  }),
  recommend_titles: worded(RecommendTitles, (parameters, list) =>
    found(list, () => Answers.similar(listed("similar", parameters), list))
  ),
  download_queue: paged(DownloadQueue, (_, list) => Answers.downloads({ intent: "downloads", entities: [] }, list)),
  library_overview: worded(LibraryOverview, LibraryWords.overview),
  library_item: worded(LibraryItem, ItemWords.item),
  similar_in_library: paged(SimilarInLibrary, LibraryWords.similar),
  library_collections: paged(LibraryCollections, LibraryWords.collections),
  playlists: paged(Playlists, LibraryWords.playlists),
  now_playing: paged(NowPlaying, WatchingWords.playing),
  watch_history: paged(WatchHistory, WatchingWords.history),
  trending_titles: paged(TrendingTitles, CatalogueWords.chart),
  person_details: worded(PersonDetails, CatalogueWords.person),
  where_to_watch: worded(WhereToWatch, CatalogueWords.where),
  collection_titles: paged(CollectionTitles, CatalogueWords.collection),
  release_calendar: paged(ReleaseCalendar, ReleaseWords.calendar),
  wanted_titles: paged(WantedTitles, ReleaseWords.wanted),
  download_history: paged(DownloadHistory, ReleaseWords.history),
  blocklist: paged(Blocklist, ReleaseWords.blocklist),
  managed_titles: paged(ManagedTitles, ServiceWords.titles),
  series_episodes: paged(SeriesEpisodes, ServiceWords.episodes),
  media_health: worded(MediaHealth, ServiceWords.health),
  download_options: worded(DownloadOptions, ServiceWords.options)
}

/** `tool` with its renderer, where it has one. */
export const annotate = (tool: Tool.Any): Tool.Any => {
  const render = Object.hasOwn(renderers, tool.name) ? renderers[tool.name] : undefined
  return render === undefined ? tool : tool.annotate(Renderer, render)
}
