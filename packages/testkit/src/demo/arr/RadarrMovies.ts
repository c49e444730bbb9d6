/**
 * RadarrMovies: the films that Radarr knows while a demo server runs, and their shape on the wire.
 */
import { collections } from "../data/collections.ts"
import { filmOriginals } from "../data/originals.ts"
import { isInRadarr, type LibraryFilm, libraryFilms, nowIso, today } from "../DemoLibrary.ts"
import { type Film, films } from "../Film.ts"
import { addDays } from "../Series.ts"
import type { ArrSubject } from "./ArrPast.ts"
import { english, quality, releaseName } from "./ArrQueue.ts"

/** The first is where films go unless another is asked for. */
export const radarrRootFolders = ["/media/movies", "/media/classics"] as const

/** One film in Radarr. */
export interface RadarrMovie {
  readonly id: number
  readonly film: Film
  readonly monitored: boolean
  readonly qualityProfileId: number
  readonly rootFolderPath: string
  readonly minimumAvailability: string
  readonly tags: ReadonlyArray<number>
  readonly added: string
  /** The file that Radarr manages; a film added later has none, even where Plex has a copy from elsewhere. */
  readonly file: LibraryFilm | undefined
}

const iso = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`

/** What Radarr holds when the demo starts, in the order of its ids. */
export const initialMovies: ReadonlyArray<RadarrMovie> = films
  .filter(isInRadarr)
  .toSorted((a, b) => a.tmdbId - b.tmdbId)
  .map((film, index) => {
    const file = libraryFilms.find((item) => item.film === film)
    return {
      id: index + 1,
      film,
      monitored: true,
      qualityProfileId: file?.file.resolution === "4k" ? 5 : 4,
      rootFolderPath: radarrRootFolders[0],
      minimumAvailability: "released",
      tags: [],
      added: file === undefined ? "2025-03-01T12:00:00Z" : iso(file.addedAt - 86_400),
      file
    }
  })

const plainTitle = (title: string): string => title.replaceAll(/[:/?]/g, "")
const slug = (title: string): string => title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "")

const languageNames: Readonly<Record<string, { readonly id: number; readonly name: string }>> = {
  fr: { id: 2, name: "French" },
  es: { id: 3, name: "Spanish" },
  de: { id: 4, name: "German" },
  ja: { id: 8, name: "Japanese" },
  zh: { id: 10, name: "Chinese" },
  ko: { id: 21, name: "Korean" }
}

const fileQualityName = (item: LibraryFilm): string =>
  item.file.resolution === "4k" ? "Bluray-2160p" : item.file.resolution === "1080" ? "Bluray-1080p" : "Bluray-720p"

const movieFile = (movie: RadarrMovie, item: LibraryFilm) => {
  const name = `${plainTitle(movie.film.title)} (${movie.film.year})`
  const file = `${name} ${fileQualityName(item)}.mkv`
  return {
    movieId: movie.id,
    relativePath: file,
    path: `${movie.rootFolderPath}/${name}/${file}`,
    size: item.file.sizeBytes,
    dateAdded: iso(item.addedAt),
    releaseGroup: "DEMO",
    edition: "",
    languages: [english],
    quality: quality("Radarr", fileQualityName(item)),
    customFormats: [],
    customFormatScore: 0,
    indexerFlags: 0,
    mediaInfo: {
      audioBitrate: 640_000,
      audioChannels: 5.1,
      audioCodec: "EAC3",
      audioLanguages: "eng",
      audioStreamCount: 1,
      videoBitDepth: item.file.hdr ? 10 : 8,
      videoBitrate: item.file.bitrateKbps * 1000,
      videoCodec: item.file.resolution === "4k" ? "x265" : "x264",
      videoDynamicRange: item.file.hdr ? "HDR" : "",
      videoDynamicRangeType: item.file.hdr ? "HDR10" : "",
      videoFps: 23.976,
      resolution:
        item.file.resolution === "4k" ? "3840x1600" : item.file.resolution === "1080" ? "1920x800" : "1280x534",
      runTime: `${Math.floor(movie.film.runtimeMinutes / 60)}:${String(movie.film.runtimeMinutes % 60).padStart(2, "0")}:00`,
      scanType: "Progressive",
      subtitles: "eng"
    },
    qualityCutoffNotMet: item.file.resolution === "720",
    id: 2000 + movie.id
  }
}

/** A film as downloads know it. */
export const subjectOf = ({ file, film, id }: RadarrMovie): ArrSubject => ({
  id,
  titleId: id,
  release: `${releaseName(film.title)}.${film.year}`,
  file: file && { quality: fileQualityName(file), addedAt: file.addedAt }
})

/** Whether it can be had at all. */
export const isReleased = ({ film }: RadarrMovie): boolean => film.releasedOn <= today

/** Whether the file is worse than the profile wants: what "cutoff unmet" lists. */
export const isCutoffUnmet = (movie: RadarrMovie): boolean => movie.file?.file.resolution === "720"

/** A film as `MovieResource`; `movie` is undefined where Radarr only looked it up. */
export const movieResource = (film: Film, movie: RadarrMovie | undefined) => {
  const item = movie?.file
  const collection = collections.find((entry) => entry.films.includes(film.tmdbId))
  const original = filmOriginals[film.tmdbId]
  const isReleased = film.releasedOn <= today
  const folder = `${plainTitle(film.title)} (${film.year})`
  const size = item?.file.sizeBytes ?? 0
  return {
    title: film.title,
    originalTitle: original?.[1] ?? film.title,
    originalLanguage: original === undefined ? english : (languageNames[original[0]] ?? { id: 0, name: "Unknown" }),
    alternateTitles: [],
    secondaryYearSourceId: 0,
    sortTitle: film.title.toLowerCase().replace(/^(the|a|an) /, ""),
    sizeOnDisk: size,
    status: isReleased ? "released" : "announced",
    overview: film.overview,
    inCinemas: `${film.releasedOn}T00:00:00Z`,
    digitalRelease: `${addDays(film.releasedOn, 60)}T00:00:00Z`,
    physicalRelease: `${addDays(film.releasedOn, 100)}T00:00:00Z`,
    releaseDate: `${addDays(film.releasedOn, 60)}T00:00:00Z`,
    images: [],
    website: "",
    year: film.year,
    youTubeTrailerId: "",
    studio: "",
    ...(movie === undefined ? {} : { path: `${movie.rootFolderPath}/${folder}`, rootFolderPath: movie.rootFolderPath }),
    qualityProfileId: movie?.qualityProfileId ?? 0,
    hasFile: item !== undefined,
    movieFileId: item === undefined || movie === undefined ? 0 : 2000 + movie.id,
    monitored: movie?.monitored ?? false,
    minimumAvailability: movie?.minimumAvailability ?? "announced",
    isAvailable: isReleased,
    folderName: movie === undefined ? "" : `${movie.rootFolderPath}/${folder}`,
    ...(movie === undefined ? { folder } : {}),
    runtime: film.runtimeMinutes,
    cleanTitle: slug(film.title),
    imdbId: film.imdbId,
    tmdbId: film.tmdbId,
    titleSlug: String(film.tmdbId),
    certification: film.certificate,
    genres: film.genres,
    keywords: [],
    tags: movie?.tags ?? [],
    added: movie?.added ?? "0001-01-01T00:00:00Z",
    ratings: {
      tmdb: { votes: film.voteCount, value: film.voteAverage, type: "user" }
    },
    ...(movie !== undefined && item !== undefined ? { movieFile: movieFile(movie, item) } : {}),
    ...(collection === undefined ? {} : { collection: { title: collection.name, tmdbId: collection.id } }),
    popularity: film.popularity,
    ...(movie === undefined ? {} : { lastSearchTime: nowIso }),
    statistics: {
      movieFileCount: item === undefined ? 0 : 1,
      sizeOnDisk: size,
      releaseGroups: item === undefined ? [] : ["DEMO"]
    },
    ...(movie === undefined ? {} : { id: movie.id })
  }
}
