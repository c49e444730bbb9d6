/**
 * `/mcp`, asked by Effect's own client in both protocols that it speaks.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { McpClient, McpProtocol } from "effect/ai"

import * as NodeServer from "../../src/NodeServer.ts"
import * as McpRoute from "../../src/routes/McpRoute.ts"
import { Runs } from "../../src/Runs.ts"
import * as MemoryConversationStore from "../../src/store/MemoryConversationStore.ts"
import * as MemoryRunStore from "../../src/store/MemoryRunStore.ts"
import * as Client from "../support/Client.ts"
import * as Toy from "../support/Toy.ts"

const start = Effect.fnUntraced(function* (options: Partial<NodeServer.Options> = {}) {
  const services = yield* Layer.build(
    NodeServer.layerWith(
      { host: "127.0.0.1", port: 0, ...options },
      McpRoute.layer({ name: "callsheet", version: "1.2.3", toolkit: Toy.tools })
    ).pipe(
      Layer.provideMerge(Runs.layer(Toy.agent)),
      Layer.provide([MemoryRunStore.layer(), MemoryConversationStore.layer(), Toy.world()])
    )
  )
  return { ...Context.get(services, NodeServer.Address), runs: Context.get(services, Runs) }
})

const connect = (url: string, protocol: Parameters<typeof McpClient.http>[0]["protocol"], headers = {}) =>
  Effect.map(
    Layer.build(
      McpClient.layerHttp({ name: "test", version: "1.0.0", url: `${url}/mcp`, protocol, headers }).pipe(
        Layer.provide(NodeHttpClient.layerUndici)
      )
    ),
    (services) => Context.get(services, McpClient.McpClient)
  )

const call = Effect.fnUntraced(function* (client: McpClient.McpClient, name: string, args: Record<string, unknown>) {
  const tool = (yield* client.listTools()).find((tool) => tool.name === name)
  return tool === undefined
    ? assert.fail(`There is no tool ${name}.`)
    : yield* client.callTool({ tool, arguments: args })
})

describe("/mcp", () => {
  for (const protocol of [McpProtocol.v2025_11_25, McpProtocol.v2026_07_28]) {
    it.live(`offers the agent's tools and the agent itself: ${protocol.protocolVersion}`, () =>
      Effect.gen(function* () {
        const { url } = yield* start()
        const client = yield* connect(url, protocol)
        assert.strictEqual(client.serverInfo?.name, "callsheet")
        const tools = yield* client.listTools()
        assert.includeMembers(
          tools.map(({ name }) => name),
          ["look", "change", "ask"]
        )
        assert.deepInclude(tools.find(({ name }) => name === "look")?.annotations, { readOnlyHint: true })
        assert.deepInclude(tools.find(({ name }) => name === "change")?.annotations, {
          readOnlyHint: false,
          destructiveHint: true
        })
        const looked = yield* call(client, "look", { key: "a" })
        assert.deepStrictEqual(looked.content, [{ type: "text", text: '"value of a"' }])
        const asked = yield* call(client, "ask", { question: "look b" })
        assert.deepStrictEqual(asked.content, [{ type: "text", text: '"value of b"' }])
        assert.deepInclude(asked.structuredContent, { answer: '"value of b"', route: "model", reason: "answered" })
      })
    )
  }

  it.live("runs nothing that changes something where nobody can be asked", () =>
    Effect.gen(function* () {
      const { url } = yield* start()
      const client = yield* connect(url, McpProtocol.v2025_11_25)
      const changed = yield* call(client, "change", { key: "mcp" })
      assert.isTrue(changed.isError)
      assert.match(JSON.stringify(changed.content), /not approved/)
      const asked = yield* call(client, "ask", { question: "change mcp" })
      assert.match(JSON.stringify(asked.content), /not approved/)
      assert.notInclude(Toy.diary, "change mcp")
    })
  )

  it.live("says in one sentence what is wrong with a call, and nothing of how it broke", () =>
    Effect.gen(function* () {
      const { url } = yield* start()
      const client = yield* connect(url, McpProtocol.v2025_11_25)
      for (const [name, args, what] of [
        ["look", { key: 1 }, /key/],
        ["ask", { question: "" }, /question/],
        ["ask", { question: 7 }, /question/],
        ["ask", { question: "break" }, /broke/]
      ] as const) {
        const result = yield* call(client, name, args)
        assert.isTrue(result.isError, name)
        assert.match(JSON.stringify(result.content), what)
        assert.notInclude(JSON.stringify(result.content), "secret")
      }
    })
  )

  it.live("stops the run of a client that leaves", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* start()
      const client = yield* connect(url, McpProtocol.v2026_07_28)
      yield* Effect.timeoutOption(call(client, "ask", { question: "hang mcp" }), 300)
      while (runs.counts().running > 0) yield* Effect.sleep(5)
      assert.include(Toy.diary, "stop hang mcp")
    })
  )

  it.live("takes no body that is too large, nor one that is no JSON", () =>
    Effect.gen(function* () {
      const { runs, url } = yield* start()
      const large = { jsonrpc: "2.0", id: 1, method: "tools/list", params: { x: "x".repeat(9 * 1024 * 1024) } }
      const accept = "application/json, text/event-stream"
      const tooLarge = yield* Client.post(url, "/mcp", large, { accept })
      assert.strictEqual((yield* Client.problem(tooLarge)).kind, "body-too-large")
      for (const body of [
        "{",
        "[]",
        '"x"',
        "null",
        '{"jsonrpc":"2.0"}',
        '{"jsonrpc":"2.0","id":1,"method":"no/such"}'
      ]) {
        const response = yield* Client.post(url, "/mcp", body, { accept })
        assert.isBelow(response.status, 500, body)
        // Where it is none of HTTP's errors it is one of JSON-RPC's.
        if (response.status < 400) assert.match(yield* Client.text(response), /"error":\{/, body)
      }
      // Nor one that does not say how large it is.
      const unsized = yield* Effect.promise((signal): Promise<string> =>
        fetch(`${url}/mcp`, {
          method: "POST",
          headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
          body: new Blob([JSON.stringify(large)]).stream(),
          duplex: "half",
          signal
        }).then(
          (response) => response.text(),
          () => '{"error":{}}'
        )
      )
      assert.match(unsized, /"error":\{/)
      assert.deepStrictEqual(runs.counts(), { running: 0, waiting: 0 })
    })
  )

  it.live("is behind the same door as all routes", () =>
    Effect.gen(function* () {
      const token = "a-token-of-some-length"
      const { url } = yield* start({ token: Redacted.make(token) })
      const refused = yield* Client.post(url, "/mcp", { jsonrpc: "2.0", id: 1, method: "tools/list" })
      assert.strictEqual((yield* Client.problem(refused)).kind, "not-authorized")
      const foreign = yield* Client.post(url, "/mcp", {}, { origin: "http://evil.example" })
      assert.strictEqual((yield* Client.problem(foreign)).kind, "foreign-origin")
      const client = yield* connect(url, McpProtocol.v2025_11_25, { authorization: `Bearer ${token}` })
      assert.isAbove((yield* client.listTools()).length, 3)
    })
  )
})
