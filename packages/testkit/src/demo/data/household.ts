/**
 * What the household did, where the demo's questions depend on it. Everything else is generated; see `DemoLibrary.ts`.
 */

/** Films of the Plex library that Radarr knows nothing of: ripped from disc. The Matrix (1999) is one of them. */
export const rippedFromDisc: ReadonlyArray<number> = [603, 289, 346, 389, 567]

/** The films that came last, by TMDb id, with the day each was added. */
export const recentlyAdded: Readonly<Record<number, string>> = {
  823219: "2025-03-09",
  940721: "2025-03-07",
  577922: "2025-03-06",
  693134: "2025-03-04",
  1064213: "2025-03-01",
  666277: "2025-02-24",
  974576: "2025-02-20",
  933260: "2025-02-11",
  929590: "2025-02-02",
  937287: "2025-01-28",
  792307: "2025-01-19",
  603692: "2025-01-11"
}

/** How far a `started` film was played, and when last. */
export const startedFilms: Readonly<Record<number, { readonly percent: number; readonly lastOn: string }>> = {
  579974: { percent: 45, lastOn: "2025-03-08" },
  1064213: { percent: 81, lastOn: "2025-03-05" },
  929590: { percent: 62, lastOn: "2025-02-27" },
  593643: { percent: 20, lastOn: "2025-02-14" }
}

/**
 * How much of a `partly` watched series was seen: the first `episodes` in order, then `percent` of the next, last on
 * the day `lastOn`.
 */
export const partlyWatched: Readonly<
  Record<number, { readonly episodes: number; readonly percent: number; readonly lastOn: string }>
> = {
  95396: { episodes: 15, percent: 40, lastOn: "2025-03-09" },
  111803: { episodes: 15, percent: 0, lastOn: "2025-03-03" },
  95557: { episodes: 20, percent: 0, lastOn: "2025-03-02" },
  94997: { episodes: 14, percent: 0, lastOn: "2025-02-26" },
  125988: { episodes: 17, percent: 65, lastOn: "2025-02-22" },
  63639: { episodes: 36, percent: 0, lastOn: "2025-02-19" },
  1398: { episodes: 30, percent: 25, lastOn: "2025-02-16" },
  76331: { episodes: 20, percent: 0, lastOn: "2025-02-08" },
  30991: { episodes: 12, percent: 0, lastOn: "2025-01-30" },
  48891: { episodes: 100, percent: 0, lastOn: "2025-01-25" },
  82856: { episodes: 16, percent: 10, lastOn: "2025-01-12" },
  70523: { episodes: 10, percent: 0, lastOn: "2024-12-28" },
  79788: { episodes: 3, percent: 0, lastOn: "2024-12-15" },
  62560: { episodes: 22, percent: 0, lastOn: "2024-10-03" },
  8592: { episodes: 60, percent: 0, lastOn: "2024-09-14" },
  46648: { episodes: 8, percent: 0, lastOn: "2024-07-21" },
  66732: { episodes: 17, percent: 0, lastOn: "2024-05-10" }
}

/** What a download waits for, in the words of Radarr's and Sonarr's queue. */
export type DownloadStatus = "downloading" | "queued" | "paused" | "importPending" | "importBlocked" | "stalled"

export interface FilmDownload {
  readonly tmdbId: number
  readonly status: DownloadStatus
  readonly quality: string
  readonly percent: number
  /** The whole download, in bytes. */
  readonly sizeBytes: number
  /** Null where the client gives no estimate. */
  readonly minutesLeft: number | null
}

export interface EpisodeDownload extends FilmDownload {
  readonly season: number
  readonly episode: number
}

/** Radarr's queue, in the order in which it was grabbed. All but the last are films that the household lacks. */
export const filmDownloads: ReadonlyArray<FilmDownload> = [
  {
    tmdbId: 670292,
    status: "downloading",
    quality: "Bluray-1080p",
    percent: 62,
    sizeBytes: 14_200_000_000,
    minutesLeft: 18
  },
  {
    tmdbId: 466420,
    status: "downloading",
    quality: "WEBDL-2160p",
    percent: 18,
    sizeBytes: 31_500_000_000,
    minutesLeft: 96
  },
  {
    tmdbId: 575264,
    status: "queued",
    quality: "Bluray-1080p",
    percent: 0,
    sizeBytes: 17_800_000_000,
    minutesLeft: null
  },
  {
    tmdbId: 915935,
    status: "paused",
    quality: "WEBDL-1080p",
    percent: 35,
    sizeBytes: 7_900_000_000,
    minutesLeft: null
  },
  {
    tmdbId: 786892,
    status: "importPending",
    quality: "WEBDL-1080p",
    percent: 100,
    sizeBytes: 9_600_000_000,
    minutesLeft: null
  },
  {
    tmdbId: 335984,
    status: "stalled",
    quality: "Bluray-2160p",
    percent: 7,
    sizeBytes: 58_300_000_000,
    minutesLeft: null
  }
]

/** Sonarr's queue. None of these episodes is in Plex yet. */
export const episodeDownloads: ReadonlyArray<EpisodeDownload> = [
  {
    tmdbId: 95396,
    season: 2,
    episode: 8,
    status: "downloading",
    quality: "WEBDL-2160p",
    percent: 71,
    sizeBytes: 6_400_000_000,
    minutesLeft: 9
  },
  {
    tmdbId: 111803,
    season: 3,
    episode: 4,
    status: "downloading",
    quality: "WEBDL-1080p",
    percent: 23,
    sizeBytes: 3_100_000_000,
    minutesLeft: 14
  },
  {
    tmdbId: 95557,
    season: 3,
    episode: 5,
    status: "importBlocked",
    quality: "WEBDL-1080p",
    percent: 100,
    sizeBytes: 2_300_000_000,
    minutesLeft: null
  },
  {
    tmdbId: 94997,
    season: 2,
    episode: 8,
    status: "queued",
    quality: "Bluray-1080p",
    percent: 0,
    sizeBytes: 7_700_000_000,
    minutesLeft: null
  },
  {
    tmdbId: 125988,
    season: 2,
    episode: 10,
    status: "paused",
    quality: "WEBDL-1080p",
    percent: 48,
    sizeBytes: 4_200_000_000,
    minutesLeft: null
  }
]
