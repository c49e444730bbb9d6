import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as Body from "../src/Body.ts"

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? 1 + Object.values(value).reduce((deepest: number, inner) => Math.max(deepest, depthOf(inner)), 0)
    : 0

type Nested = string | ReadonlyArray<Nested> | { readonly [name: string]: Nested }
const Nested: Schema.Codec<Nested> = Schema.Union([
  Schema.String,
  Schema.Array(Schema.suspend((): Schema.Codec<Nested> => Nested)),
  Schema.Record(
    Schema.String,
    Schema.suspend((): Schema.Codec<Nested> => Nested)
  )
])

describe("Body", () => {
  it.prop("counts how deep any JSON nests, brackets and quotes in texts aside", [Nested], ([value]) => {
    assert.strictEqual(Body.depth(JSON.stringify(value), 1000), depthOf(value))
  })

  it("stops counting past the limit", () => {
    assert.strictEqual(Body.depth("[".repeat(1_000_000), 32), 33)
    assert.strictEqual(Body.depth('"[[[[', 2), 0)
    assert.strictEqual(Body.depth(String.raw`"\"[[["[`, 2), 1)
  })
})
