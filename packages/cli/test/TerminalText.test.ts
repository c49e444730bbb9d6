import { assert, describe, it } from "@effect/vitest"

import { clean, oneLine } from "../src/TerminalText.ts"

describe("TerminalText", () => {
  it("drops what steers a terminal and keeps line breaks and tabs", () => {
    assert.strictEqual(clean("a\u001B[2Jb\u0007\r\n\tc\u009B\u202Ed\u007F"), "a[2Jb\n\tcd")
  })

  it("makes one line of many", () => {
    assert.strictEqual(oneLine("a  b \r\n  c\td\u2028e"), "a  b c d e")
  })
})
