/**
 * One tool: an Effect `Tool`, an agent over it, and one question.
 *
 * The model is a script, so that the example runs without a key: `OpenAiModel.layerConfig` in its place asks a real one.
 */
import * as Agent from "@callsheet/core/Agent"
import * as OpenAiModel from "@callsheet/openai/OpenAiModel"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

import { scripted } from "./scripted.ts"

/** Read-only, so the engine may run many of its calls side by side without asking. */
const Weather = Tool.make("weather", {
  description: "The weather in a city now.",
  parameters: Schema.Struct({ city: Schema.String }),
  success: Schema.Struct({ celsius: Schema.Finite, sky: Schema.String })
}).annotate(Tool.Readonly, true)

const toolkit = Toolkit.make(Weather)

const handlers = toolkit.toLayer({
  weather: ({ city }) =>
    Effect.succeed({ celsius: city === "Bergen" ? 9 : 27, sky: city === "Bergen" ? "rain" : "sun" })
})

const agent = Agent.make({ name: "weather", instructions: "Answer in one sentence.", toolkit })

const model = process.argv.includes("--openai")
  ? OpenAiModel.layerConfig
  : scripted(
      [
        { name: "weather", input: { city: "Bergen" } },
        { name: "weather", input: { city: "Athens" } }
      ],
      ([bergen, athens]) => `Bergen has ${bergen?.["celsius"]} °C, Athens has ${athens?.["celsius"]} °C.`
    )

const program = Effect.gen(function* () {
  const { answer, modelCalls, toolCalls } = yield* agent.ask("Where is it warmer, Bergen or Athens?")
  yield* Console.log(answer)
  yield* Console.log(`${modelCalls.length} model calls, ${toolCalls.length} tool calls side by side`)
})

program.pipe(Effect.provide(Layer.merge(model, handlers)), NodeRuntime.runMain)
