/**
 * worker: a server over the toy agent in a process of its own, with its runs in the SQLite file that its argument names. Says its
 * address on its first line.
 */
import { writeSync } from "node:fs"

import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Duration, Effect } from "effect"

import * as NodeServer from "../../src/NodeServer.ts"
import * as MemoryConversationStore from "../../src/store/MemoryConversationStore.ts"
import * as MemoryRunStore from "../../src/store/MemoryRunStore.ts"
import * as SqliteConversationStore from "../../src/store/SqliteConversationStore.ts"
import * as SqliteRunStore from "../../src/store/SqliteRunStore.ts"
import * as TestServer from "./TestServer.ts"

const [path = "", tokensPerSecond = "Infinity", endingMillis = "10000"] = process.argv.slice(2)

const server = TestServer.layer({
  conversations: path === "" ? MemoryConversationStore.layer() : SqliteConversationStore.layer(path),
  store: path === "" ? MemoryRunStore.layer() : SqliteRunStore.layer(path),
  timing: { firstToken: Duration.zero, tokensPerSecond: Number(tokensPerSecond) },
  limits: { ending: Duration.millis(Number(endingMillis)) }
})

const program = Effect.gen(function* () {
  yield* NodeServer.exitOnSecondSignal
  const { url } = yield* NodeServer.Address
  writeSync(1, `${url}\n`)
  return yield* Effect.never
}).pipe(Effect.provide(server))

NodeRuntime.runMain(program, { disableErrorReporting: true })
