import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Tool } from "effect/ai"

import * as Shape from "../../src/schedule/Shape.ts"
import * as ToolShape from "../../src/schedule/ToolShape.ts"

const gives = (success: Schema.Top) => Shape.toText(ToolShape.result(Tool.make("any", { success })))
const takes = (schema: Record<string, unknown>) =>
  Shape.toText(ToolShape.parameters(Tool.dynamic("any", { parameters: schema })))

interface Tree {
  readonly children: ReadonlyArray<Tree>
}
const Tree = Schema.Struct({
  children: Schema.Array(Schema.suspend((): Schema.Codec<Tree> => Tree))
}).annotate({ identifier: "Tree" })

describe("a tool's result", () => {
  const cases: ReadonlyArray<readonly [string, Schema.Top, string]> = [
    [
      "a page of films",
      Schema.Struct({
        total: Schema.Natural,
        items: Schema.Array(Schema.Struct({ title: Schema.String, year: Schema.NullOr(Schema.Int) })),
        nextCursor: Schema.NullOr(Schema.String)
      }),
      "{total: int, items: {title: string, year: int|null}[], nextCursor: string|null}"
    ],
    ["optional keys", Schema.Struct({ a: Schema.optionalKey(Schema.Boolean) }), "{a?: boolean}"],
    ["null once, and last", Schema.Struct({ a: Schema.optional(Schema.NullOr(Schema.Int)) }), "{a?: int|null}"],
    ["literals in quotes", Schema.Literals(["movie", "series"]), '"movie"|"series"'],
    ["literals of several kinds", Schema.Literals(["a", 1, true]), '"a"|1|true'],
    ["a list of alternatives", Schema.Array(Schema.NullOr(Schema.String)), "(string|null)[]"],
    ["a list of literals", Schema.Array(Schema.Literals(["a", "b"])), '("a"|"b")[]'],
    ["a tuple", Schema.Tuple([Schema.String, Schema.Int]), "[string, int]"],
    ["a tuple that goes on", Schema.TupleWithRest(Schema.Tuple([Schema.Int]), [Schema.String]), "[int, ...string[]]"],
    ["a record", Schema.Record(Schema.String, Schema.Finite), "{[key]: number}"],
    [
      "keys and a record",
      Schema.StructWithRest(Schema.Struct({ a: Schema.String }), [Schema.Record(Schema.String, Schema.Unknown)]),
      "{a: string, [key]: any}"
    ],
    [
      "a union of objects",
      Schema.Union([Schema.Struct({ a: Schema.Int }), Schema.Struct({ b: Schema.Int })]),
      "{a: int}|{b: int}"
    ],
    ["the encoded side", Schema.Struct({ on: Schema.FiniteFromString }), "{on: string}"],
    ["keys that are no words", Schema.Struct({ "a b": Schema.Null }), '{"a b": null}'],
    ["nothing", Schema.Void, "null"],
    ["what is unknown", Schema.Unknown, "any"],
    ["what has no JSON form", Schema.instanceOf(Map), "any"],
    ["a schema inside itself, once", Tree, "{children: any[]}"]
  ]
  for (const [name, schema, text] of cases) {
    it(`tells ${name}`, () => assert.strictEqual(gives(schema), text))
  }

  it("is told by kind alone where a list of values is long", () => {
    assert.strictEqual(gives(Schema.Literals(Array.from({ length: 13 }, (_, n) => `v${n}`))), "string")
  })

  it("is told down to a depth", () => {
    const nested = (depth: number): Schema.Top => (depth === 0 ? Schema.Int : Schema.Struct({ in: nested(depth - 1) }))
    assert.strictEqual(gives(nested(7)), "{in: {in: {in: {in: {in: any}}}}}")
  })

  it("is read once for each tool", () => {
    const tool = Tool.make("any", { success: Schema.Struct({ a: Schema.Int }) })
    assert.strictEqual(ToolShape.result(tool), ToolShape.result(tool))
    assert.notStrictEqual(ToolShape.result(tool), ToolShape.result(tool.annotate(Tool.Readonly, true)))
  })
})

describe("a tool's parameters", () => {
  it("are an object without keys where it has none", () => {
    assert.strictEqual(Shape.toText(ToolShape.parameters(Tool.make("any"))), "{}")
  })

  it("are read from a JSON Schema where that is what the tool has", () => {
    assert.strictEqual(
      takes({
        type: "object",
        properties: {
          a: { type: ["null", "string"] },
          b: { const: 1 },
          c: { enum: ["x", null] },
          d: { items: { type: "integer" } },
          e: { $ref: "#/definitions/E" },
          f: { allOf: [{ $ref: "#/definitions/E" }, { description: "more" }] },
          g: { $ref: "#/definitions/missing" },
          h: { oneOf: [{ type: "string" }, { type: "boolean" }] },
          j: { anyOf: [{ type: "number" }, { type: "string", enum: ["NaN", "Infinity", "-Infinity"] }] },
          i: { type: "object", patternProperties: { "^x": { type: "string" } }, additionalProperties: false }
        },
        required: ["b"],
        additionalProperties: false,
        definitions: { E: { properties: { z: {} }, additionalProperties: false } }
      }),
      '{a?: string|null, b: 1, c?: "x"|null, d?: int[], e?: {z?: any}, f?: {z?: any}, g?: any, h?: string|boolean, j?: number, i?: {[key]: string}}'
    )
  })

  it("stay open where the JSON Schema does not close them", () => {
    assert.strictEqual(takes({ type: "object", properties: { a: { type: "string" } } }), "{a?: string, [key]: any}")
  })

  it("are the stated keys also where alternatives only say which of them are required", () => {
    const properties = { a: { type: "string" } }
    assert.strictEqual(
      takes({ type: "object", properties, additionalProperties: false, anyOf: [{ required: ["a"] }, {}] }),
      "{a?: string}"
    )
  })

  it("take bounded work, however a schema doubles itself", () => {
    const twice = (name: string) => ({
      type: "array",
      prefixItems: Array.from({ length: 9 }, () => ({ $ref: `#/$defs/${name}` }))
    })
    const $defs = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`d${n}`, twice(`d${n + 1}`)]))
    let nodes = 0
    const count = (shape: Shape.Shape): void => {
      nodes++
      if (shape._tag === "List") shape.first.forEach(count)
    }
    count(ToolShape.parameters(Tool.dynamic("any", { parameters: { $defs, $ref: "#/$defs/d0" } })))
    assert.isBelow(nodes, 20_001)
    assert.isAbove(nodes, 9)
  })
})
