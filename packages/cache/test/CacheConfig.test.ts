import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Redacted } from "effect"

import * as CacheConfig from "../src/CacheConfig.ts"

const read = (value: string | undefined) =>
  CacheConfig.config.pipe(
    Effect.provide(
      ConfigProvider.layer(ConfigProvider.fromUnknown(value === undefined ? {} : { CALLSHEET_CACHE: value }))
    )
  )

describe("CacheConfig", () => {
  it.effect("reads memory, a file and Redis", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read(undefined), { store: "memory" })
      assert.deepStrictEqual(yield* read(" memory "), { store: "memory" })
      assert.deepStrictEqual(yield* read("sqlite:/var/cache/callsheet.db"), {
        store: "sqlite",
        path: "/var/cache/callsheet.db"
      })
      const redis = yield* read("rediss://:sesame@cache.example:6380/1")
      assert.strictEqual(redis.store === "redis" && Redacted.value(redis.url), "rediss://:sesame@cache.example:6380/1")
      assert.notInclude(JSON.stringify(redis), "sesame")
    })
  )

  it.effect("says what to write where it names no cache, without repeating it", () =>
    Effect.gen(function* () {
      for (const wrong of [
        "sqlite:",
        "file.db",
        "redis://",
        "redis://:se#same@cache.example",
        "http://:sesame@cache.example"
      ]) {
        const error = yield* Effect.flip(read(wrong))
        assert.include(String(error.cause), "write memory, sqlite:PATH or redis://HOST:PORT")
        assert.notInclude(String(error), "sesame")
      }
    })
  )
})
