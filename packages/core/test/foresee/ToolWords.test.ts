import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Tool } from "effect/ai"

import type * as Leaves from "../../src/foresee/Leaves.ts"
import * as ToolWords from "../../src/foresee/ToolWords.ts"
import * as ToolShape from "../../src/schedule/ToolShape.ts"

const shape = ToolShape.parameters(
  Tool.make("look", {
    parameters: Schema.Struct({
      mode: Schema.optionalKey(Schema.NullOr(Schema.Literals(["fast", "slow", 1000]))),
      pair: Schema.Tuple([Schema.String, Schema.Literal("far")]),
      list: Schema.Array(Schema.Struct({ id: Schema.Finite })),
      open: Schema.Union([Schema.Literal("fast"), Schema.String]),
      labels: Schema.Record(Schema.String, Schema.Literal("fast")),
      any: Schema.Unknown
    })
  })
)

const listed = (path: Leaves.Path, value: unknown) => {
  const here = ToolWords.at(shape, path)
  return here !== undefined && ToolWords.lists(here, value)
}

describe("ToolWords", () => {
  it("are the names of what a tool takes, and no keys that are data", () => {
    for (const path of [[], ["mode"], ["pair", 1], ["list", 7, "id"], ["labels"], ["any"]]) {
      assert.isDefined(ToolWords.at(shape, path), path.join())
    }
    for (const path of [["other"], ["pair", 2], ["list", "7"], ["labels", "key"], ["any", "key"], ["mode", "length"]]) {
      assert.isUndefined(ToolWords.at(shape, path), path.join())
    }
  })

  it("are the values that a Schema lists, and none where it takes others too", () => {
    for (const value of ["fast", "slow", 1000]) assert.isTrue(listed(["mode"], value))
    assert.isTrue(listed(["pair", 1], "far"))
    for (const value of ["Fast", "", "1000", null]) assert.isFalse(listed(["mode"], value))
    assert.isFalse(listed(["open"], "fast"))
    assert.isFalse(listed(["any"], "fast"))
  })
})
