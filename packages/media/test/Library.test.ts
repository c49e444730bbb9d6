import { Cache } from "@callsheet/cache/Cache"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"

import { Library } from "../src/Library.ts"
import { Plex } from "../src/Plex.ts"
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
    Layer.provide(Plex.layerNoDeps(access)),
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
