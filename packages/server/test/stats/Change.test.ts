import { assert, describe, it } from "@effect/vitest"

import * as Change from "../../src/stats/Change.ts"
import { random } from "../support/Figures.ts"

/** Skewed, as times are; `factor` from `from` on. */
const times = (seed: number, count: number, from = Infinity, factor = 1): ReadonlyArray<Change.Timed> => {
  const next = random(seed)
  return Array.from({ length: count }, (_, index) => ({
    atMillis: 1000 * index,
    wallMillis: 100 * Math.exp(next() + next() + next()) * (index >= from ? factor : 1)
  }))
}

describe("Change", () => {
  it("tells since when a kind of question takes twice as long, and how long it took before", () => {
    const [change] = Change.of([times(1, 100, 60, 2.5)])
    assert.strictEqual(change?.verdict, "regression")
    assert.closeTo(change?.sinceMillis ?? 0, 60_000, 6_000)
    const { beforeMillis = 0, interval = [0, 0], nowMillis = 0, shiftMillis = 0 } = change ?? {}
    assert.isAbove(nowMillis / beforeMillis, 1.7)
    assert.isTrue(interval[0] <= shiftMillis && shiftMillis <= interval[1])
  })

  it("tells an improvement, too", () => {
    assert.strictEqual(Change.of([times(2, 100, 50, 0.3)])[0]?.verdict, "improvement")
  })

  it("tells one by mistake in at most 5 of 100 lists of steady kinds", () => {
    let wrong = 0
    for (let seed = 0; seed < 300; seed++) {
      const kinds = Array.from({ length: 8 }, (_, kind) => times(seed * 8 + kind, 20 + ((seed * 7 + kind) % 60)))
      if (Change.of(kinds).some((change) => change !== undefined)) wrong++
    }
    assert.isAtMost(wrong / 300, 0.05)
  })

  it("tells nothing of few runs, of a change that nobody would notice, or of one at the very end", () => {
    assert.deepStrictEqual(Change.of([times(3, 19, 10, 20)]), [undefined])
    const even = (from: number, factor: number) =>
      Array.from({ length: 100 }, (_, index) => ({
        atMillis: index,
        wallMillis: (100 + (index % 7)) * (index >= from ? factor : 1)
      }))
    assert.deepStrictEqual(Change.of([even(50, 1.05)]), [undefined])
    assert.deepStrictEqual(Change.of([even(96, 30)]), [undefined])
    assert.isDefined(Change.of([even(50, 1.3)])[0])
  })
})
