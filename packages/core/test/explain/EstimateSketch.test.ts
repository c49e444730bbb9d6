import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as EstimateSketch from "../../src/explain/EstimateSketch.ts"
import * as EstimateTally from "../../src/explain/EstimateTally.ts"
import { dice, either, logNormal, pareto } from "./simulated.ts"

const tallyOf = (durations: ReadonlyArray<number>) =>
  durations.reduce((tally, millis) => EstimateSketch.add(tally, millis, 0), EstimateTally.empty)
const sketchOf = (durations: ReadonlyArray<number>) => EstimateSketch.of(tallyOf(durations)) ?? assert.fail()
const drawn = (durations: ReadonlyArray<number>) => {
  const sketch = sketchOf(durations)
  return Array.from({ length: EstimateSketch.strata }, (_, stratum) => sketch.draw(stratum))
}

const Durations = Schema.Array(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1e9 }))).check(
  Schema.isMinLength(1)
)
const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0.001, maximum: 0.999 }))
const day = 86_400_000
const Elapsed = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: day }))

describe("EstimateSketch", () => {
  it("has the quantiles of what it saw, wrong by no more than a bucket", () => {
    const roll = dice(1)
    const seen = Array.from({ length: 120 }, () => logNormal(200, 1)(roll)).sort((a, b) => a - b)
    const draws = drawn(seen)
    for (const share of [0.1, 0.25, 0.5, 0.75, 0.9]) {
      const near = seen.slice(Math.floor(share * 120) - 3, Math.floor(share * 120) + 4)
      const draw = draws[Math.floor(share * EstimateSketch.strata)] ?? 0
      assert.isAtLeast(draw, (near[0] ?? 0) / 1.11, `${share}`)
      assert.isAtMost(draw, (near.at(-1) ?? 0) * 1.11, `${share}`)
    }
  })

  it("knows that a call of two modes that has outlived the quick one is of the slow one", () => {
    const roll = dice(2)
    const seen = Array.from({ length: 100 }, () => either(0.8, logNormal(30, 0.2), logNormal(3_000, 0.05))(roll))
    const sketch = sketchOf(seen)
    assert.isBelow(sketch.rest(0.5, 0), 50)
    assert.isAbove(sketch.rest(0.1, 200), 2_000)
    assert.isAbove(sketch.rest(0.5, 1_000), 1_700)
    assert.isBelow(sketch.rest(0.5, 1_000), 2_300)
  })

  it("gives what runs longer than anything before it the more time the longer it has run", () => {
    const sketch = sketchOf(Array.from({ length: 50 }, () => 100))
    const rests = [200, 1_000, 10_000].map((elapsed) => sketch.rest(0.5, elapsed) / elapsed)
    for (const rest of rests) assert.approximately(rest, Math.SQRT2 - 1, 1e-6)
  })

  it("leaves room beyond a few that it saw, the more the fewer", () => {
    const highest = (count: number) => drawn(Array.from({ length: count }, () => 100))[114] ?? 0
    assert.isAbove(highest(5), 120)
    // No further than its bucket reaches.
    assert.isBelow(highest(100), 111)
  })

  it.prop("has draws in order, never below nothing", [Durations], ([seen]) => {
    const draws = drawn(seen)
    assert.deepStrictEqual(
      draws,
      draws.toSorted((a, b) => a - b)
    )
    assert.isTrue(draws.every((millis) => millis >= 0 && Number.isFinite(millis)))
  })

  it.prop(
    "never says that less than nothing remains, and that all ends the later the longer it has lasted",
    [Durations, Share, Elapsed, Elapsed],
    ([seen, share, one, other]) => {
      const sketch = sketchOf(seen)
      const [early, late] = [Math.min(one, other), Math.max(one, other)]
      const [before, after] = [sketch.rest(share, early), sketch.rest(share, late)]
      assert.isAtLeast(before, 0)
      assert.isAtLeast(after, 0)
      assert.isAtLeast((after + late) * (1 + 1e-6) + 1e-6, before + early)
      assert.isAtMost(sketch.exceeds(late), sketch.exceeds(early) + 1e-9)
      assert.isAtLeast(sketch.exceeds(late), 0)
    }
  )

  it.prop(
    "says of the rest what its own likelihood of lasting longer says",
    [Durations, Share, Elapsed],
    ([seen, share, elapsed]) => {
      const sketch = sketchOf(seen)
      const end = elapsed + sketch.rest(share, elapsed)
      // Where nothing was seen between two durations, their likelihood is the same.
      if (sketch.exceeds(elapsed) < 1e-6) return
      assert.approximately(sketch.exceeds(end) / sketch.exceeds(elapsed), 1 - share, 0.01)
    }
  )

  it.prop("is the same from two halves as from the whole", [Durations, Durations], ([one, other]) => {
    const whole = tallyOf([...one, ...other].slice(0, 100))
    const half = tallyOf(one.slice(0, 100))
    const rest = tallyOf([...one, ...other].slice(0, 100).slice(Math.min(100, one.length)))
    assert.deepStrictEqual(EstimateTally.merge(half, rest, 0), whole)
  })

  it("does not grow, however heavy the tail", () => {
    const roll = dice(3)
    const tally = tallyOf(Array.from({ length: 5_000 }, () => pareto(0.01, 0.2)(roll)))
    assert.isAtMost(tally.weights.length, EstimateTally.maxLabel)
    assert.isAtMost(EstimateTally.total(tally), EstimateTally.maxWeight + 1e-6)
  })
})
