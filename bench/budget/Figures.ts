/**
 * Figures: what a run takes on a clock that moves only when everything waits, and what it asks for: exact, on any machine.
 */
import type { Agent } from "@callsheet/core/Agent"
import * as LanguageModelStream from "@callsheet/core/model/LanguageModelStream"
import { type ModelRequest, ModelStream } from "@callsheet/core/model/ModelStream"
import * as Hedge from "@callsheet/core/schedule/Hedge"
import * as Retry from "@callsheet/core/schedule/Retry"
import * as Shared from "@callsheet/core/schedule/Shared"
import * as RequestBody from "@callsheet/openai/RequestBody"
import { ResponsesWire } from "@callsheet/openai/ResponsesWire"
import * as ToolDefinition from "@callsheet/openai/ToolDefinition"
import type { Script } from "@callsheet/testkit/scripted/Script"
import * as ScriptedModel from "@callsheet/testkit/scripted/ScriptedModel"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import { timing } from "../arena/Limit.ts"
import * as StillClock from "./StillClock.ts"

export const Figures = Schema.Struct({
  /** From the question to the end: in virtual time nothing passes that the run does not wait for. */
  criticalPathMillis: Schema.Finite,
  modelCalls: Schema.Natural,
  toolCalls: Schema.Natural,
  /** Of all model requests, as the Responses API gets them. */
  promptBytes: Schema.Natural
})
export type Figures = typeof Figures.Type

/** Days matter to the questions and the prompt. */
const today = Date.UTC(2026, 5, 1, 12)

const wire = { model: "gpt-4.1-nano", streaming: true, store: false, hosted: true, transport: "http" } as const

/** The bytes of `request` as the openai package writes it. */
const bytesOf = (bodies: RequestBody.Bodies) => (request: ModelRequest) =>
  bodies({
    ...request,
    tools: Result.getOrThrow(Result.all(request.tools.map(ToolDefinition.make))),
    format: undefined,
    previousResponseId: undefined
  }).bytes

/** A model that speaks `script` at the pace of a small hosted one, and tells `asked` of the bytes of each request. */
const modelOf = (script: Script, asked: (bytes: number) => void) => {
  const count = bytesOf(RequestBody.make(ResponsesWire, wire))
  return Layer.effect(
    ModelStream,
    Effect.map(ModelStream, (model) =>
      ModelStream.of({
        ...model,
        stream: (request) => {
          asked(count(request))
          return model.stream(request)
        }
      })
    )
  ).pipe(
    Layer.provide(LanguageModelStream.layer({ provider: "scripted", model: "script" })),
    Layer.provide(ScriptedModel.layer({ script, timing }))
  )
}

/**
 * The figures of `agent` when it is asked `question` by one who has `house`, and its answer; the model speaks `script`.
 *
 * The run shares nothing with others. No read is hedged, and a retry would wait without jitter, so nothing is left to chance.
 */
export const of = <R, E>(
  agent: Agent<R>,
  question: string,
  script: Script,
  house: Layer.Layer<Exclude<R, ModelStream>, E>
) =>
  Effect.suspend(() => {
    let promptBytes = 0
    const model = modelOf(script, (bytes) => {
      promptBytes += bytes
    })
    const run = agent
      .ask(question)
      .pipe(
        Effect.provide(Layer.merge(house, model)),
        Effect.provideServiceEffect(Shared.Shared, Shared.make),
        Effect.provideService(Hedge.Enabled, false),
        Effect.provideService(Retry.Jitter, false),
        Random.withSeed("budget"),
        Effect.withTracerEnabled(false)
      )
    return Effect.map(Effect.orDie(StillClock.run(today, run)), ({ answer, modelCalls, toolCalls, wallMillis }) => {
      const figures: Figures = {
        criticalPathMillis: wallMillis,
        modelCalls: modelCalls.length,
        toolCalls: toolCalls.length,
        promptBytes
      }
      return { answer, figures }
    })
  })
