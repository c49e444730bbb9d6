import { assert, describe, it } from "@effect/vitest"

import * as Prices from "../../src/schedule/Prices.ts"

const million = { inputTokens: 1_000_000, cachedInputTokens: 0, outputTokens: 0 }

describe("Prices.priceOf", () => {
  it("knows a model by its name, and by its name with a date", () => {
    assert.deepStrictEqual(Prices.priceOf(Prices.openai, "gpt-4.1-nano"), Prices.openai["gpt-4.1-nano"])
    assert.deepStrictEqual(Prices.priceOf(Prices.openai, "gpt-4.1-nano-2025-04-14"), Prices.openai["gpt-4.1-nano"])
  })

  it("prefers the price of the exact name", () => {
    assert.strictEqual(Prices.priceOf(Prices.openai, "gpt-4o-2024-05-13")?.inputDollars, 5)
    assert.strictEqual(Prices.priceOf(Prices.openai, "gpt-4o-2024-11-20")?.inputDollars, 2.5)
  })

  it("does not guess the price of a model that it does not know", () => {
    for (const name of ["script", "gpt-4.1-nano-tuned", "toString", ""]) {
      assert.isUndefined(Prices.priceOf(Prices.openai, name))
    }
  })

  it("never asks more for cached input than for other input", () => {
    for (const { cachedInputDollars, inputDollars } of Object.values(Prices.openai)) {
      assert.isAtMost(cachedInputDollars, inputDollars)
    }
  })
})

describe("Prices.costDollars", () => {
  const price = { inputDollars: 2, cachedInputDollars: 0.5, outputDollars: 8 }

  it("counts cached input at its own price, as a part of all input", () => {
    assert.strictEqual(Prices.costDollars(price, million), 2)
    assert.strictEqual(Prices.costDollars(price, { ...million, cachedInputTokens: 500_000 }), 1.25)
    assert.strictEqual(Prices.costDollars(price, { ...million, outputTokens: 250_000 }), 4)
  })
})
