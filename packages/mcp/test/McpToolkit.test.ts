/**
 * Tools of the protocol's own reference servers, driven by an agent whose model follows a script.
 */
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

import { Cache } from "@callsheet/cache/Cache"
import * as Agent from "@callsheet/core/Agent"
import { Identity } from "@callsheet/core/Identity"
import * as LanguageModelStream from "@callsheet/core/model/LanguageModelStream"
import { Approval } from "@callsheet/core/schedule/Approval"
import { turns } from "@callsheet/testkit/scripted/Script"
import * as ScriptedModel from "@callsheet/testkit/scripted/ScriptedModel"
import { instant } from "@callsheet/testkit/scripted/Timing"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Stream } from "effect"
import { Tool } from "effect/ai"

import * as McpToolkit from "../src/McpToolkit.ts"
import type { ServerConfig } from "../src/ServerConfig.ts"

const bin = (name: string) =>
  join(import.meta.dirname, `../../../node_modules/@modelcontextprotocol/${name}/dist/index.js`)

const path = dirname(process.execPath)
const platform = Layer.merge(NodeServices.layer, NodeHttpClient.layerUndici)

const folder = Effect.acquireRelease(
  Effect.sync(() => realpathSync(mkdtempSync(join(tmpdir(), "callsheet-mcp-")))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const files = (root: string, more: Partial<ServerConfig> = {}): ServerConfig => ({
  name: "files",
  at: { command: process.execPath, args: [bin("server-filesystem"), root] },
  ...more
})

/** Streamable HTTP of `server-everything`, on a port of the system's choice. */
const everythingOverHttp = Effect.gen(function* () {
  const port = yield* Effect.promise(
    () =>
      new Promise<number>((found) => {
        const probe = createServer().listen(0, "127.0.0.1", () => {
          const address = probe.address()
          probe.close(() => found(typeof address === "object" && address !== null ? address.port : 0))
        })
      })
  )
  yield* Effect.acquireRelease(
    Effect.callback<ReturnType<typeof spawn>>((resume) => {
      const child = spawn(process.execPath, [bin("server-everything"), "streamableHttp"], {
        env: { PORT: String(port) },
        stdio: ["ignore", "ignore", "pipe"]
      })
      child.stderr?.on("data", (data) => {
        if (String(data).includes(String(port))) resume(Effect.succeed(child))
      })
    }),
    (child) => Effect.sync(() => child.kill())
  )
  return `http://127.0.0.1:${port}/mcp`
})

interface Scripted {
  readonly replies: Parameters<typeof turns>[0]
  readonly approve?: boolean
  /** Its answer may be remembered. */
  readonly question?: string
}

/** The events of a run of an agent with the tools of `servers`. */
const run = Effect.fnUntraced(function* (
  toolkit: Effect.Success<ReturnType<typeof McpToolkit.make>>["toolkit"],
  { approve = false, question = "Do it.", replies }: Scripted
) {
  const agent = Agent.make({ name: "test", instructions: "Answer.", toolkit })
  const model = LanguageModelStream.layer({ provider: "scripted", model: "script" }).pipe(
    Layer.provide(ScriptedModel.layer({ script: turns(replies), timing: instant }))
  )
  const events = yield* agent.run(question).pipe(
    Stream.runCollect,
    Effect.provide(model),
    Effect.provideService(Approval, () => Effect.succeed(approve))
  )
  const settled = events.flatMap((event) => (event._tag === "ToolSettled" ? [event] : []))
  const finished = events.find(({ _tag }) => _tag === "RunFinished")
  return { events, settled, finished }
})

describe("tools of MCP servers", () => {
  it.live("are server-everything's, over stdio and over HTTP, and what they give is what the model reads", () =>
    Effect.gen(function* () {
      const url = yield* everythingOverHttp
      const servers = yield* McpToolkit.make(
        [
          {
            name: "here",
            at: { command: process.execPath, args: [bin("server-everything"), "stdio"] },
            isTrusted: true
          },
          { name: "there", at: { url }, only: ["echo"] }
        ],
        { path }
      )
      const { tools } = yield* servers.toolkit
      assert.isAbove(Object.keys(tools).length, 8)
      assert.deepStrictEqual(
        Object.keys(tools).filter((name) => name.startsWith("there__")),
        ["there__echo"]
      )
      const { settled } = yield* run(servers.toolkit, {
        approve: true,
        replies: [
          {
            calls: [
              { name: "here__echo", input: { message: "one" } },
              { name: "there__echo", input: { message: "two" } },
              { name: "here__get-tiny-image", input: {} },
              { name: "here__echo", input: { message: 3 } }
            ]
          },
          { text: "Done." }
        ]
      })
      assert.deepStrictEqual(settled.map(({ name, ok }) => [name, ok]).sort(), [
        ["here__echo", false],
        ["here__echo", true],
        ["here__get-tiny-image", true],
        ["there__echo", true]
      ])
    }).pipe(Effect.provide(platform))
  )

  it.live(
    "of a server that is trusted start early, run once where they are equal, and are remembered; its writes wait for approval",
    () =>
      Effect.gen(function* () {
        const root = yield* folder
        writeFileSync(join(root, "a.txt"), "alpha")
        const servers = yield* McpToolkit.make([files(root, { isTrusted: true, freshness: "1 minute" })], { path })
        const { tools } = yield* servers.toolkit
        const read = tools["files__read_text_file"]
        const write = tools["files__write_file"]
        if (read === undefined || write === undefined) return assert.fail("They are not offered.")
        assert.deepStrictEqual(
          [read, write].map(({ annotations }) => Context.get(annotations, Tool.Readonly)),
          [true, false]
        )
        const reading = { name: "files__read_text_file", input: { path: join(root, "a.txt") } }
        const writing = { name: "files__write_file", input: { path: join(root, "b.txt"), content: "beta" } }
        const first = yield* run(servers.toolkit, {
          replies: [{ calls: [reading, reading, writing] }, { text: "Done." }]
        })
        const reads = first.settled.filter(({ name }) => name === reading.name)
        assert.deepStrictEqual(reads.map(({ source }) => source).sort(), ["shared", "upstream"])
        assert.match(first.settled.find(({ ok }) => !ok)?.problem ?? "", /not approved/)
        assert.throws(() => readFileSync(join(root, "b.txt")))
        const second = yield* run(servers.toolkit, { replies: [{ calls: [reading] }, { text: "Done." }] })
        assert.strictEqual(second.settled[0]?.source, "memory")
        const third = yield* run(servers.toolkit, {
          approve: true,
          question: "Write it.",
          replies: [{ calls: [writing, reading] }, { text: "Done." }]
        })
        assert.deepStrictEqual(
          third.settled.map(({ ok }) => ok),
          [true, true]
        )
        assert.strictEqual(readFileSync(join(root, "b.txt"), "utf8"), "beta")
        // What was written may be what was read.
        assert.strictEqual(third.settled.at(-1)?.source, "upstream")
      }).pipe(Effect.provide(Layer.mergeAll(platform, Cache.layerMemory(), Layer.succeed(Identity, "us"))))
  )

  it.live("of a server that is not trusted wait for approval, whatever it says of them", () =>
    Effect.gen(function* () {
      const root = yield* folder
      writeFileSync(join(root, "a.txt"), "alpha")
      const servers = yield* McpToolkit.make([files(root)], { path })
      const reading = { name: "files__read_text_file", input: { path: join(root, "a.txt") } }
      const { events, settled } = yield* run(servers.toolkit, { replies: [{ calls: [reading] }, { text: "Done." }] })
      assert.isTrue(events.some(({ _tag }) => _tag === "ApprovalNeeded"))
      assert.match(settled[0]?.problem ?? "", /not approved/)
    }).pipe(Effect.provide(platform))
  )

  it.live("are none where their server cannot be reached, and a call of one that has died fails in a sentence", () =>
    Effect.gen(function* () {
      const root = yield* folder
      const script = join(root, "dies.mjs")
      // It answers until it is asked to call, and then ends.
      writeFileSync(
        script,
        `process.stdin.on("data", (data) => { for (const line of String(data).trim().split("\\n")) {
  const { id, method, params } = JSON.parse(line)
  const reply = (result) => console.log(JSON.stringify({ jsonrpc: "2.0", id, result }))
  if (method === "initialize") reply({ protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "dies", version: "1" } })
  if (method === "tools/list") reply({ tools: [{ name: "die", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } }] })
  if (method === "tools/call") process.exit(1)
} })`
      )
      const servers = yield* McpToolkit.make(
        [
          { name: "gone", at: { url: "http://127.0.0.1:1/mcp" } },
          { name: "no", at: { command: "no-such-program-anywhere" } },
          { name: "dies", at: { command: process.execPath, args: [script] }, isTrusted: true }
        ],
        { path }
      )
      assert.deepStrictEqual(Object.keys((yield* servers.toolkit).tools), ["dies__die"])
      const { finished, settled } = yield* run(servers.toolkit, {
        replies: [{ calls: [{ name: "dies__die", input: {} }] }, { text: "It is gone." }]
      })
      assert.deepInclude(finished, { answer: "It is gone." })
      assert.match(settled[0]?.problem ?? "", /The server dies cannot be reached/)
    }).pipe(Effect.provide(platform))
  )
})
