import * as Handlers from "@callsheet/core/schedule/Handlers"
import * as Policy from "@callsheet/core/schedule/Policy"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { Tool, Toolkit } from "effect/ai"

import * as FindTool from "../../src/foresee/FindTool.ts"

const echo = Tool.make("echo", { parameters: Schema.Struct({ text: Schema.String }), success: Schema.String })
const toolkit = Toolkit.make(echo)

const asked: Array<string> = []
const found = { tools: [{ name: "other", description: "Does something else." }] }

const beside = Effect.gen(function* () {
  const handled = yield* Handlers.resolve(toolkit)
  return yield* FindTool.beside(handled, (query) => {
    asked.push(query)
    return found
  })
}).pipe(Effect.provide(toolkit.toLayer({ echo: ({ text }) => Effect.succeed(text) })))

describe("FindTool", () => {
  it.effect("answers beside the tools of the agent, however it is asked", () =>
    Effect.gen(function* () {
      const { askOf, handle, tools } = yield* beside
      assert.deepStrictEqual(Object.keys(tools), ["echo", "find_tools"])
      const [result] = yield* Effect.flatMap(handle("find_tools", { query: "else" }), Stream.runCollect)
      assert.deepStrictEqual(result?.encodedResult, found)
      const ask = askOf?.("find_tools")
      assert.isDefined(ask)
      assert.deepStrictEqual((yield* ask({ query: "more" }, "call_1", () => {})).encodedResult, found)
      assert.deepStrictEqual(asked, ["else", "more"])
      const [echoed] = yield* Effect.flatMap(handle("echo", { text: "Hello" }), Stream.runCollect)
      assert.strictEqual(echoed?.encodedResult, "Hello")
    })
  )

  it("only reads, and waits for no tool that writes", () => {
    const { footprint, isReadOnly, needsApproval } = Policy.rulesOf(FindTool.tool)
    assert.isTrue(isReadOnly)
    assert.isFalse(needsApproval)
    assert.deepStrictEqual(footprint?.tags, [])
  })
})
