import { assert, describe, it } from "@effect/vitest"
import { Tool } from "effect/ai"

import * as OfferSize from "../../src/foresee/OfferSize.ts"

const film = Tool.dynamic("film", { description: "Ein Film, schön.", parameters: { type: "object" } })

describe("OfferSize", () => {
  it("counts name, description and schema in bytes of UTF-8", () => {
    const text = '{"name":"film","description":"Ein Film, schön.","parameters":{"type":"object"}}'
    assert.strictEqual(OfferSize.definitionBytes([film]), Buffer.byteLength(text))
    assert.strictEqual(OfferSize.definitionBytes([film, film]), 2 * Buffer.byteLength(text))
    assert.strictEqual(OfferSize.definitionBytes([]), 0)
  })

  it("counts a tool whose schema cannot be written down by the rest", () => {
    const parameters: Record<string, unknown> = { type: "object" }
    parameters["properties"] = { again: parameters }
    const odd = Tool.dynamic("odd", { parameters })
    assert.strictEqual(OfferSize.definitionBytes([odd]), Buffer.byteLength('{"name":"odd"}'))
  })

  it("is judged by bytes up to what providers keep, and by what they kept from there", () => {
    assert.strictEqual(OfferSize.judgedBy(1_023), "bytes")
    assert.strictEqual(OfferSize.judgedBy(1_024), "cached tokens")
  })
})
