import { assert, describe, it } from "vitest"

import * as Units from "../../src/ui/Units.ts"

describe("Units", () => {
  it("says a duration in the unit that a person would", () => {
    const said = [
      0, 0.04, 0.4, 9.96, 10, 87.4, 999.4, 999.6, 1240, 9_994, 9_996, 12_345, 59_960, 185_000, 3_600_000, 7_800_000,
      93_600_000
    ]
    assert.deepStrictEqual(said.map(Units.duration), [
      "0 ms",
      "0 ms",
      "0.4 ms",
      "10 ms",
      "10 ms",
      "87 ms",
      "999 ms",
      "1 s",
      "1.24 s",
      "9.99 s",
      "10 s",
      "12.3 s",
      "1 min",
      "3 min 5 s",
      "1 h",
      "2 h 10 min",
      "1 d 2 h"
    ])
    assert.strictEqual(Units.duration(-185_000), "-3 min 5 s")
  })

  it("never says sixty of what sixty make one of", () => {
    for (let millis = 59_000; millis < 7_300_000; millis += 977) {
      assert.notMatch(Units.duration(millis), /\b60 (?:s|min)\b/)
    }
  })

  it("says bytes, shares and counts", () => {
    assert.deepStrictEqual([0, 999, 1_000, 1_234, 12_345, 34_000_000, 999_600].map(Units.bytes), [
      "0 B",
      "999 B",
      "1 kB",
      "1.2 kB",
      "12 kB",
      "34 MB",
      "1 MB"
    ])
    assert.deepStrictEqual([0, 0.0001, 0.004, 0.42, 1].map(Units.share), ["0 %", "< 0.1 %", "0.4 %", "42 %", "100 %"])
    assert.deepStrictEqual([Units.counted(1, "call"), Units.counted(1200, "call")], ["1 call", "1,200 calls"])
  })
})
