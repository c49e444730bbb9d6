import { assert, describe, it } from "vitest"

import * as Series from "../../src/dashboards/Series.ts"

describe("Series", () => {
  it("are shares of their sum, and nothing where that is nothing", () => {
    assert.deepStrictEqual(
      Series.shares([
        [1, 0, null],
        [3, 0, 4]
      ]),
      [
        [0.25, null, 0],
        [0.75, null, 1]
      ]
    )
    assert.deepStrictEqual(Series.shares([]), [])
  })

  it("stand on one another, with a gap where none is there", () => {
    assert.deepStrictEqual(
      Series.stacked([
        [1, null, null],
        [2, 5, null]
      ]),
      [
        [1, 0, null],
        [3, 5, null]
      ]
    )
  })

  it("are divided where there is something to divide by", () => {
    assert.deepStrictEqual(Series.ratio([1, 2, null], [2, 0, 4]), [0.5, null, 0])
  })

  it("have a newest, a greatest and a sum, of what is there", () => {
    assert.strictEqual(Series.newest([1, 2, null]), 2)
    assert.strictEqual(Series.newest([null]), null)
    assert.strictEqual(Series.greatest([1, null, 7, 3]), 7)
    assert.strictEqual(Series.sum([1, null, 2]), 3)
    assert.deepStrictEqual(
      Series.added([
        [1, null],
        [2, 3]
      ]),
      [3, 3]
    )
    assert.deepStrictEqual(Series.added([]), [])
  })
})
