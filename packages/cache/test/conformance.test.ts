import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterAll, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Redacted, Scope } from "effect"

import { Cache } from "../src/Cache.ts"
import { conformance, type Subject } from "../src/testing.ts"
import * as RedisServer from "../src/testing/RedisServer.ts"

const sizes = { keys: 20_000, reads: 2_000 }
/** Room for the value of 10 MB, and for no more than half of the keys. */
const options = { memoryBytes: 12 * 1024 * 1024, fileBytes: 64 * 1024 * 1024 }

const check = (subject: Subject) => {
  for (const { name, run, time } of conformance(subject)) {
    const test = time === "virtual" ? it.effect : it.live
    test(name, () => Effect.scoped(run), 20_000)
  }
}

describe("in memory", () => {
  check({ ...sizes, layer: Cache.layerMemory(options), shared: undefined })
})

describe("in a SQLite file", () => {
  const folder = mkdtempSync(join(tmpdir(), "callsheet-cache-"))
  const path = join(folder, "cache.db")
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  check({ ...sizes, layer: Cache.layer({ store: "sqlite", path }, options), shared: Effect.succeed(`sqlite:${path}`) })
})

describe.skipIf(!RedisServer.hasRedis)(`in Redis${RedisServer.needsRedis}`, () => {
  const scope = Scope.makeUnsafe()
  let server: RedisServer.RedisServer | undefined
  beforeAll(async () => {
    server = await Effect.runPromise(
      Scope.provide(RedisServer.make("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"), scope)
    )
  })
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

  // The server is there once the tests run, not when they are collected.
  const layer = Layer.unwrap(
    Effect.sync(() => Cache.layer({ store: "redis", url: server?.redacted ?? Redacted.make("") }, options))
  )
  check({ ...sizes, layer, shared: Effect.sync(() => server?.url ?? "") })
})
