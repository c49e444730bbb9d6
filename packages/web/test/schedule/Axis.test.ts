import { assert, describe, it } from "vitest"

import * as Axis from "../../src/schedule/Axis.ts"

describe("Axis", () => {
  it("has few marks, evenly, from nothing to no further than its end", () => {
    for (let endMillis = 0.3; endMillis < 1e7; endMillis *= 1.37) {
      for (const most of [2, 5, 8]) {
        const marks = Axis.marks(endMillis, most)
        assert.isAtLeast(marks.length, most > 2 ? 2 : 1)
        assert.isAtMost(marks.length, most + 1)
        assert.strictEqual(marks[0], 0)
        assert.isAtMost(marks.at(-1) ?? Infinity, endMillis * (1 + 1e-9))
      }
    }
    assert.deepStrictEqual(Axis.marks(0, 5), [0])
  })

  it("reaches beyond what is there and what is expected, in steps that are few", () => {
    const reaches = new Set<number>()
    for (let nowMillis = 0; nowMillis <= 60_000; nowMillis += 16) {
      const reach = Axis.reach(nowMillis, 1_500)
      assert.isAtLeast(reach, Math.max(nowMillis, 1_500))
      reaches.add(reach)
    }
    assert.deepStrictEqual([...reaches], [2_000, 5_000, 10_000, 20_000, 50_000, 100_000])
  })
})
