/** Figures as sentences have them. */
import { assert, describe, it } from "@effect/vitest"

import { sized } from "../../src/route/Prose.ts"

describe("A size", () => {
  it("is never told as nothing where something is there", () => {
    assert.deepStrictEqual([0, 1, 49_000_000, 99_999_999, 100_000_000, 26_200_000_000, 1_000_000_000_000].map(sized), [
      "0 MB",
      "1 MB",
      "49 MB",
      "100 MB",
      "0.1 GB",
      "26.2 GB",
      "1.0 TB"
    ])
  })
})
