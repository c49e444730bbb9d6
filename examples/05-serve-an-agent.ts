/**
 * Serve an agent: over HTTP, with its conversations kept, its tools offered by MCP, and OpenAI's protocol spoken.
 *
 * One question follows another in a conversation; then the server ends. A real one goes on: `NodeRuntime.runMain(Layer.launch(server))`.
 */
import * as Agent from "@callsheet/core/Agent"
import * as NodeServer from "@callsheet/server/NodeServer"
import * as McpRoute from "@callsheet/server/routes/McpRoute"
import { Runs } from "@callsheet/server/Runs"
import * as MemoryConversationStore from "@callsheet/server/store/MemoryConversationStore"
import * as MemoryRunStore from "@callsheet/server/store/MemoryRunStore"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import { scripted } from "./scripted.ts"

const Stock = Tool.make("stock", {
  description: "How many of a thing are there.",
  parameters: Schema.Struct({ thing: Schema.String }),
  success: Schema.Struct({ count: Schema.Int })
}).annotate(Tool.Readonly, true)

const toolkit = Toolkit.make(Stock)
const handlers = toolkit.toLayer({ stock: ({ thing }) => Effect.succeed({ count: thing.length }) })
const model = scripted([{ name: "stock", input: { thing: "lamps" } }], ([stock]) => `There are ${stock?.["count"]}.`)

const agent = Agent.make({ name: "shop", instructions: "Answer.", toolkit })

const server = NodeServer.layerWith(
  { host: "127.0.0.1", port: 0 },
  McpRoute.layer({ name: "shop", version: "1.0.0", toolkit })
).pipe(
  Layer.provide(Runs.layer(agent)),
  Layer.provide([MemoryRunStore.layer(), MemoryConversationStore.layer(), model, handlers])
)

const Answer = Schema.Struct({ answer: Schema.String, route: Schema.String })
const Conversation = Schema.Struct({ exchanges: Schema.Array(Schema.Struct({ question: Schema.String })) })

const program = Effect.gen(function* () {
  const { url } = yield* NodeServer.Address
  for (const question of ["How many lamps?", "And now?"]) {
    const { answer } = yield* HttpClientRequest.post(`${url}/v1/ask`).pipe(
      HttpClientRequest.bodyJsonUnsafe({ question, conversationId: "lamps" }),
      HttpClient.execute,
      Effect.flatMap(HttpClientResponse.schemaBodyJson(Answer))
    )
    yield* Console.log(`${question} ${answer}`)
  }
  const kept = yield* Effect.flatMap(
    HttpClient.get(`${url}/v1/conversations/lamps`),
    HttpClientResponse.schemaBodyJson(Conversation)
  )
  yield* Console.log(`${kept.exchanges.length} questions are kept.`)
})

program.pipe(Effect.provide([server, NodeHttpClient.layerUndici]), NodeRuntime.runMain)
