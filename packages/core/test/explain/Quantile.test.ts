import { assert, describe, it } from "@effect/vitest"

import * as Quantile from "../../src/explain/Quantile.ts"

describe("Quantile", () => {
  it("lies between neighbours in proportion, and is nothing of nothing", () => {
    assert.deepStrictEqual(
      [0, 0.5, 0.75, 1].map((share) => Quantile.of([4, 1, 2, 3], share)),
      [1, 2.5, 3.25, 4]
    )
    assert.strictEqual(Quantile.of([], 0.5), 0)
  })
})
