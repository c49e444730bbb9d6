import { Cache } from "@callsheet/cache/Cache"
import * as ReadLog from "@callsheet/cache/ReadLog"
import { pass, settle } from "@callsheet/cache/testing/upstream"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"

import { Library } from "../src/Library.ts"
import { Plex } from "../src/Plex.ts"
import * as PlexReads from "../src/PlexReads.ts"
import * as FakeHttp from "./fakeHttp.ts"

const film = (id: number, more: object = {}) => ({
  ratingKey: String(id),
  type: "movie",
  title: `Film ${id}`,
  Guid: [{ id: "imdb://tt1" }, { id: `tmdb://${id}` }],
  ...more
})

/** A server whose answers take `millis`, with the items of each section. */
const server = (millis: number, sections: Readonly<Record<string, { type: string; items: ReadonlyArray<object> }>>) =>
  FakeHttp.make(({ url }) => {
    const [, key = ""] = /^\/library\/sections\/(\w+)\/all$/.exec(url.pathname) ?? []
    const start = Number(url.searchParams.get("X-Plex-Container-Start"))
    const size = Number(url.searchParams.get("X-Plex-Container-Size"))
    const items = sections[key]?.items ?? []
    return Effect.delay(
      Effect.sync(() =>
        url.pathname === "/library/sections/all"
          ? FakeHttp.json({
              MediaContainer: { Directory: Object.entries(sections).map(([key, { type }]) => ({ key, type })) }
            })
          : FakeHttp.json({ MediaContainer: { totalSize: items.length, Metadata: items.slice(start, start + size) } })
      ),
      Duration.millis(millis)
    )
  })

const access = { baseUrl: "http://plex.test", secret: Redacted.make("token") }

const libraryOf = (http: ReturnType<typeof FakeHttp.make>) =>
  Library.layerNoDeps(access).pipe(
    Layer.provideMerge(PlexReads.layer(access)),
    Layer.provideMerge(Cache.layerMemory()),
    Layer.provide(http.layer)
  )

const manyFilms = Array.from({ length: 1000 }, (_, id) => film(id + 1))

describe("Library.index", () => {
  it.effect("holds every film of every film library, by TMDb id", () =>
    Effect.gen(function* () {
      const http = server(0, {
        1: { type: "movie", items: [film(11, { viewCount: 2 }), film(12), film(13, { Guid: undefined })] },
        2: { type: "show", items: [film(99)] },
        3: { type: "movie", items: [film(12, { viewCount: 1, ratingKey: "4k" })] },
        4: { type: "artist", items: [film(98)] }
      })
      const index = yield* Effect.flatMap(Library, (library) => library.index("movie")).pipe(
        Effect.provide(libraryOf(http))
      )
      assert.deepStrictEqual(
        [...index].map(([tmdbId, { watched }]) => [tmdbId, watched]),
        [
          [11, true],
          [12, true]
        ]
      )
    })
  )

  it.effect("takes a series for watched when all its episodes are", () =>
    Effect.gen(function* () {
      const http = server(0, {
        2: {
          type: "show",
          items: [
            film(1, { leafCount: 8, viewedLeafCount: 8, viewCount: 8 }),
            film(2, { leafCount: 8, viewedLeafCount: 7, viewCount: 7 }),
            film(3, { leafCount: 8 }),
            film(4, { leafCount: 0, viewedLeafCount: 0 })
          ]
        }
      })
      const index = yield* Effect.flatMap(Library, (library) => library.index("series")).pipe(
        Effect.provide(libraryOf(http))
      )
      assert.deepStrictEqual(
        [...index.values()].map(({ watched }) => watched),
        [true, false, false, false]
      )
    })
  )

  it.effect("reads the pages after the first at once", () =>
    Effect.gen(function* () {
      const http = server(50, { 1: { type: "movie", items: manyFilms } })
      const fiber = yield* Effect.gen(function* () {
        const index = yield* (yield* Library).index("movie")
        return [index.size, yield* Clock.currentTimeMillis] as const
      }).pipe(Effect.provide(libraryOf(http)), Effect.forkChild)
      yield* TestClock.adjust("1 second")
      // The libraries, the first page, then three pages side by side.
      assert.deepStrictEqual(yield* Fiber.join(fiber), [1000, 150])
      assert.strictEqual(http.calls.length, 5)
    })
  )

  it.effect("is made once for those who ask while it is made, and kept until it is outdated", () =>
    Effect.gen(function* () {
      const http = server(50, { 1: { type: "movie", items: [film(1)] } })
      const pages = () => http.calls.filter(({ url }) => url.pathname.endsWith("/1/all")).length
      yield* Effect.gen(function* () {
        const library = yield* Library
        const asked = yield* Effect.forkChild(
          Effect.all([library.index("movie"), library.index("movie"), library.index("series")], { concurrency: 3 })
        )
        yield* TestClock.adjust("1 second")
        const [one, two] = yield* Fiber.join(asked)
        assert.strictEqual(one, two)
        yield* TestClock.adjust("30 seconds")
        assert.strictEqual(yield* library.index("movie"), one)
        assert.strictEqual(pages(), 1)
        yield* TestClock.adjust("2 minutes")
        const again = yield* Effect.forkChild(library.index("movie"))
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(again)
        assert.strictEqual(pages(), 2)
        yield* Effect.flatMap(Cache, (cache) => cache.invalidate({ tags: ["ownership"] }))
        const outdated = yield* Effect.forkChild(library.index("movie"))
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(outdated)
        assert.strictEqual(pages(), 3)
      }).pipe(Effect.provide(libraryOf(http)))
    })
  )
})

/** A film library of `count` films that grows at its front, and whose pages after the first may fail. */
const growing = (count: number) => {
  const items = Array.from({ length: count }, (_, id) => film(id + 1))
  let isBroken = false
  const http = FakeHttp.make(({ url }) => {
    if (url.pathname === "/library/sections/all") {
      return FakeHttp.json({ MediaContainer: { Directory: [{ key: "1", type: "movie" }] } })
    }
    const start = Number(url.searchParams.get("X-Plex-Container-Start"))
    const size = Number(url.searchParams.get("X-Plex-Container-Size"))
    if (isBroken && start > 0) return FakeHttp.json({}, 401)
    return Effect.delay(
      Effect.sync(() =>
        FakeHttp.json({ MediaContainer: { totalSize: items.length, Metadata: items.slice(start, start + size) } })
      ),
      Duration.millis(start === 0 ? 20 : 60)
    )
  })
  return {
    layer: libraryOf(http),
    add: (id: number) => items.unshift(film(id)),
    break: () => (isBroken = true)
  }
}

/** Those of the first `count` films that the library is said not to hold, and how long that is taken for true. */
const missingOf = Effect.fnUntraced(function* (count: number) {
  const log = ReadLog.make()
  const library = yield* Library
  const index = yield* settle(Effect.provideService(library.index("movie"), ReadLog.CurrentReadLog, log))
  const missing = Array.from({ length: count }, (_, id) => id + 1).filter((id) => !index.has(id))
  return {
    missing,
    isNew: index.has(9999),
    remainingMillis: Math.min(...log.records.map((one) => one.remainingMillis))
  }
})

describe("a library that grows", () => {
  it.effect("is told as it was or as it is, and never without what was in it all the time", () =>
    Effect.gen(function* () {
      const { add, layer } = growing(600)
      yield* Effect.gen(function* () {
        yield* missingOf(600)
        add(9999)
        yield* pass("121 seconds")
        const told: Array<boolean> = []
        for (let turn = 0; turn < 8; turn++) {
          const { isNew, missing, remainingMillis } = yield* missingOf(600)
          assert.deepStrictEqual(missing, [])
          // What is refreshed is fresh, not as old as something that it was made from.
          assert.strictEqual(remainingMillis > 0, isNew)
          told.push(isNew)
          yield* pass("30 millis")
        }
        assert.deepStrictEqual([told.at(0), told.at(-1)], [false, true])
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("is told as it was while a page of it fails, and then not at all", () =>
    Effect.gen(function* () {
      const { add, break: breakOff, layer } = growing(450)
      yield* Effect.gen(function* () {
        yield* missingOf(450)
        add(9999)
        breakOff()
        yield* pass("121 seconds")
        for (let minute = 2; minute < 10; minute++) {
          assert.deepStrictEqual(yield* missingOf(450), { missing: [], isNew: false, remainingMillis: 0 })
          yield* pass("59 seconds")
        }
        yield* pass("10 seconds")
        assert.strictEqual((yield* Effect.flip(missingOf(450))).reason._tag, "Unauthorized")
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("is told whole where films are added while it is read", () =>
    Effect.gen(function* () {
      const { add, layer } = growing(600)
      yield* Effect.gen(function* () {
        const asked = yield* Effect.forkChild(missingOf(600))
        yield* Effect.forkChild(
          Effect.delay(
            Effect.sync(() => add(9999)),
            "40 millis"
          )
        )
        yield* TestClock.adjust("40 millis")
        assert.deepStrictEqual((yield* settle(Fiber.join(asked))).missing, [])
      }).pipe(Effect.provide(layer))
    })
  )
})

describe("Plex.allItems", () => {
  it.effect("is remembered as a whole, with what tools need of an item", () =>
    Effect.gen(function* () {
      const http = server(5, {
        1: {
          type: "movie",
          items: manyFilms.map((film) => ({ ...film, summary: "Long.", Role: [{ tag: "Somebody" }] }))
        }
      })
      yield* Effect.gen(function* () {
        const plex = yield* Plex
        const all = plex.allItems("1", { "year>": undefined, sort: "titleSort" })
        const [first] = yield* settle(all)
        assert.deepStrictEqual(first, { ratingKey: "1", title: "Film 1", Guid: [{ id: "tmdb://1" }] })
        assert.strictEqual((yield* settle(all)).length, 1000)
        assert.strictEqual(http.calls.length, 4)
        assert.include(http.calls[0]?.url.search, "excludeFields=summary")
        const { byRead } = yield* (yield* Cache).stats
        assert.deepStrictEqual(Object.keys(byRead), ["plex/allItems"])
      }).pipe(Effect.provide(libraryOf(http)))
    })
  )
})
