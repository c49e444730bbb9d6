import { assert, describe, it } from "@effect/vitest"

import { filmGenreIds, seriesGenreIds } from "../../src/demo/data/genreIds.ts"
import { partlyWatched, recentlyAdded, rippedFromDisc, startedFilms } from "../../src/demo/data/household.ts"
import * as Library from "../../src/demo/DemoLibrary.ts"
import { recommendedFilms } from "../../src/demo/Nearness.ts"

const { films, libraryFilms, librarySeries, series } = Library
const unique = (values: ReadonlyArray<unknown>) => new Set(values).size === values.length
const film = (tmdbId: number) => {
  const found = films.find((entry) => entry.tmdbId === tmdbId)
  assert.isDefined(found)
  return found
}
const titles = (all: ReadonlyArray<{ readonly title: string }>) => all.map((entry) => entry.title)

describe("the demo library", () => {
  it("is large enough, and owns part of what it knows", () => {
    assert.isAtLeast(films.length, 150)
    assert.isAtLeast(series.length, 40)
    assert.isAtLeast(libraryFilms.length, 110)
    assert.isBelow(libraryFilms.length, films.length)
    assert.isAtLeast(librarySeries.length, 30)
    assert.isBelow(librarySeries.length, series.length)
  })

  it("gives every title its own ids, and every item of Plex its own rating key", () => {
    for (const field of ["tmdbId", "imdbId"] as const) {
      assert.isTrue(unique(films.map((entry) => entry[field])), `films' ${field}`)
      assert.isTrue(unique(series.map((entry) => entry[field])), `series' ${field}`)
    }
    assert.isTrue(unique(series.map((entry) => entry.tvdbId)))
    assert.isTrue(unique(Library.people.map((person) => person.tmdbId)))
    const keys = [
      ...libraryFilms.map((item) => item.ratingKey),
      ...librarySeries.flatMap((show) => [
        show.ratingKey,
        ...show.seasons.map((season) => season.ratingKey),
        ...Library.episodesOf(show).map((item) => item.ratingKey)
      ])
    ]
    assert.isTrue(unique(keys))
  })

  it("holds only lines that could be read whole", () => {
    for (const entry of films) {
      assert.match(entry.imdbId, /^tt\d{7,8}$/, entry.title)
      assert.match(entry.releasedOn, /^\d{4}-\d\d-\d\d$/, entry.title)
      // Nobody votes on what is still to come.
      assert.strictEqual(entry.voteAverage > 0 && entry.voteCount > 0, entry.releasedOn <= Library.today, entry.title)
      assert.isBelow(entry.voteAverage, 10, entry.title)
      assert.isTrue([entry.tmdbId, entry.runtimeMinutes, entry.voteCount].every(Number.isInteger), entry.title)
      assert.isTrue(Number.isFinite(entry.popularity) && entry.directors.length > 0, entry.title)
      assert.isTrue(entry.genres.every((name) => name in filmGenreIds) && entry.overview.endsWith("."), entry.title)
    }
    for (const entry of series) {
      assert.match(entry.imdbId, /^tt\d{7,8}$/, entry.title)
      assert.isTrue([entry.tmdbId, entry.tvdbId, entry.runtimeMinutes].every(Number.isInteger), entry.title)
      assert.isTrue(entry.genres.every((name) => name in seriesGenreIds) && entry.overview.endsWith("."), entry.title)
      assert.isTrue(
        entry.seasons.every((season) => season.episodes.length > 0),
        entry.title
      )
      assert.match(entry.firstAiredOn, /^\d{4}-\d\d-\d\d$/, entry.title)
    }
  })

  it("says of the household only what concerns titles in it", () => {
    const owned = (id: string) => Library.isOwned(film(Number(id)))
    assert.isTrue([...Object.keys(recentlyAdded), ...rippedFromDisc.map(String)].every(owned))
    assert.deepStrictEqual(
      Object.keys(startedFilms).toSorted(),
      films.flatMap((entry) => (entry.state === "started" ? [String(entry.tmdbId)] : [])).toSorted()
    )
    const partly = new Set(series.flatMap((show) => (show.state === "partly" ? [String(show.tmdbId)] : [])))
    assert.deepStrictEqual(new Set(Object.keys(partlyWatched)), partly)
    for (const { tmdbId } of Library.filmDownloads) assert.isTrue(Library.isInRadarr(film(tmdbId)))
  })

  it("never dates a view or an addition after its own today, or before the release", () => {
    const now = Date.parse(Library.nowIso) / 1000
    for (const item of libraryFilms) {
      assert.isBelow(item.addedAt, now)
      assert.isAbove(item.addedAt, Date.parse(item.film.releasedOn) / 1000, item.film.title)
      if (item.lastViewedAt !== null) assert.isTrue(item.lastViewedAt > item.addedAt, item.film.title)
    }
    for (const { viewedAt } of Library.history) assert.isBelow(viewedAt, now + 86_400)
  })
})

describe("the baseline questions have true answers", () => {
  it("recent, unwatched and on deck", () => {
    const newest = libraryFilms.toSorted((a, b) => b.addedAt - a.addedAt)
    assert.deepStrictEqual(
      newest.slice(0, 3).map((item) => item.film.title),
      ["Flow", "Godzilla Minus One", "Tenet"]
    )
    assert.isAbove(libraryFilms.filter((item) => item.viewCount === 0).length, 50)
    const deck = Library.onDeck
    assert.isTrue(deck.some((item) => "film" in item) && deck.some((item) => "episode" in item))
    assert.isTrue(deck.some((item) => item.viewOffsetMillis > 0) && deck.some((item) => item.viewOffsetMillis === 0))
  })

  it("what is downloading, in several conditions and from both services", () => {
    assert.isAtLeast(new Set(Library.filmDownloads.map((item) => item.status)).size, 5)
    assert.isAtLeast(new Set(Library.episodeDownloads.map((item) => item.status)).size, 4)
  })

  it("horror of 2020 to 2023 on both sides of 7.0", () => {
    const horror = films.filter((entry) => entry.genres.includes("Horror") && entry.year >= 2020 && entry.year <= 2023)
    const good = horror.filter((entry) => entry.voteAverage > 7)
    assert.isAtLeast(good.length, 8)
    assert.isAtLeast(horror.length - good.length, 8)
    assert.isTrue(good.some(Library.isOwned) && good.some((entry) => !Library.isOwned(entry)))
    assert.isFalse(
      horror.some((entry) => entry.voteAverage === 7),
      "a film exactly at the line would be ambiguous"
    )
  })

  it("unwatched and watched action films", () => {
    const action = libraryFilms.filter((item) => item.film.genres.includes("Action"))
    const unwatched = action.filter((item) => item.viewCount === 0)
    assert.isAtLeast(unwatched.length, 20)
    assert.isAtLeast(action.length - unwatched.length, 20)
  })

  it("modern films near The Matrix, some owned, some not", () => {
    const modern = recommendedFilms(film(603)).filter((entry) => entry.year >= 2010)
    const names = titles(modern)
    for (const expected of ["Inception", "Edge of Tomorrow", "Ex Machina", "Upgrade", "Source Code"]) {
      assert.include(names, expected)
    }
    assert.isTrue(modern.some(Library.isOwned) && modern.some((entry) => !Library.isOwned(entry)))
  })

  it("popular films of 2023 that are not owned", () => {
    const of2023 = films.filter((entry) => entry.year === 2023)
    assert.isAtLeast(of2023.filter(Library.isOwned).length, 6)
    assert.deepStrictEqual(titles(of2023.filter((entry) => !Library.isOwned(entry))).slice(0, 3), [
      "Barbie",
      "Fast X",
      "The Super Mario Bros. Movie"
    ])
  })

  it("all twelve features of Christopher Nolan up to 2023: watched, unwatched, missing", () => {
    const nolan = films.filter((entry) => entry.directors.includes("Christopher Nolan"))
    assert.strictEqual(nolan.length, 12)
    assert.deepStrictEqual(
      titles(nolan.filter((entry) => Library.isOwned(entry) && !Library.isWatched(entry))).toSorted(),
      ["Dunkirk", "Tenet", "The Dark Knight Rises", "The Prestige"]
    )
    assert.deepStrictEqual(titles(nolan.filter((entry) => !Library.isOwned(entry))).toSorted(), [
      "Following",
      "Insomnia"
    ])
  })

  it("The Matrix (1999) is in Plex and not in Radarr", () => {
    assert.isTrue(Library.isOwned(film(603)))
    assert.isFalse(Library.isInRadarr(film(603)))
  })
})
