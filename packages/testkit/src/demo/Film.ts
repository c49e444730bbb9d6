/**
 * Film: one film of the demo catalogue, and how a table's line is read.
 *
 * Columns: state | TMDb id | IMDb id | title | first release | minutes | US certificate | genres | directors | cast |
 * vote average | votes | popularity | overview. Ids, dates and credits are true; votes and popularity are of TMDb's
 * order of size; overviews are our own words.
 */
import { filmsAction } from "./data/filmsAction.ts"
import { filmsDrama } from "./data/filmsDrama.ts"
import { filmsHorror } from "./data/filmsHorror.ts"
import { filmsScienceFiction } from "./data/filmsScienceFiction.ts"
import { rows } from "./Table.ts"

/**
 * What the household has of a film: `watched`, `started` (played in part, never to the end) and `unwatched` are in
 * Plex; `wanted` is only monitored in Radarr; `absent` is neither.
 */
export type FilmState = "watched" | "unwatched" | "started" | "wanted" | "absent"

export interface Film {
  readonly state: FilmState
  readonly tmdbId: number
  readonly imdbId: string
  readonly title: string
  /** `YYYY-MM-DD`, the first release anywhere. */
  readonly releasedOn: string
  readonly year: number
  readonly runtimeMinutes: number
  readonly certificate: string
  /** TMDb's genre names, the main one first. */
  readonly genres: ReadonlyArray<string>
  readonly directors: ReadonlyArray<string>
  /** Top-billed first. */
  readonly cast: ReadonlyArray<string>
  /** 0 to 10. */
  readonly voteAverage: number
  readonly voteCount: number
  readonly popularity: number
  readonly overview: string
}

const states: Readonly<Record<string, FilmState>> = { W: "watched", U: "unwatched", S: "started", Q: "wanted" }

const parse = (table: string): ReadonlyArray<Film> =>
  rows(table).map((row) => ({
    state: states[row.at(0)] ?? "absent",
    tmdbId: row.number(1),
    imdbId: row.at(2),
    title: row.at(3),
    releasedOn: row.at(4),
    year: Number(row.at(4).slice(0, 4)),
    runtimeMinutes: row.number(5),
    certificate: row.at(6),
    genres: row.list(7),
    directors: row.list(8),
    cast: row.list(9),
    voteAverage: row.number(10),
    voteCount: row.number(11),
    popularity: row.number(12),
    overview: row.at(13)
  }))

/** All films of the catalogue, the most popular first. */
export const films: ReadonlyArray<Film> = [filmsScienceFiction, filmsAction, filmsHorror, filmsDrama]
  .flatMap(parse)
  .sort((a, b) => b.popularity - a.popularity)
