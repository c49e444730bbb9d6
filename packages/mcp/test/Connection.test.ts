/**
 * What happens to the connection of a server that fails, in virtual time where it can be.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import type { McpClient } from "effect/ai"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"

import * as Connection from "../src/Connection.ts"
import * as McpToolkit from "../src/McpToolkit.ts"
import * as FakeServer from "./support/FakeServer.ts"

/** Calls the tool `name`, and gives its text. */
const call = (name: string) => (client: McpClient.McpClient) =>
  Effect.gen(function* () {
    const tool = (yield* client.listTools()).find((tool) => tool.name === name)
    if (tool === undefined) return assert.fail(`There is no tool ${name}.`)
    const [part] = (yield* client.callTool({ tool })).content
    return part?.type === "text" ? part.text : undefined
  })

const over = (server: ReturnType<typeof FakeServer.make>) =>
  Layer.merge(NodeServices.layer, Layer.succeed(HttpClient.HttpClient, server.client))

describe("a connection", () => {
  it.effect("is made anew where its server has forgotten it, though it says so by 400", () => {
    const server = FakeServer.make()
    return Effect.gen(function* () {
      const connection = yield* Connection.make({ name: "a", at: { url: "http://a/mcp" } }, "")
      assert.strictEqual(yield* connection.use(call("echo")), "session 1")
      server.restart("a")
      assert.match((yield* Effect.flip(connection.use(call("echo")))).message, /The server a /)
      assert.strictEqual(yield* connection.use(call("echo")), "session 2")
    }).pipe(Effect.provide(over(server)))
  })

  it.effect("is tried again after pauses that double, and between them calls fail at once", () => {
    const server = FakeServer.make()
    server.set("a", "down")
    return Effect.gen(function* () {
      const connection = yield* Connection.make({ name: "a", at: { url: "http://a/mcp" } }, "")
      const tries = Effect.gen(function* () {
        for (let second = 0; second < 120; second++) {
          assert.match((yield* Effect.flip(connection.use(call("echo")))).message, /cannot be reached/)
          yield* TestClock.adjust("1 second")
        }
      })
      yield* tries
      // At 0, 1, 3, 7, 15, 31, 61 and 91 seconds.
      assert.strictEqual(server.attempts("a"), 8)
      server.set("a", "up")
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* connection.use(call("echo")), "session 1")
    }).pipe(Effect.provide(over(server)))
  })

  it.effect("that is being made keeps no call longer than it may take", () => {
    const server = FakeServer.make()
    server.set("a", "silent")
    return Effect.gen(function* () {
      const connection = yield* Connection.make({ name: "a", at: { url: "http://a/mcp" } }, "")
      const limited = yield* Effect.forkChild(Effect.timeoutOption(connection.use(call("echo")), "1 second"))
      yield* TestClock.adjust("1 second")
      assert.isDefined(limited.pollUnsafe())
      // Nobody is to be blamed for that, so the next call may connect.
      server.set("a", "up")
      assert.strictEqual(yield* connection.use(call("echo")), "session 1")
    }).pipe(Effect.provide(over(server)))
  })

  it.effect("is kept for the calls beside the one for which it is given up", () => {
    const server = FakeServer.make()
    return Effect.gen(function* () {
      const connection = yield* Connection.make({ name: "a", at: { url: "http://a/mcp" } }, "")
      const echo = call("echo")
      const late = yield* Effect.forkChild(
        connection.use((client) => Effect.andThen(Effect.sleep("1 second"), echo(client)))
      )
      yield* TestClock.adjust(0)
      yield* Effect.flip(connection.use((client) => Effect.andThen(server.refuseNext("a"), echo(client))))
      assert.strictEqual(yield* connection.use(echo), "session 1")
      assert.strictEqual(server.attempts("a"), 2)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(late), "session 1")
    }).pipe(Effect.provide(over(server)))
  })

  it.live("is made anew where a program wrote what is no message", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "callsheet-mcp-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
      )
      const script = join(folder, "chatty.mjs")
      writeFileSync(
        script,
        `process.stdin.on("data", (data) => { for (const line of String(data).trim().split("\\n")) {
  const { id, method, params } = JSON.parse(line)
  const reply = (result) => console.log(JSON.stringify({ jsonrpc: "2.0", id, result }))
  if (method === "initialize") reply({ protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "chatty", version: "1" } })
  if (method === "tools/list") reply({ tools: ["pid", "chat"].map((name) => ({ name, inputSchema: { type: "object" } })) })
  if (method === "tools/call" && params.name === "pid") reply({ content: [{ type: "text", text: String(process.pid) }] })
  if (method === "tools/call" && params.name === "chat") console.log("Just saying hello")
} })
process.stdin.on("end", () => process.exit())`
      )
      const connection = yield* Connection.make(
        { name: "chatty", at: { command: process.execPath, args: [script] } },
        dirname(process.execPath)
      )
      const before = yield* connection.use(call("pid"))
      assert.match((yield* Effect.flip(connection.use(call("chat")))).message, /The server chatty cannot be reached/)
      const after = yield* connection.use(call("pid"))
      assert.notStrictEqual(after, before)
    }).pipe(Effect.provide(Layer.merge(NodeServices.layer, NodeHttpClient.layerUndici)))
  )
})

describe("a toolkit", () => {
  it.effect("does not wait longer than 5 s for a server that says nothing, and has its tools once it speaks", () => {
    const server = FakeServer.make()
    server.set("slow", "silent")
    return Effect.gen(function* () {
      const made = yield* Effect.forkChild(
        McpToolkit.make(
          [
            { name: "slow", at: { url: "http://slow/mcp" } },
            { name: "quick", at: { url: "http://quick/mcp" } }
          ],
          { path: "" }
        )
      )
      yield* TestClock.adjust("5 seconds")
      const { toolkit } = yield* Fiber.join(made)
      assert.deepStrictEqual(Object.keys((yield* toolkit).tools), ["quick__echo"])
      server.set("slow", "up")
      // The first attempt is given up; the list is then as old as it may be.
      yield* TestClock.adjust("61 seconds")
      yield* toolkit
      yield* TestClock.adjust(0)
      assert.sameMembers(Object.keys((yield* toolkit).tools), ["quick__echo", "slow__echo"])
    }).pipe(Effect.provide(over(server)))
  })
})
