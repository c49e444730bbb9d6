import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { type Extent, ObjectScan } from "../src/ObjectScan.ts"

/** The extent after each letter. */
const extentsOf = (text: string): ReadonlyArray<Extent> => {
  const scan = new ObjectScan()
  return Array.from(text, (letter) => {
    scan.push(letter)
    return scan.extent
  })
}

const extentOf = (...pieces: ReadonlyArray<string>): Extent => {
  const scan = new ObjectScan()
  for (const piece of pieces) scan.push(piece)
  return scan.extent
}

const Text = Schema.Record(Schema.String, Schema.Json)
const Sizes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 })))

describe("ObjectScan", () => {
  it.prop(
    "knows any object whole at its last letter and not before",
    [Text, Schema.Literals([0, 1])],
    ([value, indent]) => {
      const text = JSON.stringify({ first: 1, ...value }, null, indent)
      const extents = extentsOf(text)
      assert.strictEqual(extents.at(-1), "whole")
      assert.isFalse(extents.slice(0, -1).includes("whole"))
    }
  )

  it.prop("finds the same in any pieces", [Text, Sizes], ([value, sizes]) => {
    const text = JSON.stringify(value)
    const pieces: Array<string> = []
    let at = 0
    for (const size of sizes) {
      pieces.push(text.slice(at, at + size))
      at += size
    }
    assert.strictEqual(extentOf(...pieces, text.slice(at)), extentOf(text))
  })

  it("takes brackets and quotes inside text for text", () => {
    assert.strictEqual(extentOf(String.raw`{"a":"}\"}]"`), "open")
    assert.strictEqual(extentOf(String.raw`{"a":"\\"}`), "whole")
  })

  it("passes over white space around the object", () => {
    assert.strictEqual(extentOf(" \n"), "blank")
    assert.strictEqual(extentOf(" {", '"a":1} ', "\n"), "whole")
    assert.strictEqual(extentOf("{ \n}"), "empty")
  })

  it("finds the object that follows an empty one", () => {
    const scan = new ObjectScan()
    scan.push("{}")
    assert.strictEqual(scan.extent, "empty")
    scan.push(' {"a":1}')
    assert.strictEqual(scan.extent, "whole")
    assert.strictEqual(scan.start, 3)
  })

  it("calls neither a list, nor a number, nor two objects one object", () => {
    assert.deepStrictEqual(
      ["[1]", "12", `"{}"`, '{"a":1}{"b":2}', '{"a":1}.'].map((text) => extentOf(text)),
      ["other", "other", "other", "other", "other"]
    )
  })
})
