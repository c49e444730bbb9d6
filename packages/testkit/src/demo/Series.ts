/**
 * Series: one series of the demo catalogue with its seasons and episodes, and how a table's line is read.
 *
 * Columns: state | TMDb id | TVDb id | IMDb id | title | ended or continuing | network | minutes | US rating | genres |
 * creators | cast | vote average | votes | popularity | seasons | overview. A season is `episodes@first air date`, with
 * `!` after it where all came out on one day; otherwise episodes are reckoned a week apart, which is near the truth.
 */
import { seriesTable } from "./data/series.ts"
import { rows } from "./Table.ts"

/** What the household has: all watched, partly watched, nothing watched, or not owned. */
export type SeriesState = "watched" | "partly" | "unwatched" | "absent"

export interface Episode {
  readonly season: number
  readonly episode: number
  readonly title: string
  /** `YYYY-MM-DD`. */
  readonly airedOn: string
}

export interface Season {
  readonly season: number
  readonly episodes: ReadonlyArray<Episode>
}

export interface Series {
  readonly state: SeriesState
  readonly tmdbId: number
  readonly tvdbId: number
  readonly imdbId: string
  readonly title: string
  readonly ended: boolean
  readonly network: string
  readonly runtimeMinutes: number
  readonly certificate: string
  /** TMDb's genre names for television, the main one first. */
  readonly genres: ReadonlyArray<string>
  readonly creators: ReadonlyArray<string>
  readonly cast: ReadonlyArray<string>
  /** 0 to 10. */
  readonly voteAverage: number
  readonly voteCount: number
  readonly popularity: number
  readonly overview: string
  /** `YYYY-MM-DD` of the first episode. */
  readonly firstAiredOn: string
  readonly year: number
  readonly seasons: ReadonlyArray<Season>
}

const states: Readonly<Record<string, SeriesState>> = { W: "watched", P: "partly", U: "unwatched" }

/** The date `days` after `date`, both `YYYY-MM-DD`. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10)

const parseSeason = (notation: string, index: number): Season => {
  const [count = "", start = ""] = notation.split("@")
  const allAtOnce = start.endsWith("!")
  return {
    season: index + 1,
    episodes: Array.from({ length: Number(count) }, (_, at) => ({
      season: index + 1,
      episode: at + 1,
      title: `Episode ${at + 1}`,
      airedOn: addDays(start.slice(0, 10), allAtOnce ? 0 : at * 7)
    }))
  }
}

/** All series of the catalogue, the most popular first. */
export const series: ReadonlyArray<Series> = rows(seriesTable)
  .map((row) => {
    const seasons = row.at(15).split(" ").map(parseSeason)
    const firstAiredOn = seasons[0]?.episodes[0]?.airedOn ?? ""
    return {
      state: states[row.at(0)] ?? "absent",
      tmdbId: row.number(1),
      tvdbId: row.number(2),
      imdbId: row.at(3),
      title: row.at(4),
      ended: row.at(5) === "ended",
      network: row.at(6),
      runtimeMinutes: row.number(7),
      certificate: row.at(8),
      genres: row.list(9),
      creators: row.list(10),
      cast: row.list(11),
      voteAverage: row.number(12),
      voteCount: row.number(13),
      popularity: row.number(14),
      overview: row.at(16),
      firstAiredOn,
      year: Number(firstAiredOn.slice(0, 4)),
      seasons
    }
  })
  .sort((a, b) => b.popularity - a.popularity)
