/**
 * PlexItems: the library in Plex's shapes. As on a true server: what is unwatched has no `viewCount`, lists carry only
 * the first of an item's tags, `Guid` comes when asked for, and streams come with the details alone.
 * Long because the four kinds of item share their fields.
 */
import {
  type LibraryEpisode,
  type LibraryFilm,
  libraryFilms,
  type LibrarySeason,
  librarySeries,
  type LibrarySeries,
  type Playback,
  episodesOf
} from "../DemoLibrary.ts"
import { hash, unit } from "../Seeded.ts"

export const movieSection = { id: 1, title: "Movies", type: "movie" } as const
export const showSection = { id: 2, title: "TV Shows", type: "show" } as const

/** An item of the library, whatever its kind, as the filters and the routes see it. */
export type PlexItem =
  | { readonly type: "movie"; readonly ratingKey: number; readonly of: LibraryFilm }
  | { readonly type: "show"; readonly ratingKey: number; readonly of: LibrarySeries }
  | { readonly type: "season"; readonly ratingKey: number; readonly of: LibrarySeason; readonly show: LibrarySeries }
  | { readonly type: "episode"; readonly ratingKey: number; readonly of: LibraryEpisode; readonly show: LibrarySeries }

export const movieItem = (of: LibraryFilm): PlexItem => ({ type: "movie", ratingKey: of.ratingKey, of })
const showItem = (of: LibrarySeries): PlexItem => ({ type: "show", ratingKey: of.ratingKey, of })

export const movieItems: ReadonlyArray<PlexItem> = libraryFilms.map(movieItem)
export const showItems: ReadonlyArray<PlexItem> = librarySeries.map(showItem)
export const seasonItems: ReadonlyArray<PlexItem> = librarySeries.flatMap((show) =>
  show.seasons.map((of): PlexItem => ({ type: "season", ratingKey: of.ratingKey, of, show }))
)
export const episodeItems: ReadonlyArray<PlexItem> = librarySeries.flatMap((show) =>
  episodesOf(show).map((of): PlexItem => ({ type: "episode", ratingKey: of.ratingKey, of, show }))
)

/** Every item by rating key. */
export const itemsByKey: ReadonlyMap<number, PlexItem> = new Map(
  [...movieItems, ...showItems, ...seasonItems, ...episodeItems].map((item) => [item.ratingKey, item])
)

/** The kinds of tags by which items are found, with Plex's numbers for them. */
export const tagTypes = { genre: 1, director: 4, actor: 6 } as const
export type TagKind = keyof typeof tagTypes

/** Plex's own id of a tag: one in all lists and filters of its kind, so that a director who acts has two. */
export const tagId = (kind: TagKind, name: string): number => 100 + (hash("tag", kind, name) % 900_000)

const plexGuid = (type: string, ratingKey: number): string =>
  `plex://${type}/5d776${[1, 2, 3]
    .map((part) => hash("guid", ratingKey, part).toString(16).padStart(8, "0"))
    .join("")
    .slice(0, 19)}`

const path = (ratingKey: number): string => `/library/metadata/${ratingKey}`

/** A tag as items and lists of tags show it; `filter` is the query that finds its items. */
export const renderTag = (kind: TagKind, name: string) => {
  const id = tagId(kind, name)
  return { id, filter: `${kind}=${id}`, tag: name }
}

const tags = (kind: TagKind, names: ReadonlyArray<string>, limit: number) =>
  names.slice(0, limit).map((name) => renderTag(kind, name))

const views = (item: Playback) => ({
  ...(item.viewCount > 0 ? { viewCount: item.viewCount } : {}),
  ...(item.lastViewedAt === null ? {} : { lastViewedAt: item.lastViewedAt }),
  ...(item.viewOffsetMillis > 0 ? { viewOffset: item.viewOffsetMillis } : {})
})

const frame = { "4k": [3840, 1600], "1080": [1920, 800], "720": [1280, 534] } as const

const media = (item: Playback, minutes: number, file: string, withStreams: boolean) => {
  const [width, height] = frame[item.file.resolution]
  const videoCodec = item.file.resolution === "4k" ? "hevc" : "h264"
  const duration = minutes * 60_000
  return [
    {
      id: item.ratingKey * 2,
      duration,
      bitrate: item.file.bitrateKbps,
      width,
      height,
      aspectRatio: 2.35,
      audioChannels: 6,
      audioCodec: "eac3",
      videoCodec,
      videoResolution: item.file.resolution,
      container: "mkv",
      videoFrameRate: "24p",
      videoProfile: item.file.hdr ? "main 10" : videoCodec === "hevc" ? "main" : "high",
      Part: [
        {
          id: item.ratingKey * 2 + 1,
          key: `/library/parts/${item.ratingKey * 2 + 1}/${item.addedAt}/file.mkv`,
          duration,
          file,
          size: item.file.sizeBytes,
          container: "mkv",
          videoProfile: item.file.hdr ? "main 10" : videoCodec === "hevc" ? "main" : "high",
          ...(withStreams ? { Stream: streams(item, width, height, videoCodec) } : {})
        }
      ]
    }
  ]
}

const streams = (item: Playback, width: number, height: number, codec: string) => [
  {
    id: item.ratingKey * 10,
    streamType: 1,
    default: true,
    codec,
    index: 0,
    key: `/library/streams/${item.ratingKey * 10}`,
    bitrate: item.file.bitrateKbps - 640,
    bitDepth: item.file.hdr ? 10 : 8,
    colorPrimaries: item.file.hdr ? "bt2020" : "bt709",
    colorSpace: item.file.hdr ? "bt2020nc" : "bt709",
    colorTrc: item.file.hdr ? "smpte2084" : "bt709",
    frameRate: 23.976,
    width,
    height,
    displayTitle: `${item.file.resolution === "4k" ? "4K" : `${item.file.resolution}p`}${item.file.hdr ? " HDR10" : ""} (${codec.toUpperCase()})`
  },
  {
    id: item.ratingKey * 10 + 1,
    streamType: 2,
    selected: true,
    default: true,
    codec: "eac3",
    index: 1,
    key: `/library/streams/${item.ratingKey * 10 + 1}`,
    channels: 6,
    bitrate: 640,
    language: "English",
    languageTag: "en",
    languageCode: "eng",
    displayTitle: "English (EAC3 5.1)"
  },
  ...(["English", "Spanish", "French"] as const)
    .filter((_, index) => unit("subtitle", item.ratingKey, index) < 0.6)
    .map((language, index) => ({
      id: item.ratingKey * 10 + 2 + index,
      streamType: 3,
      codec: "srt",
      index: 2 + index,
      key: `/library/streams/${item.ratingKey * 10 + 2 + index}`,
      language,
      displayTitle: `${language} (SRT)`
    }))
]

export interface RenderOptions {
  /** All tags and the streams: the details of one item. */
  readonly full: boolean
  readonly includeGuids: boolean
  readonly userRating: (ratingKey: number) => number | undefined
}

const guids = (options: RenderOptions, ids: ReadonlyArray<readonly [string, string | number]>) =>
  options.full || options.includeGuids ? { Guid: ids.map(([scheme, id]) => ({ id: `${scheme}://${id}` })) } : {}

const sorted = (title: string) => {
  const titleSort = title.replace(/^(The|A|An) /, "")
  return titleSort === title ? {} : { titleSort }
}

const slug = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")

const renderMovie = (item: LibraryFilm, options: RenderOptions) => {
  const { film } = item
  const limit = options.full ? 50 : 2
  return {
    ratingKey: String(item.ratingKey),
    key: path(item.ratingKey),
    guid: plexGuid("movie", item.ratingKey),
    slug: slug(film.title),
    type: "movie",
    title: film.title,
    ...sorted(film.title),
    librarySectionTitle: movieSection.title,
    librarySectionID: movieSection.id,
    librarySectionKey: `/library/sections/${movieSection.id}`,
    contentRating: film.certificate,
    summary: film.overview,
    audienceRating: film.voteAverage,
    audienceRatingImage: "themoviedb://image.rating",
    ...views(item),
    year: film.year,
    duration: film.runtimeMinutes * 60_000,
    originallyAvailableAt: film.releasedOn,
    addedAt: item.addedAt,
    updatedAt: item.addedAt + 600,
    Media: media(
      item,
      film.runtimeMinutes,
      `/media/movies/${film.title.replaceAll(/[:/]/g, "")} (${film.year})/${film.title.replaceAll(/[:/]/g, "")} (${film.year}).mkv`,
      options.full
    ),
    Genre: tags("genre", film.genres, limit),
    Director: tags("director", film.directors, limit),
    Role: tags("actor", film.cast, options.full ? 50 : 3),
    ...guids(options, [
      ["imdb", film.imdbId],
      ["tmdb", film.tmdbId]
    ])
  }
}

const renderShow = (item: LibrarySeries, options: RenderOptions) => {
  const { series } = item
  const episodes = episodesOf(item)
  const watched = episodes.filter((episode) => episode.viewCount > 0)
  const lastViewedAt = Math.max(0, ...episodes.map((episode) => episode.lastViewedAt ?? 0))
  return {
    ratingKey: String(item.ratingKey),
    key: `${path(item.ratingKey)}/children`,
    guid: plexGuid("show", item.ratingKey),
    slug: slug(series.title),
    studio: series.network,
    type: "show",
    title: series.title,
    ...sorted(series.title),
    librarySectionTitle: showSection.title,
    librarySectionID: showSection.id,
    librarySectionKey: `/library/sections/${showSection.id}`,
    contentRating: series.certificate,
    summary: series.overview,
    index: 1,
    audienceRating: series.voteAverage,
    audienceRatingImage: "themoviedb://image.rating",
    ...(watched.length > 0 ? { viewCount: watched.length } : {}),
    ...(lastViewedAt > 0 ? { lastViewedAt } : {}),
    year: series.year,
    duration: series.runtimeMinutes * 60_000,
    originallyAvailableAt: series.firstAiredOn,
    leafCount: episodes.length,
    viewedLeafCount: watched.length,
    childCount: item.seasons.length,
    addedAt: item.addedAt,
    updatedAt: Math.max(...episodes.map((episode) => episode.addedAt)),
    Genre: tags("genre", series.genres, options.full ? 50 : 2),
    Role: tags("actor", series.cast, options.full ? 50 : 3),
    ...guids(options, [
      ["imdb", series.imdbId],
      ["tmdb", series.tmdbId],
      ["tvdb", series.tvdbId]
    ])
  }
}

const renderSeason = (item: LibrarySeason, show: LibrarySeries) => {
  const watched = item.episodes.filter((episode) => episode.viewCount > 0).length
  return {
    ratingKey: String(item.ratingKey),
    key: `${path(item.ratingKey)}/children`,
    parentRatingKey: String(show.ratingKey),
    guid: plexGuid("season", item.ratingKey),
    parentGuid: plexGuid("show", show.ratingKey),
    parentStudio: show.series.network,
    type: "season",
    title: `Season ${item.season}`,
    parentKey: path(show.ratingKey),
    librarySectionTitle: showSection.title,
    librarySectionID: showSection.id,
    librarySectionKey: `/library/sections/${showSection.id}`,
    parentTitle: show.series.title,
    summary: "",
    index: item.season,
    parentIndex: 1,
    parentYear: show.series.year,
    ...(watched > 0 ? { viewCount: watched } : {}),
    leafCount: item.episodes.length,
    viewedLeafCount: watched,
    addedAt: Math.min(...item.episodes.map((episode) => episode.addedAt)),
    updatedAt: Math.max(...item.episodes.map((episode) => episode.addedAt))
  }
}

const renderEpisode = (item: LibraryEpisode, show: LibrarySeries, options: RenderOptions) => {
  const { episode, series } = item
  const seasonKey = show.ratingKey + episode.season
  const name = `${series.title} - S${String(episode.season).padStart(2, "0")}E${String(episode.episode).padStart(2, "0")}`
  return {
    ratingKey: String(item.ratingKey),
    key: path(item.ratingKey),
    parentRatingKey: String(seasonKey),
    grandparentRatingKey: String(show.ratingKey),
    guid: plexGuid("episode", item.ratingKey),
    parentGuid: plexGuid("season", seasonKey),
    grandparentGuid: plexGuid("show", show.ratingKey),
    type: "episode",
    title: episode.title,
    grandparentKey: path(show.ratingKey),
    parentKey: path(seasonKey),
    librarySectionTitle: showSection.title,
    librarySectionID: showSection.id,
    librarySectionKey: `/library/sections/${showSection.id}`,
    grandparentTitle: series.title,
    parentTitle: `Season ${episode.season}`,
    contentRating: series.certificate,
    summary: "",
    index: episode.episode,
    parentIndex: episode.season,
    audienceRating: series.voteAverage,
    audienceRatingImage: "themoviedb://image.rating",
    ...views(item),
    year: Number(episode.airedOn.slice(0, 4)),
    duration: series.runtimeMinutes * 60_000,
    originallyAvailableAt: episode.airedOn,
    addedAt: item.addedAt,
    updatedAt: item.addedAt + 600,
    Media: media(item, series.runtimeMinutes, `/media/tv/${series.title}/${name}.mkv`, options.full)
  }
}

/** The item as Plex's `Metadata`. */
export const render = (item: PlexItem, options: RenderOptions) => {
  const userRating = options.userRating(item.ratingKey)
  const rated = userRating === undefined ? {} : { userRating }
  switch (item.type) {
    case "movie":
      return { ...renderMovie(item.of, options), ...rated }
    case "show":
      return { ...renderShow(item.of, options), ...rated }
    case "season":
      return { ...renderSeason(item.of, item.show), ...rated }
    case "episode":
      return { ...renderEpisode(item.of, item.show, options), ...rated }
  }
}
