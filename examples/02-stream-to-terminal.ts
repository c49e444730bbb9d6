/**
 * Stream to a terminal: what a run tells, as it happens. Text is printed the moment it arrives.
 */
import * as Agent from "@callsheet/core/Agent"
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import { scripted } from "./scripted.ts"

const Count = Tool.make("count", {
  description: "How many films a shelf holds.",
  parameters: Schema.Struct({ shelf: Schema.String }),
  success: Schema.Struct({ films: Schema.Finite })
}).annotate(Tool.Readonly, true)

const toolkit = Toolkit.make(Count)

/** Each shelf takes 100 ms to count, whichever is asked first. */
const handlers = toolkit.toLayer({
  count: ({ shelf }) => Effect.as(Effect.sleep("100 millis"), { films: shelf.length * 10 })
})

const agent = Agent.make({ name: "shelves", instructions: "Answer in one sentence.", toolkit })

const text = (event: AgentEvent): string => {
  switch (event._tag) {
    case "ToolStarted":
      return `  [${event.name} ${JSON.stringify(event.input)}]\n`
    case "ToolSettled":
      return `  [${event.name} ${event.ok ? "done" : "failed"}]\n`
    case "TextDelta":
      return event.delta
    case "RunFinished":
      return "\n"
    default:
      return ""
  }
}

const model = scripted(
  ["left", "right", "attic"].map((shelf) => ({ name: "count", input: { shelf } })),
  (results) => `There are ${results.reduce((sum, result) => sum + Number(result["films"]), 0)} films on three shelves.`
)

agent.run("How many films are there?").pipe(
  Stream.map(text),
  Stream.runForEach((piece) => Effect.sync(() => process.stdout.write(piece))),
  Effect.provide(Layer.merge(model, handlers)),
  NodeRuntime.runMain
)
