/**
 * SonarrSeries: the series that Sonarr knows while a demo server runs, and their shape on the wire.
 */
import { seriesOriginals } from "../data/originals.ts"
import {
  eveningSeconds,
  isInSonarr,
  type LibraryEpisode,
  librarySeries,
  episodesOf,
  nowIso,
  today
} from "../DemoLibrary.ts"
import { addDays, type Episode, type Series, series } from "../Series.ts"
import type { ArrSubject } from "./ArrPast.ts"
import { english, quality, releaseName } from "./ArrQueue.ts"

/** The first is where series go unless another is asked for. */
export const sonarrRootFolders = ["/media/tv", "/media/anime"] as const

/** Which episodes of a new series are looked for: Sonarr's own words. */
const isMonitoredFrom = (monitor: string, { airedOn, episode, season }: Episode, lastSeason: number): boolean => {
  switch (monitor) {
    case "none":
    case "existing":
      return false
    case "future":
      return airedOn > today
    case "firstSeason":
      return season === 1
    case "latestSeason":
    case "lastSeason":
      return season === lastSeason
    case "pilot":
      return season === 1 && episode === 1
    default:
      return true
  }
}

export interface SonarrEpisode {
  readonly id: number
  readonly seriesId: number
  readonly episode: Episode
  /** An instant. */
  readonly airsAt: string
  /** From the first episode of the first season on. */
  readonly absolute: number
  readonly monitored: boolean
  readonly file: LibraryEpisode | undefined
}

export interface SonarrShow {
  readonly id: number
  readonly show: Series
  readonly monitored: boolean
  readonly qualityProfileId: number
  readonly rootFolderPath: string
  readonly seasonMonitored: ReadonlyMap<number, boolean>
  readonly tags: ReadonlyArray<number>
  readonly added: string
}

const iso = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`

/** Nine in the evening, which on HBO is of the next day in UTC. */
const airInstant = ({ airedOn }: Episode, { network }: Series): string =>
  network === "HBO" ? `${addDays(airedOn, 1)}T02:00:00Z` : `${airedOn}T18:00:00Z`

/** A series as Sonarr keeps it, with its episodes; `owned` are those that have files. */
export const adopt = (
  show: Series,
  id: number,
  added: string,
  owned: ReadonlyArray<LibraryEpisode>,
  monitor = "all"
): readonly [SonarrShow, ReadonlyArray<SonarrEpisode>] => {
  const lastSeason = Math.max(...show.seasons.map(({ season }) => season))
  const episodes = show.seasons
    .flatMap((season) => season.episodes)
    .map((episode, index) => ({
      id: id * 1000 + index + 1,
      seriesId: id,
      episode,
      airsAt: airInstant(episode, show),
      absolute: index + 1,
      monitored: isMonitoredFrom(monitor, episode, lastSeason),
      file: owned.find((item) => item.episode === episode)
    }))
  return [
    {
      id,
      show,
      monitored: true,
      qualityProfileId: 4,
      rootFolderPath: sonarrRootFolders[0],
      seasonMonitored: new Map(
        show.seasons.map(({ season }) => [
          season,
          episodes.some(({ episode, monitored }) => monitored && episode.season === season)
        ])
      ),
      tags: [],
      added
    },
    episodes
  ]
}

/** What Sonarr holds when the demo starts, in the order of its ids. */
export const initialShows = series
  .filter(isInSonarr)
  .toSorted((a, b) => a.tvdbId - b.tvdbId)
  .map((show, index) => {
    const owned = librarySeries.find((item) => item.series === show)
    const added = iso((owned?.addedAt ?? eveningSeconds(today)) - 86_400)
    return adopt(show, index + 1, added, owned === undefined ? [] : episodesOf(owned))
  })

const plainTitle = (title: string): string => title.replaceAll(/[:/?]/g, "")
const slug = (title: string): string => title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")

const twoDigits = (value: number): string => String(value).padStart(2, "0")

const episodeCode = (episode: Episode): string => `S${twoDigits(episode.season)}E${twoDigits(episode.episode)}`

export const isAired = ({ airsAt }: SonarrEpisode): boolean => airsAt <= nowIso

const statistics = (episodes: ReadonlyArray<SonarrEpisode>) => {
  const files = episodes.filter((item) => item.file !== undefined)
  const counted = episodes.filter((item) => item.file !== undefined || (item.monitored && isAired(item)))
  const next = episodes.find((item) => !isAired(item))
  const previous = episodes.findLast((item) => isAired(item))
  return {
    airings: {
      ...(next === undefined ? {} : { nextAiring: next.airsAt }),
      ...(previous === undefined ? {} : { previousAiring: previous.airsAt })
    },
    counts: {
      episodeFileCount: files.length,
      episodeCount: counted.length,
      totalEpisodeCount: episodes.length,
      sizeOnDisk: files.reduce((sum, item) => sum + (item.file?.file.sizeBytes ?? 0), 0),
      releaseGroups: files.length > 0 ? ["DEMO"] : [],
      percentOfEpisodes: counted.length === 0 ? 0 : (files.length / counted.length) * 100
    }
  }
}

/** A series as `SeriesResource`; `kept` is undefined where Sonarr only looked it up. */
export const seriesResource = (show: Series, kept: SonarrShow | undefined, episodes: ReadonlyArray<SonarrEpisode>) => {
  const totals = statistics(episodes)
  const folder = plainTitle(show.title)
  const original = seriesOriginals[show.tmdbId]
  return {
    title: show.title,
    alternateTitles: [],
    sortTitle: show.title.toLowerCase().replace(/^(the|a|an) /, ""),
    status: show.ended ? "ended" : "continuing",
    ended: show.ended,
    overview: show.overview,
    ...totals.airings,
    network: show.network,
    airTime: "21:00",
    images: [],
    originalLanguage: original === undefined ? english : { id: 0, name: "Unknown" },
    seasons: show.seasons.map((season) => {
      const inSeason = statistics(episodes.filter((item) => item.episode.season === season.season))
      return {
        seasonNumber: season.season,
        monitored: kept?.seasonMonitored.get(season.season) ?? false,
        ...(kept === undefined ? {} : { statistics: { ...inSeason.airings, ...inSeason.counts } })
      }
    }),
    year: show.year,
    ...(kept === undefined
      ? { folder }
      : { path: `${kept.rootFolderPath}/${folder}`, rootFolderPath: kept.rootFolderPath }),
    qualityProfileId: kept?.qualityProfileId ?? 0,
    seasonFolder: true,
    monitored: kept?.monitored ?? false,
    monitorNewItems: "all",
    useSceneNumbering: false,
    runtime: show.runtimeMinutes,
    tvdbId: show.tvdbId,
    tvRageId: 0,
    tvMazeId: 0,
    tmdbId: show.tmdbId,
    firstAired: `${show.firstAiredOn}T00:00:00Z`,
    lastAired: `${show.seasons.at(-1)?.episodes.at(-1)?.airedOn ?? show.firstAiredOn}T00:00:00Z`,
    seriesType: show.genres.includes("Animation") && original?.[0] === "ja" ? "anime" : "standard",
    cleanTitle: slug(show.title).replaceAll("-", ""),
    imdbId: show.imdbId,
    titleSlug: slug(show.title),
    certification: show.certificate,
    genres: show.genres,
    tags: kept?.tags ?? [],
    added: kept?.added ?? "0001-01-01T00:00:00Z",
    ratings: { votes: show.voteCount, value: show.voteAverage },
    statistics: { seasonCount: show.seasons.length, ...totals.counts },
    languageProfileId: 1,
    ...(kept === undefined ? {} : { id: kept.id })
  }
}

export const episodeResource = (item: SonarrEpisode, { show }: SonarrShow) => ({
  seriesId: item.seriesId,
  tvdbId: show.tvdbId * 10 + item.absolute,
  episodeFileId: item.file === undefined ? 0 : item.id,
  seasonNumber: item.episode.season,
  episodeNumber: item.episode.episode,
  title: item.episode.title,
  airDate: item.episode.airedOn,
  airDateUtc: item.airsAt,
  runtime: show.runtimeMinutes,
  overview: "",
  hasFile: item.file !== undefined,
  monitored: item.monitored,
  absoluteEpisodeNumber: item.absolute,
  unverifiedSceneNumbering: false,
  id: item.id
})

const fileQualityName = (item: LibraryEpisode): string =>
  item.file.resolution === "4k" ? "WEBDL-2160p" : item.file.resolution === "1080" ? "WEBDL-1080p" : "WEBDL-720p"

/** Whether the file is worse than the profile wants. */
export const isCutoffUnmet = ({ file }: SonarrEpisode): boolean => file?.file.resolution === "720"

/** An episode as downloads know it. */
export const subjectOf = (item: SonarrEpisode, show: Series): ArrSubject => ({
  id: item.id,
  titleId: item.seriesId,
  release: `${releaseName(show.title)}.${episodeCode(item.episode)}`,
  file: item.file && { quality: fileQualityName(item.file), addedAt: item.file.addedAt }
})

/** The file of an episode as `EpisodeFileResource`, or null where there is none. */
export const episodeFileResource = (item: SonarrEpisode, { rootFolderPath, show }: SonarrShow) => {
  if (item.file === undefined) return null
  const name = `${plainTitle(show.title)} - ${episodeCode(item.episode)} - ${item.episode.title} ${fileQualityName(item.file)}.mkv`
  const relativePath = `Season ${item.episode.season}/${name}`
  return {
    seriesId: item.seriesId,
    seasonNumber: item.episode.season,
    relativePath,
    path: `${rootFolderPath}/${plainTitle(show.title)}/${relativePath}`,
    size: item.file.file.sizeBytes,
    dateAdded: iso(item.file.addedAt),
    releaseGroup: "DEMO",
    languages: [english],
    quality: quality("Sonarr", fileQualityName(item.file)),
    customFormats: [],
    customFormatScore: 0,
    indexerFlags: 0,
    releaseType: "singleEpisode",
    qualityCutoffNotMet: isCutoffUnmet(item),
    id: item.id
  }
}
