import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as MemoryTable from "../../src/memory/MemoryTable.ts"

const Operation = Schema.Struct({
  act: Schema.Literals(["get", "set", "delete"]),
  key: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 })),
  bytes: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3000 }))
})

const seeded = () => {
  let seed = 7
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Reads, and 5 % writes that outdate, over `keys` keys of which the k-th is asked for k^-0.99 times as often as the first. */
const zipf = (keys: number, length: number) => {
  const random = seeded()
  const sums: Array<number> = []
  let sum = 0
  for (let rank = 1; rank <= keys; rank++) sums.push((sum += rank ** -0.99))
  return Array.from({ length }, () => {
    const at = random() * sum
    let low = 0
    for (let high = keys - 1; low < high;) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) < at) low = middle + 1
      else high = middle
    }
    return { key: low, isWrite: random() < 0.05 }
  })
}

/** How many of 100 reads find what no write has outdated since it was put there. */
const hitRate = (
  trace: ReturnType<typeof zipf>,
  get: (key: number) => number | undefined,
  set: (key: number, version: number) => void
): number => {
  const versions = new Map<number, number>()
  let hits = 0
  let reads = 0
  for (const { isWrite, key } of trace) {
    const version = versions.get(key) ?? 0
    if (isWrite) versions.set(key, version + 1)
    else {
      reads++
      if (get(key) === version) hits++
      else set(key, version)
    }
  }
  return (100 * hits) / reads
}

describe("MemoryTable", () => {
  it.prop("stays within its bound and holds what was set last", [Schema.Array(Operation)], ([operations]) => {
    const table = MemoryTable.make<number>(6000)
    const last = new Map<string, number>()
    for (const [index, { act, bytes, key }] of operations.entries()) {
      const name = `${key}`
      if (act === "get") {
        const value = table.get(name)
        if (value !== undefined) assert.strictEqual(value, last.get(name))
      } else if (act === "delete") {
        table.delete(name)
        assert.isUndefined(table.peek(name))
      } else {
        last.set(name, index)
        table.set(name, index, bytes)
      }
      assert.isAtMost(table.usage.bytes, 6000)
    }
    table.clear()
    assert.deepInclude(table.usage, { entries: 0, bytes: 0 })
  })

  it("holds its bound with a million keys", () => {
    const limitBytes = 8 * 1024 * 1024
    const table = MemoryTable.make<number>(limitBytes)
    for (let key = 0; key < 1_000_000; key++) table.set(`${key}`, key, 100)
    assert.isAtMost(table.usage.bytes, limitBytes)
    assert.isAbove(table.usage.bytes, limitBytes * 0.9)
    assert.strictEqual(table.usage.entries + table.usage.evictions, 1_000_000)
  })

  it("keeps a value that is large beside its bound only where it is worth what would go for it", () => {
    const table = MemoryTable.make<string>(100_000)
    for (let key = 0; key < 100; key++) {
      table.set(`small/${key}`, "", 500)
      table.get(`small/${key}`)
    }
    table.set("large", "", 60_000)
    assert.isUndefined(table.peek("large"))
    table.set("beyond", "", 200_000)
    assert.isUndefined(table.peek("beyond"))
    for (let turn = 0; turn < 12; turn++) table.get("large")
    for (let key = 0; key < 100; key++) table.delete(`small/${key}`)
    table.set("large", "", 60_000)
    assert.isDefined(table.peek("large"))
  })

  it("lets a large value in that is asked for all the time, though not for values that are asked for as much", () => {
    for (const [uses, isKept] of [
      [1, true],
      [20, false]
    ] as const) {
      const table = MemoryTable.make<string>(1_000_000)
      for (let key = 0; key < 2_000; key++) {
        for (let use = 0; use < uses; use++) table.get(`small/${key}`)
        table.set(`small/${key}`, "", 500)
      }
      for (let turn = 0; turn < 30; turn++) {
        if (table.get("large") === undefined) table.set("large", "", 100_000)
        table.set(`once/${turn}`, "", 500)
      }
      assert.strictEqual(table.peek("large") !== undefined, isKept)
    }
  })

  it("finds on a Zipf load 5 points more than least recently used, and within 2 of the best fixed set", () => {
    const [keys, room] = [10_000, 1_000]
    const trace = zipf(keys, 300_000)

    const recent = new Map<number, number>()
    const lru = hitRate(
      trace,
      (key) => {
        const version = recent.get(key)
        if (version === undefined || !recent.delete(key)) return undefined
        recent.set(key, version)
        return version
      },
      (key, version) => {
        recent.delete(key)
        recent.set(key, version)
        const [oldest] = recent.keys()
        if (recent.size > room && oldest !== undefined) recent.delete(oldest)
      }
    )

    const uses = new Map<number, number>()
    for (const { isWrite, key } of trace) if (!isWrite) uses.set(key, (uses.get(key) ?? 0) + 1)
    const best = new Set([...uses].toSorted(([, a], [, b]) => b - a).slice(0, room).map(([key]) => key)) // prettier-ignore
    const fixed = new Map<number, number>()
    const fixedSet = hitRate(
      trace,
      (key) => fixed.get(key),
      (key, version) => best.has(key) && fixed.set(key, version)
    )

    const one = MemoryTable.make<number>(1_000_000)
    one.set("00000", 0, 1000)
    const table = MemoryTable.make<number>(one.usage.bytes * room)
    const name = (key: number) => String(key).padStart(5, "0")
    const ours = hitRate(
      trace,
      (key) => table.get(name(key)),
      (key, version) => table.set(name(key), version, 1000)
    )
    assert.isAtMost(table.usage.entries, room)
    assert.isAtLeast(ours, lru + 5)
    assert.isAtLeast(ours, fixedSet - 2)
  })
})
