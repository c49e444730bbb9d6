import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { Tool } from "effect/ai"

import * as ToolDefinition from "../src/ToolDefinition.ts"

const define = (tool: Tool.Any) => Result.getOrThrow(ToolDefinition.make(tool))

const Plain = Tool.make("plain", {
  description: "All keys required.",
  parameters: Schema.Struct({ q: Schema.String, limit: Schema.Int, kind: Schema.Literals(["film", "series"]) })
})

describe("ToolDefinition", () => {
  it("is strict where every key is required, and carries no bounds that say nothing", () => {
    assert.deepStrictEqual(define(Plain), {
      name: "plain",
      description: "All keys required.",
      schema: {
        type: "object",
        properties: {
          q: { type: "string" },
          limit: { type: "integer" },
          kind: { type: "string", enum: ["film", "series"] }
        },
        required: ["q", "limit", "kind"],
        additionalProperties: false
      },
      strict: true
    })
  })

  it("is built once per tool", () => {
    assert.strictEqual(define(Plain), define(Plain))
  })

  it("gives a tool without parameters an object without properties, however it says so", () => {
    const empty = Schema.Struct({})
    for (const tool of [
      Tool.make("none"),
      Tool.make("empty", { parameters: empty }),
      Tool.make("described", { parameters: empty.annotate({ description: "nothing" }) })
    ]) {
      const { schema, strict } = define(tool)
      assert.deepStrictEqual(schema, { type: "object", properties: {}, additionalProperties: false })
      assert.isTrue(strict)
    }
  })

  it("is not strict with an optional key, here or further down", () => {
    const Optional = Schema.Struct({ q: Schema.optionalKey(Schema.String) })
    assert.isFalse(define(Tool.make("a", { parameters: Optional })).strict)
    const nested = Schema.Struct({ filters: Schema.Array(Optional) })
    assert.isFalse(define(Tool.make("b", { parameters: nested })).strict)
  })

  it("is not strict with open records or keywords that strict mode does not know", () => {
    const open = Schema.Struct({ tags: Schema.Record(Schema.String, Schema.String) })
    assert.isFalse(define(Tool.make("a", { parameters: open })).strict)
    const bounded = Schema.Struct({ q: Schema.String.check(Schema.isMinLength(3)) })
    assert.isFalse(define(Tool.make("b", { parameters: bounded })).strict)
  })

  it("takes the annotation's word", () => {
    assert.isFalse(define(Plain.annotate(Tool.Strict, false)).strict)
  })

  it("passes on the schema of a dynamic tool", () => {
    const parameters = { type: "object", properties: { q: { type: "string" } } } as const
    const { schema, strict } = define(Tool.dynamic("mcp", { parameters }))
    assert.deepStrictEqual(schema, parameters)
    assert.isFalse(strict)
  })
})
