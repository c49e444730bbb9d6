/**
 * FileHits: what only the SQLite file has, against the same value fetched, parsed and decoded by hand.
 */
import { DatabaseSync } from "node:sqlite"

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { median, rounded, type Row } from "../Report.ts"
import * as Block from "./Block.ts"
import * as Place from "./Place.ts"
import * as Titles from "./Titles.ts"

export const about = `Hit in SQLite: the memory before it has room for nothing, 1,000 entries are in the file. By hand: a table of key and JSON
in a file of its own, key at hand; a prepared SELECT by node:sqlite, JSON.parse, decoding by the same Schema, in a plain loop.
Blocks of 500 reads, the two alternating in one process; the median of the ratios of neighbouring blocks.`

const values = 1_000
const perBlock = 500
const pairs = 80
const warmUps = 12

const decode = Schema.decodeUnknownSync(Schema.toCodecJson(Titles.Page))

/** The read of one value by hand, from a table that holds `json` under `keys`. */
const byHand = Effect.fnUntraced(function* (keys: ReadonlyArray<string>, json: ReadonlyArray<string>) {
  const path = yield* Place.file
  const database = yield* Effect.acquireRelease(
    Effect.sync(() => new DatabaseSync(path)),
    (database) => Effect.sync(() => database.close())
  )
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE entry (key TEXT PRIMARY KEY, text TEXT NOT NULL)")
  const insert = database.prepare("INSERT INTO entry VALUES (?, ?)")
  database.exec("BEGIN")
  for (const [index, key] of keys.entries()) insert.run(key, json[index] ?? "")
  database.exec("COMMIT")
  const get = database.prepare("SELECT text FROM entry WHERE key = ?")
  return (index: number) => decode(JSON.parse(String(get.get(keys[index % values] ?? "")?.["text"])))
})

const rowOf = Effect.fnUntraced(function* (kilobytes: number) {
  const place = yield* Place.sqlite
  const read = Titles.read(kilobytes)
  const writer = yield* Place.open(place)
  const ids = Array.from({ length: values }, (_, id) => id)
  const pages = yield* Effect.forEach(ids, (id) => writer.read(read, Titles.argument(id)), { concurrency: 1 })
  yield* writer.flush
  const json = pages.map((page) => JSON.stringify(page))
  const keys = ids.map((id) => read.key(Titles.argument(id)))
  const bare = yield* byHand(keys, json)
  const cache = yield* Place.open(place, { memoryBytes: 1 })
  const hit = (index: number) => cache.read(read, Titles.argument(index % values))

  const found: Array<{ readonly hand: number; readonly ours: number }> = []
  for (let n = -warmUps; n < pairs; n++) {
    // Each goes first in every other pair, and over all the values in turn.
    const from = (n & 1) * perBlock
    const hand = Block.plainMicros(perBlock, (index) => bare(from + index))
    const ours = Block.micros(perBlock, (index) => hit(from + index))
    const pair =
      (n & 2) === 0
        ? yield* Effect.all({ hand, ours }, { concurrency: 1 })
        : yield* Effect.all({ ours, hand }, { concurrency: 1 })
    if (n >= 0) found.push(pair)
  }
  const { sources } = (yield* cache.stats).reads
  const asked = (warmUps + pairs) * perBlock
  const row: Row = {
    name: `hit in SQLite, ${kilobytes} KB, against the same by hand`,
    // A read that came from elsewhere makes it no measurement.
    value: sources.store === asked ? median(found.map(({ hand, ours }) => ours / hand)) : Number.NaN,
    unit: "x",
    atMost: 2,
    note: `${rounded(median(found.map(({ ours }) => ours)), 1)} µs against ${rounded(median(found.map(({ hand }) => hand)), 1)}; ${json[0]?.length} bytes of JSON; ${pairs} pairs of blocks`
  }
  return row
}, Effect.scoped)

export const rows = Effect.forEach([1, 6], rowOf, { concurrency: 1 })
