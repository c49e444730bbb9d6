import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as EstimateTally from "../../src/explain/EstimateTally.ts"

const day = 86_400_000
const Labels = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 })))

const tallyOf = (labels: ReadonlyArray<number>, nowMillis = 0) =>
  labels.reduce((tally, label) => EstimateTally.add(tally, label, nowMillis), EstimateTally.empty)

describe("EstimateTally", () => {
  it("counts half what was seen thirty days ago, and nothing less where the clock was set back", () => {
    const old = tallyOf([1, 1, 1, 1])
    assert.strictEqual(EstimateTally.worth(old, 30 * day), 2)
    assert.strictEqual(EstimateTally.worth(old, -30 * day), 4)
    const now = EstimateTally.add(old, 2, 30 * day)
    assert.deepStrictEqual(now.weights, [
      [1, 2],
      [2, 1]
    ])
  })

  it("comes to believe what is so now, after a few hundred times of something else", () => {
    const before = tallyOf(Array.from({ length: 500 }, () => 1))
    assert.approximately(EstimateTally.total(before), EstimateTally.maxWeight, 1e-6)
    const after = Array.from({ length: 200 }).reduce<EstimateTally.Tally>(
      (tally) => EstimateTally.add(tally, 2, 0),
      before
    )
    assert.isAbove(EstimateTally.weightOf(after, 2), 0.75 * EstimateTally.maxWeight)
  })

  it.prop("holds labels in order, each once, and no more than counts", [Labels, Labels], ([one, other]) => {
    const merged = EstimateTally.merge(tallyOf(one), tallyOf(other), day)
    const labels = merged.weights.map(([label]) => label)
    assert.deepStrictEqual(
      labels,
      [...new Set(labels)].sort((a, b) => a - b)
    )
    assert.isTrue(labels.every((label) => label <= EstimateTally.maxLabel))
    assert.isAtMost(EstimateTally.total(merged), EstimateTally.maxWeight + 1e-6)
    assert.deepStrictEqual(merged, EstimateTally.merge(tallyOf(other), tallyOf(one), day))
  })

  it.prop("spreads labels as often as they came about, in order, from the least asked for", [Labels], ([labels]) => {
    const tally = tallyOf(labels)
    const known = tally.weights.map(([label]) => label)
    const spread = Array.from(EstimateTally.spread(tally, 64, 100) ?? [])
    assert.deepStrictEqual(
      spread,
      spread.toSorted((a, b) => a - b)
    )
    assert.isTrue(spread.every((label) => label >= 100 && known.includes(label)))
    const isLeft = known.some((label) => label >= 100)
    assert.lengthOf(spread, isLeft ? 64 : 0)
  })

  it("spreads two labels by their weights", () => {
    assert.deepStrictEqual(Array.from(EstimateTally.spread(tallyOf([3, 7, 7, 7]), 4) ?? []), [3, 7, 7, 7])
  })
})
