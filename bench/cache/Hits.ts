/**
 * Hits: what is in memory already, whichever store is behind it.
 */
import * as Effect from "effect/Effect"

import { median, rounded, type Row } from "../Report.ts"
import * as Block from "./Block.ts"
import * as Place from "./Place.ts"
import * as Titles from "./Titles.ts"

export const about = `Hit in memory: 500 values of 1 KB of JSON, found by an argument of five fields, one of them filled by default; one read at a time,
in blocks of 1,000; the median of the blocks' means. All that a caller pays is in it: default, encoding and key of the argument.
With Redis behind, each version is asked for again every 50 ms, and that is in it too.`

const values = 500
const perBlock = 1_000
const blocks = 100
const warmUps = 20

export const rows = Effect.gen(function* () {
  const rows: Array<Row> = []
  const read = Titles.read(1)
  for (const place of yield* Place.all) {
    const cache = yield* Place.open(place)
    const hit = (index: number) => cache.read(read, Titles.argument(index % values))
    yield* Block.micros(values, hit)
    const before = (yield* cache.stats).reads.sources
    const found: Array<number> = []
    for (let n = -warmUps; n < blocks; n++) {
      const micros = yield* Block.micros(perBlock, hit)
      if (n >= 0) found.push(micros)
    }
    const after = (yield* cache.stats).reads.sources
    const isMemory = place === Place.memory
    const row: Row = {
      name: isMemory ? "hit in memory, argument of five fields" : `hit in memory, with ${place.name} behind it`,
      value: median(found),
      unit: "µs",
      ...(isMemory && { atMost: 10 }),
      note: `blocks from ${rounded(Math.min(...found), 1)} to ${rounded(Math.max(...found), 1)}; ${after.memory - before.memory} of ${(warmUps + blocks) * perBlock} reads were hits`
    }
    rows.push(row)
  }
  return [...rows, ...Place.skipped("hit in memory, with Redis behind it")]
}).pipe(Effect.scoped)
