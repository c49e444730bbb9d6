/**
 * PlexApp: the demo's Plex Media Server: two sections, Movies (1) and TV Shows (2), one household account.
 * Long because it is one table of routes, to be read beside Plex's own description.
 */
import * as Effect from "effect/Effect"

import {
  type DemoApp,
  type DemoReply,
  type DemoRequest,
  type DemoRoute,
  get,
  html,
  json,
  wholeNumber
} from "../DemoApp.ts"
import { history, isOwned, libraryFilms, librarySeries, onDeck } from "../DemoLibrary.ts"
import { recommendedFilms, relatedSeries, searchByName } from "../Nearness.ts"
import { people } from "../People.ts"
import { extrasOf } from "./PlexExtras.ts"
import { filterItems, tagNames } from "./PlexFilter.ts"
import {
  episodeItems,
  itemsByKey,
  movieItem,
  movieItems,
  movieSection,
  type PlexItem,
  render,
  type RenderOptions,
  renderTag,
  seasonItems,
  showItems,
  showSection,
  tagId,
  type TagKind,
  tagTypes
} from "./PlexItems.ts"
import { household, playing, renderSession } from "./PlexSessions.ts"
import { collections, playlists, renderCollection, renderPlaylist } from "./PlexShelves.ts"
import { toXml } from "./PlexXml.ts"

const plexMachineIdentifier = "c0ffee5ca11c0ffee5ca11c0ffee5ca11c0ffee0"
const version = "1.41.5.9522-a96edc606"

const page = (status: number, reason: string): DemoReply =>
  html(`<html><head><title>${reason}</title></head><body><h1>${status} ${reason}</h1></body></html>`, status)

const notFound = page(404, "Not Found")
const badRequest = page(400, "Bad Request")

const sections = [movieSection, showSection]

/** Wraps in `MediaContainer`; JSON where the client accepts it, else XML. */
const container = (request: DemoRequest, content: object): DemoReply =>
  (request.headers["accept"] ?? "").includes("json")
    ? json({ MediaContainer: content })
    : {
        status: 200,
        contentType: "text/xml",
        body: `<?xml version="1.0" encoding="UTF-8"?>\n${toXml("MediaContainer", content)}`
      }

const asked = (request: DemoRequest, name: string): string | null =>
  request.query.get(name) ?? request.headers[name.toLowerCase()] ?? null

/** One page of `all` in a container with `totalSize` and `offset` where a page was asked for. */
const listing = <A>(
  request: DemoRequest,
  all: ReadonlyArray<A>,
  toItem: (item: A) => object,
  head: object = {},
  name: "Metadata" | "Directory" = "Metadata"
): DemoReply => {
  const startText = asked(request, "X-Plex-Container-Start")
  const sizeText = asked(request, "X-Plex-Container-Size")
  const start = wholeNumber(startText ?? "0")
  const size = wholeNumber(sizeText ?? String(all.length))
  if (start === undefined || size === undefined || start < 0 || size < 0) return badRequest
  const items = all.slice(start, start + size)
  return container(request, {
    size: items.length,
    ...(startText === null && sizeText === null ? {} : { totalSize: all.length, offset: start }),
    allowSync: true,
    identifier: "com.plexapp.plugins.library",
    ...head,
    ...(items.length > 0 ? { [name]: items.map(toItem) } : {})
  })
}

const itemOf = (text: string | undefined): PlexItem | undefined => itemsByKey.get(wholeNumber(text) ?? -1)

const sectionOf = (request: DemoRequest) =>
  sections.find((section) => section.id === wholeNumber(request.params["sectionId"]))

const itemsOfType: Readonly<Record<string, ReadonlyArray<PlexItem>>> = {
  "1": movieItems,
  "2": showItems,
  "3": seasonItems,
  "4": episodeItems
}

const isIn = (section: { readonly id: number }, item: PlexItem): boolean =>
  (item.type === "movie") === (section.id === movieSection.id)

/** Films and episodes, newest first: what "Recently Added" shows. */
const newestFirst = (): ReadonlyArray<PlexItem> =>
  filterItems([...movieItems, ...episodeItems], new URLSearchParams({ sort: "addedAt:desc" }))

const deck: ReadonlyArray<PlexItem> = onDeck.flatMap((item) => itemsByKey.get(item.ratingKey) ?? [])

/** The tags of a kind in one section, as its own list gives them. */
const sectionTags = (kind: TagKind) => (request: DemoRequest) => {
  const section = sectionOf(request)
  if (section === undefined) return notFound
  return listing(
    request,
    tagNames(kind, section.id === movieSection.id ? movieItems : showItems),
    (name) => ({
      fastKey: `/library/sections/${section.id}/all?${kind}=${tagId(kind, name)}`,
      key: String(tagId(kind, name)),
      title: name,
      type: kind
    }),
    { title1: section.title, viewGroup: "secondary" },
    "Directory"
  )
}

/** The tags of the type asked for, in all sections; none of a type that nothing here is tagged with. */
const allTags = (request: DemoRequest): DemoReply => {
  const type = wholeNumber(request.query.get("type"))
  const kind = (["genre", "director", "actor"] as const).find((kind) => tagTypes[kind] === type)
  return listing(
    request,
    kind === undefined ? [] : tagNames(kind, [...movieItems, ...showItems]).map((name) => renderTag(kind, name)),
    (tag) => ({ ...tag, tagType: type }),
    {},
    "Directory"
  )
}

const sectionDirectory = (section: (typeof sections)[number]) => ({
  allowSync: true,
  art: `/:/resources/${section.type}-fanart.jpg`,
  composite: `/library/sections/${section.id}/composite/1741600000`,
  filters: true,
  refreshing: false,
  thumb: `/:/resources/${section.type}.png`,
  key: String(section.id),
  type: section.type,
  title: section.title,
  agent: `tv.plex.agents.${section.type === "movie" ? "movie" : "series"}`,
  scanner: section.type === "movie" ? "Plex Movie" : "Plex TV Series",
  language: "en-US",
  uuid: `5ca11c0f-fee0-4000-8000-00000000000${section.id}`,
  updatedAt: 1741600000,
  createdAt: 1622505600,
  scannedAt: 1741600000,
  content: true,
  directory: true,
  contentChangedAt: 51234,
  hidden: 0,
  Location: [{ id: section.id, path: section.type === "movie" ? "/media/movies" : "/media/tv" }]
})

const similarTo = (item: PlexItem): ReadonlyArray<PlexItem> =>
  item.type === "movie"
    ? recommendedFilms(item.of.film)
        .flatMap((film) => libraryFilms.filter((owned) => owned.film === film))
        .map(movieItem)
    : item.type === "show"
      ? relatedSeries(item.of.series)
          .flatMap((show) => librarySeries.filter((owned) => owned.series === show))
          .flatMap((owned) => itemsByKey.get(owned.ratingKey) ?? [])
      : []

const childrenOf = (item: PlexItem): ReadonlyArray<PlexItem> =>
  item.type === "show"
    ? item.of.seasons.flatMap((season) => itemsByKey.get(season.ratingKey) ?? [])
    : item.type === "season"
      ? item.of.episodes.flatMap((episode) => itemsByKey.get(episode.ratingKey) ?? [])
      : []

const leavesOf = (item: PlexItem): ReadonlyArray<PlexItem> =>
  item.type === "show" ? childrenOf(item).flatMap(childrenOf) : childrenOf(item)

const titleOf = (item: PlexItem): string =>
  item.type === "movie"
    ? item.of.film.title
    : item.type === "show"
      ? item.of.series.title
      : item.type === "season"
        ? `Season ${item.of.season}`
        : item.of.episode.title

const routes = (ratings: Map<number, number>): ReadonlyArray<DemoRoute> => {
  const recentlyAdded = newestFirst()
  const options = (request: DemoRequest, full: boolean): RenderOptions => ({
    full,
    includeGuids: request.query.get("includeGuids") === "1",
    userRating: (ratingKey) => ratings.get(ratingKey)
  })
  const items = (request: DemoRequest, all: ReadonlyArray<PlexItem>, head: object = {}): DemoReply =>
    listing(request, all, (item) => render(item, options(request, false)), head)
  const hub = (request: DemoRequest, identifier: string, title: string, type: string, all: ReadonlyArray<PlexItem>) => {
    const limit = wholeNumber(request.query.get("limit") ?? request.query.get("count")) ?? 10
    const shown = all.slice(0, Math.max(0, limit))
    return {
      hubKey: `/library/metadata/${shown.map((item) => item.ratingKey).join(",")}`,
      key: `/hubs/${identifier}/items`,
      title,
      type,
      hubIdentifier: identifier,
      context: `hub.${identifier}`,
      size: shown.length,
      more: all.length > shown.length,
      style: "shelf",
      ...(shown.length > 0 ? { Metadata: shown.map((item) => render(item, options(request, false))) } : {})
    }
  }
  const hubs = (request: DemoRequest, all: ReadonlyArray<object>): DemoReply =>
    container(request, { size: all.length, allowSync: true, identifier: "com.plexapp.plugins.library", Hub: all })

  const search = (request: DemoRequest): DemoReply => {
    const query = request.query.get("query") ?? ""
    if (query === "") return badRequest
    const inSection = wholeNumber(request.query.get("sectionId"))
    const named = (all: ReadonlyArray<PlexItem>) =>
      searchByName(all, query, titleOf, (item) => -item.ratingKey).filter(
        (item) => inSection === undefined || isIn({ id: inSection }, item)
      )
    const actors = searchByName(
      people.filter((person) => person.actedIn.some(isOwned)),
      query,
      (person) => person.name,
      (person) => person.actedIn.length
    )
    return hubs(request, [
      hub(request, "movie", "Movies", "movie", named(movieItems)),
      hub(request, "show", "Shows", "show", named(showItems)),
      hub(request, "episode", "Episodes", "episode", named(episodeItems)),
      {
        title: "Actors",
        type: "actor",
        hubIdentifier: "actor",
        context: "hub.search",
        size: Math.min(10, actors.length),
        more: actors.length > 10,
        style: "shelf",
        ...(actors.length > 0
          ? {
              Directory: actors.slice(0, 10).map((person) => ({
                key: `/library/sections/${movieSection.id}/all?actor=${tagId("actor", person.name)}`,
                librarySectionID: movieSection.id,
                librarySectionTitle: movieSection.title,
                type: "tag",
                ...renderTag("actor", person.name),
                tagType: tagTypes.actor,
                count: person.actedIn.filter(isOwned).length
              }))
            }
          : {})
      }
    ])
  }

  const withItem =
    (reply: (item: PlexItem, request: DemoRequest) => DemoReply) =>
    (request: DemoRequest): DemoReply => {
      const item = itemOf(request.params["ids"])
      return item === undefined ? notFound : reply(item, request)
    }

  const metadata = (request: DemoRequest): DemoReply => {
    const found = (request.params["ids"] ?? "").split(",").flatMap((id) => itemOf(id) ?? [])
    return found.length === 0 ? notFound : listing(request, found, (item) => render(item, options(request, true)))
  }

  const sectionAll = (request: DemoRequest): DemoReply => {
    const section = sectionOf(request)
    if (section === undefined) return notFound
    const type = request.query.get("type") ?? (section.id === movieSection.id ? "1" : "2")
    const all = (Object.hasOwn(itemsOfType, type) ? itemsOfType[type] : undefined) ?? []
    return items(
      request,
      filterItems(
        all.filter((item) => isIn(section, item)),
        request.query
      ),
      {
        librarySectionID: section.id,
        librarySectionTitle: section.title,
        title1: section.title,
        viewGroup: section.type
      }
    )
  }

  const sessions = (request: DemoRequest): DemoReply =>
    listing(request, playing, (session) => renderSession(session, render(session.item, options(request, false))))

  const plays = (request: DemoRequest): DemoReply => {
    const only = wholeNumber(request.query.get("metadataItemID"))
    const section = wholeNumber(request.query.get("librarySectionID"))
    const since = wholeNumber(request.query.get("viewedAt>")) ?? 0
    const until = wholeNumber(request.query.get("viewedAt<")) ?? Infinity
    const found = history.flatMap(({ ratingKey, viewedAt }) => {
      const item = itemsByKey.get(ratingKey)
      return item === undefined ||
        viewedAt < since ||
        viewedAt > until ||
        (section !== undefined && !isIn({ id: section }, item)) ||
        (only !== undefined && only !== ratingKey && !(item.type === "episode" && item.show.ratingKey === only))
        ? []
        : [{ item, viewedAt }]
    })
    const ordered = request.query.get("sort") === "viewedAt:asc" ? found.toReversed() : found
    return listing(request, ordered, ({ item, viewedAt }) => {
      const { Media: _, ...record } = { Media: [], ...render(item, options(request, false)) }
      return {
        historyKey: `/status/sessions/history/${item.ratingKey}`,
        key: record.key,
        ratingKey: record.ratingKey,
        librarySectionID: String(record.librarySectionID),
        title: record.title,
        type: record.type,
        ...(item.type === "episode"
          ? {
              parentKey: `/library/metadata/${item.show.ratingKey + item.of.episode.season}`,
              grandparentKey: `/library/metadata/${item.show.ratingKey}`,
              grandparentTitle: item.show.series.title,
              index: item.of.episode.episode,
              parentIndex: item.of.episode.season
            }
          : {}),
        viewedAt,
        accountID: household.id,
        deviceID: 3
      }
    })
  }

  const rate: DemoRoute = {
    method: "PUT",
    path: "/:/rate",
    handle: (request) =>
      Effect.sync(() => {
        const item = itemOf(request.query.get("key") ?? undefined)
        const rating = Number(request.query.get("rating") ?? Number.NaN)
        if (item === undefined) return notFound
        if (Number.isNaN(rating) || rating < -1 || rating > 10) return badRequest
        if (rating === -1) ratings.delete(item.ratingKey)
        else ratings.set(item.ratingKey, rating)
        return html("", 200)
      })
  }

  return [
    get("/", (request) =>
      container(request, {
        size: 0,
        allowSync: true,
        friendlyName: "Callsheet Demo",
        machineIdentifier: plexMachineIdentifier,
        myPlex: true,
        platform: "Linux",
        platformVersion: "6.1",
        version,
        updatedAt: 1741600000
      })
    ),
    get("/library/sections", (request) =>
      listing(request, sections, sectionDirectory, { title1: "Plex Library" }, "Directory")
    ),
    get("/library/sections/all", (request) =>
      listing(request, sections, sectionDirectory, { title1: "Plex Library" }, "Directory")
    ),
    get("/library/sections/{sectionId}/all", sectionAll),
    get("/library/sections/{sectionId}/recentlyAdded", (request) => {
      const section = sectionOf(request)
      return section === undefined
        ? notFound
        : items(
            request,
            recentlyAdded.filter((item) => isIn(section, item))
          )
    }),
    get("/library/sections/{sectionId}/genre", sectionTags("genre")),
    get("/library/sections/{sectionId}/actor", sectionTags("actor")),
    get("/library/sections/{sectionId}/director", sectionTags("director")),
    get("/library/sections/{sectionId}/collections", (request) => {
      const section = sectionOf(request)
      if (section === undefined) return notFound
      return listing(request, section.id === movieSection.id ? collections : [], renderCollection)
    }),
    get("/library/collections/{collectionId}/items", (request) => {
      const found = collections.find(({ ratingKey }) => ratingKey === request.params["collectionId"])
      return found === undefined ? notFound : items(request, found.items)
    }),
    get("/library/tags", allTags),
    get("/library/recentlyAdded", (request) => items(request, recentlyAdded)),
    get("/library/onDeck", (request) => items(request, deck)),
    get("/hubs/continueWatching", (request) =>
      hubs(request, [hub(request, "home.continue", "Continue Watching", "mixed", deck)])
    ),
    get("/hubs/search", search),
    get("/library/metadata/{ids}", metadata),
    get(
      "/library/metadata/{ids}/children",
      withItem((item, request) => items(request, childrenOf(item)))
    ),
    get(
      "/library/metadata/{ids}/allLeaves",
      withItem((item, request) => items(request, leavesOf(item)))
    ),
    get(
      "/library/metadata/{ids}/similar",
      withItem((item, request) =>
        items(request, similarTo(item).slice(0, wholeNumber(request.query.get("count")) ?? 20))
      )
    ),
    get(
      "/library/metadata/{ids}/extras",
      withItem((item, request) => listing(request, extrasOf(item), (extra) => extra))
    ),
    get(
      "/library/metadata/{ids}/related",
      withItem((item, request) => hubs(request, [hub(request, "movie.similar", "Related", item.type, similarTo(item))]))
    ),
    get("/status/sessions", sessions),
    get("/status/sessions/history/all", plays),
    get("/playlists", (request) => {
      const type = request.query.get("playlistType") ?? "video"
      return listing(request, type === "video" ? playlists : [], renderPlaylist)
    }),
    get("/playlists/{playlistId}/items", (request) => {
      const found = playlists.find(({ ratingKey }) => ratingKey === request.params["playlistId"])
      return found === undefined ? notFound : items(request, found.items)
    }),
    rate
  ]
}

/** The demo's Plex. `/identity` answers anyone; everything else wants `token`, as header or in the query. */
export const plexApp = (token: string): DemoApp => ({
  service: "plex",
  routes: [
    ...routes(new Map()),
    get("/identity", (request) =>
      container(request, {
        size: 0,
        apiVersion: "1.1.1",
        claimed: true,
        machineIdentifier: plexMachineIdentifier,
        version
      })
    )
  ],
  refuse: (request) =>
    request.path === "/identity" || asked(request, "X-Plex-Token") === token ? null : page(401, "Unauthorized"),
  notFound,
  methodNotAllowed: notFound,
  malformedBody: badRequest
})
