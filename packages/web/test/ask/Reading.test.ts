import type { Token } from "marked"
import { assert, describe, it } from "vitest"

import * as Reading from "../../src/ask/Reading.ts"

/** Each of these was made to break a reader of Markdown, or to keep it busy. */
const hostile: Readonly<Record<string, string>> = {
  quotations: `${">".repeat(5_000)} x`,
  emphasis: `${"_".repeat(3_000)}a${"_".repeat(3_000)}`,
  stars: `${"*".repeat(20_000)}a`,
  "emphasis that never ends": "**a".repeat(5_000),
  brackets: "[".repeat(20_000),
  links: "[a](".repeat(5_000),
  backticks: `${"`".repeat(20_000)}a${"`".repeat(19_999)}`,
  tags: "<a ".repeat(10_000),
  "a wide table": `${"|a".repeat(3_000)}\n${"|-".repeat(3_000)}\n${"|x".repeat(3_000)}`,
  "lists in lists": Array.from({ length: 300 }, (_, depth) => `${" ".repeat(depth * 2)}- x`).join("\n"),
  "a long line": "word ".repeat(50_000)
}

const depthOf = (tokens: ReadonlyArray<Token>): number =>
  Math.max(
    0,
    ...tokens.map(
      (token) => 1 + depthOf("tokens" in token ? (token.tokens ?? []) : "items" in token ? token["items"] : [])
    )
  )

describe("Reading", () => {
  for (const [name, text] of Object.entries(hostile)) {
    it(`comes to an end with ${name}, not too deep to be drawn`, () => {
      const began = process.cpuUsage().user
      const tokens = Reading.tokens(text)
      assert.isBelow(process.cpuUsage().user - began, 2_000_000)
      assert.isAbove(tokens.length, 0)
      assert.isBelow(depthOf(tokens), 200)
    })
  }

  it("shows as it was written what it does not read", () => {
    const [only] = Reading.tokens(`${">".repeat(5_000)} <b>x</b>`)
    assert.strictEqual(only?.type, "paragraph")
    assert.strictEqual(only?.raw, `${">".repeat(5_000)} <b>x</b>`)
  })

  it("reads what models write", () => {
    assert.deepStrictEqual(
      Reading.tokens("# One\n\nTwo **three**\n\n- four\n\n```\nfive\n```").flatMap(({ type }) =>
        type === "space" ? [] : [type]
      ),
      ["heading", "paragraph", "list", "code"]
    )
  })
})
