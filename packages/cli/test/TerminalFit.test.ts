import { assert, describe, it } from "@effect/vitest"
import { displayWidth } from "effect/cli/CliOutput"

import { fit, folded } from "../src/TerminalFit.ts"

describe("TerminalFit", () => {
  it("fits a line into cells, wide characters and joined ones counted as the terminal does", () => {
    assert.strictEqual(fit("Inception", 9), "Inception")
    assert.strictEqual(fit("Inception", 8), "Incepti…")
    assert.strictEqual(fit("千と千尋", 8), "千と千尋")
    assert.strictEqual(fit("千と千尋", 7), "千と千…")
    assert.strictEqual(fit("e\u0301e\u0301e\u0301", 3), "e\u0301e\u0301e\u0301")
    for (const columns of [1, 2, 5, 8]) {
      assert.isAtMost(displayWidth(fit("👨‍👩‍👧千a👍🏽と", columns)), columns)
    }
  })

  it("folds a line between words by the cells that they take, and cuts only a word that no line holds", () => {
    assert.deepStrictEqual(folded("1. one two three", 8, 3), ["1. one", "   two", "   three"])
    assert.deepStrictEqual(folded("千と 千尋 a", 7), ["千と", "千尋 a"])
    assert.deepStrictEqual(folded("Inception", 8), ["Incepti…"])
    assert.deepStrictEqual(folded("", 8), [""])
  })
})
