/**
 * Misses: how often the upstream is asked when many want the same at once.
 */
import * as Read from "@callsheet/cache/Read"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { Row } from "../Report.ts"
import * as Place from "./Place.ts"

export const about = `Misses: 1,000 reads begin at once in one process, nothing is remembered; the upstream counts its requests and answers each after 20 ms.
Where 100 ids are asked for, it answers up to 100 of them in one request.`

const reads = 1_000

const common = {
  version: 1,
  identity: Read.everyone,
  argument: Schema.Struct({ id: Schema.Int }),
  result: Schema.Int,
  freshness: { fresh: "1 hour" }
} as const

const rowsOf = Effect.fnUntraced(function* (place: Place.Place) {
  const cache = yield* Place.open(place)
  let requests = 0
  const upstream = <A>(value: A) =>
    Effect.suspend(() => {
      requests++
      return Effect.as(Effect.sleep("20 millis"), value)
    })
  const single = Read.make("bench/single", { ...common, lookup: ({ id }) => upstream(id) })
  const batched = Read.make("bench/batched", {
    ...common,
    batch: { lookup: (args) => upstream(args.map(({ id }) => Result.succeed(id))) }
  })
  const count = Effect.fnUntraced(function* (read: typeof single, ids: number) {
    requests = 0
    const all = Array.from({ length: reads }, (_, index) => index % ids)
    const values = yield* Effect.forEach(all, (id) => cache.read(read, { id }), { concurrency: "unbounded" })
    return values.every((value, index) => value === index % ids) ? requests : Number.NaN
  })
  const rows: ReadonlyArray<Row> = [
    {
      name: `${place.name}: upstream requests for 1,000 concurrent misses of one key`,
      value: yield* count(single, 1),
      unit: "requests",
      atMost: 1
    },
    {
      name: `${place.name}: upstream requests for 1,000 concurrent reads of 100 ids`,
      value: yield* count(batched, 100),
      unit: "requests",
      atMost: 2
    }
  ]
  return rows
})

export const rows = Effect.gen(function* () {
  const rows = yield* Effect.forEach(yield* Place.all, rowsOf, { concurrency: 1 })
  return [...rows.flat(), ...Place.skipped("Redis: upstream requests for concurrent misses")]
}).pipe(Effect.scoped)
