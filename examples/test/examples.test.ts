/**
 * Every numbered example is run as a person would, and its output checked.
 */
import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"

import { assert, describe, it } from "vitest"

const folder = resolve(import.meta.dirname, "..")

const expected: Readonly<Record<string, string>> = {
  "01-one-tool.ts": "Bergen has 9 °C, Athens has 27 °C.\n2 model calls, 2 tool calls side by side\n",
  "02-stream-to-terminal.ts": [
    '  [count {"shelf":"left"}]',
    '  [count {"shelf":"right"}]',
    '  [count {"shelf":"attic"}]',
    "  [count done]",
    "  [count done]",
    "  [count done]",
    "There are 140 films on three shelves.",
    ""
  ].join("\n"),
  "03-agent-as-a-service.ts": "Ada has placed 3 orders.\n",
  "04-without-the-model.ts": [
    "How many lamps? There are 5 lamps. (rules, 0 model calls, 1 tool calls)",
    "Are the lamps worth it? All 5 are dear. (model, 1 model calls, 1 tool calls)",
    'List the lamps. lamps: {"count":5} (model, 1 model calls, 1 tool calls)',
    ""
  ].join("\n"),
  "05-serve-an-agent.ts": "How many lamps? There are 5.\nAnd now? There are 5.\n2 questions are kept.\n"
}

describe("examples", () => {
  const names = readdirSync(folder).filter((name) => /^\d\d-.*\.ts$/.test(name))

  it("all have an expected output", () => {
    assert.deepStrictEqual(names, Object.keys(expected))
  })

  for (const name of names) {
    it(`${name} prints what it promises, in under 80 lines`, () => {
      assert.isBelow(readFileSync(join(folder, name), "utf8").split("\n").length, 80)
      assert.strictEqual(execFileSync(process.execPath, [join(folder, name)], { encoding: "utf8" }), expected[name])
    })
  }
})
