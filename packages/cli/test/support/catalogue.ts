/**
 * Catalogue: the household's tools beside those of another program, `server-everything`, as it lists them itself over MCP.
 */
import { fileURLToPath } from "node:url"

import { MediaToolkit } from "@callsheet/media/MediaToolkit"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { Effect } from "effect"
import { Tool } from "effect/ai"

const program = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-everything/dist/index.js"))

const listed = Effect.acquireUseRelease(
  Effect.promise(async () => {
    const client = new Client({ name: "catalogue", version: "1.0.0" })
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [program, "stdio"], stderr: "ignore" })
    )
    return client
  }),
  (client) => Effect.promise(() => client.listTools()),
  (client) => Effect.promise(() => client.close())
)

/** All of them by name, the household's first. */
export const catalogue: Effect.Effect<Readonly<Record<string, Tool.Any>>, never, MediaToolkit> = Effect.gen(
  function* () {
    const own = yield* MediaToolkit
    const { tools } = yield* listed
    const others = tools.map(({ description, inputSchema, name }) => [
      name,
      Tool.dynamic(name, { description, parameters: { ...inputSchema } })
    ])
    return { ...own.tools, ...Object.fromEntries(others) }
  }
)
