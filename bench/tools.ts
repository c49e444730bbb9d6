/**
 * `tools`: what it saves to send a bundle of tools and not all, whether it costs a question a tool, and how long choosing takes.
 */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

import { Cache } from "@callsheet/cache/Cache"
import * as FindTool from "@callsheet/core/foresee/FindTool"
import * as OfferSize from "@callsheet/core/foresee/OfferSize"
import * as ToolIndex from "@callsheet/core/foresee/ToolIndex"
import { bundles } from "@callsheet/media/Bundles"
import { MediaToolkit } from "@callsheet/media/MediaToolkit"
import { ResponsesWire } from "@callsheet/openai/ResponsesWire"
import * as ToolDefinition from "@callsheet/openai/ToolDefinition"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import * as Tool from "effect/ai/Tool"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import * as Report from "./Report.ts"

const Phrasing = Schema.Struct({ text: Schema.String, tools: Schema.Array(Schema.String) })
const phrasings = Schema.decodeSync(Schema.fromJsonString(Schema.Array(Phrasing)))(
  readFileSync(new URL("../packages/media/test/phrasings.json", import.meta.url), "utf8")
)

const address = "http://127.0.0.1"
const env = {
  PLEX_BASE_URL: address,
  PLEX_TOKEN: "k",
  TMDB_API_KEY: "k",
  RADARR_BASE_URL: address,
  RADARR_API_KEY: "k",
  SONARR_BASE_URL: address,
  SONARR_API_KEY: "k"
}

/** The household's tools, which nobody calls here. */
const own = Effect.map(MediaToolkit, ({ tools }) => tools).pipe(
  Effect.provide(
    Layer.provide(MediaToolkit.layerConfig, [
      FetchHttpClient.layer,
      Cache.layerMemory(),
      ConfigProvider.layer(ConfigProvider.fromEnv({ env }))
    ])
  ),
  Effect.orDie
)

const others = Effect.promise(async () => {
  const program = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js"))
  const client = new Client({ name: "bench", version: "1.0.0" })
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [program, "stdio"], stderr: "ignore" })
  )
  const { tools } = await client.listTools()
  await client.close()
  return tools.map(({ description, inputSchema, name }) =>
    Tool.dynamic(name, { description, parameters: { ...inputSchema } })
  )
})

const bytesOf = (tools: Iterable<Tool.Any>) =>
  Array.from(tools, (tool) =>
    Buffer.byteLength(JSON.stringify(ResponsesWire.tool(Result.getOrThrow(ToolDefinition.make(tool)))))
  ).reduce((sum, bytes) => sum + bytes, 0)

/** Median of the microseconds that `run` takes, over all phrasings and ten rounds, of which the first is not counted. */
const microseconds = (run: (text: string) => void): number => {
  const samples: Array<number> = []
  for (let round = 0; round < 10; round++) {
    for (const { text } of phrasings) {
      const startMillis = performance.now()
      run(text)
      if (round > 0) samples.push((performance.now() - startMillis) * 1000)
    }
  }
  return Report.median(samples)
}

/** From so many tools on the bound on bytes holds. */
const catalogueTools = 40

export const suite: Report.Suite = {
  about: `Tool selection by the question alone, over the household's tools and those that server-everything lists, and over
${phrasings.length} phrasings. Bytes are those of the definitions in a Responses request, that of ${FindTool.name} included. Whether a model finds
what it was not sent is not measured.`,
  rows: Effect.gen(function* () {
    const tools: ToolIndex.Tools = {
      ...(yield* own),
      ...Object.fromEntries((yield* others).map((tool) => [tool.name, tool]))
    }
    const count = Object.keys(tools).length
    const startMillis = performance.now()
    const index = ToolIndex.make(tools, bundles)
    const indexMillis = performance.now() - startMillis
    const allBytes = bytesOf(Object.values(tools))
    const sent = phrasings.map(({ text, tools: needed }) => {
      const { bundle, tools: selected } = index.select(text, [])
      const bytes = bytesOf(Object.values(selected)) + (bundle === undefined ? 0 : bytesOf([FindTool.tool]))
      return { bundle, bytes, lacks: needed.some((name) => !Object.hasOwn(selected, name)) }
    })
    const meanBytes = sent.reduce((sum, { bytes }) => sum + bytes, 0) / sent.length
    const counts = [...Map.groupBy(sent, ({ bundle }) => bundle ?? "all")].map(([name, of]) => `${name} ${of.length}`)
    const judged = OfferSize.judgedBy(meanBytes / 4)
    return [
      {
        name: "definition bytes sent",
        value: meanBytes / allBytes,
        unit: "of all",
        ...(count >= catalogueTools && { atMost: 0.3 }),
        note: `${Math.round(meanBytes)} of ${allBytes} bytes, ${count} tools; a prompt of this size is judged by ${judged}`
      },
      {
        name: "phrasings that lack a tool",
        value: sent.filter(({ lacks }) => lacks).length,
        unit: `of ${phrasings.length}`,
        atMost: 0
      },
      { name: "selections", value: counts.length, unit: "distinct", atMost: 9, note: counts.join(", ") },
      { name: "selection", value: microseconds((text) => void index.select(text, [])), unit: "µs", atMost: 1000 },
      { name: "index", value: indexMillis, unit: "ms", note: "once a toolkit" }
    ]
  })
}
