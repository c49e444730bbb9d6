import { assert, describe, it } from "@effect/vitest"

import * as ChangePoint from "../../src/explain/ChangePoint.ts"

/** Numbers from 0 to 1, the same each time (mulberry32). */
const random = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
}

/** Skewed, as times are. */
const time = (next: () => number) => 100 * Math.exp(next() + next() + next())

describe("ChangePoint", () => {
  it("finds where times doubled", () => {
    for (let seed = 0; seed < 50; seed++) {
      const next = random(seed)
      const change = 20 + Math.floor(next() * 40)
      const values = Array.from({ length: 80 }, (_, index) => time(next) * (index < change ? 1 : 2.5))
      const found = ChangePoint.of(values)
      assert.isBelow(found?.p ?? 1, 0.01)
      assert.isAtMost(Math.abs((found?.index ?? 0) - change), 12)
    }
  })

  it("is surer than 1 in 20 of no change in at most 1 in 20 of steady times", () => {
    let wrong = 0
    for (let seed = 0; seed < 2000; seed++) {
      const next = random(seed + 1000)
      const values = Array.from({ length: 10 + (seed % 90) }, () => time(next))
      if ((ChangePoint.of(values)?.p ?? 1) < 0.05) wrong++
    }
    assert.isAtMost(wrong / 2000, 0.05)
  })

  it("sees no change where all are equal, and nothing in a single value", () => {
    assert.strictEqual(ChangePoint.of(Array.from({ length: 50 }, () => 7))?.p, 1)
    assert.isUndefined(ChangePoint.of([1]))
  })
})
