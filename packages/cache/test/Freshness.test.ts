import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as Freshness from "../src/Freshness.ts"

const minute = 60_000
const life = Freshness.life({ fresh: "100 minutes", stale: "20 minutes" }, 0, 50)
const never = () => 1 - 2 ** -53
const Unit = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

describe("Freshness.judge", () => {
  it("is fresh, then stale, then dead, at the stated moments", () => {
    const verdicts = [0, 100 * minute - 1, 100 * minute, 120 * minute - 1, 120 * minute]
    assert.deepStrictEqual(
      verdicts.map((at) => Freshness.judge(life, at, never)),
      ["fresh", "fresh", "stale", "stale", "dead"]
    )
  })

  it.prop("is never early long before its time, nor anything but stale or dead after it", [Unit], ([chance]) => {
    assert.strictEqual(
      Freshness.judge(life, 60 * minute, () => chance),
      "fresh"
    )
    assert.strictEqual(
      Freshness.judge(life, 101 * minute, () => chance),
      "stale"
    )
  })

  it("keeps nothing for longer than a year", () => {
    const forever = Freshness.life({ fresh: "1 day", stale: "Infinity" }, 0, 1)
    assert.strictEqual(forever.deadAtMillis, 366 * 24 * 60 * minute)
  })

  it("spreads early refreshes of values made together, by the law that it cites", () => {
    // One read a second; when is each of a thousand values refreshed?
    let seed = 1
    const random = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      return (seed + 1) / 2 ** 32
    }
    const moments = Array.from({ length: 1000 }, () => {
      for (let at = 60 * minute; ; at += 1000) if (Freshness.judge(life, at, random) !== "fresh") return at
    })
    const early = moments.filter((at) => at < 100 * minute).length
    assert.isAbove(early, 990)
    // delta = 1 minute: the earliest of n draws a second comes about delta * ln(n) before the end.
    const mean = moments.reduce((sum, at) => sum + (100 * minute - at), 0) / moments.length / minute
    assert.isAbove(mean, 3)
    assert.isBelow(mean, 7)
    assert.isAbove(new Set(moments).size, 200)
  })
})
