/**
 * `/mcp` with a client that can ask a person, hears of progress and cancels: the protocol's own, in its revision with sessions.
 */
import { assert, describe, it } from "@effect/vitest"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import { type ElicitResult, ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js"
import { Context, Effect, Layer } from "effect"

import * as NodeServer from "../../src/NodeServer.ts"
import * as McpRoute from "../../src/routes/McpRoute.ts"
import { Runs } from "../../src/Runs.ts"
import * as MemoryConversationStore from "../../src/store/MemoryConversationStore.ts"
import * as MemoryRunStore from "../../src/store/MemoryRunStore.ts"
import * as Toy from "../support/Toy.ts"

/** A client whose person says `word`, and what that person was asked. */
const connect = Effect.fnUntraced(function* (word: ElicitResult) {
  const services = yield* Layer.build(
    NodeServer.layerWith(
      { host: "127.0.0.1", port: 0 },
      McpRoute.layer({ name: "callsheet", version: "1.2.3", toolkit: Toy.tools })
    ).pipe(
      Layer.provideMerge(Runs.layer(Toy.agent)),
      Layer.provide([MemoryRunStore.layer(), MemoryConversationStore.layer(), Toy.world()])
    )
  )
  const asked: Array<string> = []
  const client = new Client({ name: "test", version: "1.0.0" }, { capabilities: { elicitation: {} } })
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    asked.push(params.message)
    return word
  })
  const { url } = Context.get(services, NodeServer.Address)
  yield* Effect.acquireRelease(
    Effect.promise(() => client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)))),
    () => Effect.promise(() => client.close())
  )
  return { client, asked, runs: Context.get(services, Runs) }
})

const change = { name: "change", arguments: { key: "called" } }
const askToChange = { name: "ask", arguments: { question: "change asked" } }

describe("/mcp, whose client can ask a person", () => {
  it.live("changes what the person agrees to, called or asked for, and tells of its progress", () =>
    Effect.gen(function* () {
      const { asked, client } = yield* connect({ action: "accept", content: { approved: true } })
      const changed = yield* Effect.promise(() => client.callTool(change))
      assert.match(JSON.stringify(changed), /changed called/)
      const progress: Array<string | undefined> = []
      const answered = yield* Effect.promise(() =>
        client.callTool(askToChange, undefined, { onprogress: ({ message }) => progress.push(message) })
      )
      assert.match(JSON.stringify(answered), /changed asked/)
      assert.deepStrictEqual(progress, ["Asking the model", "change runs", "change is done"])
      assert.deepStrictEqual(
        asked.map((message) => message.slice(message.indexOf("{"))),
        ['{"key":"called"}.', '{"key":"asked"}.']
      )
    })
  )

  for (const word of [
    { action: "accept", content: { approved: false } },
    { action: "decline" },
    { action: "cancel" },
    { action: "accept", content: { approved: "yes" } }
  ] as const) {
    it.live(`changes nothing on the word ${JSON.stringify(word)}`, () =>
      Effect.gen(function* () {
        const { asked, client } = yield* connect(word)
        const before = Toy.diary.length
        for (const called of [change, askToChange]) {
          const result = yield* Effect.promise(() => client.callTool(called))
          assert.match(JSON.stringify(result), /not approved/)
        }
        assert.strictEqual(asked.length, 2)
        assert.deepStrictEqual(Toy.diary.slice(before), [])
      })
    )
  }

  it.live("stops what the client cancels, a run or a tool, though its session goes on", () =>
    Effect.gen(function* () {
      const { client, runs } = yield* connect({ action: "cancel" })
      for (const [called, key] of [
        [{ name: "ask", arguments: { question: "hang run" } }, "run"],
        [{ name: "hang", arguments: { key: "tool" } }, "tool"]
      ] as const) {
        const stop = new AbortController()
        const cancelled = client.callTool(called, undefined, { signal: stop.signal }).catch(String)
        while (!Toy.diary.includes(`begin hang ${key}`)) yield* Effect.sleep(5)
        stop.abort()
        yield* Effect.promise(() => cancelled)
        while (!Toy.diary.includes(`stop hang ${key}`)) yield* Effect.sleep(5)
      }
      assert.strictEqual(runs.counts().running, 0)
      assert.isAbove((yield* Effect.promise(() => client.listTools())).tools.length, 3)
    })
  )
})
