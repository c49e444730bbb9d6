/**
 * PlexShelves: what the household's library is put together into: collections of films, and playlists.
 */
import { collections as filmCollections } from "../data/collections.ts"
import { episodesOf, isWatched, libraryFilms, librarySeries } from "../DemoLibrary.ts"
import { hash } from "../Seeded.ts"
import { itemsByKey, movieItem, type PlexItem } from "./PlexItems.ts"

/** A collection or a playlist. */
export interface Shelf {
  readonly ratingKey: string
  readonly title: string
  readonly items: ReadonlyArray<PlexItem>
}

interface Playlist extends Shelf {
  /** Filled by a search, not by hand. */
  readonly smart: boolean
}

const yearsOf = (items: ReadonlyArray<PlexItem>): ReadonlyArray<number> =>
  items.flatMap((item) => (item.type === "movie" ? [item.of.film.year] : []))

/** Of TMDb's collections those of which at least two films are in the library. */
export const collections: ReadonlyArray<Shelf> = filmCollections
  .map(({ films, id, name }) => ({
    ratingKey: String(500_000 + id),
    title: name,
    items: libraryFilms.filter(({ film }) => films.includes(film.tmdbId)).map(movieItem)
  }))
  .filter(({ items }) => items.length >= 2)
  .toSorted((a, b) => (a.title < b.title ? -1 : 1))

/** In Plex's shape. */
export const renderCollection = ({ items, ratingKey, title }: Shelf) => ({
  ratingKey,
  key: `/library/collections/${ratingKey}/items`,
  guid: `collection://${hash("collection", ratingKey).toString(16)}`,
  type: "collection",
  title,
  subtype: "movie",
  summary: "",
  index: 1,
  childCount: items.length,
  minYear: Math.min(...yearsOf(items)),
  maxYear: Math.max(...yearsOf(items)),
  addedAt: 1622505600,
  updatedAt: 1741600000
})

const filmsOf = (test: (item: (typeof libraryFilms)[number]) => boolean): ReadonlyArray<PlexItem> =>
  libraryFilms.filter(test).map(movieItem)

/** The first episodes of what nobody has begun. */
const pilots: ReadonlyArray<PlexItem> = librarySeries.flatMap((show) => {
  const episodes = episodesOf(show)
  const [first] = episodes
  const isUnseen = episodes.every(({ viewCount }) => viewCount === 0)
  return first === undefined || !isUnseen ? [] : (itemsByKey.get(first.ratingKey) ?? [])
})

export const playlists: ReadonlyArray<Playlist> = [
  {
    ratingKey: "900001",
    title: "Friday Fright",
    smart: false,
    items: filmsOf(({ film }) => film.genres[0] === "Horror").slice(0, 8)
  },
  {
    ratingKey: "900002",
    title: "Under Two Hours",
    smart: true,
    items: filmsOf(({ film }) => film.runtimeMinutes < 120 && !isWatched(film))
  },
  { ratingKey: "900003", title: "Pilots to Try", smart: false, items: pilots }
]

const minutesOf = (item: PlexItem): number =>
  item.type === "movie" ? item.of.film.runtimeMinutes : item.type === "episode" ? item.of.series.runtimeMinutes : 0

/** In Plex's shape. */
export const renderPlaylist = ({ items, ratingKey, smart, title }: Playlist) => ({
  ratingKey,
  key: `/playlists/${ratingKey}/items`,
  guid: `com.plexapp.agents.none://5ca11c0f-fee0-4000-8000-000000${ratingKey}`,
  type: "playlist",
  title,
  summary: "",
  smart,
  playlistType: "video",
  leafCount: items.length,
  duration: items.reduce((sum, item) => sum + minutesOf(item) * 60_000, 0),
  addedAt: 1700000000,
  updatedAt: 1741600000
})
