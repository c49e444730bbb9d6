/**
 * RoundTrips: how often Redis is asked for the reads of one window.
 */
import * as RedisServer from "@callsheet/cache/testing/RedisServer"
import * as Effect from "effect/Effect"

import type { Row } from "../Report.ts"
import * as Place from "./Place.ts"
import * as Redis from "./Redis.ts"
import * as Titles from "./Titles.ts"

export const about = `Round trips to Redis: a real redis-server; another cache has stored the values; n reads begin at once, of a cache with an empty memory.
Counted: all commands that the server says it carried out meanwhile (INFO commandstats). One command is one round trip.`

const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((total, calls) => total + calls, 0)

const told = (counts: ReadonlyMap<string, number>) =>
  [...counts].map(([name, calls]) => `${calls} ${name.toUpperCase()}`).join(", ")

export const rows = Effect.gen(function* () {
  const title = (count: number) => `Redis: round trips for ${count} reads in a window`
  if (!RedisServer.hasRedis) return Place.skipped("Redis: round trips for the reads in a window")
  const server = yield* RedisServer.make()
  const place = Place.inServer(server)
  const read = Titles.read(1)
  const reads = (cache: Effect.Success<ReturnType<typeof Place.open>>, count: number) =>
    Effect.forEach(
      Array.from({ length: count }, (_, id) => id),
      (id) => cache.read(read, Titles.argument(id)),
      // The window is what is tried.
      { concurrency: "unbounded", discard: true }
    )
  const rows: Array<Row> = []
  const writer = yield* Place.open(place)
  const first = yield* Redis.commandsOf(server.port, Effect.andThen(reads(writer, 1_000), writer.flush))
  for (const count of [1, 10, 100, 1_000]) {
    const cache = yield* Place.open(place)
    const counts = yield* Redis.commandsOf(server.port, reads(cache, count))
    const { store } = (yield* cache.stats).reads.sources
    rows.push({
      name: title(count),
      // Values that came from elsewhere, since Redis was given up as too slow, make it no measurement.
      value: store === count ? sum(counts) : Number.NaN,
      unit: "round trips",
      atMost: 1,
      note: `${told(counts)}; ${store} of ${count} found there`
    })
  }
  const cache = yield* Place.open(place)
  yield* reads(cache, 100)
  yield* Effect.sleep("60 millis")
  const again = yield* Redis.commandsOf(server.port, reads(cache, 100))
  rows.push({
    name: "Redis: round trips for 100 reads in a window, all in memory, leases over",
    value: sum(again),
    unit: "round trips",
    atMost: 1,
    note: told(again)
  })
  rows.push({
    name: "Redis: look-ups for 1,000 reads in a window that nobody made before",
    value: first.get("mget") ?? 0,
    unit: "round trips",
    note: "MGETs; the second, with what makes the versions that nobody had seen; values are written after the answers"
  })
  return rows
}).pipe(Effect.scoped)
