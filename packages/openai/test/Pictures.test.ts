/** An agent's question with pictures and a client's tool, over each wire and both roads, to a server that refuses what the API would. */
import * as Agent from "@callsheet/core/Agent"
import * as LanguageModelStream from "@callsheet/core/model/LanguageModelStream"
import * as Script from "@callsheet/testkit/scripted/Script"
import { ScriptedServer } from "@callsheet/testkit/scripted/ScriptedServer"
import { instant } from "@callsheet/testkit/scripted/Timing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Redacted } from "effect"
import { Toolkit } from "effect/ai"

import * as OpenAiModel from "../src/OpenAiModel.ts"
import { runClock } from "./servers.ts"

const never = Duration.days(10_000)
const images = ["data:image/png;base64,iVBORw0KGgo=", "https://example.test/a.png"]
const weather = { name: "weather", description: "The weather", parameters: { type: "object", properties: {} } } as const

/** What the model saw, as its answer. */
const script: Script.Script = ({ messages, toolChoice, tools }) => ({
  text: JSON.stringify({ messages, toolChoice, tools }),
  calls: []
})

const agent = Agent.make({ name: "seer", instructions: "Answer.", toolkit: Toolkit.empty })

const contents = {
  chat: [{ type: "text", text: "What is this?" }, ...images.map((url) => ({ type: "image_url", image_url: { url } }))],
  responses: [
    { type: "input_text", text: "What is this?" },
    ...images.map((image_url) => ({ type: "input_image", image_url, detail: "auto" }))
  ]
}

const choices = {
  chat: { type: "function", function: { name: "weather" } },
  responses: { type: "function", name: "weather" }
}

describe("A question with pictures", () => {
  for (const api of ["chat", "responses"] as const) {
    for (const road of ["ModelStream", "LanguageModel"] as const) {
      it.effect(`reaches the model by ${road} over ${api}, with the tool that is to be called`, () =>
        Effect.gen(function* () {
          const { apiKey, baseUrl, requests } = yield* ScriptedServer
          const options = {
            apiKey: Redacted.make(apiKey),
            baseUrl,
            api,
            connectTimeout: never,
            idleTimeout: never
          } as const
          const model =
            road === "ModelStream"
              ? OpenAiModel.layerModelStream(options)
              : LanguageModelStream.layer({ provider: "openai", model: "m" }).pipe(
                  Layer.provide(OpenAiModel.layerLanguageModel(options))
                )
          const asked = agent.ask({
            question: "What is this?",
            images,
            clientTools: [weather],
            toolChoice: { tool: "weather" }
          })
          const { answer } = yield* runClock(
            yield* Effect.forkChild(Effect.scoped(Effect.provide(asked, model))),
            "100 millis"
          )
          assert.deepStrictEqual(JSON.parse(answer), {
            messages: [{ role: "user", text: "What is this?", images }],
            toolChoice: { tool: "weather" },
            tools: ["weather"]
          })
          const [served] = yield* requests
          assert.deepNestedInclude(served?.body, {
            [api === "chat" ? "messages[1].content" : "input[1].content"]: contents[api],
            tool_choice: choices[api]
          })
        }).pipe(Effect.provide(ScriptedServer.layer({ script, timing: instant })))
      )
    }
  }
})
