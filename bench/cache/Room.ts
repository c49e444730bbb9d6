/**
 * Room: what remembered values take, and whether a million of them stay within the bound.
 */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

import * as Read from "@callsheet/cache/Read"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { rounded, type Row } from "../Report.ts"
import * as Place from "./Place.ts"
import * as Titles from "./Titles.ts"

export const about = `Room: 1,000,000 keys remembered in memory, bound 64 MiB; what the cache says it holds, and by how much heap and array buffers grew
(after forced collections), against the bound. Bytes an entry: 2,000 values of 1 KB of JSON: memory as the cache estimates it, the
pages of the file, the memory of the Redis server beyond that when empty.`

const keys = 1_000_000
const limitBytes = 64 * 1024 * 1024

setFlagsFromString("--expose-gc")
const collect: unknown = runInNewContext("gc")

/** What is in use after everything that can be collected was. */
const usedBytes = Effect.gen(function* () {
  for (let n = 0; n < 3; n++) {
    if (typeof collect === "function") collect()
    yield* Effect.sleep(20)
  }
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return heapUsed + arrayBuffers
})

const million = Effect.gen(function* () {
  const read = Read.make("bench/room", {
    version: 1,
    identity: Read.everyone,
    argument: Schema.Struct({ id: Schema.Int }),
    result: Schema.Struct({ id: Schema.Int, title: Schema.String }),
    freshness: { fresh: "1 day" },
    tags: ({ id }) => [`room/${id}`],
    lookup: ({ id }) => Effect.succeed({ id, title: `Title ${id}` })
  })
  const cache = yield* Place.open(Place.memory, { memoryBytes: limitBytes })
  const before = yield* usedBytes
  for (let id = 0; id < keys; id++) yield* cache.remember(read, { id }, { id, title: `Title ${id}` }, [])
  const grown = (yield* usedBytes) - before
  const { bytes, entries, evictions } = (yield* cache.stats).memory
  const rows: ReadonlyArray<Row> = [
    {
      name: "1,000,000 keys in memory: bytes held against the bound, as the cache counts",
      value: bytes / limitBytes,
      unit: "x",
      atMost: 1,
      note: `${entries} entries of ${rounded(bytes / entries, 0)} bytes, ${evictions} evictions`
    },
    {
      name: "1,000,000 keys in memory: bytes held against the bound, as the heap grew",
      value: grown / limitBytes,
      unit: "x",
      atMost: 1
    }
  ]
  return rows
}).pipe(Effect.scoped)

const values = 2_000

const entryOf = Effect.fnUntraced(function* (place: Place.Place) {
  const cache = yield* Place.open(place)
  const read = Titles.read(1)
  const held = Effect.map(cache.stats, ({ memory, store }) =>
    place.shared === undefined ? memory : { entries: store.entries ?? 0, bytes: store.bytes ?? 0 }
  )
  const empty = yield* held
  for (let id = 0; id < values; id++) yield* cache.read(read, Titles.argument(id))
  yield* cache.flush
  const full = yield* held
  const row: Row = {
    name: `${place.name}: bytes an entry of 1 KB of JSON`,
    value: (full.bytes - empty.bytes) / values,
    unit: "bytes",
    note: `${values} values in ${full.entries - empty.entries} entries`
  }
  return row
})

const entries = Effect.gen(function* () {
  const rows = yield* Effect.forEach(yield* Place.all, entryOf, { concurrency: 1 })
  return [...rows, ...Place.skipped("Redis: bytes an entry of 1 KB of JSON")]
}).pipe(Effect.scoped)

export const rows = Effect.gen(function* () {
  return [...(yield* million), ...(yield* entries)]
})
