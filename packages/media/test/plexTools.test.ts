/** What the tools of Plex beyond search and deck answer, by meaning, against the demo household. */
import {
  episodesOf,
  films,
  history,
  isOwned,
  isWatched,
  libraryFilms,
  librarySeries,
  onDeck
} from "@callsheet/testkit/demo/DemoLibrary"
import { DemoServices } from "@callsheet/testkit/demo/DemoServices"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"

import { NowPlaying, WatchHistory } from "../src/ActivityTools.ts"
import { LibraryItem, SimilarInLibrary } from "../src/ItemTools.ts"
import { LibrarySearch } from "../src/LibraryTools.ts"
import { LibraryOverview } from "../src/OverviewTools.ts"
import { RateTitle } from "../src/RateTools.ts"
import { LibraryCollections, Playlists } from "../src/ShelfTools.ts"
import { ask, askAll, DemoLayer, refusal } from "./askTool.ts"
import { callTool } from "./callTool.ts"
import * as Household from "./fakeHousehold.ts"
import * as FakeHttp from "./fakeHttp.ts"

const filmNamed = (name: string) => libraryFilms.find(({ film }) => film.title === name) ?? assert.fail(name)
const showNamed = (name: string) => librarySeries.find(({ series }) => series.title === name) ?? assert.fail(name)
const isSeen = (show: (typeof librarySeries)[number]) => episodesOf(show).every(({ viewCount }) => viewCount > 0)
const titles = (list: ReadonlyArray<{ readonly title: string }>) => list.map(({ title }) => title)

layer(DemoLayer)("library_search", (it) => {
  it.effect("finds films by their picture", () =>
    Effect.gen(function* () {
      for (const resolution of ["4k", "1080", "720"] as const) {
        const found = yield* ask(LibrarySearch, { resolution, limit: 100 })
        assert.strictEqual(found.total, libraryFilms.filter(({ file }) => file.resolution === resolution).length)
      }
      const plain = yield* ask(LibrarySearch, { resolution: "4k", hdr: false, watched: false, limit: 100 })
      const wanted = libraryFilms.filter(({ file, film }) => file.resolution === "4k" && !file.hdr && !isWatched(film))
      assert.isNotEmpty(wanted)
      assert.deepStrictEqual(
        plain.items.map(({ ratingKey }) => ratingKey).toSorted(),
        wanted.map(({ ratingKey }) => String(ratingKey)).toSorted()
      )
      assert.include(yield* refusal(LibrarySearch, { kind: "series", hdr: true }), "leave them out for series")
    })
  )
})

layer(DemoLayer)("library_item", (it) => {
  it.effect("tells a film with its file, by key and by title", () =>
    Effect.gen(function* () {
      const { addedAt, file, film, ratingKey, viewCount } = filmNamed("Inception")
      const item = yield* ask(LibraryItem, { ratingKey: String(ratingKey) })
      assert.deepInclude(item, {
        title: "Inception",
        year: 2010,
        kind: "movie",
        tmdbId: film.tmdbId,
        genres: film.genres,
        overview: film.overview,
        runtimeMinutes: film.runtimeMinutes,
        directors: film.directors,
        cast: film.cast.slice(0, 10),
        library: "Movies",
        certificate: film.certificate,
        watched: isWatched(film),
        plays: viewCount,
        addedOn: new Date(addedAt * 1000).toISOString().slice(0, 10),
        ownRating: null,
        episodes: null
      })
      assert.strictEqual(item.files.length, 1)
      assert.deepInclude(item.files[0], {
        resolution: { "4k": "4K", "1080": "1080p", "720": "720p" }[file.resolution],
        hdr: file.hdr ? "HDR10" : null,
        sizeBytes: file.sizeBytes,
        bitrateKbps: file.bitrateKbps,
        audio: ["English (EAC3 5.1)"],
        container: "mkv"
      })
      assert.isUndefined(item.extras)
      assert.deepStrictEqual(yield* ask(LibraryItem, { title: "inception " }), item)
    })
  )

  it.effect("tells series and episodes, and extras where they are asked for", () =>
    Effect.gen(function* () {
      const show = showNamed("Severance")
      const series = yield* ask(LibraryItem, { title: "Severance", extras: true })
      assert.deepInclude(series, {
        kind: "series",
        episodes: episodesOf(show).length,
        watchedEpisodes: episodesOf(show).filter(({ viewCount }) => viewCount > 0).length,
        watched: false,
        files: []
      })
      assert.isDefined(series.extras)
      const deck = onDeck.find((item) => "episode" in item)
      const episode = yield* ask(LibraryItem, { ratingKey: String(deck?.ratingKey) })
      assert.deepInclude(episode, { kind: "episode", series: "Severance", season: 2, episode: 7, progressPercent: 40 })
      assert.strictEqual(episode.files.length, 1)
      const seasonKey = String(show.seasons[0]?.ratingKey)
      const season = yield* ask(LibraryItem, { ratingKey: seasonKey })
      assert.deepInclude(season, { kind: "season", series: "Severance", season: 1, watched: true })
      const trailers = yield* Effect.forEach(libraryFilms.slice(0, 5), ({ ratingKey }) =>
        Effect.map(ask(LibraryItem, { ratingKey: String(ratingKey), extras: true }), ({ extras = [] }) => extras)
      )
      assert.isTrue(trailers.flat().some(({ kind, minutes }) => kind === "trailer" && (minutes ?? 0) > 1))
    })
  )

  it.effect("says which titles are named so where there are several, and that there is none", () =>
    Effect.gen(function* () {
      const several = yield* refusal(LibraryItem, { title: "the matrix r" })
      for (const name of ["The Matrix Reloaded", "The Matrix Revolutions"]) {
        assert.include(several, `${name} (2003, film, ratingKey ${filmNamed(name).ratingKey})`)
      }
      assert.strictEqual((yield* ask(LibraryItem, { title: "The Matrix" })).title, "The Matrix")
      assert.strictEqual((yield* ask(LibraryItem, { title: "The Matrix (1999)" })).title, "The Matrix")
      assert.include(yield* refusal(LibraryItem, { title: "The Matrix (1950)" }), "no film or series named")
      assert.include(yield* refusal(LibraryItem, { ratingKey: "77", extras: true }), "no item with the key 77")
      assert.include(yield* refusal(LibraryItem, {}), "pass its ratingKey or its title")
    })
  )
})

layer(DemoLayer)("similar_in_library", (it) => {
  it.effect("gives what is owned and like it, page by page", () =>
    Effect.gen(function* () {
      const { ratingKey } = filmNamed("The Matrix")
      const { basedOn } = yield* ask(SimilarInLibrary, { title: "The Matrix" })
      assert.deepStrictEqual(basedOn, { ratingKey: String(ratingKey), title: "The Matrix", year: 1999 })
      const all = yield* askAll(SimilarInLibrary, { ratingKey: String(ratingKey), limit: 7 })
      assert.isAbove(all.length, 7)
      assert.strictEqual(new Set(all.map((item) => item.ratingKey)).size, all.length)
      assert.includeMembers(titles(libraryFilms.map(({ film }) => film)), titles(all))
      assert.include(titles(all.slice(0, 3)), "The Matrix Reloaded")
      const unseen = yield* askAll(SimilarInLibrary, { title: "The Matrix", watched: false, detail: "full" })
      assert.deepStrictEqual(titles(unseen), titles(all.filter(({ watched }) => watched === false)))
      assert.isTrue(unseen.every(({ overview }) => (overview ?? "").length > 0))
      const series = yield* ask(SimilarInLibrary, { title: "Severance" })
      assert.isTrue(series.items.length > 0 && series.items.every(({ kind }) => kind === "series"))
      assert.include(yield* refusal(SimilarInLibrary, { ratingKey: "77" }), "no item with the key 77")
    })
  )
})

layer(DemoLayer)("library_overview", (it) => {
  it.effect("counts every library", () =>
    Effect.gen(function* () {
      const watched = libraryFilms.filter(({ film }) => isWatched(film)).length
      const seen = librarySeries.filter(isSeen).length
      const overview = yield* ask(LibraryOverview)
      assert.deepStrictEqual(overview.libraries, [
        {
          library: "Movies",
          kind: "movie",
          titles: libraryFilms.length,
          watched,
          unwatched: libraryFilms.length - watched,
          episodes: null,
          watchedEpisodes: null
        },
        {
          library: "TV Shows",
          kind: "series",
          titles: librarySeries.length,
          watched: seen,
          unwatched: librarySeries.length - seen,
          episodes: librarySeries.flatMap(episodesOf).length,
          watchedEpisodes: librarySeries.flatMap(episodesOf).filter(({ viewCount }) => viewCount > 0).length
        }
      ])
      assert.deepInclude(overview, {
        titles: libraryFilms.length + librarySeries.length,
        watched: watched + seen
      })
    })
  )

  it.effect("counts by all genres of a title, and by decade", () =>
    Effect.gen(function* () {
      const counts = new Map<string, number>()
      for (const name of libraryFilms.flatMap(({ film }) => film.genres)) counts.set(name, (counts.get(name) ?? 0) + 1)
      const byGenre = yield* ask(LibraryOverview, { kind: "movie", by: "genre" })
      const groups = byGenre.libraries[0]?.groups ?? []
      assert.deepStrictEqual(new Map(groups.map(({ name, titles }) => [name, titles])), counts)
      assert.deepStrictEqual(
        groups.map(({ titles }) => titles),
        [...counts.values()].toSorted((a, b) => b - a)
      )
      const byDecade = yield* ask(LibraryOverview, { by: "decade" })
      assert.strictEqual(
        byDecade.libraries[0]?.groups?.find(({ name }) => name === "1990s")?.titles,
        libraryFilms.filter(({ film }) => film.year >= 1990 && film.year < 2000).length
      )
      assert.strictEqual(byDecade.libraries[1]?.groups?.[0]?.name, "2020s")
    })
  )
})

layer(DemoLayer)("library_collections", (it) => {
  it.effect("gives the collections, and the titles of one by name or key", () =>
    Effect.gen(function* () {
      const all = yield* askAll(LibraryCollections, { limit: 4 })
      const matrix = all.find((item) => "name" in item && item.name === "The Matrix Collection")
      if (matrix === undefined || !("name" in matrix)) return assert.fail("no collection of The Matrix")
      const wanted = libraryFilms.filter(({ film }) => [603, 604, 605, 624860].includes(film.tmdbId))
      assert.strictEqual(matrix.titles, wanted.length)
      for (const collection of ["the matrix collection", "matrix", matrix.key]) {
        const one = yield* ask(LibraryCollections, { collection })
        assert.deepStrictEqual(one.collection, { name: matrix.name, key: matrix.key, titles: wanted.length })
        assert.deepStrictEqual(
          one.items.map((item) => ("ratingKey" in item ? item.ratingKey : "")).toSorted(),
          wanted.map(({ ratingKey }) => String(ratingKey)).toSorted()
        )
      }
      assert.strictEqual((yield* askAll(LibraryCollections, { collection: "matrix", limit: 1 })).length, wanted.length)
      assert.include(
        yield* refusal(LibraryCollections, { collection: "Nothing" }),
        "Alien Collection, Blade Runner Collection, "
      )
    })
  )
})

layer(DemoLayer)("playlists", (it) => {
  it.effect("gives the playlists, and what is in one", () =>
    Effect.gen(function* () {
      const all = yield* ask(Playlists)
      assert.deepStrictEqual(
        all.items.map((item) => ("name" in item ? [item.name, item.isSmart] : [])),
        [
          ["Friday Fright", false],
          ["Under Two Hours", true],
          ["Pilots to Try", false]
        ]
      )
      const short = libraryFilms.filter(({ film }) => film.runtimeMinutes < 120 && !isWatched(film))
      const films = yield* askAll(Playlists, { playlist: "under two hours", limit: 20, detail: "full" })
      assert.strictEqual(films.length, short.length)
      for (const film of films) {
        if ("name" in film) return assert.fail("a playlist in a playlist")
        assert.deepInclude(film, { kind: "movie", watched: false, series: null })
        assert.isAbove(film.overview?.length ?? 0, 0)
      }
      const [pilot] = (yield* ask(Playlists, { playlist: "pilots" })).items
      if (pilot === undefined || "name" in pilot) return assert.fail("no pilots")
      assert.deepInclude(pilot, { kind: "episode", season: 1, episode: 1, watched: false })
      assert.isNotNull(pilot.series)
      assert.include(yield* refusal(Playlists, { playlist: "900004" }), 'no playlist \\"900004\\"')
    })
  )
})

layer(DemoLayer)("now_playing", (it) => {
  it.effect("tells who plays what where, and how", () =>
    Effect.gen(function* () {
      const { items, total } = yield* ask(NowPlaying)
      assert.strictEqual(total, 2)
      assert.deepInclude(items[0], {
        kind: "movie",
        user: "Household",
        device: "Living room",
        state: "paused",
        transcoding: false
      })
      assert.deepInclude(items[1], {
        kind: "episode",
        series: "Severance",
        season: 2,
        episode: 7,
        user: "Guest",
        state: "playing",
        progressPercent: 40,
        minutesLeft: 30,
        transcoding: true
      })
      assert.isUndefined(items[1]?.video)
      const all = yield* askAll(NowPlaying, { detail: "full", limit: 1 })
      assert.deepInclude(all[0], { video: "direct", location: "home", player: "Plex for LG" })
      assert.deepInclude(all[1], { video: "transcode", audio: "transcode", location: "away", bandwidthKbps: 4000 })
    })
  )
})

layer(DemoLayer)("watch_history", (it) => {
  const dayOf = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10)

  it.effect("tells what was watched between two days, both included", () =>
    Effect.gen(function* () {
      const [from, to] = ["2025-02-10", "2025-03-02"]
      const wanted = history.filter(({ viewedAt }) => dayOf(viewedAt) >= from && dayOf(viewedAt) <= to)
      assert.isTrue(wanted.some(({ viewedAt }) => dayOf(viewedAt) === to))
      const plays = yield* askAll(WatchHistory, { from, to, limit: 7 })
      assert.deepStrictEqual(
        plays.map(({ ratingKey, watchedOn }) => [ratingKey, watchedOn]),
        wanted.map(({ ratingKey, viewedAt }) => [String(ratingKey), dayOf(viewedAt)])
      )
      assert.strictEqual((yield* ask(WatchHistory, { limit: 1 })).total, history.length)
      const [last] = (yield* ask(WatchHistory, { limit: 1, detail: "full" })).items
      assert.strictEqual(last?.watchedOn, new Date((history[0]?.viewedAt ?? 0) * 1000).toISOString())
      for (const day of ["March", "2025-13-01", "2025-3-1"]) {
        assert.include(yield* refusal(WatchHistory, { from: day }), "from is no day that there is")
      }
    })
  )

  it.effect("tells the plays of one film and of all of a series", () =>
    Effect.gen(function* () {
      const film = yield* ask(WatchHistory, { title: "Inception" })
      assert.deepStrictEqual([film.of, ...titles(film.items)], ["Inception (2010)", "Inception"])
      assert.strictEqual((yield* ask(WatchHistory, { title: "incep" })).of, "Inception (2010)")
      const show = showNamed("Severance")
      const plays = yield* askAll(WatchHistory, { ratingKey: String(show.ratingKey) })
      assert.strictEqual(plays.length, episodesOf(show).filter(({ viewCount }) => viewCount > 0).length)
      assert.isTrue(plays.every(({ kind, series }) => kind === "episode" && series === "Severance"))
      const ofOne = (ratingKey: number | undefined) => ask(WatchHistory, { ratingKey: String(ratingKey) })
      assert.strictEqual((yield* ofOne(show.seasons[1]?.ratingKey)).of, "Severance, Season 2")
      assert.strictEqual((yield* ofOne(show.seasons[1]?.episodes[0]?.ratingKey)).of, "Severance, Episode 1")
      const unseen = libraryFilms.find(({ film }) => !isWatched(film))
      assert.deepStrictEqual(yield* ask(WatchHistory, { ratingKey: String(unseen?.ratingKey) }), {
        of: `${unseen?.film.title} (${unseen?.film.year})`,
        total: 0,
        items: [],
        nextCursor: null
      })
      assert.include(yield* refusal(WatchHistory, { ratingKey: "77" }), "no item with the key 77")
    })
  )
})

layer(DemoLayer)("rate_title", (it) => {
  it.effect("rates what is owned, and says what was there before", () =>
    Effect.gen(function* () {
      const { ratingKey } = filmNamed("Inception")
      const rated = yield* ask(RateTitle, { title: "Inception", rating: 9 })
      assert.deepStrictEqual(rated, {
        title: "Inception",
        year: 2010,
        ratingKey: String(ratingKey),
        rating: 9,
        before: null
      })
      const { requests } = yield* DemoServices
      assert.deepInclude((yield* requests).at(-1), { method: "PUT", path: "/:/rate", status: 200 })
    })
  )

  it.effect("changes nothing where it refuses", () =>
    Effect.gen(function* () {
      const { requests } = yield* DemoServices
      assert.include(yield* refusal(RateTitle, { title: "Inception", rating: 11 }), "from 0 to 10")
      assert.include(yield* refusal(RateTitle, { ratingKey: "77", rating: 5 }), "no item with the key 77")
      assert.include(yield* refusal(RateTitle, { title: "The Matrix R", rating: 5 }), "pass its ratingKey")
      const { ratingKey } = filmNamed("Ghost in the Shell")
      const near = `Ghost in the Shell (1995, film, ratingKey ${ratingKey})`
      for (const title of ["Host", "host (2006)", "Ghost in the Shell (2017)"]) {
        assert.include(yield* refusal(RateTitle, { title, rating: 2 }), `named \\"${title}\\"`)
      }
      assert.include(yield* refusal(RateTitle, { title: "Host", rating: 2 }), near)
      const absent = films.find((film) => !isOwned(film))
      assert.include(yield* refusal(RateTitle, { title: absent?.title, rating: 5 }), "no film or series named")
      assert.strictEqual((yield* requests).filter(({ method }) => method === "PUT").length, 1)
    })
  )
})

/** A Plex with one library of films, of which its filter finds what holds the words looked for, accents and all. */
const plexOf = (films: ReadonlyArray<{ readonly title: string; readonly year?: number }>) =>
  FakeHttp.make(({ method, url }) => {
    const all = films.map((film, index) => ({ ratingKey: String(index + 1), type: "movie", ...film }))
    if (method === "PUT") return FakeHttp.json({})
    if (url.pathname === "/library/sections/all") {
      return FakeHttp.json({ MediaContainer: { Directory: [{ key: "1", type: "movie" }] } })
    }
    const [, key] = /metadata\/(\d+)/.exec(url.pathname) ?? []
    const title = url.searchParams.get("title")?.toLowerCase() ?? ""
    const year = url.searchParams.get("year")
    const found = all.filter((film) =>
      key === undefined
        ? film.title.toLowerCase().includes(title) && (year === null || String(film.year) === year)
        : film.ratingKey === key
    )
    const start = Number(url.searchParams.get("X-Plex-Container-Start"))
    const size = Number(url.searchParams.get("X-Plex-Container-Size") ?? found.length)
    return FakeHttp.json({ MediaContainer: { totalSize: found.length, Metadata: found.slice(start, start + size) } })
  })

describe("a title by its name", () => {
  const rated = (title: string) => Effect.map(ask(RateTitle, { title, rating: 5 }), ({ ratingKey }) => ratingKey)

  it.effect("is found among however many whose names hold it", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* ask(LibraryItem, { title: "It" })).title, "It")
      assert.strictEqual(yield* rated("it"), "400")
    }).pipe(
      Effect.provide(
        Household.layer(
          plexOf([...Array.from({ length: 399 }, (_, index) => ({ title: `Capital ${index}` })), { title: "It" }]),
          ["plex"]
        )
      )
    )
  )

  it.effect("is rated but for case, accents and its article, and nothing is that is named otherwise", () =>
    Effect.gen(function* () {
      for (const [title, key] of [
        ["AMELIE", "1"],
        ["matrix", "2"],
        ["Matrix (1999)", "2"],
        ["Batman", "3"],
        ["The Batman", "4"],
        ["Galactica (2003)", "6"],
        ["!!!", "8"]
      ] as const) {
        assert.strictEqual(yield* rated(title), key, title)
      }
      for (const [title, sentence] of [
        ["Galactica", "Galactica (1978) (1978, film, ratingKey 5), Galactica (2003) (2003, film, ratingKey 6)"],
        ["Matri", "The Matrix (1999, film, ratingKey 2)"],
        ["The Matrix (2003)", "pass its ratingKey: The Matrix (1999, film, ratingKey 2)"],
        ["???", "no film or series named"]
      ] as const) {
        assert.include(yield* refusal(RateTitle, { title, rating: 5 }), sentence)
      }
      // What is only read may be named by a part.
      assert.strictEqual((yield* ask(LibraryItem, { title: "Reload" })).title, "The Matrix Reloaded")
      assert.strictEqual((yield* ask(LibraryItem, { title: "matrix" })).title, "The Matrix")
    }).pipe(
      Effect.provide(
        Household.layer(
          plexOf([
            { title: "Amélie", year: 2001 },
            { title: "The Matrix", year: 1999 },
            { title: "Batman", year: 1989 },
            { title: "The Batman", year: 2022 },
            { title: "Galactica (1978)", year: 1978 },
            { title: "Galactica (2003)", year: 2003 },
            { title: "The Matrix Reloaded", year: 2004 },
            { title: "!!!", year: 2020 }
          ]),
          ["plex"]
        )
      )
    )
  )
})

describe("tools of Plex", () => {
  const calls = [
    ["library_item", { ratingKey: "7" }],
    ["similar_in_library", { title: "Tenet" }],
    ["library_overview", {}],
    ["library_collections", {}],
    ["playlists", {}],
    ["now_playing", {}],
    ["watch_history", {}],
    ["rate_title", { ratingKey: "7", rating: 8 }]
  ] as const

  it.effect("fail with the reason where Plex does", () =>
    Effect.gen(function* () {
      for (const [name, parameters] of calls) {
        const result = yield* callTool(name, parameters)
        assert.isTrue(result.isFailure, name)
        assert.include(result.text, "refused the key: check PLEX_TOKEN.", name)
      }
    }).pipe(
      Effect.provide(
        Household.layer(
          FakeHttp.make(() => FakeHttp.json({}, 401)),
          ["plex"]
        )
      )
    )
  )

  const container = (fields: object) => FakeHttp.json({ MediaContainer: fields })
  const answers: Readonly<Record<string, object>> = {
    "/library/sections/all": {
      Directory: [
        { key: "1", type: "movie" },
        { key: "9", type: "artist", title: "Music" }
      ]
    },
    "/library/sections/1/all": { size: 1, Metadata: [{ ratingKey: "7", type: "movie", title: "Tenet" }] },
    "/library/metadata/7": {
      size: 1,
      Metadata: [{ ratingKey: "7", type: "movie", title: "Tenet", Media: [{ id: 1 }] }]
    },
    "/library/sections/1/collections": { Metadata: [{ ratingKey: "5", title: "Nolan", childCount: "12" }] },
    "/status/sessions": { Metadata: [{ type: "track", title: "Time", grandparentTitle: "Hans Zimmer" }] },
    "/status/sessions/history/all": { size: 1, totalSize: 1, Metadata: [{ type: "movie", viewedAt: 1_700_000_000 }] }
  }

  it.effect("understand what true servers leave out, or write as text", () =>
    Effect.gen(function* () {
      const item = yield* ask(LibraryItem, { title: "tenet", extras: true })
      assert.deepInclude(item, { title: "Tenet", year: null, plays: 0, cast: [], series: null, extras: [] })
      assert.deepInclude(item.files[0], { resolution: null, hdr: null, audio: [], sizeBytes: null, path: null })
      const overview = yield* ask(LibraryOverview)
      assert.deepInclude(overview.libraries[0], { library: "Films", titles: 1, watched: 0 })
      assert.strictEqual(overview.libraries.length, 1)
      assert.deepStrictEqual((yield* ask(LibraryCollections)).items, [
        { name: "Nolan", key: "5", titles: 12, kind: "movie" }
      ])
      assert.deepInclude((yield* ask(NowPlaying)).items[0], {
        title: "Time",
        kind: "other",
        user: null,
        minutesLeft: null
      })
      assert.deepStrictEqual((yield* ask(WatchHistory)).items, [
        {
          title: "(untitled)",
          kind: "movie",
          series: null,
          season: null,
          episode: null,
          ratingKey: null,
          watchedOn: "2023-11-14"
        }
      ])
    }).pipe(
      Effect.provide(
        Household.layer(
          FakeHttp.make(({ url }) => container(answers[url.pathname] ?? {})),
          ["plex"]
        )
      )
    )
  )

  it.effect("rate once only, and say so where nobody knows whether it was done", () =>
    Effect.gen(function* () {
      for (const [answer, sentence] of [
        ["refused" as const, "may or may not have done it"],
        [FakeHttp.json({}, 503), "failed inside (status 503)"]
      ] as const) {
        const http = FakeHttp.make(({ method, url }) =>
          method === "PUT" ? answer : container(answers[url.pathname] ?? {})
        )
        const result = yield* Effect.provide(
          callTool("rate_title", { ratingKey: "7", rating: 8 }),
          Household.layer(http, ["plex"])
        )
        assert.isTrue(result.isFailure)
        assert.include(result.text, sentence)
        const puts = http.calls.filter(({ method }) => method === "PUT")
        assert.strictEqual(puts.length, 1)
        assert.strictEqual(puts[0]?.url.search, "?identifier=com.plexapp.plugins.library&key=7&rating=8")
      }
    })
  )
})
