import { Cache } from "@callsheet/cache/Cache"
import { settle } from "@callsheet/cache/testing/upstream"
import {
  episodeDownloads,
  filmDownloads,
  films,
  isOwned,
  isWatched,
  libraryFilms,
  librarySeries,
  nowIso,
  onDeck,
  series
} from "@callsheet/testkit/demo/DemoLibrary"
import { DemoServices } from "@callsheet/testkit/demo/DemoServices"
/** What the tools answer, by meaning, against the demo household. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock } from "effect/testing"

import { MediaError } from "../src/MediaError.ts"
import { Plex } from "../src/Plex.ts"
import { Radarr } from "../src/Radarr.ts"
import { Sonarr } from "../src/Sonarr.ts"
import { Tmdb } from "../src/Tmdb.ts"
import { callTool as call } from "./callTool.ts"
import * as DemoHousehold from "./demoHousehold.ts"

/** Virtual time passes while a call waits for others to share its request. */
const callTool = (...args: Parameters<typeof call>) => settle(call(...args))

const TestLayer = Layer.mergeAll(
  DemoHousehold.layer(),
  Layer.mergeAll(Plex.layerConfig, Tmdb.layerConfig, Radarr.layerConfig, Sonarr.layerConfig).pipe(
    Layer.provide([DemoHousehold.environment(), FetchHttpClient.layer])
  )
).pipe(Layer.provideMerge([DemoServices.layer({ delays: "none" }), Cache.layerMemory()]))

/** What every test looks at; fields that a tool does not have are absent. */
const Answer = Schema.Struct({
  total: Schema.Int,
  nextCursor: Schema.NullOr(Schema.String),
  problem: Schema.optionalKey(Schema.String),
  basedOn: Schema.optionalKey(Schema.Struct({ tmdbId: Schema.Int, title: Schema.String, year: Schema.Int })),
  person: Schema.optionalKey(Schema.Struct({ tmdbId: Schema.Int, name: Schema.String })),
  items: Schema.Array(
    Schema.Struct({
      title: Schema.String,
      year: Schema.optionalKey(Schema.NullOr(Schema.Int)),
      tmdbId: Schema.optionalKey(Schema.NullOr(Schema.Int)),
      kind: Schema.String,
      rating: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
      genres: Schema.optionalKey(Schema.Array(Schema.String)),
      inLibrary: Schema.optionalKey(Schema.NullOr(Schema.Boolean)),
      watched: Schema.optionalKey(Schema.NullOr(Schema.Boolean)),
      overview: Schema.optionalKey(Schema.String),
      role: Schema.optionalKey(Schema.String),
      addedOn: Schema.optionalKey(Schema.String),
      runtimeMinutes: Schema.optionalKey(Schema.NullOr(Schema.Int)),
      ratingKey: Schema.optionalKey(Schema.String),
      series: Schema.optionalKey(Schema.NullOr(Schema.String)),
      season: Schema.optionalKey(Schema.NullOr(Schema.Int)),
      episode: Schema.optionalKey(Schema.NullOr(Schema.Int)),
      status: Schema.optionalKey(Schema.String),
      progressPercent: Schema.optionalKey(Schema.Int),
      sizeLeftBytes: Schema.optionalKey(Schema.Int),
      minutesLeft: Schema.optionalKey(Schema.NullOr(Schema.Int)),
      quality: Schema.optionalKey(Schema.NullOr(Schema.String)),
      service: Schema.optionalKey(Schema.String),
      queueId: Schema.optionalKey(Schema.Int),
      problem: Schema.optionalKey(Schema.NullOr(Schema.String))
    })
  )
})

const ask = Effect.fnUntraced(function* (name: string, parameters: Readonly<Record<string, unknown>> = {}) {
  const result = yield* callTool(name, parameters)
  assert.isFalse(result.isFailure, result.text)
  return yield* Schema.decodeUnknownEffect(Answer)(result.value, { onExcessProperty: "error" })
})

const titles = (list: ReadonlyArray<{ readonly title: string }>) => list.map(({ title }) => title)
const sorted = (list: ReadonlyArray<{ readonly title: string }>) => titles(list).toSorted()

layer(TestLayer)("library_search", (it) => {
  it.effect("gives what was added last", () =>
    Effect.gen(function* () {
      const found = yield* ask("library_search", { sort: "added", limit: 5 })
      const newest = libraryFilms.toSorted((a, b) => b.addedAt - a.addedAt)
      assert.deepStrictEqual(titles(found.items), titles(newest.slice(0, 5).map(({ film }) => film)))
      assert.strictEqual(found.total, libraryFilms.length)
      assert.strictEqual(found.items[0]?.addedOn, "2025-03-09")
      assert.isTrue(found.items.every(({ inLibrary }) => inLibrary === true))
    })
  )

  it.effect("gives the unwatched films page by page, each once", () =>
    Effect.gen(function* () {
      const unwatched = films.filter((film) => isOwned(film) && !isWatched(film))
      const first = yield* ask("library_search", { watched: false, limit: 30 })
      assert.strictEqual(first.total, unwatched.length)
      const items = [...first.items]
      for (let cursor = first.nextCursor; cursor !== null;) {
        const page = yield* ask("library_search", { watched: false, limit: 30, cursor })
        items.push(...page.items)
        cursor = page.nextCursor
      }
      assert.deepStrictEqual(sorted(items), sorted(unwatched))
      assert.isTrue(items.every(({ watched }) => watched === false))
    })
  )

  it.effect("gives unwatched films of a genre, however Plex's lists shorten the genres", () =>
    Effect.gen(function* () {
      const wanted = films.filter((film) => isOwned(film) && !isWatched(film) && film.genres.includes("Thriller"))
      const found = yield* ask("library_search", { genre: "thriller", watched: false, limit: 100 })
      assert.deepStrictEqual(sorted(found.items), sorted(wanted))
    })
  )

  it.effect("finds a person's films, before or behind the camera", () =>
    Effect.gen(function* () {
      for (const person of ["Christopher Nolan", "Jordan Peele", "Keanu Reeves"]) {
        const theirs = films.filter(
          (film) => isOwned(film) && (film.directors.includes(person) || film.cast.includes(person))
        )
        const found = yield* ask("library_search", { person, limit: 100, sort: "year" })
        assert.deepStrictEqual(sorted(found.items), sorted(theirs))
        assert.strictEqual(found.total, theirs.length)
        const years = found.items.map(({ year }) => year ?? 0)
        assert.deepStrictEqual(
          years,
          years.toSorted((a, b) => b - a)
        )
      }
    })
  )

  it.effect("merges the films of all whose name has the part, before and behind the camera", () =>
    Effect.gen(function* () {
      for (const part of ["anderson", "Scott"]) {
        const isNamed = (name: string) => name.toLowerCase().includes(part.toLowerCase())
        const theirs = films.filter(
          (film) => isOwned(film) && (film.directors.some(isNamed) || film.cast.some(isNamed))
        )
        assert.isAbove(
          new Set(theirs.flatMap(({ cast, directors }) => [...directors, ...cast].filter(isNamed))).size,
          1
        )
        const found = yield* ask("library_search", { person: part, limit: 100 })
        assert.deepStrictEqual(sorted(found.items), sorted(theirs))
      }
    })
  )

  it.effect("gives an empty list for a person who is in none of it", () =>
    Effect.gen(function* () {
      const nobody = yield* ask("library_search", { person: "Nobody At All" })
      assert.deepStrictEqual(nobody, { total: 0, items: [], nextCursor: null })
    })
  )

  it.effect("knows a genre however it is written, of films and of series", () =>
    Effect.gen(function* () {
      const scienceFiction = films.filter((film) => isOwned(film) && film.genres.includes("Science Fiction"))
      const shows = librarySeries.filter(({ series }) => series.genres.includes("Sci-Fi & Fantasy"))
      for (const genre of ["sci-fi", "science fiction", "SciFi", "Science Fiction"]) {
        const found = yield* ask("library_search", { genre, limit: 100 })
        assert.deepStrictEqual(sorted(found.items), sorted(scienceFiction), genre)
        const series = yield* ask("library_search", { kind: "series", genre, limit: 100 })
        assert.deepStrictEqual(sorted(series.items), sorted(shows.map(({ series }) => series)), genre)
      }
    })
  )

  it.effect("refuses a genre that the library does not have, and lists those it has", () =>
    Effect.gen(function* () {
      const wrong = yield* callTool("library_search", { genre: "Cooking" })
      assert.isTrue(wrong.isFailure)
      const { reason } = yield* Schema.decodeUnknownEffect(MediaError)(wrong.value)
      assert.strictEqual(reason._tag, "Rejected")
      assert.match(reason.message, /^No genre "Cooking": the known ones are Action, .*Horror, .*Sci-Fi & Fantasy, /)
    })
  )

  it.effect("asks Plex for nothing that it does not serve", () =>
    Effect.gen(function* () {
      const { requests } = yield* DemoServices
      yield* Effect.flatMap(Cache, (cache) => cache.invalidate({ all: true }))
      const before = (yield* requests).length
      yield* ask("library_search", { genre: "Action", person: "Keanu Reeves" })
      const exchanges = (yield* requests).slice(before)
      assert.strictEqual(exchanges.filter(({ path }) => path === "/library/tags").length, 3)
      assert.deepStrictEqual(
        exchanges.filter(({ status }) => status !== 200),
        []
      )
    })
  )

  it.effect("filters by title, years and rating, best rated first", () =>
    Effect.gen(function* () {
      const wanted = films
        .filter((film) => isOwned(film) && film.year >= 2010 && film.year <= 2019 && film.voteAverage >= 8)
        .toSorted((a, b) => b.voteAverage - a.voteAverage)
      const found = yield* ask("library_search", {
        yearFrom: 2010,
        yearTo: 2019,
        minRating: 8,
        sort: "rating",
        limit: 100
      })
      assert.deepStrictEqual(sorted(found.items), sorted(wanted))
      assert.deepStrictEqual(
        found.items.map(({ rating }) => rating),
        wanted.map(({ voteAverage }) => voteAverage)
      )
      const [dune] = (yield* ask("library_search", { title: "dune: part two", detail: "full" })).items
      const film = films.find(({ title }) => title === "Dune: Part Two")
      assert.strictEqual(dune?.overview, film?.overview)
      assert.strictEqual(dune?.runtimeMinutes, film?.runtimeMinutes)
      assert.strictEqual(dune?.tmdbId, film?.tmdbId)
    })
  )

  it.effect("names all genres in full, which Plex's lists do not, at the price of one request", () =>
    Effect.gen(function* () {
      const { requests } = yield* DemoServices
      const wanted = libraryFilms.map(({ film }) => film).filter(({ title }) => /^(Dune|The Lord)/.test(title))
      assert.isTrue(wanted.some(({ genres }) => genres.length > 2))
      const before = (yield* requests).length
      const found = [
        ...(yield* ask("library_search", { title: "dune", detail: "full" })).items,
        ...(yield* ask("library_search", { title: "the lord", detail: "full" })).items
      ]
      for (const { genres, title } of found) {
        assert.deepStrictEqual(genres, films.find((film) => film.title === title)?.genres)
      }
      assert.includeMembers(titles(found), titles(wanted))
      const records = (yield* requests).slice(before).filter(({ path }) => path.startsWith("/library/metadata/"))
      assert.isTrue(records.length <= 2 && found.length > 2)
    })
  )

  it.effect("takes a series for watched when all of it is", () =>
    Effect.gen(function* () {
      for (const watched of [true, false]) {
        const wanted = librarySeries.filter(
          ({ seasons }) => seasons.every(({ episodes }) => episodes.every(({ viewCount }) => viewCount > 0)) === watched
        )
        const found = yield* ask("library_search", { kind: "series", watched, limit: 100 })
        assert.deepStrictEqual(sorted(found.items), sorted(wanted.map(({ series }) => series)))
        assert.strictEqual(found.total, wanted.length)
      }
    })
  )
})

layer(TestLayer)("on_deck", (it) => {
  it.effect("gives what is under way, last played first", () =>
    Effect.gen(function* () {
      const deck = yield* ask("on_deck")
      assert.strictEqual(deck.total, onDeck.length)
      assert.deepStrictEqual(
        deck.items.map(({ ratingKey }) => ratingKey),
        onDeck.slice(0, 20).map(({ ratingKey }) => String(ratingKey))
      )
      const severance = deck.items.find(({ series }) => series === "Severance")
      assert.deepInclude(severance, { kind: "episode", season: 2, episode: 7, progressPercent: 40 })
      assert.strictEqual((yield* ask("on_deck", { limit: 3 })).items.length, 3)
    })
  )
})

layer(TestLayer)("download_queue", (it) => {
  it.effect("gives both queues, soonest first", () =>
    Effect.gen(function* () {
      const queue = yield* ask("download_queue")
      assert.strictEqual(queue.total, filmDownloads.length + episodeDownloads.length)
      const [first, ...rest] = queue.items
      assert.deepInclude(first, {
        kind: "episode",
        series: "Severance",
        season: 2,
        episode: 8,
        status: "downloading",
        progressPercent: 71,
        sizeLeftBytes: 1_856_000_000,
        minutesLeft: 9,
        quality: "WEBDL-2160p",
        service: "sonarr",
        problem: null
      })
      const film = films.find(({ tmdbId }) => tmdbId === 335984)
      const stalled = rest.find(({ title }) => title === film?.title)
      assert.deepInclude(stalled, { kind: "movie", status: "warning", service: "radarr", minutesLeft: null })
      assert.include(stalled?.problem, "stalled")
      assert.isTrue(
        rest.some(({ problem, status }) => status === "importBlocked" && problem?.includes("manual import"))
      )
    })
  )

  it.effect("goes on where the page before ended", () =>
    Effect.gen(function* () {
      const whole = yield* ask("download_queue")
      const first = yield* ask("download_queue", { limit: 4 })
      const second = yield* ask("download_queue", { limit: 100, cursor: first.nextCursor })
      assert.deepStrictEqual([...first.items, ...second.items], whole.items)
      assert.isNull(second.nextCursor)
    })
  )
})

layer(TestLayer)("discover_titles", (it) => {
  it.effect("finds horror of 2020 to 2023 rated seven and more, and says what is owned", () =>
    Effect.gen(function* () {
      const wanted = films.filter(
        (film) => film.genres.includes("Horror") && film.year >= 2020 && film.year <= 2023 && film.voteAverage >= 7
      )
      const found = yield* ask("discover_titles", { genres: ["horror"], yearFrom: 2020, yearTo: 2023, minRating: 7 })
      assert.isAbove(wanted.length, 3)
      assert.deepStrictEqual(titles(found.items), titles(wanted))
      assert.strictEqual(found.total, wanted.length)
      for (const item of found.items) {
        const film = wanted.find(({ tmdbId }) => tmdbId === item.tmdbId)
        assert.isTrue(film !== undefined)
        if (film === undefined) continue
        assert.deepInclude(item, {
          year: film.year,
          rating: film.voteAverage,
          inLibrary: isOwned(film),
          watched: isOwned(film) ? isWatched(film) : null
        })
        assert.deepStrictEqual(item.genres, film.genres)
      }
    })
  )

  it.effect("finds the most popular of a year that is not owned", () =>
    Effect.gen(function* () {
      const wanted = films.filter((film) => film.year === 2023 && !isOwned(film))
      const found = yield* ask("discover_titles", { yearFrom: 2023, yearTo: 2023, owned: false, limit: 5 })
      assert.deepStrictEqual(titles(found.items), titles(wanted.slice(0, 5)))
      assert.isTrue(found.items.every(({ inLibrary }) => inLibrary === false))
      const owned = yield* ask("discover_titles", { yearFrom: 2023, yearTo: 2023, owned: true, limit: 100 })
      assert.deepStrictEqual(titles(owned.items), titles(films.filter((film) => film.year === 2023 && isOwned(film))))
      assert.strictEqual(owned.total, owned.items.length)
      assert.isNull(owned.nextCursor)
    })
  )

  it.effect("gives a hundred at once, and the rest after", () =>
    Effect.gen(function* () {
      const first = yield* ask("discover_titles", { limit: 100 })
      assert.deepStrictEqual(titles(first.items), titles(films.slice(0, 100)))
      assert.strictEqual(first.total, films.length)
      const second = yield* ask("discover_titles", { limit: 100, cursor: first.nextCursor })
      assert.deepStrictEqual(titles(second.items), titles(films.slice(100, 200)))
    })
  )

  it.effect("lets no obscure title win by rating, and no future one by date", () =>
    Effect.gen(function* () {
      const best = yield* ask("discover_titles", { sort: "rating", limit: 100 })
      const floor = films.filter(({ voteCount }) => voteCount >= 200)
      assert.strictEqual(best.total, floor.length)
      assert.strictEqual(best.items[0]?.rating, Math.max(...floor.map(({ voteAverage }) => voteAverage)))
      yield* TestClock.setTime(Date.parse("2024-01-01T00:00:00Z"))
      const newest = yield* ask("discover_titles", { sort: "newest", limit: 1 })
      const released = films
        .filter(({ releasedOn }) => releasedOn <= "2024-01-01")
        .toSorted((a, b) => b.releasedOn.localeCompare(a.releasedOn))
      assert.strictEqual(newest.items[0]?.title, released[0]?.title)
      yield* TestClock.setTime(Date.parse(nowIso))
    })
  )

  it.effect("finds series too", () =>
    Effect.gen(function* () {
      const wanted = series.filter(({ genres }) => genres.includes("Sci-Fi & Fantasy"))
      const found = yield* ask("discover_titles", { kind: "series", genres: ["sci-fi"], limit: 100 })
      assert.deepStrictEqual(sorted(found.items), sorted(wanted))
      for (const { inLibrary, tmdbId } of found.items) {
        assert.strictEqual(inLibrary, wanted.find((show) => show.tmdbId === tmdbId)?.state !== "absent")
      }
    })
  )
})

layer(TestLayer)("recommend_titles", (it) => {
  it.effect("recommends newer titles like one, without it", () =>
    Effect.gen(function* () {
      const found = yield* ask("recommend_titles", { tmdbId: 603, yearFrom: 2010, limit: 40 })
      assert.deepStrictEqual(found.basedOn, { tmdbId: 603, title: "The Matrix", year: 1999 })
      assert.isAbove(found.items.length, 3)
      assert.isTrue(found.items.every(({ tmdbId, year }) => tmdbId !== 603 && (year ?? 0) >= 2010))
      assert.strictEqual(new Set(found.items.map(({ tmdbId }) => tmdbId)).size, found.items.length)
      const missing = yield* ask("recommend_titles", { tmdbId: 603, owned: false, limit: 40 })
      assert.isTrue(missing.items.length > 0 && missing.items.every(({ inLibrary }) => inLibrary === false))
    })
  )

  it.effect("says that a title is unknown", () =>
    Effect.gen(function* () {
      const result = yield* callTool("recommend_titles", { tmdbId: 1 })
      assert.isTrue(result.isFailure)
      assert.include(result.text, "NotFound")
    })
  )
})

layer(TestLayer)("person_filmography", (it) => {
  const nolan = films.filter(({ directors }) => directors.includes("Christopher Nolan"))

  it.effect("tells which of a director's films are owned, watched and missing", () =>
    Effect.gen(function* () {
      const found = yield* ask("person_filmography", { name: "christopher nolan", role: "director" })
      assert.strictEqual(found.person?.name, "Christopher Nolan")
      assert.deepStrictEqual(
        titles(found.items),
        titles(nolan.toSorted((a, b) => b.releasedOn.localeCompare(a.releasedOn)))
      )
      const mark = (film: (typeof films)[number]) => [film.title, isOwned(film), isOwned(film) ? isWatched(film) : null]
      assert.deepStrictEqual(
        found.items.map(({ inLibrary, title, watched }) => [title, inLibrary, watched]).toSorted(),
        nolan.map(mark).toSorted()
      )
      assert.isTrue(found.items.every(({ role }) => role === "director"))
      const missing = yield* ask("person_filmography", { name: "Christopher Nolan", role: "director", owned: false })
      assert.deepStrictEqual(sorted(missing.items), sorted(nolan.filter((film) => !isOwned(film))))
      assert.isTrue(missing.total > 0 && missing.total < nolan.length)
    })
  )

  it.effect("tells an actor's films and series", () =>
    Effect.gen(function* () {
      const reeves = films.filter(({ cast }) => cast.includes("Keanu Reeves"))
      const found = yield* ask("person_filmography", { name: "Keanu Reeves", role: "actor", limit: 100 })
      assert.deepStrictEqual(sorted(found.items), sorted(reeves))
      const [show] = series
      const [actor = ""] = show?.cast ?? []
      const shows = yield* ask("person_filmography", { name: actor, role: "actor", kind: "series" })
      assert.include(titles(shows.items), show?.title)
    })
  )
})

layer(TestLayer)("search_titles", (it) => {
  it.effect("puts the exact title first and says whether it is owned", () =>
    Effect.gen(function* () {
      const found = yield* ask("search_titles", { query: "inception" })
      const film = films.find(({ title }) => title === "Inception")
      assert.deepInclude(found.items[0], {
        title: "Inception",
        year: 2010,
        kind: "movie",
        tmdbId: film?.tmdbId ?? 0,
        inLibrary: film !== undefined && isOwned(film)
      })
    })
  )

  it.effect("narrows by kind and year", () =>
    Effect.gen(function* () {
      const all = yield* ask("search_titles", { query: "the", limit: 50 })
      const shows = yield* ask("search_titles", { query: "the", kind: "series", limit: 50 })
      assert.isTrue(all.total > shows.total && shows.total > 0)
      assert.isTrue(shows.items.every(({ kind }) => kind === "series"))
      assert.deepStrictEqual([...new Set(all.items.map(({ kind }) => kind))].toSorted(), ["movie", "series"])
      const year = yield* ask("search_titles", { query: "the matrix", year: 1999 })
      assert.deepStrictEqual(titles(year.items), ["The Matrix"])
    })
  )
})

layer(TestLayer)("title_details", (it) => {
  it.effect("tells a film and a series in full", () =>
    Effect.gen(function* () {
      const film = films.find(({ tmdbId }) => tmdbId === 603)
      assert.deepInclude((yield* callTool("title_details", { tmdbId: 603 })).value, {
        title: film?.title,
        overview: film?.overview,
        runtimeMinutes: film?.runtimeMinutes,
        directors: film?.directors,
        cast: film?.cast.slice(0, 10),
        releasedOn: film?.releasedOn,
        genres: film?.genres,
        inLibrary: true
      })
      const show = series.find(({ title }) => title === "Severance")
      assert.deepInclude((yield* callTool("title_details", { tmdbId: show?.tmdbId, kind: "series" })).value, {
        title: "Severance",
        directors: show?.creators,
        releasedOn: show?.firstAiredOn,
        inLibrary: true,
        watched: false
      })
    })
  )
})

layer(TestLayer)("add_movie", (it) => {
  it.effect("adds a film once, and then says that it is there", () =>
    Effect.gen(function* () {
      const added = yield* callTool("add_movie", { tmdbId: 603, searchNow: false })
      assert.isFalse(added.isFailure, added.text)
      assert.deepInclude(added.value, {
        title: "The Matrix",
        year: 1999,
        tmdbId: 603,
        monitored: true,
        searching: false
      })
      const again = yield* callTool("add_movie", { tmdbId: 603 })
      assert.isTrue(again.isFailure)
      assert.include(again.text, "Radarr already has The Matrix (1999).")
      const unknown = yield* callTool("add_movie", { tmdbId: 999_999_999 })
      assert.isTrue(unknown.isFailure)
    })
  )

  it.effect("is the only call of all that writes", () =>
    Effect.gen(function* () {
      const { requests } = yield* DemoServices
      const writes = (yield* requests).filter(({ method }) => method !== "GET")
      assert.deepStrictEqual(
        writes.map(({ method, path, status }) => [method, path, status]),
        [["POST", "/api/v3/movie", 201]]
      )
    })
  )
})

layer(TestLayer)("services", (it) => {
  it.effect("name their versions", () =>
    Effect.gen(function* () {
      const versions = yield* Effect.all([
        Effect.flatMap(Plex, (plex) => plex.version),
        Effect.flatMap(Tmdb, (tmdb) => tmdb.version),
        Effect.flatMap(Radarr, (radarr) => radarr.version),
        Effect.flatMap(Sonarr, (sonarr) => sonarr.version)
      ])
      assert.deepStrictEqual(
        versions.map(({ name, version }) => [name, version === null || /^\d/.test(version)]),
        ["Plex", "TMDb", "Radarr", "Sonarr"].map((name) => [name, true])
      )
    })
  )
})
