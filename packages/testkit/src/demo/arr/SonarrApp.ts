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
import { english, quality, queueRecord, queueSortKeys, releaseName } from "./ArrQueue.ts"
import { type Failure, invalid, malformed, methodNotAllowed, notFound, paged, refuse } from "./ArrReply.ts"
import { qualityProfiles, systemRoutes } from "./ArrSystem.ts"
import {
  adopt,
  episodeCode,
  episodeFileResource,
  episodeResource,
  initialShows,
  seriesResource,
  type SonarrEpisode,
  sonarrRootFolder,
  type SonarrShow
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
  )
})
type SeriesBody = typeof SeriesBody.Type
const decodeSeries = Schema.decodeUnknownOption(SeriesBody)
const decodeMonitor = Schema.decodeUnknownOption(
  Schema.Struct({ episodeIds: Schema.Array(Schema.Int), monitored: Schema.Boolean })
)
const decodeMonitored = Schema.decodeUnknownOption(Schema.Struct({ monitored: Schema.Boolean }))

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
    ...(folder.replace(/\/$/, "") === sonarrRootFolder
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
  let queue = episodeDownloads.map((download, index) => ({ download, id: 800_001 + index }))

  const byTvdbId = (tvdbId: number) => [...shows.values()].find((kept) => kept.show.tvdbId === tvdbId)
  const episodesIn = (seriesId: number) => [...episodes.values()].filter((item) => item.seriesId === seriesId)
  const resource = (kept: SonarrShow) => seriesResource(kept.show, kept, episodesIn(kept.id))
  const looked = (show: Series) => {
    const kept = byTvdbId(show.tvdbId)
    return kept === undefined ? seriesResource(show, undefined, []) : resource(kept)
  }
  const episodeOf = (item: SonarrEpisode) => {
    const kept = shows.get(item.seriesId)
    return kept === undefined ? [] : [episodeResource(item, kept.show)]
  }

  const queueEntries = (request: DemoRequest) =>
    queue.flatMap(({ download, id }, index) => {
      const kept = [...shows.values()].find((entry) => entry.show.tmdbId === download.tmdbId)
      const item =
        kept === undefined
          ? undefined
          : episodesIn(kept.id).find(
              ({ episode }) => episode.season === download.season && episode.episode === download.episode
            )
      if (kept === undefined || item === undefined) return []
      const release = `${releaseName(kept.show.title)}.${episodeCode(item.episode)}.${download.quality}.DEMO`
      return [
        {
          ...queueRecord("Sonarr", download, index + 1, release),
          seriesId: kept.id,
          episodeId: item.id,
          seasonNumber: download.season,
          ...(isTrue(request, "includeSeries") ? { series: resource(kept) } : {}),
          ...(isTrue(request, "includeEpisode") ? { episode: episodeResource(item, kept.show) } : {}),
          episodeHasFile: item.file !== undefined,
          id
        }
      ]
    })

  const withShow =
    (reply: (kept: SonarrShow, request: DemoRequest) => DemoReply) =>
    (request: DemoRequest): DemoReply => {
      const kept = shows.get(wholeNumber(request.params["id"]) ?? -1)
      return kept === undefined ? notFound : reply(kept, request)
    }

  const withEpisode =
    (reply: (item: SonarrEpisode, show: Series, request: DemoRequest) => DemoReply) =>
    (request: DemoRequest): DemoReply => {
      const item = episodes.get(wholeNumber(request.params["id"]) ?? -1)
      const kept = item === undefined ? undefined : shows.get(item.seriesId)
      return item === undefined || kept === undefined ? notFound : reply(item, kept.show, request)
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
        const [fresh, all] = adopt(show, Math.max(0, ...shows.keys()) + 1, nowIso, [])
        const kept = { ...edited(fresh, body), monitored: body.monitored ?? true }
        shows.set(kept.id, kept)
        for (const item of all) episodes.set(item.id, item)
        return json(resource(kept), 201)
      }
    })

  const edited = (kept: SonarrShow, body: SeriesBody): SonarrShow => ({
    ...kept,
    monitored: body.monitored ?? kept.monitored,
    qualityProfileId: body.qualityProfileId ?? kept.qualityProfileId,
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
        const changed = edited(kept, body)
        shows.set(kept.id, changed)
        // A season switched on or off takes its episodes along.
        for (const item of episodesIn(kept.id)) {
          const now = changed.seasonMonitored.get(item.episode.season)
          if (now !== undefined && now !== kept.seasonMonitored.get(item.episode.season)) {
            episodes.set(item.id, { ...item, monitored: now })
          }
        }
        return json(resource(changed), 202)
      }
    })
  )

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
        .flatMap(episodeOf)
    )
  }

  const listFiles = (request: DemoRequest): DemoReply => {
    const text = request.query.get("seriesId") ?? ""
    const kept = shows.get(wholeNumber(text) ?? -1)
    if (wholeNumber(text) === undefined) return malformed("seriesId", text)
    return json(
      kept === undefined ? [] : episodesIn(kept.id).flatMap((item) => episodeFileResource(item, kept.show) ?? [])
    )
  }

  const calendar = (request: DemoRequest): DemoReply => {
    const start = (request.query.get("start") ?? today).slice(0, 10)
    const end = (request.query.get("end") ?? addDays(today, 7)).slice(0, 10)
    return json(
      [...episodes.values()]
        .filter(({ episode }) => episode.airedOn >= start && episode.airedOn <= end)
        .flatMap((item) => {
          const kept = shows.get(item.seriesId)
          return episodeOf(item).map((record) =>
            isTrue(request, "includeSeries") && kept !== undefined ? { ...record, series: resource(kept) } : record
          )
        })
    )
  }

  const airDate = { "episodes.airDateUtc": (item: SonarrEpisode) => item.episode.airedOn }
  const wanted = (test: (item: SonarrEpisode) => boolean) => (request: DemoRequest) =>
    paged(
      request,
      [...episodes.values()].filter((item) => item.monitored && test(item)),
      (item) => {
        const kept = shows.get(item.seriesId)
        const [record] = episodeOf(item)
        return isTrue(request, "includeSeries") && kept !== undefined ? { ...record, series: resource(kept) } : record
      },
      airDate,
      { key: "episodes.airDateUtc", direction: "descending" }
    )

  const imported = () => [...episodes.values()].filter((item) => item.file !== undefined)
  const importRecord = (item: SonarrEpisode) => ({
    episodeId: item.id,
    seriesId: item.seriesId,
    sourceTitle: `${releaseName(shows.get(item.seriesId)?.show.title ?? "")}.${episodeCode(item.episode)}.WEBDL-1080p.DEMO`,
    languages: [english],
    quality: quality("Sonarr", "WEBDL-1080p"),
    customFormats: [],
    customFormatScore: 0,
    qualityCutoffNotMet: false,
    date: `${new Date((item.file?.addedAt ?? 0) * 1000).toISOString().slice(0, 19)}Z`,
    eventType: "downloadFolderImported",
    data: { downloadClient: "qBittorrent" },
    id: item.id
  })

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
    get("/api/v3/queue", (request) =>
      paged(request, queueEntries(request), (record) => record, queueSortKeys, {
        key: "timeleft",
        direction: "ascending"
      })
    ),
    get("/api/v3/queue/details", (request) => {
      const seriesId = wholeNumber(request.query.get("seriesId"))
      return json(queueEntries(request).filter((record) => seriesId === undefined || record.seriesId === seriesId))
    }),
    get("/api/v3/queue/status", (request) => {
      const records = queueEntries(request)
      return json({
        totalCount: records.length,
        count: records.length,
        unknownCount: 0,
        errors: false,
        warnings: records.some((record) => record.trackedDownloadStatus === "warning"),
        unknownErrors: false,
        unknownWarnings: false,
        id: 1
      })
    }),
    write("DELETE", "/api/v3/queue/{id}", (request) => {
      const id = wholeNumber(request.params["id"])
      if (!queue.some((entry) => entry.id === id)) return notFound
      queue = queue.filter((entry) => entry.id !== id)
      return json({})
    }),
    get("/api/v3/history", (request) =>
      paged(
        request,
        imported(),
        importRecord,
        { date: (item) => item.file?.addedAt ?? 0 },
        {
          key: "date",
          direction: "descending"
        }
      )
    ),
    get("/api/v3/calendar", calendar),
    get(
      "/api/v3/wanted/missing",
      wanted((item) => item.file === undefined && item.episode.airedOn <= today)
    ),
    get(
      "/api/v3/wanted/cutoff",
      wanted((item) => item.file?.file.resolution === "720")
    ),
    get("/api/v3/blocklist", (request) =>
      paged(request, [], (record) => record, {}, { key: "date", direction: "descending" })
    ),
    ...systemRoutes({ appName: "Sonarr", version: "4.0.13.2932", rootFolder: sonarrRootFolder })
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
