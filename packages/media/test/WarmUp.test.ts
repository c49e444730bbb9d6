/** What is read ahead, when, within which bounds, and what the first question after it has of that. */
import { Cache } from "@callsheet/cache/Cache"
import { settle } from "@callsheet/cache/testing/upstream"
import { DemoServices } from "@callsheet/testkit/demo/DemoServices"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Exit, Fiber, Layer, Metric, Scope, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock } from "effect/testing"

import * as MediaServices from "../src/MediaServices.ts"
import { MediaToolkit } from "../src/MediaToolkit.ts"
import { Tmdb } from "../src/Tmdb.ts"
import { Warmth } from "../src/Warmth.ts"
import { WarmUp } from "../src/WarmUp.ts"
import { callTool } from "./callTool.ts"
import * as DemoHousehold from "./demoHousehold.ts"
import * as FakeHttp from "./fakeHttp.ts"

const Services = Layer.merge(DemoServices.layer({ delays: "none" }), Cache.layerMemory())

const household = (changes: Readonly<Record<string, string>> = {}) =>
  Layer.mergeAll(MediaToolkit.layerConfig, Layer.provide(WarmUp.layer, MediaServices.layerConfig), Warmth.layer).pipe(
    Layer.provide([DemoHousehold.environment(changes), FetchHttpClient.layer]),
    Layer.provideMerge(Services)
  )

const round = Effect.flatMap(WarmUp, ({ round }) => settle(round))

/** What `effect` asks of the services, as `service path`. */
const asked = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const { requests } = yield* DemoServices
  const before = (yield* requests).length
  yield* settle(effect)
  return (yield* requests).slice(before).map(({ path, service }) => `${service} ${path}`)
})

/** A question that is answered by tools. */
const question = (name: string, parameters: Readonly<Record<string, unknown>>) =>
  Effect.flatMap(Warmth, (warmth) =>
    settle(Stream.runDrain(warmth.question(Stream.fromEffect(callTool(name, parameters)))))
  )

const firstShare = Effect.map(
  Effect.flatMap(Warmth, ({ shares }) => shares),
  ({ first }) => first
)

const horror = { genres: ["horror"], owned: true }

describe("WarmUp.round", () => {
  it.effect("reads what most questions need, and leaves alone what is fresh", () =>
    Effect.gen(function* () {
      const first = yield* round
      assert.include(first, { read: 8, fresh: 0, failed: 0, left: 0 })
      assert.isAtLeast(first.requests, 8)
      assert.deepStrictEqual(yield* asked(round), [])
      // What is owned is no longer fresh, genres are for a week, and the libraries would be dead before long.
      yield* TestClock.adjust("5 minutes")
      const later = new Set(yield* asked(round))
      assert.isTrue([...later].every((one) => one.startsWith("plex ")))
      assert.deepStrictEqual((yield* round).fresh, 8)
    }).pipe(Effect.provide(household()))
  )

  it.effect("makes the first question warm, which without it waits", () =>
    Effect.gen(function* () {
      yield* question("library_search", { genre: "horror" })
      assert.deepStrictEqual(yield* firstShare, { warm: 0, all: 1 })
      // What it read besides is asked for again where it was asked for more than once.
      yield* question("library_search", { genre: "horror" })
      yield* TestClock.adjust("1 hour")
      yield* round
      assert.deepStrictEqual(yield* asked(question("library_search", { genre: "horror" })), [])
      assert.deepStrictEqual(yield* firstShare, { warm: 1, all: 2 })
    }).pipe(Effect.provide(household()))
  )

  it.effect("reads again what is asked for most, and nothing that was asked for once", () =>
    Effect.gen(function* () {
      for (const tmdbId of [603, 603, 155]) yield* settle(callTool("title_details", { tmdbId }))
      yield* settle(callTool("discover_titles", horror))
      yield* TestClock.adjust("4 days")
      for (let turn = 0; turn < 8; turn++) yield* settle(callTool("title_details", { tmdbId: 603 }))
      yield* TestClock.adjust("5 days")
      const again = yield* asked(round)
      assert.include(again, "tmdb /3/movie/603")
      assert.isFalse(
        again.some((path) => /155|discover/.test(path)),
        again.join()
      )
      assert.deepStrictEqual(
        (yield* asked(callTool("title_details", { tmdbId: 603 }))).filter((one) => one.startsWith("tmdb")),
        []
      )
    }).pipe(Effect.provide(household()))
  )

  it.effect(
    "reads again what is asked of Radarr and Sonarr most, but not what a write rests on or what is true for seconds",
    () =>
      Effect.gen(function* () {
        const names = ["managed_titles", "wanted_titles", "release_calendar", "download_options", "download_queue"]
        for (const name of [...names, ...names]) yield* settle(callTool(name, {}))
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual((yield* asked(round)).filter((one) => /^(radarr|sonarr) /.test(one)).toSorted(), [
          "radarr /api/v3/calendar",
          "radarr /api/v3/movie",
          "radarr /api/v3/wanted/missing",
          "sonarr /api/v3/calendar",
          "sonarr /api/v3/series",
          "sonarr /api/v3/wanted/missing"
        ])
        assert.deepStrictEqual(yield* asked(callTool("managed_titles")), [])
      }).pipe(Effect.provide(household()))
  )

  it.effect("counts what cannot be read, and reads all else", () =>
    Effect.gen(function* () {
      const { round } = yield* WarmUp
      const running = yield* Effect.forkChild(round)
      while (running.pollUnsafe() === undefined) {
        yield* TestClock.withLive(Effect.sleep("1 millis"))
        // Most of it are pauses between tries.
        yield* TestClock.adjust("20 millis")
      }
      assert.include(yield* Fiber.join(running), { read: 2, failed: 6, left: 0 })
      const outcomes = (yield* Metric.snapshot).flatMap(({ attributes, id, state }) =>
        id === "callsheet.warmup.reads" ? [[{ ...attributes }["callsheet.warmup.outcome"], state]] : []
      )
      assert.sameDeepMembers(outcomes, [
        ["read", { count: 2, incremental: true }],
        ["failed", { count: 6, incremental: true }]
      ])
    }).pipe(
      Effect.provide(household({ PLEX_BASE_URL: "http://127.0.0.1:1" })),
      Effect.provideService(Metric.MetricRegistry, new Map())
    )
  )
})

const env = { TMDB_BASE_URL: "http://tmdb.test", TMDB_API_KEY: "key" }

const Environment = ConfigProvider.layer(ConfigProvider.fromEnv({ env }))

/** TMDb alone, each of whose answers takes `millis`. */
const slow = (millis: number) => {
  const http = FakeHttp.make(({ url }) =>
    Effect.delay(
      Effect.succeed(
        FakeHttp.json(
          url.pathname.includes("genre") ? { genres: [] } : { page: 1, total_pages: 1, total_results: 0, results: [] }
        )
      ),
      `${millis} millis`
    )
  )
  const layer = MediaServices.layerConfig.pipe(Layer.provide([Environment, http.layer]))
  return { http, services: Layer.provideMerge(layer, Cache.layerMemory()) }
}

/** Asks TMDb, whichever services are set up. */
const search = (query: string) =>
  Effect.flatMap(Effect.serviceOption(Tmdb), (tmdb) =>
    Effect.flatMap(Effect.fromOption(tmdb), (tmdb) => tmdb.search("movie", { query, year: undefined, page: 1 }))
  )

describe("WarmUp", () => {
  it.effect("begins nothing after a minute", () => {
    const { services } = slow(14_000)
    return Effect.gen(function* () {
      const { round } = yield* WarmUp
      yield* Effect.forEach(["a", "b", "c", "d", "e", "f"], (query) => Effect.andThen(search(query), search(query)), {
        concurrency: 6
      }).pipe(Effect.forkChild)
      yield* TestClock.adjust("1 minute")
      yield* TestClock.adjust("1 day")
      const running = yield* Effect.forkChild(round)
      yield* TestClock.adjust("1 hour")
      // The fifth begins within the minute, and goes on for what it takes.
      assert.deepStrictEqual(yield* Fiber.join(running), { read: 5, fresh: 0, failed: 0, left: 3, requests: 5 })
    }).pipe(Effect.provide(WarmUp.layer.pipe(Layer.provide(Environment), Layer.provideMerge(services))))
  })

  it.effect("lets a question that comes meanwhile go first", () => {
    const { http, services } = slow(1_000)
    return Effect.gen(function* () {
      const { round } = yield* WarmUp
      const running = yield* Effect.forkChild(round, { startImmediately: true })
      yield* TestClock.adjust("500 millis")
      yield* Effect.forkChild(search("dune"))
      yield* TestClock.adjust("400 millis")
      yield* Effect.forkChild(search("alien"))
      yield* TestClock.adjust("900 millis")
      assert.deepStrictEqual(
        http.calls.map(({ url }) => url.searchParams.get("query") ?? url.pathname),
        ["/3/genre/movie/list", "dune", "alien"]
      )
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Fiber.join(running)).read, 2)
    }).pipe(Effect.provide(WarmUp.layer.pipe(Layer.provide(Environment), Layer.provideMerge(services))))
  })

  it.effect("makes a question that wants what is read ahead wait for nobody", () => {
    const { http, services } = slow(1_000)
    return Effect.gen(function* () {
      const { round } = yield* WarmUp
      const { genres } = yield* Effect.flatMap(Effect.serviceOption(Tmdb), Effect.fromOption)
      yield* Effect.forkChild(search("dune"), { startImmediately: true })
      yield* Effect.forkChild(round, { startImmediately: true })
      yield* TestClock.adjust("100 millis")
      assert.strictEqual(http.calls.length, 1)
      const wanted = yield* Effect.forkChild(genres("movie"))
      yield* TestClock.adjust("1 second")
      assert.isDefined(wanted.pollUnsafe())
    }).pipe(Effect.provide(WarmUp.layer.pipe(Layer.provide(Environment), Layer.provideMerge(services))))
  })

  it.effect("reads by itself at once, about every five minutes, and no longer than its scope", () => {
    const { http, services } = slow(10)
    return Effect.gen(function* () {
      const scope = yield* Scope.make()
      const layer = WarmUp.layerSchedule.pipe(Layer.provide(Environment), Layer.provide(services))
      yield* Layer.buildWithScope(layer, scope)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(http.calls.length, 2)
      yield* TestClock.adjust("6 days")
      assert.strictEqual(http.calls.length, 2)
      yield* TestClock.adjust("2 days")
      assert.strictEqual(http.calls.length, 4)
      yield* Scope.close(scope, Exit.void)
      yield* TestClock.adjust("30 days")
      assert.strictEqual(http.calls.length, 4)
    })
  })
})
