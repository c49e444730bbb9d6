import * as Bundle from "@callsheet/core/foresee/Bundle"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { Tool } from "effect/ai"

import * as FindTool from "../../src/foresee/FindTool.ts"
import * as ToolOffer from "../../src/foresee/ToolOffer.ts"
import { bundles, tools } from "./shop.ts"

const question = "Which products are there?"

const opened = (bundled: ReadonlyArray<Bundle.Bundle> = bundles) =>
  Effect.map(ToolOffer.make(bundled)(tools, question, []), (offer) => {
    const { find } = offer
    if (find === undefined) throw new Error("Nothing is left out.")
    return { ...offer, find, start: Object.values<Tool.Any>(offer.selection.tools) }
  })

const names = (offered: ReadonlyArray<Tool.Any>) => offered.map(({ name }) => name)

describe("ToolOffer", () => {
  it.effect("begins with the same object in each run, though several begin together", () =>
    Effect.gen(function* () {
      const open = ToolOffer.make(bundles)
      const offers = yield* Effect.forEach(["a", "b", "c"], () => open(tools, question, []), { concurrency: 3 })
      const later = yield* open(tools, "products, please", [])
      assert.strictEqual(later.selection.bundle, "shopping")
      for (const { selection } of offers) assert.strictEqual(selection, later.selection)
    })
  )

  it.effect("grows only at its end, by what is found, in the order of finding", () =>
    Effect.gen(function* () {
      const { after, find, start } = yield* opened()
      assert.strictEqual(after(start), start)

      assert.deepStrictEqual(find("cancel"), {
        tools: [{ name: "cancel_order", description: "Cancels an order that has not left." }]
      })
      const second = after(start)
      assert.deepStrictEqual(names(second), [...names(start), "cancel_order"])
      assert.strictEqual(after(start), second)

      find("weather")
      const third = after(start)
      assert.deepStrictEqual(names(third), [...names(second), "weather_report"])
      assert.strictEqual(third[0], start[0])
    })
  )

  it.effect("is not what another run found", () =>
    Effect.gen(function* () {
      const open = ToolOffer.make(bundles)
      const [one, other] = yield* Effect.all([open(tools, question, []), open(tools, question, [])], { concurrency: 1 })
      one.find?.("cancel")
      assert.lengthOf(one.after([]), 1)
      assert.lengthOf(other.after([]), 0)
    })
  )

  it.effect("finds nothing that is on offer, and answers the same query the same", () =>
    Effect.gen(function* () {
      const { after, find, start } = yield* opened()
      const first = find("invoice")
      assert.deepStrictEqual(
        first.tools.map(({ name }) => name),
        ["list_invoices", "pay_invoice"]
      )
      assert.strictEqual(find("invoice"), first)
      assert.deepStrictEqual(find("pay an invoice").tools, [])
      assert.lengthOf(after(start), start.length + 2)
    })
  )

  it.effect("tells by what names the others go where none matches, and that there are none", () =>
    Effect.gen(function* () {
      const { find } = yield* opened()
      assert.deepStrictEqual(find("映画"), {
        tools: [],
        problem:
          "No other tool matches. Ask for one of these by its name: cancel_order, list_invoices, pay_invoice, weather_report."
      })
      for (const name of ["cancel_order", "list_invoices", "pay_invoice", "weather_report"]) find(name)
      assert.deepStrictEqual(find("anything else"), { tools: [], problem: "There are no other tools." })
    })
  )

  it.effect("is all tools of a small toolkit", () =>
    Effect.gen(function* () {
      const { place_order, weather_report } = tools
      const small = { place_order, weather_report }
      const offer = yield* ToolOffer.make(bundles)(small, "Buy a lamp", [])
      assert.strictEqual(offer.selection.tools, small)
      assert.isUndefined(offer.find)
    })
  )

  it("is all tools where none is to be chosen", () => {
    const { after, find, selection } = ToolOffer.whole(tools)
    const start = Object.values<Tool.Any>(tools)
    assert.strictEqual(selection.tools, tools)
    assert.strictEqual(after(start), start)
    assert.isUndefined(find)
  })

  it.effect("is a fault of the program with nine bundles, or a tool of the same name as the one that finds", () =>
    Effect.gen(function* () {
      const nine = Array.from({ length: 9 }, (_, index) => ({ name: `b${index}`, tools: [] }))
      const taken = { ...tools, [FindTool.name]: Tool.make(FindTool.name) }
      const ends = yield* Effect.forEach(
        [ToolOffer.make(nine)(tools, question, []), ToolOffer.make(bundles)(taken, question, [])],
        Effect.exit
      )
      assert.deepStrictEqual(ends, [Exit.die(new Error(Bundle.problem(nine))), Exit.die(new Error(FindTool.taken))])
    })
  )
})
