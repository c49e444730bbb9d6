import { lexer } from "marked"
import { assert, describe, it } from "vitest"

import * as Blocks from "../../src/ask/Blocks.ts"

const paragraph = "Some words that make a sentence, again and again. ".repeat(30)
const text = [
  paragraph,
  "- one\n\n- two\n\n- three " + paragraph,
  "```\ncode\n\nmore code\n\nText within the fence " + paragraph + "\n```",
  "> said\n\n> and said",
  paragraph,
  "# A heading\n\n" + paragraph,
  paragraph
].join("\n\n")

describe("Blocks", () => {
  it("are the text when joined, at any length", () => {
    for (let length = 0; length <= text.length; length += 61) {
      const part = text.slice(0, length)
      assert.strictEqual(Blocks.of(part).join(""), part)
    }
  })

  it("stay as they are while text is added, but for the last", () => {
    let before: ReadonlyArray<string> = [""]
    for (let length = 0; length <= text.length; length += 7) {
      const now = Blocks.of(text.slice(0, length))
      // Where the text ends within an empty line, it is not known yet what begins after it.
      for (const [index, block] of before.slice(0, -1).entries()) assert.strictEqual(now[index], block)
      before = now
    }
    assert.isAbove(before.length, 2)
  })

  it("read as the whole text does", () => {
    const types = (markdown: string) =>
      lexer(markdown)
        .filter(({ type }) => type !== "space")
        .map(({ type }) => type)
    assert.deepStrictEqual(Blocks.of(text).flatMap(types), types(text))
  })

  it("keep a line after a list from its last item, and leave items, what belongs to them, and code as they are", () => {
    assert.strictEqual(Blocks.apart("Three:\n- one\n- two\nand 8 more."), "Three:\n- one\n- two\n\nand 8 more.")
    for (const same of ["- one\n  goes on\n- two\n\nmore", "```\n- a\nb\n```", "1. one\n2. two", "a\nb", ""]) {
      assert.strictEqual(Blocks.apart(same), same)
    }
  })
})
