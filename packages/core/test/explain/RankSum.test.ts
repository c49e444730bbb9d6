import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as RankSum from "../../src/explain/RankSum.ts"

/** Permeability constants of the human chorioamnion at term and earlier: Hollander and Wolfe's example, as R's help has it. */
const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
const early = [1.15, 0.88, 0.9, 0.74, 1.21]

/** Ozone in New York in May and in August 1973: R's `airquality`. Many values occur more than once. */
const may = [41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45, 115, 37]
const august = [
  39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168, 73, 76, 118, 84, 85
]

const Few = Schema.Array(Schema.Natural.check(Schema.isLessThanOrEqualTo(20))).check(
  Schema.isMinLength(1),
  Schema.isMaxLength(6)
)
const Many = Schema.Array(Schema.Finite.check(Schema.isBetween({ minimum: -1e6, maximum: 1e6 }))).check(
  Schema.isMinLength(1),
  Schema.isMaxLength(40)
)

const uOf = (first: ReadonlyArray<number>, second: ReadonlyArray<number>): number =>
  first.flatMap((a) => second.map((b) => (a > b ? 1 : a === b ? 0.5 : 0))).reduce((sum: number, one) => sum + one, 0)

/** Every choice of `count` of `values`, with what is left. */
const choices = (
  values: ReadonlyArray<number>,
  count: number
): ReadonlyArray<readonly [chosen: ReadonlyArray<number>, left: ReadonlyArray<number>]> => {
  const [head, ...tail] = values
  if (count === 0 || head === undefined) return count === 0 ? [[[], values]] : []
  return [
    ...choices(tail, count - 1).map(([chosen, left]) => [[head, ...chosen], left] as const),
    ...choices(tail, count).map(([chosen, left]) => [chosen, [head, ...left]] as const)
  ]
}

/** By looking at every way to divide the values. */
const enumerated = (first: ReadonlyArray<number>, second: ReadonlyArray<number>): number => {
  const middle = (first.length * second.length) / 2
  const distance = Math.abs(uOf(first, second) - middle)
  const all = choices([...first, ...second], first.length).map(([a, b]) => Math.abs(uOf(a, b) - middle))
  return all.filter((other) => other >= distance).length / all.length
}

describe("RankSum", () => {
  it("finds what R finds of two small samples", () => {
    const { interval, p, shift, u } = RankSum.compare(term, early, 0.95)
    assert.strictEqual(u, 35)
    assert.closeTo(p, 0.254412254, 1e-9)
    assert.closeTo(shift, 0.305, 1e-9)
    assert.closeTo(interval[0], -0.15, 1e-9)
    assert.closeTo(interval[1], 0.76, 1e-9)
  })

  it("finds what R finds of samples with ties, by the normal approximation", () => {
    const { p, u } = RankSum.compare(may, august, 0.95)
    assert.strictEqual(u, 127.5)
    assert.closeTo(p, 0.00012080783, 1e-11)
  })

  it.prop("is exact where no values are equal: as every way to divide them says", [Few, Few], ([a, b]) => {
    const [first, second] = [[...new Set(a)], [...new Set(b)].map((value) => value + 0.5)]
    assert.closeTo(RankSum.compare(first, second, 0.95).p, enumerated(first, second), 1e-12)
  })

  it.prop("turns around with its samples, and moves with one of them", [Many, Many], ([first, second]) => {
    const one = RankSum.compare(first, second, 0.9)
    const other = RankSum.compare(second, first, 0.9)
    assert.closeTo(one.p, other.p, 1e-12)
    assert.strictEqual(one.u + other.u, first.length * second.length)
    assert.strictEqual(one.shift + 0, -other.shift + 0)
    assert.isAtMost(one.interval[0], one.shift)
    assert.isAtLeast(one.interval[1], one.shift)
  })

  it.prop("has no smaller probability than its sizes allow", [Many, Many], ([first, second]) => {
    const [a, b] = [first.slice(0, 8), second.slice(0, 8)]
    if (new Set([...a, ...b]).size < a.length + b.length) return
    assert.isAtLeast(RankSum.compare(a, b, 0.95).p * (1 + 1e-9), RankSum.leastP(a.length, b.length))
  })

  it("goes over from the exact to the approximate without a jump", () => {
    const values = (count: number, by: number) => Array.from({ length: count }, (_, index) => ((index * 37) % 101) + by)
    const exact = RankSum.compare(values(49, 0), values(49, 13.5), 0.95)
    const approximate = RankSum.compare(values(50, 0), values(50, 13.5), 0.95)
    assert.closeTo(exact.p, approximate.p, 0.02)
    assert.closeTo(exact.interval[0], approximate.interval[0], 2)
    assert.closeTo(exact.interval[1], approximate.interval[1], 2)
  })

  it("is not moved by values that are all the same", () => {
    const { p, shift } = RankSum.compare([5, 5, 5, 5], [5, 5, 5, 5], 0.95)
    assert.deepStrictEqual([p, shift], [1, 0])
  })
})
