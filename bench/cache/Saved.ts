/**
 * Saved: what a hit is worth beside its upstream, measured, and as the cache's own figures tell it.
 */
import * as Read from "@callsheet/cache/Read"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { median, rounded, type Row } from "../Report.ts"
import * as Block from "./Block.ts"
import * as Place from "./Place.ts"

export const about = `Time saved a hit: the median miss less the median hit, of 50 values whose upstream takes 10 ms, one read at a time; and what the cache's
own stats say a hit saved. "From the store": in a process that has read none of them.`

const values = 50

const each = Effect.fnUntraced(function* (read: (index: number) => Effect.Effect<unknown>) {
  const found: Array<number> = []
  for (let index = 0; index < values; index++) found.push(yield* Block.micros(1, () => read(index)))
  return median(found) / 1_000
})

const rowsOf = Effect.fnUntraced(function* (place: Place.Place) {
  const read = Read.make("bench/saved", {
    version: 1,
    identity: Read.everyone,
    argument: Schema.Struct({ id: Schema.Int }),
    result: Schema.Int,
    freshness: { fresh: "1 hour" },
    lookup: ({ id }) => Effect.as(Effect.sleep("10 millis"), id)
  })
  const first = yield* Place.open(place)
  const miss = yield* each((id) => first.read(read, { id }))
  yield* first.flush
  const cache = place.shared === undefined ? first : yield* Place.open(place)
  const hit = yield* each((id) => cache.read(read, { id }))
  const { savedMillis, sources } = (yield* cache.stats).reads
  const row: Row = {
    name: place.shared === undefined ? "memory: time saved a hit" : `${place.name}: time saved a hit, from the store`,
    value: miss - hit,
    unit: "ms",
    note: `a miss ${rounded(miss, 2)} ms, a hit ${rounded(hit, 3)}; by the stats ${rounded(savedMillis / (sources.memory + sources.store), 2)}`
  }
  return row
})

export const rows = Effect.gen(function* () {
  const rows = yield* Effect.forEach(yield* Place.all, rowsOf, { concurrency: 1 })
  return [...rows, ...Place.skipped("Redis: time saved a hit, from the store")]
}).pipe(Effect.scoped)
