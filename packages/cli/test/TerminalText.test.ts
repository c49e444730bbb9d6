import { assert, describe, it } from "@effect/vitest"
import { displayWidth } from "effect/cli/CliOutput"

import { clean, fit, oneLine } from "../src/TerminalText.ts"

describe("TerminalText", () => {
  it("drops what steers a terminal and keeps line breaks and tabs", () => {
    assert.strictEqual(clean("a\u001B[2Jb\u0007\r\n\tc\u009B\u202Ed\u007F"), "a[2Jb\n\tcd")
  })

  it("makes one line of many", () => {
    assert.strictEqual(oneLine("a  b \r\n  c\td\u2028e"), "a  b c d e")
  })

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
})
