import * as Annotations from "@callsheet/core/schedule/Annotations"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Tool } from "effect/ai"

import * as Bundle from "../../src/foresee/Bundle.ts"

const bundles = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `b${index}`, tools: [] }))

const toolsOf = (names: Iterable<string>) => Object.fromEntries(Array.from(names, (name) => [name, Tool.make(name)]))

describe("Bundles of an application", () => {
  it("are at most eight", () => {
    assert.isUndefined(Bundle.problem(bundles(8)))
    assert.strictEqual(Bundle.problem(bundles(9)), "There are 9 bundles of tools: join some, 8 are the most.")
  })

  it("have names of their own", () => {
    assert.strictEqual(
      Bundle.problem([...bundles(2), { name: "b1", tools: ["x"] }]),
      "Two bundles of tools are named b1: rename one."
    )
  })
})

describe("Derived bundles", () => {
  it("are made by upstream, or by how names begin", () => {
    const plex = { name: "plex" }
    const tools = {
      search: Tool.make("search").annotate(Annotations.Upstream, plex),
      read_file: Tool.make("read_file"),
      on_deck: Tool.make("on_deck").annotate(Annotations.Upstream, plex),
      readDir: Tool.make("readDir")
    }
    assert.deepStrictEqual(Bundle.derive(tools), [
      { name: "plex", tools: ["search", "on_deck"] },
      { name: "read", tools: ["read_file", "readDir"] }
    ])
  })

  it("join the smallest where there are too many", () => {
    const tools = toolsOf(
      ["ab1x", "ab2x", ..."cdefghij"].flatMap((name) => [`${name}_one`, `${name}_two`]).slice(0, -1)
    )
    const derived = Bundle.derive({ ...tools, zz_last: Tool.make("zz_last") })
    assert.strictEqual(derived.length, Bundle.most)
    assert.strictEqual(derived.at(-1)?.name, "other tools")
    assert.strictEqual(derived.at(-1)?.tools.at(-1), "zz_last")
  })

  it.prop(
    "are at most eight, and hold each tool once, for any tools",
    { names: Schema.Array(Schema.String) },
    ({ names }) => {
      const tools = toolsOf(names)
      const derived = Bundle.derive(tools)
      assert.isUndefined(Bundle.problem(derived))
      assert.deepStrictEqual(derived.flatMap(({ tools }) => tools).sort(), Object.keys(tools).sort())
    }
  )
})
