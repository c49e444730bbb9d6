import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as Evidence from "../../src/explain/Evidence.ts"

const find = (value: string, json: string) => {
  const held = Evidence.heldIn(json)
  return held === undefined ? "too much" : Evidence.find(value, held)
}

describe("evidence", () => {
  it("is text of four characters or more and numbers written so, at whatever depth", () => {
    const telling = Evidence.tellingOf(
      JSON.stringify({
        title: "Alien",
        id: 348,
        year: 1979,
        on: true,
        filter: { lists: ["abc", "Blade Runner", 12.5] }
      })
    )
    assert.sameMembers([...(telling ?? [])], ["alien", "1979", "blade runner", "12.5"])
    assert.deepStrictEqual(Evidence.tellingOf("no JSON"), ["no json"])
  })

  it("is looked for in values and keys of a result, in text that is JSON too", () => {
    const result = JSON.stringify({ items: [{ name: "The Thing" }], "key-9": null, text: '{"inner":["deep one"]}' })
    assert.strictEqual(find("the thing", result), "whole")
    assert.strictEqual(find("key-9", result), "whole")
    assert.strictEqual(find("deep one", result), "whole")
    assert.strictEqual(find("thing", result), "part")
    assert.strictEqual(find("alien", result), "nowhere")
    assert.strictEqual(find("plain", "just plain text"), "part")
  })

  it("is no number that is a part of a longer one", () => {
    assert.strictEqual(find("1979", "[219790]"), "nowhere")
    assert.strictEqual(find("1979", '["Alien (1979)"]'), "part")
    assert.strictEqual(find("1979", "[21979, 1979]"), "whole")
  })

  it("is not looked for in more than can be read", () => {
    assert.strictEqual(find("a", "[".repeat(100) + "]".repeat(100)), "too much")
    assert.strictEqual(find("a", JSON.stringify("x".repeat(4_000_001))), "too much")
  })

  it.prop("is found in every result that holds it", [Schema.Array(Schema.String), Schema.String], ([texts, more]) => {
    const json = JSON.stringify({ result: [...texts, more] })
    const arguments_ = Evidence.tellingOf(JSON.stringify({ more })) ?? []
    for (const value of arguments_) assert.strictEqual(find(value, json), "whole")
  })
})
