/**
 * Outage: Redis is killed in the middle of the load, and started again.
 */
import { Cache } from "@callsheet/cache/Cache"
import * as RedisServer from "@callsheet/cache/testing/RedisServer"
import * as Truth from "@callsheet/cache/testing/Truth"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

import { rounded, type Row } from "../Report.ts"
import * as Place from "./Place.ts"
import * as Redis from "./Redis.ts"

export const about = `Redis stopped: two processes, in each of which 1,000 reads of 64 keys begin each second whatever becomes of those before, and a
write with every twentieth; 3 s after the first read redis-server is killed (SIGKILL), 2 s later it is started
again at the same port, empty. Throughput: reads of the first process that end. It is back in the first 250 ms in which 90 % as many
ended as in an average 250 ms of the second before. Used again: from the server's "ready" until it was
asked for values again.`

const perSecond = 1_000
/** Of each process. */
const reads = 12 * perSecond

const spanMillis = 250
const share = 0.9

export const rows = Effect.gen(function* () {
  if (!RedisServer.hasRedis) return Place.skipped("Redis killed in the middle of the load, and started again")
  const server = yield* RedisServer.make()
  const place = Place.inServer(server)
  const cache = yield* Place.open(place)
  const ends: Array<number> = []
  const within = (fromMillis: number, toMillis: number) => ends.filter((at) => at >= fromMillis && at < toMillis).length

  const often = Schedule.spaced("5 millis")
  const outage = Effect.gen(function* () {
    yield* Effect.repeat(
      Effect.sync(() => ends.length),
      { schedule: often, until: (count) => count > 0 }
    )
    yield* Effect.sleep("3 seconds")
    const stoppedAt = performance.now()
    yield* server.kill
    yield* Effect.sleep("2 seconds")
    yield* server.start
    const startedAt = performance.now()
    yield* Effect.repeat(Redis.commands(server.port), {
      schedule: often,
      until: (counts) => counts.has("mget")
    })
    return { stoppedAt, startedAt, usedAt: performance.now() }
  })
  const load = Truth.loadTwice(server.url, { reads, perSecond, onRead: () => ends.push(performance.now()) })
  const [found, { startedAt, stoppedAt, usedAt }] = yield* Effect.all(
    [Effect.provideService(load, Cache, cache), outage],
    { concurrency: 2 }
  )
  const endedAt = ends.at(-1) ?? 0
  const before = within(stoppedAt - 1_000, stoppedAt)
  const wanted = (before * share * spanMillis) / 1_000
  /** Milliseconds after `at` until as many reads end again; `NaN` where the load ended before. */
  const backAfter = (at: number): number => {
    for (let from = at; from + spanMillis <= endedAt; from += 10) {
      if (within(from, from + spanMillis) >= wanted) return from + spanMillis - at
    }
    return Number.NaN
  }
  const second = (at: number): Pick<Row, "value" | "unit" | "note"> => {
    const count = within(at, at + 1_000)
    return { value: count / before, unit: "x", note: `${count} reads against ${before}` }
  }
  const rows: ReadonlyArray<Row> = [
    { name: "Redis killed: failed reads", value: found.failed, unit: "reads", atMost: 0, note: `of ${2 * reads}` },
    {
      name: "Redis killed: throughput back after",
      value: backAfter(stoppedAt),
      unit: "ms",
      atMost: 1_000,
      note: `at best ${spanMillis}, the span in which it is counted`
    },
    { name: "Redis killed: reads in the second after, against that before", ...second(stoppedAt) },
    {
      name: "Redis started again: used again after",
      value: usedAt < endedAt ? usedAt - startedAt : Number.NaN,
      unit: "ms"
    },
    { name: "Redis started again: reads in the second after, against that before the kill", ...second(startedAt) },
    {
      name: "Redis killed and started again: stale reads",
      value: endedAt > usedAt + 1_000 ? found.stale : Number.NaN,
      unit: "reads",
      atMost: 0,
      note: `of ${found.exposed} that could be; ${found.invalidations} invalidations; load from ${rounded((stoppedAt - (ends[0] ?? 0)) / 1_000, 1)} s before the kill to ${rounded((endedAt - startedAt) / 1_000, 1)} s after the start`
    }
  ]
  return rows
}).pipe(Effect.scoped)
