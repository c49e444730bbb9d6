/**
 * Zipf: which values stay where there is not room for all, against least recently used and the best fixed choice.
 */
import * as Read from "@callsheet/cache/Read"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { rounded, type Row } from "../Report.ts"
import * as Place from "./Place.ts"

const keys = 10_000
const room = 1_000
const exponent = 0.99
const writeShare = 0.05
const operations = 300_000
const seeds = [1, 2, 3, 4, 5]

export const about = `Zipf load: ${operations / 1000},000 operations on ${keys / 1000},000 keys (exponent ${exponent}), ${writeShare * 100} % of them writes that invalidate their key; memory with room for 1,000 equal values.
Hit rate: reads that did not ask the upstream, from the first operation on, nothing warmed up. On the same trace: least recently used of
1,000 (a Set in order of use; a write frees its place), and the 1,000 keys that a fixed set keeps best, known only afterwards. ${seeds.length} seeds; the worst of each.
The sizes of the admission's sketch were chosen on this kind of load (other seeds).`

interface Operation {
  readonly key: number
  readonly isWrite: boolean
}

/** Numbers from 0 to 1: mulberry32. */
const randomFrom = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const traceOf = (seed: number): ReadonlyArray<Operation> => {
  const random = randomFrom(seed)
  const shares = new Float64Array(keys)
  let total = 0
  for (let key = 0; key < keys; key++) shares[key] = total += (key + 1) ** -exponent
  const keyAt = (share: number) => {
    let low = 0
    let high = keys - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((shares[middle] ?? 0) < share) low = middle + 1
      else high = middle
    }
    return low
  }
  return Array.from({ length: operations }, () => ({ key: keyAt(random() * total), isWrite: random() < writeShare }))
}

const leastRecentlyUsed = (trace: ReadonlyArray<Operation>): number => {
  const kept = new Set<number>()
  let hits = 0
  for (const { isWrite, key } of trace) {
    const isKept = kept.delete(key)
    if (isWrite) continue
    kept.add(key)
    if (isKept) hits++
    const [oldest] = kept.size > room ? kept : []
    if (oldest !== undefined) kept.delete(oldest)
  }
  return hits
}

/** The hits of each key, were it always kept, and the most that any `room` of them have together. */
const bestFixedSet = (trace: ReadonlyArray<Operation>): number => {
  const hits = new Uint32Array(keys)
  const isTrue = new Uint8Array(keys)
  for (const { isWrite, key } of trace) {
    if (!isWrite && isTrue[key] === 1) hits[key] = (hits[key] ?? 0) + 1
    isTrue[key] = isWrite ? 0 : 1
  }
  return hits
    .sort()
    .slice(-room)
    .reduce((sum, count) => sum + count, 0)
}

const ours = Effect.fnUntraced(function* (trace: ReadonlyArray<Operation>) {
  let misses = 0
  const read = Read.make("bench/zipf", {
    version: 1,
    identity: Read.everyone,
    argument: Schema.Struct({ key: Schema.Int }),
    result: Schema.Int,
    freshness: { fresh: "1 day" },
    tags: ({ key }) => [`zipf/${key}`],
    lookup: ({ key }) => Effect.sync(() => (misses++, key))
  })
  const one = yield* Place.open(Place.memory)
  yield* one.read(read, { key: 0 })
  const { bytes } = (yield* one.stats).memory
  misses = 0
  const cache = yield* Place.open(Place.memory, { memoryBytes: room * bytes })
  let reads = 0
  for (const { isWrite, key } of trace) {
    if (isWrite) {
      yield* cache.invalidate({ tags: [`zipf/${key}`] })
    } else {
      reads++
      yield* cache.read(read, { key })
    }
  }
  const { entries } = (yield* cache.stats).memory
  // More than there is room for would be no comparison.
  return { reads, hits: entries <= room ? reads - misses : Number.NaN }
}, Effect.scoped)

export const rows = Effect.gen(function* () {
  const found: Array<{ readonly ours: number; readonly lru: number; readonly fixed: number }> = []
  for (const seed of seeds) {
    const trace = traceOf(seed)
    const { hits, reads } = yield* ours(trace)
    const percent = (count: number) => (100 * count) / reads
    found.push({
      ours: percent(hits),
      lru: percent(leastRecentlyUsed(trace)),
      fixed: percent(bestFixedSet(trace))
    })
  }
  const spread = (values: ReadonlyArray<number>) =>
    `${rounded(Math.min(...values), 2)} to ${rounded(Math.max(...values), 2)} %`
  const rates = found.map((rate) => rate.ours)
  const note = `ours ${spread(rates)}, LRU ${spread(found.map(({ lru }) => lru))}, fixed ${spread(found.map(({ fixed }) => fixed))}`
  const rows: ReadonlyArray<Row> = [
    { name: "Zipf: hit rate", value: Math.min(...rates), unit: "%", note },
    {
      name: "Zipf: hit rate above that of least recently used",
      value: Math.min(...found.map(({ lru, ours }) => ours - lru)),
      unit: "points",
      atLeast: 5
    },
    {
      name: "Zipf: hit rate below that of the best fixed set",
      value: Math.max(...found.map(({ fixed, ours }) => fixed - ours)),
      unit: "points",
      atMost: 2
    }
  ]
  return rows
})
