import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { history, libraryFilms, librarySeries, onDeck } from "../../src/demo/DemoLibrary.ts"
import { plexApp } from "../../src/demo/plex/PlexApp.ts"
import { tagId, tagTypes } from "../../src/demo/plex/PlexItems.ts"
import { ask, at, keys, list } from "./support/ask.ts"

const app = plexApp(keys.plex)
const get = (target: string, headers?: Record<string, string>) =>
  ask(app, "GET", target, headers === undefined ? {} : { headers })
const metadata = (body: unknown) => list(body, "MediaContainer", "Metadata")
const titles = (body: unknown) => metadata(body).map((item) => at(item, "title"))
const directory = (body: unknown) => list(body, "MediaContainer", "Directory")
const sorted = (values: ReadonlyArray<unknown>) => values.map(String).toSorted()

/** Our own answer to a filter, to compare the service's with. */
const expected = (test: (item: (typeof libraryFilms)[number]) => boolean) =>
  sorted(libraryFilms.filter(test).map((item) => item.film.title))

describe("the demo's Plex", () => {
  it.effect("lets in only who knows the token, save to ask who it is", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* get("/library/sections/all", { accept: "application/json" })).status, 401)
      assert.strictEqual((yield* get(`/library/sections/all?X-Plex-Token=${keys.plex}`, {})).status, 200)
      assert.strictEqual((yield* get("/identity", { accept: "application/json" })).status, 200)
      assert.strictEqual((yield* get("/nowhere")).status, 404)
    })
  )

  it.effect("speaks XML to a client that does not ask for JSON", () =>
    Effect.gen(function* () {
      const { body } = yield* get(`/library/sections/all?X-Plex-Token=${keys.plex}`, {})
      assert.match(String(body), /^<\?xml .*\n<MediaContainer size="2".*<Directory .*title="Movies"/s)
    })
  )

  it.effect("filters as its query language says", () =>
    Effect.gen(function* () {
      const cases = [
        [
          `genre=${tagId("genre", "Action")}&unwatched=1`,
          expected((i) => i.film.genres.includes("Action") && i.viewCount === 0)
        ],
        ["unwatched=0", expected((i) => i.viewCount > 0)],
        [
          `director=${tagId("director", "Christopher Nolan")}`,
          expected((i) => i.film.directors.includes("Christopher Nolan"))
        ],
        [`actor=${tagId("actor", "Keanu Reeves")}`, expected((i) => i.film.cast.includes("Keanu Reeves"))],
        [
          `year>=2020&year<=2023&audienceRating>=7&genre=${tagId("genre", "Horror")}`,
          expected(
            ({ film }) =>
              film.year >= 2020 && film.year <= 2023 && film.voteAverage >= 7 && film.genres.includes("Horror")
          )
        ],
        ["year>>=2022", expected(({ film }) => film.year > 2022)],
        [
          `genre=${tagId("genre", "Western")},${tagId("genre", "Music")}`,
          expected(({ film }) => film.genres.some((g) => g === "Western" || g === "Music"))
        ],
        [`genre!=${tagId("genre", "Drama")}`, expected(({ film }) => !film.genres.includes("Drama"))],
        ["title=matrix", ["The Matrix", "The Matrix Reloaded", "The Matrix Revolutions"]],
        ["title==Heat", ["Heat"]],
        ["contentRating=PG-13,r", expected(({ film }) => ["PG-13", "R"].includes(film.certificate))],
        ["resolution=4k&hdr=1", expected((i) => i.file.resolution === "4k" && i.file.hdr)],
        ["inProgress=1", expected((i) => i.viewOffsetMillis > 0)],
        ["someDay=1", expected(() => true)]
      ] as const
      for (const [query, wanted] of cases) {
        const { body } = yield* get(`/library/sections/1/all?${query}`)
        assert.isNotEmpty(wanted, query)
        assert.deepStrictEqual(sorted(titles(body)), wanted, query)
      }
    })
  )

  it.effect("takes genres, actors and directors by the ids that it lists, and by no name", () =>
    Effect.gen(function* () {
      const cases = [
        ["genre", "Horror", expected(({ film }) => film.genres.includes("Horror"))],
        ["director", "Jordan Peele", expected(({ film }) => film.directors.includes("Jordan Peele"))],
        ["actor", "Keanu Reeves", expected(({ film }) => film.cast.includes("Keanu Reeves"))]
      ] as const
      for (const [kind, name, wanted] of cases) {
        const { body } = yield* get(`/library/sections/1/${kind}`)
        const tag = directory(body).find((entry) => at(entry, "title") === name)
        assert.isNotEmpty(wanted, name)
        for (const target of [`/library/sections/1/all?${kind}=${at(tag, "key")}`, String(at(tag, "fastKey"))]) {
          assert.deepStrictEqual(sorted(titles((yield* get(target)).body)), wanted, target)
        }
        const byName = yield* get(`/library/sections/1/all?${kind}=${encodeURIComponent(name)}`)
        assert.deepStrictEqual(titles(byName.body), [], name)
      }
    })
  )

  it.effect("lists the tags of a type in all sections, each with an id of its own", () =>
    Effect.gen(function* () {
      const films = libraryFilms.map(({ film }) => film)
      const shows = librarySeries.map(({ series }) => series)
      const names = {
        genre: [...films, ...shows].flatMap(({ genres }) => genres),
        director: films.flatMap(({ directors }) => directors),
        actor: [...films, ...shows].flatMap(({ cast }) => cast)
      }
      const ids = new Set<unknown>()
      for (const kind of ["genre", "director", "actor"] as const) {
        const tagType = tagTypes[kind]
        const tags = directory((yield* get(`/library/tags?type=${tagType}`)).body)
        assert.deepStrictEqual(sorted(tags.map((tag) => at(tag, "tag"))), sorted([...new Set(names[kind])]))
        const inMovies = directory((yield* get(`/library/sections/1/${kind}`)).body)
        for (const tag of tags) {
          const id = at(tag, "id")
          assert.isFalse(ids.has(id), `${at(tag, "tag")} has the id of another tag`)
          ids.add(id)
          assert.deepInclude(tag, { tagType, filter: `${kind}=${id}` })
          const listed = inMovies.find((entry) => at(entry, "title") === at(tag, "tag"))
          if (listed !== undefined) assert.strictEqual(at(listed, "key"), String(id))
        }
      }
    })
  )

  it.effect("pages tags like everything, and has none of a type that it does not keep", () =>
    Effect.gen(function* () {
      const all = directory((yield* get("/library/tags?type=6")).body)
      const { body } = yield* get("/library/tags?type=6&X-Plex-Container-Start=5&X-Plex-Container-Size=5")
      assert.deepStrictEqual(directory(body), all.slice(5, 10))
      assert.deepInclude(at(body, "MediaContainer"), { size: 5, totalSize: all.length, offset: 5 })
      for (const target of ["/library/tags", "/library/tags?type=2", "/library/tags?type=genre"]) {
        const { body, status } = yield* get(target)
        assert.strictEqual(status, 200)
        assert.strictEqual(at(body, "MediaContainer", "size"), 0)
        assert.isUndefined(at(body, "MediaContainer", "Directory"))
      }
    })
  )

  it.effect("names in an item's tags the query that finds it", () =>
    Effect.gen(function* () {
      const item = metadata((yield* get("/library/sections/1/all?title==Get%20Out")).body)[0]
      for (const kind of ["Genre", "Director", "Role"]) {
        const found = yield* get(`/library/sections/1/all?${at(item, kind, 0, "filter")}&title==Get%20Out`)
        assert.deepStrictEqual(titles(found.body), ["Get Out"], kind)
        const others = yield* get(`/library/sections/1/all?${at(item, kind, 0, "filter")}`)
        assert.isBelow(titles(others.body).length, libraryFilms.length, kind)
      }
    })
  )

  it.effect("sorts, and pages by header or by query", () =>
    Effect.gen(function* () {
      const newest = libraryFilms.toSorted((a, b) => b.addedAt - a.addedAt).map((item) => item.film.title)
      const byQuery = yield* get(
        "/library/sections/1/all?sort=addedAt:desc&X-Plex-Container-Start=5&X-Plex-Container-Size=5"
      )
      assert.deepStrictEqual(titles(byQuery.body), newest.slice(5, 10))
      assert.deepInclude(at(byQuery.body, "MediaContainer"), { size: 5, totalSize: newest.length, offset: 5 })
      const byHeader = yield* get("/library/sections/1/all?sort=addedAt:desc", {
        accept: "application/json",
        "x-plex-token": keys.plex,
        "x-plex-container-start": "5",
        "x-plex-container-size": "5"
      })
      assert.deepStrictEqual(byHeader.body, byQuery.body)
      const beyond = yield* get("/library/sections/1/all?X-Plex-Container-Start=9999&X-Plex-Container-Size=5")
      assert.deepInclude(at(beyond.body, "MediaContainer"), { size: 0, totalSize: newest.length })
      assert.strictEqual((yield* get("/library/sections/1/all?X-Plex-Container-Size=x")).status, 400)
    })
  )

  it.effect("omits the view count of what nobody watched, and ids unless asked", () =>
    Effect.gen(function* () {
      const unwatched = yield* get("/library/sections/1/all?title==Tenet")
      assert.doesNotHaveAnyKeys(at(unwatched.body, "MediaContainer", "Metadata", 0), ["viewCount", "Guid"])
      const watched = yield* get("/library/sections/1/all?title==Inception&includeGuids=1")
      const item = metadata(watched.body)[0]
      assert.isAtLeast(Number(at(item, "viewCount")), 1)
      assert.deepStrictEqual(at(item, "Guid"), [{ id: "imdb://tt1375666" }, { id: "tmdb://27205" }])
    })
  )

  it.effect("tells on deck, history and the leaves of a series as the library has them", () =>
    Effect.gen(function* () {
      const deck = yield* get("/library/onDeck")
      assert.deepStrictEqual(
        metadata(deck.body).map((item) => at(item, "ratingKey")),
        onDeck.map((item) => String(item.ratingKey))
      )
      const plays = yield* get("/status/sessions/history/all?X-Plex-Container-Start=0&X-Plex-Container-Size=1")
      assert.strictEqual(at(plays.body, "MediaContainer", "totalSize"), history.length)
      for (const show of librarySeries.slice(0, 5)) {
        const one = yield* get(`/library/metadata/${show.ratingKey}`)
        const leaves = yield* get(`/library/metadata/${show.ratingKey}/allLeaves`)
        const unwatched = metadata(leaves.body).filter((leaf) => at(leaf, "viewCount") === undefined)
        const { leafCount, viewedLeafCount } = {
          leafCount: at(metadata(one.body)[0], "leafCount"),
          viewedLeafCount: at(metadata(one.body)[0], "viewedLeafCount")
        }
        assert.strictEqual(leafCount, metadata(leaves.body).length)
        assert.strictEqual(viewedLeafCount, metadata(leaves.body).length - unwatched.length)
      }
    })
  )

  it.effect("answers several ids at once and 404 for none", () =>
    Effect.gen(function* () {
      assert.strictEqual(metadata((yield* get("/library/metadata/1001,1002,99")).body).length, 2)
      assert.strictEqual((yield* get("/library/metadata/99")).status, 404)
      assert.strictEqual((yield* get("/library/metadata/abc/similar")).status, 404)
      assert.strictEqual((yield* get("/library/sections/7/all")).status, 404)
    })
  )

  it.effect("finds titles and actors by name", () =>
    Effect.gen(function* () {
      const { body } = yield* get("/hubs/search?query=inception")
      const movies = list(body, "MediaContainer", "Hub").find((hub) => at(hub, "type") === "movie")
      assert.strictEqual(at(movies, "Metadata", 0, "title"), "Inception")
      const people = yield* get("/hubs/search?query=keanu")
      const actors = list(people.body, "MediaContainer", "Hub").find((hub) => at(hub, "type") === "actor")
      assert.strictEqual(at(actors, "Directory", 0, "tag"), "Keanu Reeves")
      assert.strictEqual((yield* get("/hubs/search")).status, 400)
    })
  )

  it.effect("keeps a rating until it is taken back", () =>
    Effect.gen(function* () {
      const rated = () =>
        get("/library/metadata/1001").pipe(Effect.map(({ body }) => at(metadata(body)[0], "userRating")))
      yield* ask(app, "PUT", "/:/rate?key=1001&identifier=com.plexapp.plugins.library&rating=8")
      assert.strictEqual(yield* rated(), 8)
      yield* ask(app, "PUT", "/:/rate?key=1001&identifier=com.plexapp.plugins.library&rating=-1")
      assert.isUndefined(yield* rated())
    })
  )

  it.effect("narrows history to a span of time and to one series", () =>
    Effect.gen(function* () {
      const times = history.map(({ viewedAt }) => viewedAt)
      const [until = 0, since = 0] = [times[3], times[9]]
      const { body } = yield* get(
        `/status/sessions/history/all?viewedAt>=${since}&viewedAt<=${until}&sort=viewedAt:desc`
      )
      assert.deepStrictEqual(
        metadata(body).map((play) => at(play, "viewedAt")),
        times.filter((time) => time >= since && time <= until)
      )
      const show = librarySeries.find(({ seasons }) => seasons[0]?.episodes[0]?.viewCount === 1)
      const plays = yield* get(`/status/sessions/history/all?metadataItemID=${show?.ratingKey}`)
      assert.isNotEmpty(metadata(plays.body))
      assert.isTrue(metadata(plays.body).every((play) => at(play, "grandparentTitle") === show?.series.title))
    })
  )

  it.effect("keeps collections and playlists, each with as many items as it says", () =>
    Effect.gen(function* () {
      const collections = metadata((yield* get("/library/sections/1/collections")).body)
      const playlists = metadata((yield* get("/playlists?playlistType=video")).body)
      assert.isTrue(collections.length > 5 && playlists.length === 3)
      for (const shelf of [...collections, ...playlists]) {
        const items = yield* get(String(at(shelf, "key")))
        assert.strictEqual(metadata(items.body).length, at(shelf, "childCount") ?? at(shelf, "leafCount"))
        assert.isNotEmpty(metadata(items.body))
      }
      assert.isEmpty(metadata((yield* get("/library/sections/2/collections")).body))
      assert.isEmpty(metadata((yield* get("/playlists?playlistType=audio")).body))
      assert.strictEqual((yield* get("/library/collections/1/items")).status, 404)
      assert.strictEqual((yield* get("/playlists/1/items")).status, 404)
    })
  )

  it.effect("tells sessions of what is on deck, one converted and one not", () =>
    Effect.gen(function* () {
      const sessions = metadata((yield* get("/status/sessions")).body)
      assert.deepStrictEqual(
        sessions.map((session) => [at(session, "User", "title"), at(session, "TranscodeSession", "videoDecision")]),
        [
          ["Household", undefined],
          ["Guest", "transcode"]
        ]
      )
      const keys = new Set(onDeck.map(({ ratingKey }) => String(ratingKey)))
      assert.isTrue(sessions.every((session) => keys.has(String(at(session, "ratingKey")))))
    })
  )

  it.effect("has trailers and the like of films and series, always the same", () =>
    Effect.gen(function* () {
      const ask = () =>
        Effect.forEach(libraryFilms.slice(0, 20), ({ ratingKey }) =>
          Effect.map(get(`/library/metadata/${ratingKey}/extras`), ({ body }) => metadata(body))
        )
      const extras = yield* ask()
      assert.deepStrictEqual(yield* ask(), extras)
      const kinds = new Set(extras.flat().map((extra) => at(extra, "subtype")))
      assert.isTrue(kinds.has("trailer") && kinds.size > 2)
      assert.isTrue(extras.some((some) => some.length === 0))
    })
  )
})
