import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as ToolIndex from "../../src/foresee/ToolIndex.ts"
import { bundles, tools } from "./shop.ts"

const index = ToolIndex.make(tools, bundles)
const bundleOf = (question: string, fitting: ReadonlyArray<string> = []) => index.select(question, fitting).bundle

describe("ToolIndex.select", () => {
  it("leaves the first bundle for one that has more of what the question speaks for", () => {
    assert.strictEqual(bundleOf("Please cancel the order"), "orders")
    assert.strictEqual(bundleOf("which invoices are there?"), "money")
    assert.strictEqual(bundleOf("which products are there?"), "shopping")
  })

  it("knows tools by their examples, in whatever form of a word, and forgives a slip", () => {
    assert.strictEqual(bundleOf("my mind is changing"), "orders")
    assert.strictEqual(bundleOf("all the inovices"), "shopping")
    assert.strictEqual(bundleOf("all the invoises"), "money")
  })

  it("keeps the first where another would lose some of it", () => {
    assert.strictEqual(bundleOf("Is the lamp in stock, and which invoice is it on?"), "shopping")
  })

  it("takes the first for a question that speaks for nothing", () => {
    for (const question of ["", "   ", "¿Qué hay?", "what is it?", "映画"])
      assert.strictEqual(bundleOf(question), "shopping")
  })

  it("sends all tools where what the question speaks for is in no bundle", () => {
    assert.strictEqual(index.select("Will there be rain?", []).tools, tools)
  })

  it("listens to the application, most to what it names first", () => {
    assert.strictEqual(bundleOf("¿Qué hay?", ["cancel_order"]), "orders")
    assert.strictEqual(bundleOf("¿Qué hay?", ["pay_invoice", "list_invoices"]), "money")
    assert.strictEqual(bundleOf("Please cancel the order", ["product_stock"]), "shopping")
    assert.strictEqual(bundleOf("¿Qué hay?", ["nonsense", "constructor"]), "shopping")
  })

  it("gives the same objects each time, with tools in the bundle's order", () => {
    const selection = index.select("cancel it", [])
    assert.strictEqual(index.select("I would like to cancel my order", []), selection)
    assert.deepStrictEqual(Object.keys(selection.tools), ["order_status", "cancel_order", "place_order"])
  })

  it("looks at the beginning and the end of a long question", () => {
    const words = Array.from({ length: 500 }, (_, at) => `word${at}`).join(" ")
    const others = words.replaceAll("word", "other")
    assert.strictEqual(bundleOf(`Cancel the order. ${words}`), "orders")
    assert.strictEqual(bundleOf(`${words}. Cancel the order.`), "orders")
    assert.strictEqual(bundleOf(`${words}. Cancel the order. ${others}`), "shopping")
  })

  it("bears a word that is as long as a question may be", () => {
    assert.strictEqual(bundleOf(`cancel ${"映".repeat(32_768)}`), "orders")
  })

  it("takes bundles whose tools are not there for all tools, or for none", () => {
    const gone = { name: "gone", tools: ["gone"] }
    assert.strictEqual(ToolIndex.make(tools, [gone, ...bundles]).select("", []).tools, tools)
    assert.strictEqual(ToolIndex.make(tools, [...bundles, gone]).select("", []).bundle, "shopping")
  })

  it("chooses a derived bundle only where it has all that the question speaks for", () => {
    const derived = ToolIndex.make(tools, undefined)
    assert.deepStrictEqual(Object.keys(derived.select("Will there be rain?", []).tools), ["weather_report"])
    assert.strictEqual(derived.select("Is it raining, and what is on my invoice?", []).tools, tools)
    assert.strictEqual(derived.select("", []).tools, tools)
  })

  it.prop(
    "gives one of the bundles, or all tools, for any text",
    { question: Schema.String, fitting: Schema.Array(Schema.String) },
    ({ fitting, question }) => {
      const { bundle, tools: selected } = index.select(question, fitting)
      assert.isTrue(bundle === undefined ? selected === tools : bundles.some(({ name }) => name === bundle))
      assert.strictEqual(index.select(question, fitting).tools, selected)
    }
  )

  it("bears the names that objects have anyway", () => {
    for (const text of ["constructor", "__proto__", "toString hasOwnProperty"])
      assert.strictEqual(bundleOf(text), "shopping")
  })
})

describe("ToolIndex.search", () => {
  it("finds tools best first, in and outside of bundles", () => {
    assert.strictEqual(index.search("cancel an order")[0]?.name, "cancel_order")
    assert.strictEqual(index.search("weather")[0]?.name, "weather_report")
    assert.deepStrictEqual(index.search("nothing of that kind"), [])
  })
})
