/**
 * Without the model: a router that says what it knows of a question, and a tool that words its own result.
 *
 * Three questions: one that the router is sure of, one whose reads it foresees, and one that asks for nothing but a list.
 */
import * as Agent from "@callsheet/core/Agent"
import type { Analysis, Router } from "@callsheet/core/foresee/Route"
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import { scripted } from "./scripted.ts"

const Stock = Tool.make("stock", {
  description: "How many of a thing are there.",
  parameters: Schema.Struct({ thing: Schema.String }),
  success: Schema.Struct({ count: Schema.Int })
})
  .annotate(Tool.Readonly, true)
  .annotate(Annotations.Renderer, ({ parameters, result }) => `${parameters["thing"]}: ${JSON.stringify(result)}`)

const toolkit = Toolkit.make(Stock)
const handlers = toolkit.toLayer({ stock: ({ thing }) => Effect.succeed({ count: thing.length }) })

const unknown: Analysis = {
  intent: undefined,
  entities: [],
  filters: {},
  writes: false,
  complexity: "complex",
  tools: ["stock"],
  confidence: 0.1,
  reason: "It is not understood.",
  answerable: undefined,
  foreseen: [],
  wishes: []
}
const lamps = { name: "stock", parameters: { thing: "lamps" } }

/** A real one has a grammar, as `@callsheet/media` has; and what it does not wholly understand it leaves to the model. */
const router: Router = {
  analyse: (question) => {
    if (question === "How many lamps?") {
      const answerable = { calls: [lamps], render: () => "There are 5 lamps." }
      return Effect.succeed({ ...unknown, confidence: 1, reason: "Every word is understood.", answerable })
    }
    if (question.startsWith("List")) return Effect.succeed({ ...unknown, wishes: [{ tools: ["stock"] }] })
    return Effect.succeed(question.includes("lamps") ? { ...unknown, foreseen: [lamps] } : unknown)
  }
}

const agent = Agent.make({ name: "shop", instructions: "Answer.", toolkit, router: Effect.succeed(router) })

const ask = Effect.fnUntraced(function* (question: string) {
  const { answer, modelCalls, route, toolCalls } = yield* agent.ask(question)
  yield* Console.log(
    `${question} ${answer} (${route}, ${modelCalls.length} model calls, ${toolCalls.length} tool calls)`
  )
})

const model = scripted([{ name: "stock", input: { thing: "lamps" } }], ([stock]) => `All ${stock?.["count"]} are dear.`)

Effect.forEach(["How many lamps?", "Are the lamps worth it?", "List the lamps."], ask, {
  concurrency: 1,
  discard: true
}).pipe(Effect.provide(Layer.merge(model, handlers)), NodeRuntime.runMain)
