import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"

import * as WholeList from "../src/WholeList.ts"

/** A list of `total` numbers whose pages come in turn, after each of which `change` may have changed it. */
const listOf = (total: number, change: (list: Array<number>, asked: number) => void = () => {}) => {
  const list = Array.from({ length: total }, (_, index) => index)
  let asked = 0
  const read = WholeList.read({
    page: (start, size) =>
      Effect.sync(() => {
        const page = { total: list.length, items: list.slice(start, start + size) }
        change(list, ++asked)
        return page
      }),
    keyOf: String
  })
  return { list, read, asked: () => asked }
}

const changes: Readonly<Record<string, (list: Array<number>) => void>> = {
  "is added at the front": (list) => list.unshift(-1),
  "is taken from the front": (list) => list.shift(),
  "is added at the end": (list) => list.push(-1),
  "moves from the end to the front": (list) => list.unshift(...list.splice(-1)),
  "moves from the front to the end": (list) => list.push(...list.splice(0, 1)),
  "takes another's place": (list) => list.splice(0, 2, -1, -2)
}

describe("WholeList.read", () => {
  it.effect.prop(
    "gives every item once, in order, in as many pages as it takes",
    [Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2000 }))],
    ([total]) =>
      Effect.gen(function* () {
        const { asked, list, read } = listOf(total)
        assert.deepStrictEqual(yield* read, list)
        assert.strictEqual(asked(), Math.max(1, Math.ceil(total / 300)))
      })
  )

  for (const [what, change] of Object.entries(changes)) {
    it.effect(`misses nothing where an item ${what} while it is read`, () =>
      Effect.gen(function* () {
        for (const page of [1, 2, 3]) {
          const { list, read } = listOf(1000, (list, asked) => {
            if (asked === page) change(list)
          })
          const given = new Set(yield* read)
          assert.deepStrictEqual(
            list.filter((item) => item >= 0 && !given.has(item)),
            []
          )
        }
      })
    )
  }

  it.effect("is what the list was after the change", () =>
    Effect.gen(function* () {
      const { asked, list, read } = listOf(1000, (list, asked) => {
        if (asked === 2) list.splice(0, 1)
      })
      assert.deepStrictEqual(yield* read, list)
      assert.strictEqual(asked(), 8)
    })
  )

  it.effect("gives all that was seen of a list that does not come to rest", () =>
    Effect.gen(function* () {
      const { asked, read } = listOf(1000, (list, asked) => list.unshift(-asked))
      const given = new Set(yield* read)
      assert.isTrue(Array.from({ length: 1000 }, (_, index) => index).every((item) => given.has(item)))
      assert.strictEqual(asked(), 12)
    })
  )
})
