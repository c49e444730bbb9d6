import { assert, describe, it } from "@effect/vitest"

import * as Shape from "../../src/schedule/Shape.ts"
import * as ToolShape from "../../src/schedule/ToolShape.ts"

const shape = ToolShape.fromJsonSchema
const string = shape({ type: "string" })
const object = (properties: Record<string, unknown>, ...required: ReadonlyArray<string>) =>
  shape({ type: "object", properties, required, additionalProperties: false })

describe("a shape may fit another", () => {
  it("where one of its kinds is one of the other's; whole and other numbers are alike", () => {
    assert.isTrue(Shape.mayFit(shape({ type: ["string", "null"] }), string))
    assert.isTrue(Shape.mayFit(shape({ type: "number" }), shape({ type: "integer" })))
    assert.isTrue(Shape.mayFit(shape({ type: "integer" }), shape({ type: "number" })))
    assert.isFalse(Shape.mayFit(shape({ type: "integer" }), string))
    assert.isFalse(Shape.mayFit(shape({ type: "null" }), string))
    assert.isTrue(Shape.mayFit(Shape.any, string))
    assert.isTrue(Shape.mayFit(string, Shape.any))
  })

  it("where they list a value in common", () => {
    const movies = shape({ enum: ["movie", "episode"] })
    assert.isTrue(Shape.mayFit(movies, shape({ enum: ["series", "movie"] })))
    assert.isFalse(Shape.mayFit(movies, shape({ enum: ["series"] })))
    assert.isTrue(Shape.mayFit(movies, string))
    assert.isTrue(Shape.mayFit(string, movies))
  })

  it("where it has what the other requires, whatever more it has", () => {
    const target = object({ a: { type: "string" }, b: { type: "integer" } }, "a")
    assert.isTrue(Shape.mayFit(object({ a: { type: "string" }, c: {} }, "a"), target))
    assert.isTrue(Shape.mayFit(object({ a: { type: "string" }, b: { type: "string" } }), target))
    assert.isFalse(Shape.mayFit(object({ a: { type: "integer" } }, "a"), target))
    assert.isFalse(Shape.mayFit(object({ b: { type: "integer" } }, "b"), target))
    assert.isTrue(Shape.mayFit(shape({ type: "object" }), target))
  })

  it("where its elements may", () => {
    const list = (items: Record<string, unknown>) => shape({ type: "array", items })
    assert.isTrue(Shape.mayFit(list({ type: ["string", "null"] }), list({ type: "string" })))
    assert.isFalse(Shape.mayFit(list({ type: "integer" }), list({ type: "string" })))
    assert.isFalse(Shape.mayFit(list({ type: "string" }), string))
    assert.isTrue(Shape.mayFit(shape({ prefixItems: [{ type: "string" }], type: "array" }), list({ type: "string" })))
  })
})
