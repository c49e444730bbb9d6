/**
 * DemoLibrary: the household's truth, from which all four demo services answer and by which tests know the right
 * answers. Pure and fixed: what is not stated in `data/` follows from a seed, and its "today" never moves.
 */
import { episodeDownloads, partlyWatched, recentlyAdded, rippedFromDisc, startedFilms } from "./data/household.ts"
import { type Film, films } from "./Film.ts"
import { between, unit } from "./Seeded.ts"
import { addDays, type Episode, type Series, series } from "./Series.ts"

export { episodeDownloads, filmDownloads } from "./data/household.ts"
export { films } from "./Film.ts"
export { people } from "./People.ts"
export { series } from "./Series.ts"

/** The demo's today, `YYYY-MM-DD`, and its now. */
export const today = "2025-03-10"
export const nowIso = "2025-03-10T20:00:00Z"

const seed = "library"

/** Seconds since 1970 of an evening hour on `date`; the minute differs by `parts`. */
export const eveningSeconds = (date: string, ...parts: ReadonlyArray<string | number>): number =>
  Date.parse(`${date}T18:00:00Z`) / 1000 + between(0, 5399, seed, "minute", date, ...parts)

export interface MediaFile {
  readonly sizeBytes: number
  /** As Plex writes it: `4k`, `1080` or `720`. */
  readonly resolution: "4k" | "1080" | "720"
  readonly hdr: boolean
  readonly bitrateKbps: number
}

/** How Plex counts a playable item. Times are seconds since 1970. */
export interface Playback {
  readonly ratingKey: number
  readonly addedAt: number
  readonly viewCount: number
  readonly lastViewedAt: number | null
  /** 0 where nothing is half watched. */
  readonly viewOffsetMillis: number
  readonly file: MediaFile
}

export interface LibraryFilm extends Playback {
  readonly film: Film
}

export interface LibraryEpisode extends Playback {
  readonly series: Series
  readonly episode: Episode
}

export interface LibrarySeason {
  readonly ratingKey: number
  readonly season: number
  readonly episodes: ReadonlyArray<LibraryEpisode>
}

export interface LibrarySeries {
  readonly ratingKey: number
  readonly series: Series
  readonly addedAt: number
  readonly seasons: ReadonlyArray<LibrarySeason>
}

/** Whether the Plex library holds this film. */
export const isOwned = (film: Film): boolean => film.state !== "wanted" && film.state !== "absent"

/** Whether the film was played to its end at least once. */
export const isWatched = (film: Film): boolean => film.state === "watched"

/** Whether Radarr monitors this film when the demo starts. */
export const isInRadarr = (film: Film): boolean =>
  (isOwned(film) || film.state === "wanted") && !rippedFromDisc.includes(film.tmdbId)

const fileOf = (year: number, minutes: number, ...parts: ReadonlyArray<string | number>): MediaFile => {
  const draw = unit(seed, "file", ...parts)
  const resolution = year >= 2008 && draw < 0.4 ? "4k" : draw < 0.9 ? "1080" : "720"
  const [low, high]: readonly [number, number] =
    resolution === "4k" ? [18_000, 42_000] : resolution === "1080" ? [5_000, 12_000] : [2_500, 4_000]
  const bitrateKbps = between(low, high, seed, "bitrate", ...parts)
  return {
    resolution,
    hdr: resolution === "4k" && unit(seed, "hdr", ...parts) < 0.75,
    bitrateKbps,
    sizeBytes: Math.round((bitrateKbps * 1000 * minutes * 60) / 8)
  }
}

const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

/** A day from `from` to `to`, both `YYYY-MM-DD`. */
const someDay = (from: string, to: string, ...parts: ReadonlyArray<string | number>): string =>
  addDays(from, between(0, Math.max(0, daysBetween(from, to)), seed, "day", ...parts))

const later = (a: string, b: string): string => (a > b ? a : b)

const libraryFilm = (film: Film, index: number): LibraryFilm => {
  const id = film.tmdbId
  const addedOn =
    recentlyAdded[id] ?? someDay(later("2021-06-01", addDays(film.releasedOn, 60)), "2024-12-31", "added", id)
  const started = startedFilms[id]
  const lastOn = isWatched(film) ? someDay(addedOn, addDays(today, -3), "viewed", id) : started?.lastOn
  return {
    film,
    ratingKey: 1001 + index,
    addedAt: eveningSeconds(addedOn, "added", id),
    viewCount: isWatched(film) ? between(1, 3, seed, "views", id) : 0,
    lastViewedAt: lastOn === undefined ? null : eveningSeconds(lastOn, "viewed", id) + 5400,
    viewOffsetMillis: Math.round((film.runtimeMinutes * 60_000 * (started?.percent ?? 0)) / 100),
    file: fileOf(film.year, film.runtimeMinutes, id)
  }
}

/** The films in Plex, in the order of their rating keys. */
export const libraryFilms: ReadonlyArray<LibraryFilm> = films
  .filter(isOwned)
  .toSorted((a, b) => a.tmdbId - b.tmdbId)
  .map(libraryFilm)

const isDownloading = (show: Series, episode: Episode): boolean =>
  episodeDownloads.some(
    (item) => item.tmdbId === show.tmdbId && item.season === episode.season && item.episode === episode.episode
  )

const librarySeriesOf = (show: Series, index: number): LibrarySeries => {
  const ratingKey = 10_000 + index * 1000
  const boughtOn = someDay(later("2021-06-01", addDays(show.firstAiredOn, 1)), "2024-11-30", "series", show.tmdbId)
  const part = partlyWatched[show.tmdbId]
  const all = show.seasons.flatMap((season) => season.episodes)
  const seen = show.state === "watched" ? all.length : (part?.episodes ?? 0)
  const owned = all.flatMap((episode, at): ReadonlyArray<LibraryEpisode> => {
    if (episode.airedOn > today || isDownloading(show, episode)) return []
    const { airedOn, season } = episode
    const addedOn = later(boughtOn, airedOn)
    const isStarted = part !== undefined && at === part.episodes && part.percent > 0
    const lastOn = part?.lastOn ?? someDay(addedOn, addDays(today, -3), "watched", show.tmdbId, season)
    // One or two episodes an evening, the last one on `lastOn`.
    const viewedOn = addDays(lastOn, -Math.floor((seen - 1 - at) / 2))
    return [
      {
        series: show,
        episode,
        ratingKey: ratingKey + 100 + at,
        addedAt: eveningSeconds(addedOn, "added", show.tmdbId, at),
        viewCount: at < seen ? 1 : 0,
        lastViewedAt:
          at < seen
            ? eveningSeconds(later(viewedOn, addedOn), "viewed", show.tmdbId) + 5400 + at
            : isStarted
              ? eveningSeconds(part.lastOn, "viewed", show.tmdbId) + 9000
              : null,
        viewOffsetMillis: isStarted ? Math.round((show.runtimeMinutes * 60_000 * part.percent) / 100) : 0,
        file: fileOf(show.year, show.runtimeMinutes, show.tmdbId, season)
      }
    ]
  })
  return {
    ratingKey,
    series: show,
    addedAt: eveningSeconds(boughtOn, "series", show.tmdbId),
    seasons: show.seasons.flatMap((season) => {
      const episodes = owned.filter((item) => item.episode.season === season.season)
      return episodes.length === 0 ? [] : [{ ratingKey: ratingKey + season.season, season: season.season, episodes }]
    })
  }
}

/** The series in Plex, in the order of their rating keys. Episodes still to air or still downloading are not there. */
export const librarySeries: ReadonlyArray<LibrarySeries> = series
  .filter((show) => show.state !== "absent")
  .toSorted((a, b) => a.tmdbId - b.tmdbId)
  .map(librarySeriesOf)

/** The episodes that Plex holds of `show`, first season first. */
export const episodesOf = (show: LibrarySeries): ReadonlyArray<LibraryEpisode> =>
  show.seasons.flatMap((season) => season.episodes)

type Deck = readonly [at: number, item: LibraryFilm | LibraryEpisode]

const nextEpisode = (show: LibrarySeries): ReadonlyArray<Deck> => {
  const episodes = episodesOf(show)
  const next = episodes.find((item) => item.viewCount === 0)
  const at = Math.max(...episodes.map((item) => item.lastViewedAt ?? 0))
  return next === undefined || at === 0 ? [] : [[at, next]]
}

/** How far back Plex looks for what is on deck, in weeks: its own default. */
const onDeckWeeks = 16

/**
 * What is on deck, last played first: films played in part, and of each series under way the next episode (or the one
 * played in part), where something was played in the last sixteen weeks.
 */
export const onDeck: ReadonlyArray<LibraryFilm | LibraryEpisode> = [
  ...libraryFilms.filter((item) => item.viewOffsetMillis > 0).map((item): Deck => [item.lastViewedAt ?? 0, item]),
  ...librarySeries.flatMap(nextEpisode)
]
  .filter(([at]) => at >= eveningSeconds(addDays(today, -7 * onDeckWeeks)))
  .sort(([a], [b]) => b - a)
  .map(([, item]) => item)

/** Every play, newest first: one per film or episode that was seen, at the time of its last view. */
export const history: ReadonlyArray<(LibraryFilm | LibraryEpisode) & { readonly viewedAt: number }> = [
  ...libraryFilms,
  ...librarySeries.flatMap(episodesOf)
]
  .flatMap((item) =>
    item.viewCount > 0 && item.lastViewedAt !== null ? [{ ...item, viewedAt: item.lastViewedAt }] : []
  )
  .sort((a, b) => b.viewedAt - a.viewedAt)

/** The series that Sonarr monitors when the demo starts: those in Plex. */
export const isInSonarr = (show: Series): boolean => show.state !== "absent"
