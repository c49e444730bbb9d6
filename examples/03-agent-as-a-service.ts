/**
 * The agent as a service of an application: other services depend on it like on any other, and a test replaces it.
 */
import * as Agent from "@callsheet/core/Agent"
import type { AgentError } from "@callsheet/core/AgentError"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import { scripted } from "./scripted.ts"

/** The application's own data, as it had it before there was an agent. */
class Orders extends Context.Service<Orders, { count(customer: string): Effect.Effect<number> }>()("app/Orders") {
  static readonly layer = Layer.succeed(Orders, { count: (customer) => Effect.succeed(customer.length) })
}

const CountOrders = Tool.make("count_orders", {
  description: "How many orders a customer has placed.",
  parameters: Schema.Struct({ customer: Schema.String }),
  success: Schema.Struct({ orders: Schema.Finite })
}).annotate(Tool.Readonly, true)

const toolkit = Toolkit.make(CountOrders)

const handlers = toolkit.toLayer(
  Effect.gen(function* () {
    const orders = yield* Orders
    return toolkit.of({
      count_orders: ({ customer }) => Effect.map(orders.count(customer), (count) => ({ orders: count }))
    })
  })
)

const agent = Agent.make({ name: "support", instructions: "Answer from the orders.", toolkit })

class Support extends Context.Service<Support, { answer(question: string): Effect.Effect<string, AgentError> }>()(
  "app/Support"
) {
  /** The model and the handlers are captured here once; callers see neither. */
  static readonly layerNoDeps = Layer.effect(
    Support,
    Effect.gen(function* () {
      const context = yield* Effect.context<Effect.Services<ReturnType<typeof agent.ask>>>()
      return Support.of({
        answer: (question) =>
          agent.ask(question).pipe(
            Effect.map(({ answer }) => answer),
            Effect.provideContext(context)
          )
      })
    })
  )
}

const model = scripted(
  [{ name: "count_orders", input: { customer: "Ada" } }],
  ([result]) => `Ada has placed ${result?.["orders"]} orders.`
)

const app = Support.layerNoDeps.pipe(Layer.provide([model, handlers]), Layer.provide(Orders.layer))

Effect.gen(function* () {
  const support = yield* Support
  yield* Console.log(yield* support.answer("How many orders has Ada placed?"))
}).pipe(Effect.provide(app), NodeRuntime.runMain)
