import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as Certainty from "../../src/explain/Certainty.ts"
import * as FisherExact from "../../src/explain/FisherExact.ts"
import * as Normal from "../../src/explain/Normal.ts"

const share = (count: number, of: number) => ({ count, of })
const Share = Schema.Struct({
  count: Schema.Natural.check(Schema.isLessThanOrEqualTo(12)),
  others: Schema.Natural.check(Schema.isLessThanOrEqualTo(12))
})
const Probability = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

describe("FisherExact", () => {
  it("finds of known tables what R finds", () => {
    // The lady who tasted tea, and Fisher's twins of criminals.
    assert.closeTo(FisherExact.p(share(3, 4), share(1, 4)), 0.485714286, 1e-9)
    assert.closeTo(FisherExact.p(share(2, 12), share(15, 18)), 0.000536724119, 1e-12)
    assert.closeTo(FisherExact.p(share(8, 10), share(1, 6)), 0.034965035, 1e-9)
    assert.closeTo(FisherExact.p(share(0, 5), share(5, 5)), 2 / 252, 1e-12)
  })

  it.prop("does not care which share is called the first, nor what is counted", [Share, Share], ([a, b]) => {
    const [first, second] = [share(a.count, a.count + a.others), share(b.count, b.count + b.others)]
    const p = FisherExact.p(first, second)
    assert.closeTo(p, FisherExact.p(second, first), 1e-9)
    assert.closeTo(p, FisherExact.p(share(a.others, first.of), share(b.others, second.of)), 1e-9)
    assert.isAtLeast(p * (1 + 1e-9), FisherExact.leastP(first, second))
  })

  it("can tell nothing where all went well", () => {
    assert.strictEqual(FisherExact.leastP(share(9, 9), share(30, 30)), 1)
  })
})

describe("Normal", () => {
  it("has the tail that tables have", () => {
    for (const [z, p] of [
      [0, 0.5],
      [0.5, 0.3085375387259869],
      [1.96, 0.024997895148220435],
      [2.9, 0.0018658133003840375],
      [3.1, 0.0009676032132183563],
      [8, 6.22096057427174e-16]
    ] as const) {
      assert.approximately(Normal.upperTail(z) / p, 1, 1e-11)
    }
    assert.closeTo(Normal.upperQuantile(0.025), 1.9599639845, 1e-8)
    assert.closeTo(Normal.upperQuantile(1e-6), 4.7534243088, 1e-8)
  })
})

describe("Certainty", () => {
  it("corrects as Holm does", () => {
    const adjusted = Certainty.holm([0.01, 0.04, 0.03, 0.005])
    for (const [index, expected] of [0.03, 0.06, 0.06, 0.02].entries()) {
      assert.closeTo(adjusted[index] ?? NaN, expected, 1e-12)
    }
  })

  it.prop("makes no probability smaller, and keeps their order", [Schema.Array(Probability)], ([probabilities]) => {
    const adjusted = Certainty.holm(probabilities)
    const pairs = probabilities.map((p, index) => [p, adjusted[index] ?? NaN] as const).sort(([a], [b]) => a - b)
    for (const [index, [p, q]] of pairs.entries()) {
      assert.isAtLeast(q, p)
      assert.isAtLeast(q, pairs[index - 1]?.[1] ?? 0)
    }
  })

  it("leaves out what is of too few values, so that it does not weaken the rest", () => {
    const sure = { p: 0.02, leastP: 0.001 }
    const few = { p: 0.5, leastP: 0.1 }
    assert.deepStrictEqual(Certainty.judge([few, sure, few, few], 0.05), [undefined, 0.02, undefined, undefined])
    // Each of two could be told alone; together they cannot.
    const scant = { p: 0.03, leastP: 0.03 }
    assert.deepStrictEqual(Certainty.judge([scant, scant], 0.05), [undefined, undefined])
    assert.deepStrictEqual(Certainty.judge([scant], 0.05), [0.03])
    assert.deepStrictEqual(Certainty.judge([], 0.05), [])
  })
})
