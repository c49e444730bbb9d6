/**
 * ArrQueue: downloads, qualities and languages in the shapes that Radarr and Sonarr share.
 */
import type { FilmDownload } from "../data/household.ts"
import { nowIso } from "../DemoLibrary.ts"
import { hash } from "../Seeded.ts"

export const english = { id: 1, name: "English" }

const qualities: Readonly<Record<string, readonly [id: number, source: string, resolution: number]>> = {
  "WEBDL-720p": [5, "web", 720],
  "WEBDL-1080p": [3, "web", 1080],
  "Bluray-720p": [6, "bluray", 720],
  "Bluray-1080p": [7, "bluray", 1080],
  "WEBDL-2160p": [18, "web", 2160],
  "Bluray-2160p": [19, "bluray", 2160]
}

export const qualityNames: ReadonlyArray<string> = Object.keys(qualities)

export type ArrName = "Radarr" | "Sonarr"

/** A quality by name. The two services share ids and differ in what they call the web as a source. */
export const bareQuality = (app: ArrName, name: string) => {
  const [id, source, resolution] = qualities[name] ?? [0, "unknown", 0]
  return { id, name, source: source === "web" && app === "Radarr" ? "webdl" : source, resolution }
}

export const quality = (app: ArrName, name: string) => ({
  quality: bareQuality(app, name),
  revision: { version: 1, real: 0, isRepack: false }
})

const twoDigits = (value: number): string => String(value).padStart(2, "0")

/** `HH:MM:SS`, or `D.HH:MM:SS` from a day on: .NET's form of a time span. */
const timeSpan = (minutes: number): string => {
  const days = Math.floor(minutes / 1440)
  const rest = Math.floor(minutes % 1440)
  return `${days > 0 ? `${days}.` : ""}${twoDigits(Math.floor(rest / 60))}:${twoDigits(rest % 60)}:00`
}

/** So long after the demo's now. */
export const atMinutesFromNow = (minutes: number): string =>
  `${new Date(Date.parse(nowIso) + minutes * 60_000).toISOString().slice(0, 19)}Z`

interface Condition {
  readonly status: string
  readonly trackedDownloadStatus: "ok" | "warning"
  readonly trackedDownloadState: string
  readonly message: string | null
  readonly errorMessage: string | null
}

const plain = (status: string): Condition => ({
  status,
  trackedDownloadStatus: "ok",
  trackedDownloadState: "downloading",
  message: null,
  errorMessage: null
})

const conditions: Readonly<Record<FilmDownload["status"], Condition>> = {
  downloading: plain("downloading"),
  queued: plain("queued"),
  paused: plain("paused"),
  importPending: {
    status: "completed",
    trackedDownloadStatus: "warning",
    trackedDownloadState: "importPending",
    message: "No files found are eligible for import in the download's folder",
    errorMessage: null
  },
  importBlocked: {
    status: "completed",
    trackedDownloadStatus: "warning",
    trackedDownloadState: "importBlocked",
    message: "Episode file already imported at another quality; manual import is needed",
    errorMessage: null
  },
  stalled: {
    status: "warning",
    trackedDownloadStatus: "warning",
    trackedDownloadState: "downloading",
    message: null,
    errorMessage: "The download is stalled with no connections"
  }
}

/** A download in a queue; `release` is its title at the indexer. */
export interface Queued {
  readonly id: number
  readonly download: Omit<FilmDownload, "tmdbId">
  readonly release: string
  readonly added: string
}

export const downloadIdOf = (release: string): string =>
  hash("download", release).toString(16).padStart(8, "0").toUpperCase().repeat(5)

/** A download as both services list it. */
export const queueRecord = (app: ArrName, { added, download, id, release }: Queued) => {
  const condition = conditions[download.status]
  return {
    languages: [english],
    quality: quality(app, download.quality),
    customFormats: [],
    customFormatScore: 0,
    size: download.sizeBytes,
    title: release,
    ...(download.minutesLeft === null
      ? {}
      : { estimatedCompletionTime: atMinutesFromNow(download.minutesLeft), timeleft: timeSpan(download.minutesLeft) }),
    added,
    status: condition.status,
    trackedDownloadStatus: condition.trackedDownloadStatus,
    trackedDownloadState: condition.trackedDownloadState,
    statusMessages: condition.message === null ? [] : [{ title: release, messages: [condition.message] }],
    ...(condition.errorMessage === null ? {} : { errorMessage: condition.errorMessage }),
    downloadId: downloadIdOf(release),
    protocol: "torrent",
    downloadClient: "qBittorrent",
    downloadClientHasPostImportCategory: false,
    indexer: "Demo Indexer",
    outputPath: `/downloads/${release}`,
    sizeleft: Math.round((download.sizeBytes * (100 - download.percent)) / 100),
    id
  }
}

type QueueRecord = ReturnType<typeof queueRecord>

/** What a queue can be sorted by. Downloads without an estimate come after those with one. */
export const queueSortKeys: Readonly<Record<string, (record: QueueRecord) => string | number>> = {
  timeleft: (record) => record.timeleft ?? "~",
  estimatedCompletionTime: (record) => record.estimatedCompletionTime ?? "~",
  title: (record) => record.title,
  status: (record) => record.status,
  size: (record) => record.size,
  added: (record) => record.added,
  progress: (record) => 1 - record.sizeleft / record.size
}

/** A title as releases write it: dots for spaces, no punctuation. */
export const releaseName = (title: string): string =>
  title
    .normalize("NFD")
    .replaceAll(/[^A-Za-z0-9 ]+/g, "")
    .trim()
    .replaceAll(/\s+/g, ".")
