/**
 * Place: a cache in each of the stores, by its public API, and what is skipped where a store's program is absent.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { Cache, type Options } from "@callsheet/cache/Cache"
import type { CacheConfig } from "@callsheet/cache/CacheConfig"
import * as RedisServer from "@callsheet/cache/testing/RedisServer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import type { Row } from "../Report.ts"

export interface Place {
  readonly name: string
  readonly config: CacheConfig
  /** As `CALLSHEET_CACHE` names it to other processes; none where no other can share it. */
  readonly shared: string | undefined
}

export const memory: Place = { name: "memory", config: { store: "memory" }, shared: undefined }

/** The path of a file that goes with the scope. */
export const file = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "callsheet-bench-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => join(folder, "cache.db")
)

export const sqlite = Effect.map(file, (path): Place => ({
  name: "SQLite",
  config: { store: "sqlite", path },
  shared: `sqlite:${path}`
}))

export const inServer = ({ redacted, url }: RedisServer.RedisServer): Place => ({
  name: "Redis",
  config: { store: "redis", url: redacted },
  shared: url
})

/** Each store that can be had here, empty. */
export const all = Effect.gen(function* () {
  const places = [memory, yield* sqlite]
  return RedisServer.hasRedis ? [...places, inServer(yield* RedisServer.make())] : places
})

/** A cache as a process of its own has it, with a memory of its own. */
export const open = ({ config }: Place, options?: Options) =>
  Effect.map(Layer.build(Layer.fresh(Cache.layer(config, options))), (context) => Context.get(context, Cache))

/** What stands in place of the rows that need redis-server; nothing where it is there. */
export const skipped = (what: string): ReadonlyArray<Row> =>
  RedisServer.hasRedis ? [] : [{ name: `${what}${RedisServer.needsRedis}`, value: 0, unit: "measurements" }]
