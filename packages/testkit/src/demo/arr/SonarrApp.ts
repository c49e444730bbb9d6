/**
 * SonarrApp: the demo's Sonarr, version 3 of its API. What is added, changed or removed lasts as long as the server.
 * Long because it is one table of routes over one state.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import { type DemoApp, type DemoReply, type DemoRequest, type DemoRoute, get, json, wholeNumber } from "../DemoApp.ts"
import { episodeDownloads, nowIso, today } from "../DemoLibrary.ts"
import { searchByName } from "../Nearness.ts"
import { addDays, type Series, series } from "../Series.ts"
import { arrDownloads } from "./ArrDownloads.ts"
import { decodeEditsOf, edited, unmatched } from "./ArrEdits.ts"
import { arrPast, grabbedAt, once } from "./ArrPast.ts"
import { type Failure, invalid, malformed, methodNotAllowed, notFound, paged, refuse } from "./ArrReply.ts"
import { type Command, qualityProfiles, systemRoutes } from "./ArrSystem.ts"
import {
  adopt,
  episodeFileResource,
  episodeResource,
  initialShows,
  isAired,
  isCutoffUnmet,
  seriesResource,
  type SonarrEpisode,
  sonarrRootFolders,
  type SonarrShow,
  subjectOf
} from "./SonarrSeries.ts"

const SeriesBody = Schema.Struct({
  title: Schema.optionalKey(Schema.NullOr(Schema.String)),
  tvdbId: Schema.optionalKey(Schema.Int),
  qualityProfileId: Schema.optionalKey(Schema.Int),
  rootFolderPath: Schema.optionalKey(Schema.NullOr(Schema.String)),
  monitored: Schema.optionalKey(Schema.Boolean),
  tags: Schema.optionalKey(Schema.Array(Schema.Int)),
  seasons: Schema.optionalKey(
    Schema.NullOr(Schema.Array(Schema.Struct({ seasonNumber: Schema.Int, monitored: Schema.Boolean })))
  ),
  addOptions: Schema.optionalKey(
    Schema.Struct({
      monitor: Schema.optionalKey(Schema.String),
      searchForMissingEpisodes: Schema.optionalKey(Schema.Boolean)
    })
  )
})
type SeriesBody = typeof SeriesBody.Type
const decodeSeries = Schema.decodeUnknownOption(SeriesBody)
const decodeMonitor = Schema.decodeUnknownOption(
  Schema.Struct({ episodeIds: Schema.Array(Schema.Int), monitored: Schema.Boolean })
)
const decodeMonitored = Schema.decodeUnknownOption(Schema.Struct({ monitored: Schema.Boolean }))

const decodeEdits = decodeEditsOf("seriesIds")

/** What is under way when the demo starts. */
const downloading = episodeDownloads.flatMap((download, index) => {
  const [kept, all = []] = initialShows.find(([{ show }]) => show.tmdbId === download.tmdbId) ?? []
  const item = all.find(({ episode }) => episode.season === download.season && episode.episode === download.episode)
  if (kept === undefined || item === undefined) return []
  const release = `${subjectOf(item, kept.show).release}.${download.quality}.DEMO`
  return [{ id: 800_001 + index, subjectId: item.id, download, release, added: grabbedAt(index) }]
})

const past = once(() =>
  arrPast(
    "Sonarr",
    initialShows.flatMap(([{ show }, all]) => all.map((item) => subjectOf(item, show))),
    downloading
  )
)

/** The root folder that is meant, whose slash at the end says nothing. */
const folderOf = (path: string | null | undefined) =>
  sonarrRootFolders.find((folder) => folder === (path ?? "").replace(/\/$/, ""))

const rules = (body: SeriesBody, isAdded: (tvdbId: number) => boolean): ReadonlyArray<Failure> => {
  const tvdbId = body.tvdbId ?? 0
  const folder = body.rootFolderPath ?? ""
  return [
    ...((body.title ?? "") === ""
      ? [{ propertyName: "Title", errorMessage: "'Title' must not be empty.", errorCode: "NotEmptyValidator" }]
      : []),
    ...(tvdbId <= 0
      ? [
          {
            propertyName: "TvdbId",
            errorMessage: "'Tvdb Id' must be greater than '0'.",
            errorCode: "GreaterThanValidator",
            attemptedValue: tvdbId
          }
        ]
      : isAdded(tvdbId)
        ? [
            {
              propertyName: "TvdbId",
              errorMessage: "This series has already been added",
              errorCode: "SeriesExistsValidator",
              attemptedValue: tvdbId
            }
          ]
        : []),
    ...(qualityProfiles.some((profile) => profile.id === body.qualityProfileId)
      ? []
      : [
          {
            propertyName: "QualityProfileId",
            errorMessage: "Quality Profile does not exist",
            errorCode: "QualityProfileExistsValidator",
            attemptedValue: body.qualityProfileId ?? 0
          }
        ]),
    ...(folderOf(folder) !== undefined
      ? []
      : [
          {
            propertyName: "RootFolderPath",
            errorMessage:
              folder === "" ? "'Root Folder Path' must not be empty." : `Root folder '${folder}' does not exist`,
            errorCode: folder === "" ? "NotEmptyValidator" : "RootFolderExistsValidator",
            attemptedValue: folder
          }
        ])
  ]
}

const lookUp = (term: string): ReadonlyArray<Series> => {
  const [scheme = "", id = ""] = term.split(":")
  if (scheme === "tvdb" || scheme === "tvdbid") return series.filter((show) => String(show.tvdbId) === id.trim())
  if (scheme === "tmdb" || scheme === "tmdbid") return series.filter((show) => String(show.tmdbId) === id.trim())
  if (scheme === "imdb" || scheme === "imdbid") return series.filter((show) => show.imdbId === id.trim())
  return searchByName(
    series,
    term,
    (show) => show.title,
    (show) => show.popularity
  )
}

const isTrue = (request: DemoRequest, name: string): boolean => request.query.get(name)?.toLowerCase() === "true"

const routes = (): ReadonlyArray<DemoRoute> => {
  const shows = new Map(initialShows.map(([show]) => [show.id, show]))
  const episodes = new Map(initialShows.flatMap(([, all]) => all.map((episode) => [episode.id, episode])))

  const byTvdbId = (tvdbId: number) => [...shows.values()].find((kept) => kept.show.tvdbId === tvdbId)
  const episodesIn = (seriesId: number) => [...episodes.values()].filter((item) => item.seriesId === seriesId)
  const resource = (kept: SonarrShow) => seriesResource(kept.show, kept, episodesIn(kept.id))
  const looked = (show: Series) => {
    const kept = byTvdbId(show.tvdbId)
    return kept === undefined ? seriesResource(show, undefined, []) : resource(kept)
  }
  const episodeOf = (item: SonarrEpisode) => {
    const kept = shows.get(item.seriesId)
    return kept === undefined ? [] : [episodeResource(item, kept)]
  }

  /** An episode with what else of it the query asks to include. */
  const inFull = (request: DemoRequest, item: SonarrEpisode): ReadonlyArray<object> => {
    const kept = shows.get(item.seriesId)
    if (kept === undefined) return []
    const episodeFile = isTrue(request, "includeEpisodeFile") ? episodeFileResource(item, kept) : null
    return [
      {
        ...episodeResource(item, kept),
        ...(isTrue(request, "includeSeries") ? { series: resource(kept) } : {}),
        ...(episodeFile === null ? {} : { episodeFile })
      }
    ]
  }

  const downloads = arrDownloads({
    app: "Sonarr",
    queue: downloading,
    past,
    subject: (id) => {
      const item = episodes.get(id)
      const kept = shows.get(item?.seriesId ?? -1)
      return item && kept && subjectOf(item, kept.show)
    },
    refer: (id, request, list) => {
      const item = episodes.get(id)
      const kept = shows.get(item?.seriesId ?? -1)
      if (item === undefined || kept === undefined) return {}
      if (list === "blocklist") return { seriesId: kept.id, episodeIds: [id], series: resource(kept) }
      return {
        seriesId: kept.id,
        episodeId: id,
        ...(isTrue(request, "includeSeries") ? { series: resource(kept) } : {}),
        ...(isTrue(request, "includeEpisode") ? { episode: episodeResource(item, kept) } : {}),
        ...(list === "queue" ? { seasonNumber: item.episode.season, episodeHasFile: item.file !== undefined } : {})
      }
    },
    isWanted: (id) => {
      const item = episodes.get(id)
      return item !== undefined && isAired(item) && (item.file === undefined || isCutoffUnmet(item))
    }
  })

  const monitoredOf = (test: (item: SonarrEpisode) => boolean) =>
    [...episodes.values()].filter(
      (item) => item.monitored && shows.get(item.seriesId)?.monitored === true && test(item)
    )
  const idsOf = (test: (item: SonarrEpisode) => boolean) => monitoredOf(test).map(({ id }) => id)
  const isMissing = (item: SonarrEpisode) => item.file === undefined && isAired(item)

  const run = ({ episodeIds = [], name, seasonNumber, seriesId }: Command) => {
    if (name === "EpisodeSearch") downloads.search(episodeIds)
    if (name === "SeriesSearch") downloads.search(idsOf((item) => item.seriesId === seriesId))
    if (name === "SeasonSearch") {
      downloads.search(idsOf((item) => item.seriesId === seriesId && item.episode.season === seasonNumber))
    }
    if (name === "MissingEpisodeSearch") downloads.search(idsOf(isMissing))
    if (name === "CutoffUnmetEpisodeSearch") downloads.search(idsOf(isCutoffUnmet))
  }

  const withShow =
    (reply: (kept: SonarrShow, request: DemoRequest) => DemoReply) =>
    (request: DemoRequest): DemoReply => {
      const kept = shows.get(wholeNumber(request.params["id"]) ?? -1)
      return kept === undefined ? notFound : reply(kept, request)
    }

  const withEpisode =
    (reply: (item: SonarrEpisode, kept: SonarrShow, request: DemoRequest) => DemoReply) =>
    (request: DemoRequest): DemoReply => {
      const item = episodes.get(wholeNumber(request.params["id"]) ?? -1)
      const kept = item === undefined ? undefined : shows.get(item.seriesId)
      return item === undefined || kept === undefined ? notFound : reply(item, kept, request)
    }

  const add = (request: DemoRequest): DemoReply =>
    Option.match(decodeSeries(request.body), {
      onNone: () => malformed("$", "body"),
      onSome: (body) => {
        const failures = rules(body, (tvdbId) => byTvdbId(tvdbId) !== undefined)
        if (failures.length > 0) return invalid(failures)
        const show = series.find((entry) => entry.tvdbId === body.tvdbId)
        if (show === undefined) {
          return invalid([
            {
              propertyName: "TvdbId",
              errorMessage: "A series with this ID was not found",
              errorCode: "SeriesNotFound",
              attemptedValue: body.tvdbId
            }
          ])
        }
        const { monitor, searchForMissingEpisodes = false } = body.addOptions ?? {}
        const [fresh, all] = adopt(show, Math.max(0, ...shows.keys()) + 1, nowIso, [], monitor)
        const kept = changed(fresh, body)
        shows.set(kept.id, kept)
        for (const item of all) episodes.set(item.id, item)
        if (searchForMissingEpisodes) downloads.search(idsOf((item) => item.seriesId === kept.id))
        return json(resource(kept), 201)
      }
    })

  const changed = (kept: SonarrShow, body: SeriesBody): SonarrShow => ({
    ...kept,
    monitored: body.monitored ?? kept.monitored,
    qualityProfileId: body.qualityProfileId ?? kept.qualityProfileId,
    rootFolderPath: folderOf(body.rootFolderPath) ?? kept.rootFolderPath,
    tags: body.tags ?? kept.tags,
    seasonMonitored: new Map([
      ...kept.seasonMonitored,
      ...(body.seasons ?? []).map((season) => [season.seasonNumber, season.monitored] as const)
    ])
  })

  const edit = withShow((kept, request) =>
    Option.match(decodeSeries(request.body), {
      onNone: () => malformed("$", "body"),
      onSome: (body) => {
        const after = changed(kept, body)
        shows.set(kept.id, after)
        // A season switched on or off takes its episodes along.
        for (const item of episodesIn(kept.id)) {
          const now = after.seasonMonitored.get(item.episode.season)
          if (now !== undefined && now !== kept.seasonMonitored.get(item.episode.season)) {
            episodes.set(item.id, { ...item, monitored: now })
          }
        }
        return json(resource(after), 202)
      }
    })
  )

  const editAll = (request: DemoRequest): DemoReply =>
    Option.match(decodeEdits(request.body), {
      onNone: () => malformed("$", "body"),
      onSome: (edits) => {
        const meant = edits.ids.flatMap((id) => shows.get(id) ?? [])
        if (meant.length < edits.ids.length) return unmatched(edits.ids.length, meant.length)
        for (const kept of meant) shows.set(kept.id, { ...kept, ...edited(kept, edits) })
        return json(meant.flatMap(({ id }) => shows.get(id) ?? []).map(resource), 202)
      }
    })

  const remove = withShow((kept) => {
    for (const item of episodesIn(kept.id)) episodes.delete(item.id)
    shows.delete(kept.id)
    return json({})
  })

  const monitor = (request: DemoRequest): DemoReply =>
    Option.match(decodeMonitor(request.body), {
      onNone: () => malformed("episodeIds", ""),
      onSome: ({ episodeIds, monitored }) => {
        const changed = episodeIds.flatMap((id) => episodes.get(id) ?? []).map((item) => ({ ...item, monitored }))
        for (const item of changed) episodes.set(item.id, item)
        return json(changed.flatMap(episodeOf), 202)
      }
    })

  /** `seriesId` is wanted by the real service too. */
  const listEpisodes = (request: DemoRequest): DemoReply => {
    const text = request.query.get("seriesId") ?? ""
    const seriesId = wholeNumber(text)
    if (seriesId === undefined) return text === "" ? malformed("seriesId", "") : malformed("seriesId", text)
    const season = wholeNumber(request.query.get("seasonNumber"))
    return json(
      episodesIn(seriesId)
        .filter((item) => season === undefined || item.episode.season === season)
        .flatMap((item) => inFull(request, item))
    )
  }

  const listFiles = (request: DemoRequest): DemoReply => {
    const text = request.query.get("seriesId") ?? ""
    const kept = shows.get(wholeNumber(text) ?? -1)
    if (wholeNumber(text) === undefined) return malformed("seriesId", text)
    return json(kept === undefined ? [] : episodesIn(kept.id).flatMap((item) => episodeFileResource(item, kept) ?? []))
  }

  const calendar = (request: DemoRequest): DemoReply => {
    const start = request.query.get("start") ?? today
    const end = request.query.get("end") ?? addDays(today, 7)
    const listed = request.query.get("unmonitored") === "true" ? [...episodes.values()] : monitoredOf(() => true)
    return json(
      listed.filter(({ airsAt }) => airsAt >= start && airsAt <= end).flatMap((item) => inFull(request, item))
    )
  }

  const airDate = { "episodes.airDateUtc": ({ airsAt }: SonarrEpisode) => airsAt }
  const wanted = (test: (item: SonarrEpisode) => boolean) => (request: DemoRequest) =>
    paged(
      request,
      request.query.get("monitored") === "false"
        ? [...episodes.values()].filter((item) => !item.monitored && test(item))
        : monitoredOf(test),
      (item) => inFull(request, item)[0],
      airDate,
      { key: "episodes.airDateUtc", direction: "descending" }
    )

  const write = (
    method: "POST" | "PUT" | "DELETE",
    path: string,
    reply: (request: DemoRequest) => DemoReply
  ): DemoRoute => ({ method, path, handle: (request) => Effect.sync(() => reply(request)) })

  return [
    get("/api/v3/series", (request) => {
      const text = request.query.get("tvdbId")
      if (text === null) return json([...shows.values()].map(resource))
      const tvdbId = wholeNumber(text)
      if (tvdbId === undefined) return malformed("tvdbId", text)
      return json([...shows.values()].filter((kept) => kept.show.tvdbId === tvdbId).map(resource))
    }),
    write("POST", "/api/v3/series", add),
    get("/api/v3/series/lookup", (request) => json(lookUp(request.query.get("term") ?? "").map(looked))),
    get(
      "/api/v3/series/{id}",
      withShow((kept) => json(resource(kept)))
    ),
    write("PUT", "/api/v3/series/editor", editAll),
    write("PUT", "/api/v3/series/{id}", edit),
    write("DELETE", "/api/v3/series/{id}", remove),
    get("/api/v3/episode", listEpisodes),
    write("PUT", "/api/v3/episode/monitor", monitor),
    get(
      "/api/v3/episode/{id}",
      withEpisode((item, show) => json(episodeResource(item, show)))
    ),
    write(
      "PUT",
      "/api/v3/episode/{id}",
      withEpisode((item, show, request) =>
        Option.match(decodeMonitored(request.body), {
          onNone: () => malformed("monitored", ""),
          onSome: ({ monitored }) => {
            const changed = { ...item, monitored }
            episodes.set(item.id, changed)
            return json(episodeResource(changed, show), 202)
          }
        })
      )
    ),
    get("/api/v3/episodefile", listFiles),
    get(
      "/api/v3/episodefile/{id}",
      withEpisode((item, show) => {
        const file = episodeFileResource(item, show)
        return file === null ? notFound : json(file)
      })
    ),
    write(
      "DELETE",
      "/api/v3/episodefile/{id}",
      withEpisode((item) => {
        if (item.file === undefined) return notFound
        episodes.set(item.id, { ...item, file: undefined })
        return json({})
      })
    ),
    ...downloads.routes,
    get("/api/v3/calendar", calendar),
    get("/api/v3/wanted/missing", wanted(isMissing)),
    get("/api/v3/wanted/cutoff", wanted(isCutoffUnmet)),
    ...systemRoutes({ appName: "Sonarr", version: "4.0.13.2932", rootFolders: sonarrRootFolders, run })
  ]
}

/** The demo's Sonarr with the state it starts from. It takes `apiKey` as `X-Api-Key` or as `apikey` in the query. */
export const sonarrApp = (apiKey: string): DemoApp => ({
  service: "sonarr",
  routes: routes(),
  refuse: refuse(apiKey),
  notFound,
  methodNotAllowed,
  malformedBody: malformed("$", "body")
})
