/**
 * Stale: reads that give what was outdated before they began.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as Truth from "@callsheet/cache/testing/Truth"
import * as Effect from "effect/Effect"

import { rounded, type Row } from "../Report.ts"
import * as Place from "./Place.ts"

export const about = `Stale reads: 64 numbers in a file are the upstream, which takes up to 3 ms to say what it read before. In each of two processes 8 readers at once
read any of them, and after each 20th read one writes a number of its own and invalidates its tag; a read is stale if it gives
less than what an invalidation had returned for, in either process, before the read began. Memory is not shared: one process.`

/** Of each process. Some find keys that nobody wrote yet; 100,000 that could be stale are wanted of both together. */
const reads = 55_000

const rowOf = Effect.fnUntraced(function* (place: Place.Place) {
  const cache = yield* Place.open(place)
  const startMillis = performance.now()
  // In one process half of the keys are written.
  const load =
    place.shared === undefined
      ? Effect.flatMap(Truth.file, (path) => Truth.load({ path, reads: 4 * reads, parity: 0 }))
      : Truth.loadTwice(place.shared, { reads })
  const { exposed, failed, invalidations, stale } = yield* Effect.provideService(load, Cache, cache)
  const seconds = (performance.now() - startMillis) / 1000
  const row: Row = {
    name: `${place.name}: stale reads after an invalidation returned`,
    value: exposed >= 100_000 && failed === 0 ? stale : Number.NaN,
    unit: "reads",
    atMost: 0,
    note: `of ${exposed} that could be; ${invalidations} invalidations; ${failed} reads failed; ${rounded(seconds, 1)} s`
  }
  return row
})

export const rows = Effect.gen(function* () {
  const rows = yield* Effect.forEach(yield* Place.all, rowOf, { concurrency: 1 })
  return [...rows, ...Place.skipped("Redis: stale reads after an invalidation returned")]
}).pipe(Effect.scoped)
