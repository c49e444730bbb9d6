import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"

import * as Cursor from "../src/Cursor.ts"
import * as Paging from "../src/Paging.ts"

/** A list of the numbers from 0, twenty a page, that keeps which pages were read. */
const numbers = (total: number) => {
  const read: Array<number> = []
  const page = (page: number) =>
    Effect.sync(() => {
      read.push(page)
      const items = Array.from({ length: total }, (_, index) => index).slice((page - 1) * 20, page * 20)
      return { items, total, pages: Math.ceil(total / 20) }
    })
  return { page, read }
}

const keyOf = (item: number) => item

const small = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 120 }))
const positive = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 60 }))

describe("Paging.collect", () => {
  it.effect("reads just the pages that hold the asked-for items", () =>
    Effect.gen(function* () {
      const { page, read } = numbers(100)
      const first = yield* Paging.collect({ read: page, keyOf, from: Cursor.start, limit: 30 })
      assert.deepStrictEqual(
        first.items,
        Array.from({ length: 30 }, (_, index) => index)
      )
      assert.deepStrictEqual([first.total, read], [100, [1, 2]])
      assert.deepStrictEqual(first.next, { page: 2, skip: 10 })
    })
  )

  it.effect("examines a stated number of candidates at most, and says where to go on", () =>
    Effect.gen(function* () {
      const { page, read } = numbers(1000)
      const none = yield* Paging.collect({
        read: page,
        keyOf,
        from: Cursor.start,
        limit: 5,
        filter: Effect.succeed((number: number) => number === 250)
      })
      assert.deepStrictEqual([none.items, none.total, read.length], [[], 0, Paging.filteredPages])
      assert.deepStrictEqual(none.next, { page: 11, skip: 0 })
      const found = yield* Paging.collect({
        read: page,
        keyOf,
        from: none.next ?? Cursor.start,
        limit: 5,
        filter: Effect.succeed((number: number) => number === 250)
      })
      assert.deepStrictEqual([found.items, found.total], [[250], 1])
    })
  )

  it.effect("gives an item once that has moved from one page to the next between their reads", () =>
    Effect.gen(function* () {
      const page = (page: number) =>
        Effect.succeed({
          // Another has come before the first since the first page was read.
          items: Array.from({ length: 20 }, (_, index) => (page - 1) * 20 + index - (page > 1 ? 1 : 0)),
          total: 60,
          pages: 3
        })
      const both = yield* Paging.collect({ read: page, keyOf, from: Cursor.start, limit: 25 })
      assert.deepStrictEqual(
        both.items,
        Array.from({ length: 25 }, (_, index) => index)
      )
      assert.deepStrictEqual(both.next, { page: 2, skip: 6 })
      const rest = yield* Paging.collect({ read: page, keyOf, from: { page: 1, skip: 18 }, limit: 3 })
      assert.deepStrictEqual(rest.items, [18, 19, 20])
      const given = yield* Paging.collect({ read: page, keyOf, from: { page: 1, skip: 20 }, limit: 2 })
      assert.deepStrictEqual(given.items, [20, 21])
    })
  )

  it.effect.prop(
    "gives every item that passes once, in order, whatever the limit",
    [small, positive, Schema.Literals([1, 2, 3, 7])],
    ([total, limit, divisor]) =>
      Effect.gen(function* () {
        const { page } = numbers(total)
        const pass = (number: number) => number % divisor === 0
        const given: Array<number> = []
        let from: Cursor.Position | null = Cursor.start
        for (let calls = 0; from !== null && calls < 200; calls++) {
          const listing: Paging.Listing<number> = yield* Paging.collect({
            read: page,
            keyOf,
            from,
            limit,
            filter: divisor === 1 ? undefined : Effect.succeed(pass)
          })
          assert.isTrue(listing.items.length <= limit && listing.total >= listing.items.length)
          given.push(...listing.items)
          from = listing.next
        }
        assert.deepStrictEqual(given, Array.from({ length: total }, (_, index) => index).filter(pass))
      })
  )
})

describe("Cursor", () => {
  it.effect("takes back what the same tool gave", () =>
    Effect.gen(function* () {
      const cursor = Cursor.encode("discover_titles", { page: 3, skip: 7 })
      assert.deepStrictEqual(yield* Cursor.decode("discover_titles", "tmdb", cursor), { page: 3, skip: 7 })
      assert.deepStrictEqual(yield* Cursor.decode("discover_titles", "tmdb", undefined), Cursor.start)
    })
  )

  it.effect("refuses anything else with a sentence", () =>
    Effect.gen(function* () {
      const zero = Cursor.encode("search_titles", { page: 0, skip: 0 })
      const other = Cursor.encode("discover_titles", { page: 3, skip: 7 })
      for (const cursor of ["2", "not a cursor", zero, other, "%%%", `${other}x`]) {
        const { reason } = yield* Effect.flip(Cursor.decode("search_titles", "tmdb", cursor))
        assert.strictEqual(reason._tag, "Rejected")
        assert.include(reason.message, "search_titles")
      }
    })
  )
})
