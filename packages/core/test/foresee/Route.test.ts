import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Tool } from "effect/ai"

import * as Route from "../../src/foresee/Route.ts"

const tools = {
  read: Tool.make("read").annotate(Tool.Readonly, true),
  write: Tool.make("write"),
  careful: Tool.make("careful").annotate(Tool.Destructive, false).annotate(Tool.Idempotent, true)
}

const calling = (...names: ReadonlyArray<string>): Route.Answerable => ({
  calls: names.map((name) => ({ name, parameters: {} })),
  render: () => "It is so."
})

const sure: Route.Analysis = {
  intent: "reading",
  entities: [],
  filters: {},
  writes: false,
  complexity: "simple",
  tools: ["read"],
  confidence: 1,
  reason: "Every word is understood.",
  answerable: calling("read"),
  foreseen: [],
  wishes: []
}

const routeOf = (changes: Partial<Route.Analysis>) => Route.decide({ ...sure, ...changes }, tools)

describe("Route.decide", () => {
  it("lets rules answer what is sure and only reads", () => {
    const answerable = calling("read", "read")
    assert.deepStrictEqual(routeOf({ answerable, confidence: Route.sureFrom }), {
      route: "rules",
      answerable,
      confidence: Route.sureFrom,
      reason: "Every word is understood."
    })
  })

  it("leaves to the model what is not answerable, or by no call", () => {
    const why = { answerable: undefined, confidence: 0.3, reason: "Nobody knows “flurb”." }
    assert.deepStrictEqual(routeOf(why), { route: "model", confidence: 0.3, reason: "Nobody knows “flurb”." })
    assert.strictEqual(routeOf({ answerable: calling() }).route, "model")
  })

  it("leaves to the model what is less than sure", () => {
    assert.strictEqual(routeOf({ confidence: Route.sureFrom - 0.01 }).route, "model")
    assert.strictEqual(routeOf({ confidence: Number.NaN }).route, "model")
  })

  it("leaves to the model what may want something changed", () => {
    assert.strictEqual(routeOf({ writes: true }).reason, "It may want something changed.")
  })

  it("leaves to the model what a tool is missing for", () => {
    assert.strictEqual(routeOf({ answerable: calling("read", "toString") }).reason, "The tool toString is not there.")
  })

  it.prop(
    "never lets a tool be called that does not only read, whatever the application says of it",
    [Schema.Array(Schema.Literals(["read", "write", "careful", "none"])), Schema.Finite],
    ([names, confidence]) => {
      const decision = routeOf({ answerable: calling(...names), confidence })
      if (decision.route === "model") return
      assert.isNotEmpty(names)
      assert.isTrue(names.every((name) => name === "read"))
      assert.isAtLeast(confidence, Route.sureFrom)
    }
  )
})
