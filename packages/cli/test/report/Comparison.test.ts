import { assert, describe, it } from "@effect/vitest"
import { DateTime, Schema } from "effect"

import type { QueryRecord } from "../../src/log/QueryRecord.ts"
import * as Baseline from "../../src/report/Baseline.ts"
import * as Comparison from "../../src/report/Comparison.ts"
import { recordsOf } from "../support/records.ts"

/** Times of answers, spread like those of a model: a few far out. Never twice the same. */
const walls = (count: number, about: number, seed: number): ReadonlyArray<number> => {
  let state = seed
  const uniform = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  // Seeds that are near begin alike.
  for (let index = 0; index < 20; index++) uniform()
  return Array.from({ length: count }, () => about * Math.exp(0.2 * (uniform() + uniform() + uniform() - 1.5)))
}

const before = (count: number, about: number, fields: Partial<QueryRecord> = {}) =>
  recordsOf(walls(count, about, 7), "2026-10-01T00:00:00.000Z", fields)
const now = (count: number, about: number, fields: Partial<QueryRecord> = {}) =>
  recordsOf(walls(count, about, 11), "2026-11-01T00:00:00.000Z", fields)

const told = (comparisons: ReadonlyArray<Comparison.Comparison>) =>
  comparisons.map(({ verdict, what }) => `${what}: ${verdict}`).sort()

describe("Comparison", () => {
  it("flags a question that takes longer, with how much longer and how sure that is", () => {
    const [first, ...others] = Comparison.compare(before(20, 1000), now(20, 1300))
    assert.deepInclude(first, { what: "time", verdict: "regression", route: "model" })
    const [low = 0, high = 0] = first?.interval ?? []
    assert.isTrue(low < 300 && 300 < high && low > 100, `${low} to ${high}`)
    assert.isBelow(first?.p ?? 1, 0.001)
    assert.deepStrictEqual(told(others), ["answered: too few to tell", "without-model: too few to tell"])
  })

  it("tells an improvement, no difference, and one that nobody would notice, apart", () => {
    assert.include(told(Comparison.compare(before(20, 1000), now(20, 700))), "time: improvement")
    assert.include(told(Comparison.compare(before(20, 1000), now(20, 1000))), "time: no difference")
    const close = now(20, 1000).map((run, index) => ({ ...run, wallMillis: 1010 + index / 100 }))
    const steady = before(20, 1000).map((run, index) => ({ ...run, wallMillis: 1000 + index / 100 }))
    assert.deepInclude(Comparison.compare(steady, close)[0], { what: "time", verdict: "no difference" })
  })

  it("says of three runs that they are too few, however slow", () => {
    assert.include(told(Comparison.compare(before(3, 1000), now(3, 9000))), "time: too few to tell")
  })

  it("compares like with like: not another question, model, route, or demo services", () => {
    const other: ReadonlyArray<Partial<QueryRecord>> = [
      { question: "What is old?" },
      { model: "another" },
      { isDemo: true }
    ]
    for (const fields of other) assert.deepStrictEqual(Comparison.compare(before(20, 1000), now(20, 3000, fields)), [])
    const times = Comparison.compare(before(20, 1000), now(20, 3000, { route: "rules" })).filter(
      ({ what }) => what === "time"
    )
    assert.deepStrictEqual(times, [])
    assert.include(
      told(Comparison.compare(before(20, 1000), now(20, 3000, { question: "what  is NEW" }))),
      "time: regression"
    )
  })

  it("flags a question that is answered less often, and does not take a quick failure for a quick answer", () => {
    const failing = [...now(20, 1000), ...now(20, 5, { outcome: "failed" })]
    assert.deepStrictEqual(told(Comparison.compare(before(20, 1000), failing)), [
      "answered: regression",
      "time: no difference",
      "without-model: too few to tell"
    ])
  })

  it("flags a question that rules answered and a model does now", () => {
    const comparisons = Comparison.compare(before(12, 60, { route: "rules" }), now(12, 2000))
    assert.deepInclude(comparisons[0], { what: "without-model", verdict: "regression" })
    assert.include(
      told(Comparison.compare(before(12, 2000), now(12, 60, { route: "memory" }))),
      "without-model: improvement"
    )
  })

  it("finds in 200 logs without a difference one in no more than 5 of 100, though each compares ten questions", () => {
    const questions = Array.from({ length: 10 }, (_, index) => `Question ${index}`)
    const log = (seed: number) =>
      questions.flatMap((question, index) =>
        recordsOf(walls(8, 1000, seed * 1000 + index * 17 + 1), "2026-11-01T00:00:00.000Z", { question })
      )
    const wrong = Array.from({ length: 200 }, (_, index) =>
      Comparison.compare(log(2 * index), log(2 * index + 1))
    ).filter((comparisons) => told(comparisons).some((one) => /regression|improvement/.test(one)))
    assert.isAtMost(wrong.length, 16)
  })
})

describe("Baseline", () => {
  it("is read back as it was written, and compares no run with itself", () => {
    const runs = before(20, 1000)
    const text = Schema.encodeSync(Baseline.Text)(Baseline.make(runs, DateTime.makeUnsafe("2026-10-02T00:00:00.000Z")))
    const baseline = Schema.decodeSync(Baseline.Text)(text)
    assert.lengthOf(baseline.runs, 20)
    assert.deepStrictEqual(Baseline.since(baseline, [...runs, ...now(3, 1000)]), now(3, 1000))
    assert.notInclude(text, "inputTokens")
  })
})
