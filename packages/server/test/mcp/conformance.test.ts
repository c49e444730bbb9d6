/**
 * The protocol's own conformance suite and its inspector, each a program of its own, against servers built on `McpRoute`.
 */
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Schema } from "effect"

import * as NodeServer from "../../src/NodeServer.ts"
import * as McpRoute from "../../src/routes/McpRoute.ts"
import { Runs } from "../../src/Runs.ts"
import * as MemoryConversationStore from "../../src/store/MemoryConversationStore.ts"
import * as MemoryRunStore from "../../src/store/MemoryRunStore.ts"
import { registrations } from "../support/conformance/fixture.ts"
import * as Toy from "../support/Toy.ts"

const program = (path: string) => join(import.meta.dirname, "../../../../node_modules/@modelcontextprotocol", path)

/** Each with its reason. The suite fails where one of them passes, too, so the list can but shrink. */
const expectedFailures = join(import.meta.dirname, "expected-failures.yml")

const served = Effect.map(
  Layer.build(
    NodeServer.layerWith(
      { host: "127.0.0.1", port: 0 },
      McpRoute.layerWith({ name: "toy", version: "1.0.0", toolkit: Toy.tools }, registrations)
    ).pipe(
      Layer.provide(Runs.layer(Toy.agent)),
      Layer.provide([MemoryRunStore.layer(), MemoryConversationStore.layer(), Toy.world()])
    )
  ),
  (services) => `${Context.get(services, NodeServer.Address).url}/mcp`
)

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "callsheet-conformance-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** What a program wrote, and its status. */
const run = (args: ReadonlyArray<string>, cwd: string) =>
  Effect.callback<{ readonly status: number | string; readonly output: string }>((resume) => {
    execFile(process.execPath, args, { cwd, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      resume(Effect.succeed({ status: error?.code ?? 0, output: stdout + stderr }))
    )
  })

describe("the conformance suite of MCP", () => {
  it.live("finds no more wrong with a server on this layer than is listed, and nothing less", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const args = [program("conformance/dist/index.js"), "server", "--url", yield* served]
      const { output, status } = yield* run([...args, "--suite", "all", "--expected-failures", expectedFailures], cwd)
      assert.strictEqual(status, 0, output.slice(-5000))
      const scenarios = new Set(Array.from(output.matchAll(/^\W*([a-z0-9-]+): \d+ passed/gm), ([, name]) => name))
      assert.strictEqual(scenarios.size, 32, output.slice(-3000))
    })
  )
})

const Listed = Schema.fromJsonString(Schema.Struct({ tools: Schema.Array(Schema.Struct({ name: Schema.String })) }))
const Called = Schema.fromJsonString(
  Schema.Struct({ content: Schema.Array(Schema.Struct({ type: Schema.String, text: Schema.String })) })
)

describe("the inspector of MCP", () => {
  it.live("lists the tools, calls one, and asks the agent", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const url = yield* served
      const inspect = (...args: ReadonlyArray<string>) =>
        run([program("inspector/clients/launcher/build/index.js"), "--cli", url, "--transport", "http", ...args], cwd)
      const [listed, looked, asked] = yield* Effect.all(
        [
          inspect("--method", "tools/list"),
          inspect("--method", "tools/call", "--tool-name", "look", "--tool-arg", "key=inspected"),
          inspect("--method", "tools/call", "--tool-name", "ask", "--tool-arg", "question=say 2")
        ],
        { concurrency: 3 }
      )
      const { tools } = yield* Schema.decodeEffect(Listed)(listed.output)
      assert.includeMembers(
        tools.map(({ name }) => name),
        ["look", "change", "ask"]
      )
      const textOf = ({ output }: { readonly output: string }) =>
        Effect.map(Schema.decodeEffect(Called)(output), ({ content }) => content.map(({ text }) => text))
      assert.deepStrictEqual(yield* textOf(looked), ['"value of inspected"'])
      assert.deepStrictEqual(yield* textOf(asked), ["wordword"])
    })
  )
})
