/** What tools do when services answer late, oddly or not at all; what they answer when all is well is in `tools.test.ts`. */
import { Upstream } from "@callsheet/core/schedule/Annotations"
import * as Policy from "@callsheet/core/schedule/Policy"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Duration, Effect, Fiber, Layer, Option } from "effect"
import { Tool } from "effect/ai"
import { TestClock } from "effect/testing"

import { instructions } from "../src/Instructions.ts"
import type { ServiceName } from "../src/MediaError.ts"
import { MediaToolkit } from "../src/MediaToolkit.ts"
import { callTool } from "./callTool.ts"
import * as Household from "./fakeHousehold.ts"
import * as FakeHttp from "./fakeHttp.ts"

const page = (results: ReadonlyArray<object>) => ({ results, total_pages: 1, total_results: results.length })

const tenet = { id: 577922, title: "Tenet", release_date: "2020-08-22", vote_average: 7.18, genre_ids: [28] }
const memento = { id: 77, title: "Memento", release_date: "2000-10-11", vote_average: 8.2, genre_ids: [53] }

/** One film library with Tenet unwatched in it, and a TMDb that knows two films. */
const answers: Readonly<Record<string, unknown>> = {
  "plex.test/library/sections/all": { MediaContainer: { Directory: [{ key: "1", type: "movie" }] } },
  "plex.test/library/sections/1/all": {
    MediaContainer: {
      size: 1,
      Metadata: [{ ratingKey: "7", type: "movie", title: "Tenet", Guid: [{ id: "tmdb://577922" }] }]
    }
  },
  "tmdb.test/3/genre/movie/list": {
    genres: [
      { id: 28, name: "Action" },
      { id: 53, name: "Thriller" }
    ]
  },
  "tmdb.test/3/genre/tv/list": { genres: [{ id: 10759, name: "Action & Adventure" }] },
  "tmdb.test/3/discover/movie": page([tenet, memento]),
  "tmdb.test/3/discover/tv": page([]),
  "tmdb.test/3/search/movie": page([tenet]),
  "tmdb.test/3/search/tv": page([]),
  "tmdb.test/3/search/person": page([{ id: 525, name: "Christopher Nolan" }]),
  "tmdb.test/3/person/525/movie_credits": {
    crew: [
      { ...tenet, job: "Director" },
      { ...memento, job: "Director" }
    ]
  },
  "radarr.test/api/v3/queue": {
    totalRecords: 1,
    records: [{ id: 1, title: "Tenet.2020.1080p", movie: { title: "Tenet" } }]
  },
  "sonarr.test/api/v3/queue": { totalRecords: 0, records: [] }
}

const household = (changes: Readonly<Record<string, () => ReturnType<FakeHttp.Answering>>> = {}) =>
  FakeHttp.make(({ url }) => {
    const key = `${url.host}${url.pathname}`
    return changes[key]?.() ?? FakeHttp.json(answers[key] ?? { message: key }, key in answers ? 200 : 404)
  })

const both = ["plex", "tmdb"] as const
const plexDown = () => Object.fromEntries(Object.keys(answers).map((key) => [key, () => FakeHttp.json({}, 401)]))

describe("tools", () => {
  it.effect("read TMDb and the library side by side", () =>
    Effect.gen(function* () {
      const slow = (key: string, millis: number) => [
        key,
        () =>
          Effect.delay(
            Effect.sync(() => FakeHttp.json(answers[key])),
            Duration.millis(millis)
          )
      ]
      const http = household(
        Object.fromEntries([
          slow("plex.test/library/sections/all", 30),
          slow("plex.test/library/sections/1/all", 100),
          slow("tmdb.test/3/genre/movie/list", 50),
          slow("tmdb.test/3/discover/movie", 60),
          slow("tmdb.test/3/search/person", 40),
          slow("tmdb.test/3/person/525/movie_credits", 70)
        ])
      )
      /** In a household that has just been set up, so that nothing is remembered. */
      const timed = Effect.fnUntraced(function* (
        services: ReadonlyArray<ServiceName>,
        name: string,
        parameters: Readonly<Record<string, unknown>>
      ) {
        const start = yield* Clock.currentTimeMillis
        const fiber = yield* callTool(name, parameters).pipe(
          Effect.flatMap(() => Clock.currentTimeMillis),
          Effect.provide(Household.layer(http, services)),
          Effect.forkChild
        )
        yield* TestClock.adjust("1 second")
        return (yield* Fiber.join(fiber)) - start
      })
      // The library's 30 + 100 ms hide all of TMDb.
      assert.strictEqual(yield* timed(both, "person_filmography", { name: "Christopher Nolan", owned: false }), 130)
      assert.strictEqual(yield* timed(both, "discover_titles", { genres: ["action"], owned: true }), 130)
      // Without the library, only what needs an earlier answer waits for it.
      assert.strictEqual(yield* timed(["tmdb"], "person_filmography", { name: "Christopher Nolan" }), 110)
      assert.strictEqual(yield* timed(["tmdb"], "discover_titles", {}), 60)
      assert.strictEqual(yield* timed(["tmdb"], "discover_titles", { genres: ["action"] }), 110)
    })
  )

  it.effect("leave ownership open without Plex, and refuse to filter by it", () =>
    Effect.gen(function* () {
      const found = yield* callTool("discover_titles")
      assert.deepStrictEqual(found.value, {
        total: 2,
        items: [
          {
            title: "Tenet",
            year: 2020,
            kind: "movie",
            tmdbId: 577922,
            rating: 7.2,
            genres: ["Action"],
            inLibrary: null,
            watched: null
          },
          {
            title: "Memento",
            year: 2000,
            kind: "movie",
            tmdbId: 77,
            rating: 8.2,
            genres: ["Thriller"],
            inLibrary: null,
            watched: null
          }
        ],
        nextCursor: null
      })
      const owned = yield* callTool("discover_titles", { owned: true })
      assert.isTrue(owned.isFailure)
      assert.include(owned.text, "PLEX_BASE_URL")
    }).pipe(Effect.provide(Household.layer(household(), ["tmdb"])))
  )

  it.effect("answer without the library where Plex fails, and say so", () =>
    Effect.gen(function* () {
      const found = yield* callTool("search_titles", { query: "Tenet" })
      assert.isFalse(found.isFailure)
      assert.include(found.text, '"inLibrary":null')
      assert.include(found.text, "check PLEX_TOKEN. Until then inLibrary and watched are unknown.")
      const owned = yield* callTool("person_filmography", { name: "Christopher Nolan", owned: true })
      assert.isTrue(owned.isFailure)
      assert.include(owned.text, "Unauthorized")
    }).pipe(
      Effect.provide(
        Household.layer(household({ "plex.test/library/sections/all": () => FakeHttp.json({}, 401) }), both)
      )
    )
  )

  it.effect("give one queue where the other service fails, and name it", () =>
    Effect.gen(function* () {
      const queue = yield* callTool("download_queue")
      assert.isFalse(queue.isFailure)
      assert.include(queue.text, '"total":1')
      assert.include(queue.text, "check SONARR_API_KEY")
    }).pipe(
      Effect.provide(
        Household.layer(household({ "sonarr.test/api/v3/queue": () => FakeHttp.json({}, 401) }), ["radarr", "sonarr"])
      )
    )
  )

  it.effect("fail with the reason where every service fails", () =>
    Effect.gen(function* () {
      for (const name of ["download_queue", "search_titles", "on_deck", "library_search"]) {
        const result = yield* callTool(name, name === "search_titles" ? { query: "a" } : {})
        assert.isTrue(result.isFailure, name)
        assert.include(result.text, '"_tag":"MediaError"')
        assert.include(result.text, "refused the key: check ")
      }
    }).pipe(
      Effect.provide(
        Household.layer(household({ ...plexDown(), "plex.test/hubs/continueWatching": () => FakeHttp.json({}, 401) }), [
          "plex",
          "tmdb",
          "radarr",
          "sonarr"
        ])
      )
    )
  )

  it.effect("list the genres that are known where one is not", () =>
    Effect.gen(function* () {
      const result = yield* callTool("discover_titles", { genres: ["Actoin"] })
      assert.isTrue(result.isFailure)
      assert.include(result.text, "the known ones are Action, Thriller.")
      const series = yield* callTool("discover_titles", { kind: "series", genres: ["Adventure"] })
      assert.isFalse(series.isFailure)
    }).pipe(Effect.provide(Household.layer(household(), ["tmdb"])))
  )

  it.effect("take null and empty parameters for absent, and bring a limit into its range", () =>
    Effect.gen(function* () {
      const found = yield* callTool("discover_titles", { kind: null, genres: null, cursor: "", owned: null, limit: 0 })
      assert.isFalse(found.isFailure)
      assert.include(found.text, '"total":2,"items":[{"title":"Tenet"')
      assert.notInclude(found.text, "Memento")
    }).pipe(Effect.provide(Household.layer(household(), ["tmdb"])))
  )

  it.effect("refuse a cursor of another tool", () =>
    Effect.gen(function* () {
      for (const name of ["discover_titles", "search_titles", "library_search", "download_queue"]) {
        const result = yield* callTool(name, { query: "a", cursor: "Zm9vOjE6MA" })
        assert.isTrue(result.isFailure)
        assert.include(result.text, `This cursor is not one that ${name} gave`)
      }
    }).pipe(Effect.provide(Household.layer(household(), ["plex", "tmdb", "radarr"])))
  )

  it.effect("understand what true servers leave out", () =>
    Effect.gen(function* () {
      const person = yield* callTool("person_filmography", { name: "nolan" })
      // No cast, no character, an entry without a date, and one credited twice.
      assert.include(person.text, '"role":"director, writer"')
      assert.include(person.text, '"title":"Untitled","year":null')
      const deck = yield* callTool("on_deck")
      assert.deepStrictEqual(deck.value, { total: 0, items: [], nextCursor: null })
      const search = yield* callTool("library_search", { kind: "series" })
      assert.deepStrictEqual(search.value, { total: 0, items: [], nextCursor: null })
      const queue = yield* callTool("download_queue")
      assert.include(queue.text, '"title":"Some.Release","kind":"movie"')
      assert.include(queue.text, '"progressPercent":0,"sizeLeftBytes":0,"minutesLeft":1502')
    }).pipe(
      Effect.provide(
        Household.layer(
          household({
            "tmdb.test/3/person/525/movie_credits": () =>
              FakeHttp.json({
                crew: [
                  { ...tenet, job: "Director" },
                  { ...tenet, job: "Writer" },
                  { id: 1, title: "Untitled", release_date: "", job: "Director", overview: null }
                ]
              }),
            "plex.test/hubs/continueWatching": () => FakeHttp.json({ MediaContainer: { size: 0 } }),
            "radarr.test/api/v3/queue": () =>
              FakeHttp.json({
                totalRecords: 1,
                records: [{ id: 1, title: "Some.Release", movie: null, quality: null, timeleft: "1.01:01:30", size: 0 }]
              })
          }),
          ["plex", "tmdb", "radarr"]
        )
      )
    )
  )

  it.effect("filter the library by the ids of Plex's own tags", () =>
    Effect.gen(function* () {
      const tags = (...names: ReadonlyArray<string>) =>
        FakeHttp.json({ MediaContainer: { Directory: names.map((tag, index) => ({ id: index + 40, tag })) } })
      const http = FakeHttp.make(({ url }) => {
        if (url.pathname !== "/library/tags") {
          return FakeHttp.json(answers[`${url.host}${url.pathname}`] ?? {})
        }
        return (
          {
            1: tags("Action", "Science Fiction", "Sci-Fi & Fantasy"),
            4: tags("Christopher Nolan", "Jonathan Nolan"),
            6: tags("Keanu Reeves", "Chris Evans", "Chris Evans", "Chris Evanson")
          }[Number(url.searchParams.get("type"))] ?? FakeHttp.json({}, 400)
        )
      })
      yield* Effect.gen(function* () {
        yield* callTool("library_search", { genre: "sci-fi", person: "nolan", watched: false, yearFrom: 2020 })
        const query = http.calls.at(-1)?.url.search ?? ""
        assert.include(decodeURIComponent(query), "genre=41,42&year>=2020&unwatched=1&sort=titleSort&director=40,41")
        yield* callTool("library_search", { person: "chris evans" })
        const namesakes = http.calls.at(-1)?.url.search ?? ""
        assert.match(decodeURIComponent(namesakes), /&actor=41,42$/)
        const count = http.calls.length
        const nobody = yield* callTool("library_search", { person: "Nobody At All" })
        assert.deepStrictEqual(nobody.value, { total: 0, items: [], nextCursor: null })
        assert.strictEqual(http.calls.length, count + 3)
        const wrong = yield* callTool("library_search", { genre: "Actoin" })
        assert.isTrue(wrong.isFailure)
        assert.include(wrong.text, "the known ones are Action, Science Fiction, Sci-Fi & Fantasy.")
      }).pipe(Effect.provide(Household.layer(http, ["plex"])))
    })
  )

  it.effect("say that nobody bears a name", () =>
    Effect.gen(function* () {
      const result = yield* callTool("person_filmography", { name: "Nobody At All" })
      assert.isTrue(result.isFailure)
      assert.include(result.text, "TMDb knows nobody called")
    }).pipe(
      Effect.provide(
        Household.layer(household({ "tmdb.test/3/search/person": () => FakeHttp.json(page([])) }), ["tmdb"])
      )
    )
  )
})

describe("MediaToolkit.layer", () => {
  it.effect("is another toolkit for other services, also within one program", () =>
    Effect.gen(function* () {
      const memoMap = yield* Layer.makeMemoMap
      const scope = yield* Effect.scope
      const built = yield* Effect.forEach([["tmdb"], both, ["sonarr"]] as const, (names) =>
        Layer.buildWithMemoMap(Household.layer(household(), names), memoMap, scope)
      )
      const counts = built.map((context) => Object.keys(Context.get(context, MediaToolkit).tools).length)
      assert.deepStrictEqual(counts, [9, 19, 16])
    })
  )
})

describe("definitions", () => {
  const all = Household.layer(household(), ["plex", "tmdb", "radarr", "sonarr"])

  /** Those that write, and whether a person is to agree first, and whether a second time does no harm. */
  const writing: Readonly<Record<string, readonly [needsApproval: boolean, mayRepeat: boolean]>> = {
    add_movie: [true, false],
    add_series: [true, false],
    change_monitoring: [false, true],
    delete_title: [true, false],
    edit_title: [true, true],
    rate_title: [false, true],
    remove_download: [true, false],
    search_downloads: [false, true],
    unblock_releases: [true, true]
  }

  it.effect(
    "let only a few change anything, and those that take away or fill the disks after a person has agreed",
    () =>
      Effect.gen(function* () {
        const { tools } = yield* MediaToolkit
        const writes = Object.values(tools).filter((tool) => !Context.get(tool.annotations, Tool.Readonly))
        assert.deepStrictEqual(
          Object.fromEntries(
            writes.map((tool) => {
              const { mayRepeat, needsApproval } = Policy.rulesOf(tool)
              return [tool.name, [needsApproval, mayRepeat]]
            })
          ),
          writing
        )
      }).pipe(Effect.provide(all))
  )

  it.effect("say what they touch, so that a read waits for every write of what it reads, and for no other", () =>
    Effect.gen(function* () {
      const { tools } = yield* MediaToolkit
      const known = Option.some({ decoded: {} })
      const write = (name: string, decoded: unknown = {}) =>
        Policy.footprint(tools[name] ?? Tool.make("none"), Option.some({ decoded }))
      const add = write("add_movie")
      const stranger = (upstream: string) =>
        Policy.footprint(Tool.make("write").annotate(Upstream, { name: upstream }), known)
      const waiting = (write: Policy.Footprint) =>
        Object.values(tools)
          .filter((tool) => Policy.rulesOf(tool).isReadOnly && Policy.overlaps(write, Policy.footprint(tool, known)))
          .map(({ name }) => name)
          .toSorted()
      const ofTmdb = [
        "collection_titles",
        "discover_titles",
        "person_details",
        "person_filmography",
        "recommend_titles",
        "search_titles",
        "title_details",
        "trending_titles",
        "where_to_watch"
      ]
      const ofLibrary = [
        "library_collections",
        "library_item",
        "library_overview",
        "library_search",
        "playlists",
        "similar_in_library",
        "watch_history"
      ]
      const ofDownloads = ["blocklist", "download_history", "download_queue"]
      const ofBoth = ["download_options", "managed_titles", "media_health", "release_calendar", "wanted_titles"]
      const ofArr = [...ofDownloads, ...ofBoth]
      const ofOwned = [...ofTmdb, ...ofLibrary]
      // What it adds fills the library before long: whoever asks what is owned asks after it.
      assert.deepStrictEqual(waiting(add), [...ofOwned, ...ofArr].toSorted())
      assert.deepStrictEqual(waiting(write("add_series")), [...ofOwned, ...ofArr, "series_episodes"].toSorted())
      // One of the two services, as the parameters say; with neither said, both.
      const film = { kind: "movie", tmdbId: 1 }
      assert.deepStrictEqual(waiting(write("change_monitoring", { ...film, monitored: true })), ofArr.toSorted())
      assert.deepStrictEqual(write("edit_title", film).tags, ["radarr"])
      assert.deepStrictEqual(write("edit_title", { kind: "series" }).tags, ["sonarr"])
      assert.deepStrictEqual(write("edit_title").tags, ["radarr", "sonarr"])
      assert.deepStrictEqual(write("delete_title", film).tags, ["radarr", "ownership"])
      // What is on its way changes without the titles.
      for (const name of ["remove_download", "unblock_releases"]) {
        assert.deepStrictEqual(waiting(write(name, { service: "sonarr" })), ofDownloads)
      }
      assert.deepStrictEqual(waiting(write("search_downloads", film)), ofDownloads)
      for (const [upstream, names] of [
        ["plex", [...ofTmdb, ...ofLibrary, "now_playing", "on_deck"]],
        ["tmdb", ofTmdb],
        ["sonarr", [...ofArr, "series_episodes"]]
      ] as const) {
        assert.includeMembers(waiting(stranger(upstream)), [...names])
      }
      assert.isTrue(Policy.overlaps(stranger("radarr"), add))
      assert.isFalse(Policy.overlaps(stranger("plex"), add))
    }).pipe(Effect.provide(all))
  )

  it.effect("are limited in number and time", () =>
    Effect.gen(function* () {
      const { tools } = yield* MediaToolkit
      for (const tool of Object.values(tools)) {
        const { concurrency, timeLimitMillis, upstreamConcurrency } = Policy.rulesOf(tool)
        assert.isAtMost(Math.min(concurrency, upstreamConcurrency), 8, tool.name)
        assert.strictEqual(timeLimitMillis, Policy.rulesOf(tool).isReadOnly ? 30_000 : 60_000)
      }
    }).pipe(Effect.provide(all))
  )

  it.effect("say how long a result is true, but for what is so only now", () =>
    Effect.gen(function* () {
      const { tools } = yield* MediaToolkit
      const minutes = Object.values(tools).map((tool) => {
        const { freshnessMillis } = Policy.rulesOf(tool)
        return [tool.name, freshnessMillis === undefined ? undefined : freshnessMillis / 60_000] as const
      })
      const now = new Set([
        ...Object.keys(writing),
        "blocklist",
        "download_history",
        "download_options",
        "download_queue",
        "media_health",
        "now_playing",
        "on_deck"
      ])
      assert.deepStrictEqual(
        minutes.toSorted(),
        minutes.map(([name]) => [name, now.has(name) ? undefined : 2] as const).toSorted()
      )
    }).pipe(Effect.provide(all))
  )

  it.effect("stay small, for they travel with every model call", () =>
    Effect.gen(function* () {
      const { tools } = yield* MediaToolkit
      const sizes = Object.values(tools).map((tool) => {
        const { description, name } = tool
        return JSON.stringify({ name, description, parameters: Tool.getJsonSchema(tool) }).length
      })
      assert.isBelow(Math.max(...sizes), 1100)
      assert.isBelow(sizes.reduce((sum, size) => sum + size, 0) / sizes.length, 550)
      assert.isTrue(Object.values(tools).every(({ description }) => (description ?? "").length > 20))
      assert.isBelow(instructions.split(/\s+/).length, 250)
    }).pipe(Effect.provide(all))
  )
})
