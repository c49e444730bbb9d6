import { assert, describe, it } from "@effect/vitest"

import * as Size from "../../src/memory/Size.ts"

describe("Size.estimate", () => {
  it("counts text by its letters and objects by their members", () => {
    assert.strictEqual(Size.estimate("x".repeat(1000)), 1024)
    assert.strictEqual(Size.estimate("\u6620".repeat(1000)), 2024)
    assert.isAbove(Size.estimate(new Uint8Array(5000)), 5000)
    const row = { id: 1, title: "Heat", rating: 7.9 }
    const rows = Array.from({ length: 100 }, () => row)
    assert.isAbove(Size.estimate(rows), 100 * Size.estimate(row))
    assert.isAbove(Size.estimate(new Map([["a", row]])), Size.estimate(row))
    assert.isAbove(Size.estimate(new Set([row])), Size.estimate(row))
  })

  it("ends on a value that holds itself", () => {
    const self: { own: unknown } = { own: undefined }
    self.own = self
    assert.isAbove(Size.estimate(self), 0)
  })
})
