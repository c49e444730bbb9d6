/**
 * Tool selection over a catalogue of the household's own and of another program's tools, and over the phrasings: what it saves,
 * and that it never costs a question the tools that its answer needs.
 */
import { readFileSync } from "node:fs"

import * as FindTool from "@callsheet/core/foresee/FindTool"
import * as ToolOffer from "@callsheet/core/foresee/ToolOffer"
import { bundles } from "@callsheet/media/Bundles"
import { ResponsesWire } from "@callsheet/openai/ResponsesWire"
import * as ToolDefinition from "@callsheet/openai/ToolDefinition"
import { assert, layer } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import type { Tool } from "effect/ai"

import * as Household from "../../media/test/route/household.ts"
import { catalogue } from "./support/catalogue.ts"

const Phrasing = Schema.Struct({ text: Schema.String, tools: Schema.Array(Schema.String) })
const phrasings = Schema.decodeSync(Schema.fromJsonString(Schema.Array(Phrasing)))(
  readFileSync(new URL("../../media/test/phrasings.json", import.meta.url), "utf8")
)

/** Tools that the catalogue has at least, and the share of their definitions' bytes that is sent on average at most. */
const leastTools = 40
const mostShare = 0.3

const bytesOf = (tool: Tool.Any) =>
  Buffer.byteLength(JSON.stringify(ResponsesWire.tool(Result.getOrThrow(ToolDefinition.make(tool)))))

const bytesOfAll = (tools: Iterable<Tool.Any>) => Array.from(tools, bytesOf).reduce((sum, bytes) => sum + bytes, 0)

layer(Household.layer())("Tool selection", (it) => {
  for (const [advised, analyse] of [
    ["the question alone", () => Effect.succeed<ReadonlyArray<string>>([])],
    ["the router's advice too", (text: string) => Effect.map(Household.route(text), ({ analysis }) => analysis.tools)]
  ] as const) {
    it.effect(`by ${advised} sends each phrasing the tools it needs, and a small part of all bytes`, () =>
      Effect.gen(function* () {
        const tools = yield* catalogue
        assert.isAtLeast(Object.keys(tools).length, leastTools)
        const allBytes = bytesOfAll(Object.values(tools))
        const open = ToolOffer.make(bundles)
        const sent = yield* Effect.forEach(phrasings, ({ text, tools: needed }) =>
          Effect.gen(function* () {
            const { find, selection } = yield* open(tools, text, yield* analyse(text))
            const missing = needed.filter((name) => !Object.hasOwn(selection.tools, name))
            const bytes = bytesOfAll(Object.values(selection.tools)) + (find === undefined ? 0 : bytesOf(FindTool.tool))
            return { selection, missing: missing.map((name) => `${text}: ${name}`), share: bytes / allBytes }
          })
        )
        assert.deepStrictEqual(
          sent.flatMap(({ missing }) => missing),
          []
        )
        assert.isAtMost(sent.reduce((sum, { share }) => sum + share, 0) / sent.length, mostShare)
        // One object for each bundle, and one for all tools.
        assert.isAtMost(new Set(sent.map(({ selection }) => selection.tools)).size, bundles.length + 1)
      })
    )
  }
})
