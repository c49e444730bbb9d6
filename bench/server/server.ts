/**
 * The server under load, as a process: an agent that answers from one model, its runs in a SQLite file, on a port of its own.
 */
import * as Agent from "@callsheet/core/Agent"
import * as OpenAiModel from "@callsheet/openai/OpenAiModel"
import * as NodeServer from "@callsheet/server/NodeServer"
import { Runs } from "@callsheet/server/Runs"
import * as SqliteConversationStore from "@callsheet/server/store/SqliteConversationStore"
import * as SqliteRunStore from "@callsheet/server/store/SqliteRunStore"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import * as Self from "./Self.ts"

const [baseUrl = "", file = ""] = process.argv.slice(2)

const Look = Tool.make("look", {
  parameters: Schema.Struct({ id: Schema.String }),
  success: Schema.Struct({ id: Schema.String })
}).annotate(Tool.Readonly, true)
const toolkit = Toolkit.make(Look)
const handlers = toolkit.toLayer({ look: ({ id }) => Effect.succeed({ id }) })
const agent = Agent.make({ name: "load", instructions: "Answer.", toolkit })

const served = Effect.gen(function* () {
  const runs = yield* Runs
  const { connections, url } = yield* NodeServer.Address
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  Self.answer((tell) =>
    fork(Effect.map(connections, (connections) => tell({ connections, running: runs.counts().running })))
  )
  Self.greet(url)
  return yield* Effect.never
})

const server = NodeServer.layer({ host: "127.0.0.1", port: 0 }).pipe(
  Layer.provideMerge(Runs.layer(agent)),
  Layer.provide([
    SqliteRunStore.layer(file),
    SqliteConversationStore.layer(file),
    handlers,
    OpenAiModel.layerModelStream({ baseUrl, api: "responses" })
  ])
)

NodeRuntime.runMain(Effect.provide(served, server))
