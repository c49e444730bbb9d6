import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { Tool } from "effect/ai"

import * as Plan from "../../src/schedule/Plan.ts"
import * as PlanReader from "../../src/schedule/PlanReader.ts"
import { FailedElement } from "../../src/schedule/PlanReference.ts"
import * as PlanTool from "../../src/schedule/PlanTool.ts"
import { Film, from, step, tools } from "./plans.ts"

const tool = PlanTool.make(tools)
const description = Tool.getDescription(tool) ?? ""
const [explanation = "", results = ""] = description.split("\nResults of the tools:\n")

describe("the tool that takes plans", () => {
  it("tells the shape of each tool's result, one line for tools of one shape", () => {
    const film = "{title: string, year: int|null, tmdbId: int, genres: string[], overview?: string}"
    assert.strictEqual(
      results,
      [`find: {total: int, items: ${film}[], nextCursor: string|null}`, `show: ${film}`, "echo: any"].join("\n")
    )
    const twins = { one: Tool.make("one", { success: Film }), other: Tool.make("other", { success: Film }) }
    assert.include(Tool.getDescription(PlanTool.make(twins)) ?? "", `\none, other: ${film}`)
  })

  it("explains itself in less than 900 bytes, with an example that is a plan", () => {
    assert.isBelow(Buffer.byteLength(explanation), 900)
    const example: unknown = JSON.parse(explanation.slice(explanation.indexOf('{"steps"')))
    const steps = Result.getOrThrow(PlanReader.whole(example))
    const any = { find: Tool.dynamic("find"), show: Tool.dynamic("show") }
    assert.deepStrictEqual(Plan.check(steps, any, PlanTool.name), [])
    assert.deepStrictEqual(Plan.leaves(steps), ["s"])
  })

  it("counts the bytes of its description", () => {
    assert.strictEqual(PlanTool.descriptionBytes(tool), Buffer.byteLength(description))
    assert.strictEqual(PlanTool.descriptionBytes(Tool.make("x", { description: "é" })), 2)
    assert.strictEqual(PlanTool.descriptionBytes(Tool.make("x")), 0)
  })

  it("is sent non-strict, with steps as its one parameter", () => {
    assert.isFalse(Tool.getStrictMode(tool))
    assert.deepStrictEqual(Object.keys(Object(Tool.getJsonSchema(tool)["properties"])), ["steps"])
  })
})

describe("the result of a plan", () => {
  it("holds leaves and failures by step id", () => {
    const steps = [
      step("a", "find"),
      step("b", "show", { tmdbId: from("a", "items", 0, "tmdbId") }),
      step("c", "show", { tmdbId: from("$item", "tmdbId") }, from("a", "items")),
      step("d", "find"),
      step("e", "echo", { x: from("d") }),
      step("f", "echo"),
      step("g", "echo")
    ]
    const told = PlanTool.result(
      steps,
      new Map<string, PlanTool.Outcome>([
        ["e", { _tag: "Failed", problem: `not run: step "d" failed` }],
        ["d", { _tag: "Failed", problem: "TMDb did not answer." }],
        ["c", { _tag: "Done", value: [{ title: "Alien" }, new FailedElement("no such film")] }],
        ["b", { _tag: "Done", value: { title: "Alien" } }],
        ["a", { _tag: "Done", value: { items: [] } }],
        ["f", { _tag: "Done", value: undefined }]
      ])
    )
    assert.strictEqual(
      JSON.stringify(told),
      JSON.stringify({
        results: { b: { title: "Alien" }, c: [{ title: "Alien" }, { error: "no such film" }], f: null },
        failures: { d: "TMDb did not answer.", e: 'not run: step "d" failed', g: "not run" }
      })
    )
  })
})
