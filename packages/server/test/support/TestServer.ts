/**
 * TestServer: a server over the toy agent on a loopback port of its own, until the scope is closed.
 */
import { instant, type Timing } from "@callsheet/testkit/scripted/Timing"
import { Context, Duration, Effect, Layer } from "effect"

import type { ConversationStore } from "../../src/ConversationStore.ts"
import * as Limits from "../../src/Limits.ts"
import * as NodeServer from "../../src/NodeServer.ts"
import type { StoreFailed } from "../../src/RunError.ts"
import { Runs } from "../../src/Runs.ts"
import type { RunStore } from "../../src/RunStore.ts"
import * as MemoryConversationStore from "../../src/store/MemoryConversationStore.ts"
import * as MemoryRunStore from "../../src/store/MemoryRunStore.ts"
import * as Toy from "./Toy.ts"

export interface Options extends Partial<NodeServer.Options> {
  readonly limits?: Partial<Limits.Limits>
  readonly timing?: Timing
  readonly store?: Layer.Layer<RunStore, StoreFailed>
  readonly conversations?: Layer.Layer<ConversationStore, StoreFailed>
}

/** Nobody waits in tests. */
const quick = { comeBack: Duration.millis(50), ending: Duration.millis(50) }

export const layer = ({
  conversations = MemoryConversationStore.layer(),
  limits,
  store = MemoryRunStore.layer(),
  timing = instant,
  ...options
}: Options = {}) =>
  NodeServer.layer({ host: "127.0.0.1", port: 0, ...options }).pipe(
    Layer.provideMerge(Runs.layer(Toy.agent)),
    Layer.provide([store, conversations, Toy.world(timing)]),
    Layer.provide(Layer.succeed(Limits.Current, { ...Limits.standard, ...quick, ...limits }))
  )

/** The services of a server that runs until the scope is closed. */
export const start = Effect.fnUntraced(function* (options: Options = {}) {
  const services = yield* Layer.build(layer(options))
  return { ...Context.get(services, NodeServer.Address), runs: Context.get(services, Runs) }
})
