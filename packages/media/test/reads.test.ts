/** What is remembered of the services, for how long and for whom, and what makes it be asked for again. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { Cache } from "@callsheet/cache/Cache"
import * as ReadLog from "@callsheet/cache/ReadLog"
import { pass, settle } from "@callsheet/cache/testing/upstream"
import * as Policy from "@callsheet/core/schedule/Policy"
import { films, series } from "@callsheet/testkit/demo/DemoLibrary"
import { DemoServices } from "@callsheet/testkit/demo/DemoServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Option, Redacted, Schedule } from "effect"
import { Tool } from "effect/ai"
import { FetchHttpClient } from "effect/http"
import { TestClock } from "effect/testing"

import { MediaToolkit } from "../src/MediaToolkit.ts"
import { Plex } from "../src/Plex.ts"
import * as PlexReads from "../src/PlexReads.ts"
import { Radarr } from "../src/Radarr.ts"
import * as RadarrReads from "../src/RadarrReads.ts"
import type { Access } from "../src/ServiceConfig.ts"
import { Tmdb } from "../src/Tmdb.ts"
import * as TmdbReads from "../src/TmdbReads.ts"
import { callTool } from "./callTool.ts"
import * as DemoHousehold from "./demoHousehold.ts"
import * as FakeHttp from "./fakeHttp.ts"

const Services = Layer.merge(DemoServices.layer({ delays: "none" }), Cache.layerMemory())
const Household = Layer.provideMerge(DemoHousehold.layer(), Services)

/** The path of a file that goes with the scope. */
const file = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "callsheet-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
  ),
  (folder) => join(folder, "cache.db")
)

/** In a file, in which one process finds what another has put. */
const FileCache = Layer.unwrap(Effect.map(file, (path) => Cache.layer({ store: "sqlite", path })))

/** Fails whoever changes what it gives. */
const FrozenCache = Layer.effect(
  Cache,
  Effect.map(Cache, (cache) =>
    Cache.of({ ...cache, read: (read, input) => Effect.tap(cache.read(read, input), (value) => freeze(value)) })
  )
).pipe(Layer.provide(Cache.layerMemory()))

const freeze = (value: unknown): Effect.Effect<void> =>
  Effect.sync(() => {
    const all = [value]
    for (const one of all) {
      if (typeof one !== "object" || one === null || Object.isFrozen(one)) continue
      all.push(...Object.values(one))
      if (one instanceof Map) Object.assign(one, { set: assert.fail, delete: assert.fail, clear: assert.fail })
      Object.freeze(one)
    }
  })

/** What `effect` gives, and what it asked of the services, as `service path`. */
const watched = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const { requests } = yield* DemoServices
  const before = (yield* requests).length
  const value = yield* settle(effect)
  const asked = (yield* requests).slice(before).map(({ path, service }) => `${service} ${path}`)
  return { value, asked }
})

/** Repeats `effect` until all that it reads is fresh: until what was refreshed in the background has come. */
const refreshed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const log = ReadLog.make()
    yield* Effect.provideService(effect, ReadLog.CurrentReadLog, log)
    return log.records.every(({ remainingMillis }) => remainingMillis > 0)
  }).pipe(Effect.repeat({ until: (isFresh) => isFresh, schedule: Schedule.spaced("1 millis") }), settle)

const of = (service: string, asked: ReadonlyArray<string>) => asked.filter((one) => one.startsWith(`${service} `))

const access = (baseUrl: string, secret = "key"): Access => ({ baseUrl, secret: Redacted.make(secret) })

/** TMDb of the demo, remembered, and what stands below it. */
const TmdbOfDemo = Layer.unwrap(
  Effect.map(DemoServices, ({ tmdb }) => TmdbReads.layer(access(tmdb.baseUrl, tmdb.apiKey)))
).pipe(Layer.provide(FetchHttpClient.layer), Layer.provideMerge(Services))

const PlexOfDemo = Layer.unwrap(
  Effect.map(DemoServices, ({ plex }) => PlexReads.layer(access(plex.baseUrl, plex.token)))
).pipe(Layer.provide(FetchHttpClient.layer), Layer.provideMerge(Services))

const details = (tmdbId: number) => Effect.flatMap(Tmdb, (tmdb) => tmdb.details("movie", tmdbId))
const search = (query: string) =>
  Effect.flatMap(Tmdb, (tmdb) => tmdb.search("movie", { query, year: undefined, page: 1 }))

const questions: ReadonlyArray<readonly [name: string, parameters: Readonly<Record<string, unknown>>]> = [
  ["library_search", { genre: "horror", person: "Jordan Peele", detail: "full" }],
  ["on_deck", {}],
  ["download_queue", {}],
  ["search_titles", { query: "dune" }],
  ["title_details", { tmdbId: 603 }],
  ["recommend_titles", { tmdbId: 603 }],
  ["discover_titles", { genres: ["horror"], owned: false }],
  ["person_filmography", { name: "Christopher Nolan" }],
  ["library_overview", { kind: "series", by: "genre" }],
  ["library_item", { ratingKey: "1001", extras: true }],
  ["similar_in_library", { title: "The Matrix (1999)" }],
  ["library_collections", { collection: "Alien" }],
  ["playlists", { playlist: "Friday Fright" }],
  ["now_playing", {}],
  ["watch_history", { from: "2025-02-01" }],
  ["trending_titles", { list: "trending_week", owned: false }],
  ["person_details", { name: "Christopher Nolan" }],
  ["where_to_watch", { tmdbId: 603 }],
  ["collection_titles", { name: "The Matrix" }],
  ["download_history", {}],
  ["blocklist", {}],
  ["release_calendar", { from: "2025-03-01", to: "2025-03-31" }],
  ["wanted_titles", {}],
  ["managed_titles", { limit: 5 }],
  ["series_episodes", { tmdbId: 95396, season: 2 }]
]

const ofDownloads = ["/api/v3/blocklist", "/api/v3/history", "/api/v3/queue"]
const ofRadarr = [...ofDownloads, "/api/v3/calendar", "/api/v3/movie", "/api/v3/wanted/missing"].toSorted()
const ofSonarr = [
  ...ofDownloads,
  "/api/v3/calendar",
  "/api/v3/episode",
  "/api/v3/series",
  "/api/v3/wanted/missing"
].toSorted()

/** All of them at once. */
const step = Effect.forEach(questions, ([name, parameters]) => callTool(name, parameters), { concurrency: 8 })

describe("what is remembered", () => {
  it.effect("is asked of no service again", () =>
    Effect.gen(function* () {
      const first = yield* watched(step)
      const second = yield* watched(step)
      assert.isAbove(first.asked.length, 15)
      assert.isFalse(first.value.some(({ isFailure }) => isFailure))
      assert.deepStrictEqual(second.asked, [])
      assert.deepStrictEqual(second.value, first.value)
    }).pipe(Effect.provide(Household))
  )

  it.effect("is served past its time and refreshed once, and in the end asked for again", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* watched(details(603))).asked.length, 1)
      yield* pass("4 days")
      const { requests } = yield* DemoServices
      const before = (yield* requests).length
      // At once: no time passes and no answer can have come.
      for (let turn = 0; turn < 5; turn++) assert.strictEqual((yield* details(603)).title, "The Matrix")
      yield* refreshed(details(603))
      assert.strictEqual((yield* requests).length, before + 1)
      yield* pass("2 days")
      assert.deepStrictEqual((yield* watched(details(603))).asked, [])
      yield* pass("8 days")
      assert.strictEqual((yield* watched(details(603))).asked.length, 1)
    }).pipe(Effect.provide(TmdbOfDemo))
  )

  it.effect("is forgotten after an hour where each day has its own", () =>
    Effect.gen(function* () {
      const asked = (list: string) =>
        Effect.map(watched(callTool("trending_titles", { list })), ({ asked }) => of("tmdb", asked).length)
      yield* asked("trending_week")
      yield* asked("airing_today")
      for (const list of ["trending_today", "airing_today", "now_playing"]) {
        yield* asked(list)
        yield* pass("50 minutes")
        assert.strictEqual(yield* asked(list), 0)
        yield* pass("11 minutes")
        assert.strictEqual(yield* asked(list), 1)
      }
      assert.strictEqual(yield* asked("trending_week"), 0)
    }).pipe(Effect.provide(Household))
  )

  it.effect("is forgotten after seconds where it depends on now", () =>
    Effect.gen(function* () {
      for (const name of ["on_deck", "download_queue", "now_playing"]) {
        yield* watched(callTool(name))
        yield* pass("11 seconds")
        const { asked } = yield* watched(callTool(name))
        assert.strictEqual(asked.length, name === "download_queue" ? 2 : 1)
      }
    }).pipe(Effect.provide(Household))
  )

  it.effect("is an index of what is owned for as long as what it was made from", () =>
    Effect.gen(function* () {
      const first = yield* watched(callTool("title_details", { tmdbId: 603 }))
      assert.deepStrictEqual(of("plex", first.asked), ["plex /library/sections/all", "plex /library/sections/1/all"])
      yield* pass("3 minutes")
      const late = yield* watched(callTool("title_details", { tmdbId: 603 }))
      yield* refreshed(callTool("title_details", { tmdbId: 603 }))
      assert.deepStrictEqual(late.value, first.value)
      yield* pass("20 minutes")
      const dead = yield* watched(callTool("title_details", { tmdbId: 603 }))
      assert.include(dead.asked, "plex /library/sections/1/all")
      assert.deepStrictEqual(of("tmdb", dead.asked), [])
    }).pipe(Effect.provide(Household))
  )
})

describe("what is remembered of all tools", () => {
  it.effect("is changed by none", () =>
    Effect.gen(function* () {
      const first = yield* settle(step)
      const second = yield* settle(step)
      assert.isFalse(first.some(({ isFailure }) => isFailure))
      assert.deepStrictEqual(second, first)
    }).pipe(
      Effect.provide(DemoHousehold.layer()),
      Effect.provide([DemoServices.layer({ delays: "none" }), FrozenCache])
    )
  )

  it.effect("is found by another process that shares the store", () =>
    Effect.gen(function* () {
      const path = yield* file
      const ask = (effect: Effect.Effect<unknown, unknown, MediaToolkit | DemoServices>) =>
        watched(
          effect.pipe(Effect.provide(DemoHousehold.layer()), Effect.tap(Effect.flatMap(Cache, ({ flush }) => flush)))
        ).pipe(Effect.provide(Cache.layer({ store: "sqlite", path })))
      const failing = callTool("title_details", { tmdbId: 1 })
      const both = Effect.all([step, failing])
      const first = yield* ask(both)
      assert.isAbove(first.asked.length, 15)
      assert.deepStrictEqual(yield* ask(both), { value: first.value, asked: [] })
    }).pipe(Effect.provide(DemoServices.layer({ delays: "none" })))
  )
})

describe("one step", () => {
  it.effect("asks once for a title that two tools want, and for all they want of it in one request", () =>
    Effect.gen(function* () {
      const two = Effect.all(
        [callTool("title_details", { tmdbId: 603 }), callTool("recommend_titles", { tmdbId: 603, limit: 40 })],
        { concurrency: 2 }
      )
      const { asked, value } = yield* watched(two)
      assert.isTrue(value.every(({ isFailure }) => !isFailure))
      assert.deepStrictEqual(of("tmdb", asked).toSorted(), [
        "tmdb /3/genre/movie/list",
        "tmdb /3/movie/603",
        "tmdb /3/movie/603/recommendations",
        "tmdb /3/movie/603/similar"
      ])
      const { requests } = yield* DemoServices
      const queries = (yield* requests).filter(({ path }) => path.startsWith("/3/movie/603")).map(({ query }) => query)
      assert.deepStrictEqual(queries.toSorted(), [
        "append_to_response=credits%2Crecommendations%2Csimilar",
        "page=2",
        "page=2"
      ])
    }).pipe(Effect.provide(Household))
  )

  it.effect("asks for what is wanted alone by itself, and says the same", () =>
    Effect.gen(function* () {
      const tmdb = yield* Tmdb
      const cache = yield* Cache
      const parts = [
        tmdb.details("movie", 603),
        tmdb.recommendations("movie", 603, 1),
        tmdb.similar("movie", 603, 1)
      ] as const
      const alone = yield* watched(Effect.all(parts))
      assert.deepStrictEqual(alone.asked, [
        "tmdb /3/movie/603",
        "tmdb /3/movie/603/recommendations",
        "tmdb /3/movie/603/similar"
      ])
      yield* cache.invalidate({ tags: ["tmdb"] })
      const together = yield* watched(Effect.all(parts, { concurrency: 3 }))
      assert.deepStrictEqual(together.asked, ["tmdb /3/movie/603"])
      assert.deepStrictEqual(together.value, alone.value)
    }).pipe(Effect.provide(TmdbOfDemo))
  )

  it.effect("asks for a person and their films and series in one request", () =>
    Effect.gen(function* () {
      const tmdb = yield* Tmdb
      const [first = ""] = series[0]?.cast ?? []
      const [person] = yield* settle(tmdb.searchPerson(first))
      const id = person?.id ?? 0
      const credits = [tmdb.credits("movie", id), tmdb.credits("series", id)] as const
      const all = [...credits, tmdb.person(id)] as const
      const together = yield* watched(Effect.all(all, { concurrency: 3 }))
      assert.deepStrictEqual(together.asked, [`tmdb /3/person/${id}`])
      yield* Effect.flatMap(Cache, (cache) => cache.invalidate({ all: true }))
      const alone = yield* watched(Effect.all(all))
      assert.deepStrictEqual(alone.asked, [
        `tmdb /3/person/${id}/movie_credits`,
        `tmdb /3/person/${id}/tv_credits`,
        `tmdb /3/person/${id}`
      ])
      assert.deepStrictEqual(together.value, alone.value)
      assert.isNotEmpty(alone.value[1].cast)
    }).pipe(Effect.provide(TmdbOfDemo))
  )

  it.effect("asks Plex once for the records of several lists, and never for one it knows", () =>
    Effect.gen(function* () {
      const plex = yield* Plex
      const both = Effect.all([plex.metadata(["1003", "1001"]), plex.metadata(["1002", "1001", "77"])], {
        concurrency: 2
      })
      const first = yield* watched(both)
      assert.deepStrictEqual(first.asked, ["plex /library/metadata/1003,1001,1002,77"])
      assert.deepStrictEqual(
        first.value.map((items) => items.map(({ ratingKey }) => ratingKey)),
        [
          ["1003", "1001"],
          ["1002", "1001"]
        ]
      )
      assert.deepStrictEqual((yield* watched(plex.metadata(["1004", "1002"]))).asked, ["plex /library/metadata/1004"])
      assert.deepStrictEqual((yield* watched(plex.metadata(["78", "79"]))).value, [])
      assert.deepStrictEqual((yield* watched(plex.metadata(["1003", "77"]))).asked, [])
    }).pipe(Effect.provide(PlexOfDemo))
  )

  it.effect("fails for a part that is not understood whoever wants it, and nobody else", () =>
    Effect.gen(function* () {
      const page = { results: [], total_pages: 1, total_results: 0 }
      const http = FakeHttp.make(({ url }) =>
        FakeHttp.json(
          url.pathname.endsWith("/similar")
            ? { results: "none" }
            : { id: 603, title: "The Matrix", ...page, recommendations: page, similar: { results: "none" } }
        )
      )
      const TmdbOfHttp = TmdbReads.layer(access("http://tmdb.test")).pipe(
        Layer.provide([http.layer, Cache.layerMemory()])
      )
      const [title, list, similar] = yield* settle(
        Effect.flatMap(Tmdb, (tmdb) =>
          Effect.all(
            [
              tmdb.details("movie", 603),
              tmdb.recommendations("movie", 603, 1),
              Effect.flip(tmdb.similar("movie", 603, 1))
            ],
            { concurrency: 3 }
          )
        ).pipe(Effect.provide(TmdbOfHttp))
      )
      assert.deepStrictEqual([title.title, list.total, similar.reason._tag], ["The Matrix", 0, "Unexpected"])
    })
  )
})

describe("whose it is", () => {
  const ask = Effect.fnUntraced(function* <A, E, S, R>(read: Effect.Effect<A, E, S>, layer: Layer.Layer<S, never, R>) {
    const exit = yield* settle(Effect.exit(Effect.provide(read, layer)))
    yield* Effect.flatMap(Cache, (cache) => cache.flush)
    return exit
  })

  it.effect("is the token's: another at the same address is given nothing of it", () =>
    Effect.gen(function* () {
      const http = FakeHttp.make(({ headers, url }) =>
        FakeHttp.json({
          MediaContainer: { Directory: [{ key: `${url.host} ${headers["x-plex-token"]}`, type: "movie" }] }
        })
      )
      const keys = Effect.flatMap(Plex, (plex) => Effect.map(plex.sections, (all) => all.map(({ key }) => key)))
      const askBy = (baseUrl: string, secret: string) =>
        ask(keys, Layer.provide(PlexReads.layer(access(baseUrl, secret)), http.layer))
      assert.deepStrictEqual(yield* askBy("http://plex.test", "ours"), Exit.succeed(["plex.test ours"]))
      assert.deepStrictEqual(yield* askBy("http://plex.test", "theirs"), Exit.succeed(["plex.test theirs"]))
      assert.deepStrictEqual(yield* askBy("http://next.test", "ours"), Exit.succeed(["next.test ours"]))
      assert.strictEqual(http.calls.length, 3)
      // Ours again, however its address is written.
      for (const address of ["http://plex.test/", "HTTP://Plex.test:80//"]) {
        assert.deepStrictEqual(yield* askBy(address, "ours"), Exit.succeed(["plex.test ours"]))
      }
      assert.strictEqual(http.calls.length, 3)
    }).pipe(Effect.provide(FileCache))
  )

  it.effect("is everybody's where it is TMDb's, but not from another address", () =>
    Effect.gen(function* () {
      const http = FakeHttp.make(({ url }) => FakeHttp.json({ id: 603, title: url.host }))
      const askBy = (baseUrl: string, secret: string) =>
        ask(
          Effect.map(details(603), ({ title }) => title),
          Layer.provide(TmdbReads.layer(access(baseUrl, secret)), http.layer)
        )
      const tmdb = "https://api.themoviedb.org"
      assert.deepStrictEqual(yield* askBy(tmdb, "ours"), Exit.succeed("api.themoviedb.org"))
      assert.deepStrictEqual(yield* askBy(`${tmdb}/`, "theirs"), Exit.succeed("api.themoviedb.org"))
      assert.strictEqual(http.calls.length, 1)
      assert.deepStrictEqual(yield* askBy("http://mirror.test", "ours"), Exit.succeed("mirror.test"))
    }).pipe(Effect.provide(FileCache))
  )
})

/** As a scheduler does after a call that writes: by the tags and the upstream of its footprint. */
const outdate = Effect.fnUntraced(function* (name: string, decoded: unknown = {}) {
  const { tools } = yield* MediaToolkit
  const { tags = [], upstream } = Policy.footprint(tools[name] ?? Tool.make("none"), Option.some({ decoded }))
  yield* (yield* Cache).invalidate({ tags: [...tags, ...(upstream === undefined ? [] : [upstream])] })
})

describe("a write", () => {
  it.effect("makes what it changes be asked for again, and nothing else", () =>
    Effect.gen(function* () {
      const tmdbId = films.find(({ state }) => state === "absent")?.tmdbId
      yield* watched(step)
      const { asked: written } = yield* watched(callTool("add_movie", { tmdbId, searchNow: false }))
      assert.deepStrictEqual(written.at(-1), "radarr /api/v3/movie")
      yield* outdate("add_movie")
      const { asked } = yield* watched(step)
      assert.deepStrictEqual(
        of("radarr", asked).toSorted(),
        ofRadarr.map((path) => `radarr ${path}`)
      )
      // What is under way is not changed by it.
      assert.isFalse(of("plex", asked).some((one) => /\/hubs\/|\/sessions$/.test(one)))
      assert.includeMembers([...asked], ["plex /library/sections/1/all", "plex /library/sections/2/all"])
      assert.deepStrictEqual([...of("tmdb", asked), ...of("sonarr", asked)], [])
    }).pipe(Effect.provide(Household))
  )

  it.effect("of a rating makes the records be asked for again that tell it, and nothing else", () =>
    Effect.gen(function* () {
      const rated = Effect.map(callTool("library_item", { ratingKey: "1001" }), ({ text }) => text)
      yield* watched(step)
      assert.include((yield* watched(rated)).value, '"ownRating":null')
      const { asked: written, value } = yield* watched(callTool("rate_title", { ratingKey: "1001", rating: 7.5 }))
      assert.isFalse(value.isFailure, value.text)
      assert.deepStrictEqual(written, ["plex /:/rate"])
      yield* outdate("rate_title")
      const { asked } = yield* watched(step)
      assert.isNotEmpty(asked)
      assert.deepStrictEqual(
        asked.filter((one) => !/^plex \/library\/metadata\/[\d,]+$/.test(one)),
        []
      )
      assert.include((yield* watched(rated)).value, '"ownRating":7.5')
    }).pipe(Effect.provide(Household))
  )

  it.effect("to one service's titles or downloads leaves the other's, and what is not of them, as it is", () =>
    Effect.gen(function* () {
      const outdated = Effect.fnUntraced(function* (name: string, parameters: Readonly<Record<string, unknown>>) {
        yield* outdate(name, parameters)
        return (yield* watched(step)).asked.toSorted()
      })
      yield* watched(step)
      for (const service of ["radarr", "sonarr"]) {
        const paths = ofDownloads.map((path) => `${service} ${path}`)
        assert.deepStrictEqual(yield* outdated("remove_download", { service, queueId: 1 }), paths)
        assert.deepStrictEqual(yield* outdated("unblock_releases", { service, blocklistIds: [] }), paths)
        const kind = service === "radarr" ? "movie" : "series"
        assert.deepStrictEqual(yield* outdated("search_downloads", { kind, all: "missing" }), paths)
      }
      assert.deepStrictEqual(
        yield* outdated("change_monitoring", { kind: "movie", tmdbId: 1, monitored: true }),
        ofRadarr.map((path) => `radarr ${path}`)
      )
      assert.deepStrictEqual(
        yield* outdated("edit_title", { kind: "series", tmdbId: 1, tags: [] }),
        ofSonarr.map((path) => `sonarr ${path}`)
      )
      const deleted = yield* outdated("delete_title", { kind: "series", tmdbId: 1 })
      assert.includeMembers(
        deleted,
        ofSonarr.map((path) => `sonarr ${path}`)
      )
      assert.include(deleted, "plex /library/sections/1/all")
      assert.deepStrictEqual(of("radarr", deleted), [])
    }).pipe(Effect.provide(Household))
  )

  it.effect("to all of Plex makes what was made from it be made again", () =>
    Effect.gen(function* () {
      yield* watched(callTool("title_details", { tmdbId: 603 }))
      yield* (yield* Cache).invalidate({ tags: ["plex"] })
      const { asked } = yield* watched(callTool("title_details", { tmdbId: 603 }))
      assert.deepStrictEqual(asked, ["plex /library/sections/all", "plex /library/sections/1/all"])
    }).pipe(Effect.provide(Household))
  )

  it.effect("rests on what is true now", () =>
    Effect.gen(function* () {
      const lookup = Effect.flatMap(Radarr, (radarr) => radarr.lookup(603))
      yield* watched(lookup)
      assert.deepStrictEqual((yield* watched(lookup)).asked, ["radarr /api/v3/movie/lookup/tmdb"])
      const twice = Effect.all([lookup, lookup], { concurrency: 2 })
      assert.strictEqual((yield* watched(twice)).asked.length, 1)
    }).pipe(
      Effect.provide(
        Layer.unwrap(
          Effect.map(DemoServices, ({ radarr }) => RadarrReads.layer(access(radarr.baseUrl, radarr.apiKey)))
        ).pipe(Layer.provide(FetchHttpClient.layer), Layer.provideMerge(Services))
      )
    )
  )
})

describe("a failure", () => {
  it.effect("is remembered for a while where there is no such title", () =>
    Effect.gen(function* () {
      const missing = Effect.flip(details(1))
      const first = yield* watched(missing)
      assert.strictEqual(first.value.reason._tag, "NotFound")
      const again = yield* watched(missing)
      assert.deepStrictEqual(again, { value: first.value, asked: [] })
      yield* pass("6 minutes")
      assert.strictEqual((yield* watched(missing)).asked.length, 1)
    }).pipe(Effect.provide(TmdbOfDemo))
  )

  it.effect("is not where it may heal", () =>
    Effect.gen(function* () {
      for (const status of [503, 429, 401, 400]) {
        let isDown = true
        const http = FakeHttp.make(() =>
          isDown ? FakeHttp.json({}, status) : FakeHttp.json({ id: 603, title: "The Matrix" })
        )
        yield* Effect.gen(function* () {
          const down = yield* Effect.forkChild(Effect.flip(details(603)))
          yield* TestClock.adjust("1 minute")
          yield* Fiber.join(down)
          isDown = false
          const up = yield* Effect.forkChild(details(603))
          yield* TestClock.adjust("1 second")
          assert.strictEqual((yield* Fiber.join(up)).title, "The Matrix")
        }).pipe(
          Effect.provide(TmdbReads.layer(access("http://tmdb.test"))),
          Effect.provide([http.layer, Cache.layerMemory()])
        )
      }
    })
  )

  it.effect("is not where a page says it that is not the service's own, as of a proxy while the service is away", () =>
    Effect.gen(function* () {
      for (const nothing of [() => FakeHttp.html(404), () => FakeHttp.json({}, 404)]) {
        let isAway = true
        const http = FakeHttp.make(({ url }) => {
          if (isAway) return nothing()
          return FakeHttp.json(
            url.host === "tmdb.test"
              ? { id: 603, title: "The Matrix" }
              : { MediaContainer: { Metadata: [{ ratingKey: "7", type: "movie", title: "The Matrix" }] } }
          )
        })
        const Services = Layer.merge(
          TmdbReads.layer(access("http://tmdb.test")),
          PlexReads.layer(access("http://plex.test"))
        ).pipe(Layer.provide(http.layer), Layer.provideMerge(Cache.layerMemory()))
        yield* Effect.gen(function* () {
          const records = Effect.flatMap(Plex, (plex) => plex.metadata(["7", "8"]))
          const log = ReadLog.make()
          assert.deepStrictEqual(yield* settle(Effect.provideService(records, ReadLog.CurrentReadLog, log)), [])
          assert.deepStrictEqual(
            log.records.map(({ remainingMillis }) => remainingMillis),
            [0, 0]
          )
          assert.strictEqual((yield* settle(Effect.flip(details(603)))).reason._tag, "Unexpected")
          isAway = false
          assert.deepStrictEqual(
            (yield* settle(records)).map(({ ratingKey }) => ratingKey),
            ["7"]
          )
          assert.strictEqual((yield* settle(details(603))).title, "The Matrix")
          // What is missing among others is not there.
          const asked = http.calls.length
          yield* settle(records)
          assert.strictEqual(http.calls.length, asked)
        }).pipe(Effect.provide(Services))
      }
    })
  )

  it.effect("is not where a wrong address says that there is nothing", () =>
    Effect.gen(function* () {
      const http = FakeHttp.make(() => FakeHttp.json({}, 404))
      yield* Effect.gen(function* () {
        yield* settle(Effect.flip(search("dune")))
        yield* settle(Effect.flip(search("dune")))
      }).pipe(
        Effect.provide(TmdbReads.layer(access("http://tmdb.test"))),
        Effect.provide([http.layer, Cache.layerMemory()])
      )
      assert.strictEqual(http.calls.length, 2)
    })
  )
})

describe("one question", () => {
  it.effect("is one however it is spelled", () =>
    Effect.gen(function* () {
      const first = yield* watched(search("Amélie"))
      assert.deepStrictEqual(first.asked, ["tmdb /3/search/movie"])
      for (const spelling of ["  amélie ", "AMÉLIE", "Ame\u0301lie"]) {
        assert.deepStrictEqual(yield* watched(search(spelling)), { value: first.value, asked: [] }, spelling)
      }
      assert.strictEqual((yield* watched(search("Amelie 2"))).asked.length, 1)
    }).pipe(Effect.provide(TmdbOfDemo))
  )

  it.effect("is one in whatever order it is put, and with what goes without saying", () =>
    Effect.gen(function* () {
      const ask = (parameters: Readonly<Record<string, unknown>>) =>
        Effect.map(watched(callTool("discover_titles", parameters)), ({ asked }) => asked.length)
      assert.isAbove(yield* ask({ genres: ["horror", "comedy"], yearFrom: 2000 }), 0)
      assert.strictEqual(yield* ask({ yearFrom: 2000, genres: ["Comedy", "HORROR", "comedy"], kind: "movie" }), 0)
      assert.strictEqual(yield* ask({ sort: "popularity", limit: 5, genres: ["comedy", "horror"], yearFrom: 2000 }), 0)
      assert.strictEqual(yield* ask({ genres: ["horror"], yearFrom: 2000 }), 1)
      const tmdb = yield* watched(callTool("search_titles", { query: "dune", kind: "movie", year: null }))
      assert.strictEqual(of("tmdb", tmdb.asked).length, 1)
      assert.deepStrictEqual((yield* watched(callTool("search_titles", { query: "dune", kind: "movie" }))).asked, [])
    }).pipe(Effect.provide(Household))
  )
})
