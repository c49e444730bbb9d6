import { assert, describe, it } from "@effect/vitest"

import * as Timings from "../../src/schedule/Timings.ts"

const recorded = (...millis: ReadonlyArray<number>) => {
  const timings = Timings.makeUnsafe()
  for (const each of millis) timings.record("look", each)
  return timings
}
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)

describe("Timings.quantile", () => {
  it("says nothing of a tool with fewer than 20 samples", () => {
    assert.strictEqual(recorded(...upTo(19)).quantile("look", 0.95), undefined)
    assert.strictEqual(recorded(...upTo(20)).quantile("look", 0.95), 19)
    assert.strictEqual(recorded(...upTo(20)).quantile("other", 0.95), undefined)
  })

  it("is the nearest rank, whatever the order of the samples", () => {
    const timings = recorded(...upTo(100).toReversed())
    assert.deepStrictEqual(
      [0, 0.01, 0.5, 0.95, 1].map((q) => timings.quantile("look", q)),
      [1, 1, 50, 95, 100]
    )
  })

  it("looks at the last 200 only", () => {
    assert.strictEqual(recorded(...upTo(200).map(() => 1000), ...upTo(200)).quantile("look", 1), 200)
  })

  it("may leave out the last 9, and no more", () => {
    const timings = recorded(...upTo(20))
    assert.strictEqual(timings.quantile("look", 1), 20)
    for (let n = 0; n < 9; n++) timings.record("look", 100)
    assert.strictEqual(timings.quantile("look", 1), 20)
    timings.record("look", 100)
    assert.strictEqual(timings.quantile("look", 1), 100)
  })

  it("forgets the tool recorded longest ago when there are more than 1,000", () => {
    const timings = recorded(...upTo(20))
    for (let tool = 0; tool < 999; tool++) timings.record(`tool ${tool}`, 1)
    timings.record("look", 1)
    timings.record("one more", 1)
    assert.isDefined(timings.quantile("look", 0.95))
    for (let tool = 0; tool < 1000; tool++) timings.record(`tool ${tool}`, 1)
    assert.strictEqual(timings.quantile("look", 0.95), undefined)
  })
})

describe("Timings.takeHedge", () => {
  it("allows one hedge for each 20 calls", () => {
    const timings = recorded(...upTo(19))
    assert.isFalse(timings.takeHedge("look"))
    timings.record("look", 1)
    assert.isTrue(timings.takeHedge("look"))
    assert.isFalse(timings.takeHedge("look"))
    for (let n = 0; n < 980; n++) timings.record("look", 1)
    assert.strictEqual(upTo(1000).filter(() => timings.takeHedge("look")).length, 49)
  })

  it("allows none of a tool that was never recorded", () => {
    assert.isFalse(Timings.makeUnsafe().takeHedge("look"))
  })
})
