/**
 * Contestants: the ways to run one variant: ours, ours held to one thing at a time, and Effect's own loop.
 */
import * as Agent from "@callsheet/core/Agent"
import type { ModelStream } from "@callsheet/core/model/ModelStream"
import type * as Policy from "@callsheet/core/schedule/Policy"
import * as OpenAiModel from "@callsheet/openai/OpenAiModel"
import * as LanguageModel from "effect/ai/LanguageModel"
import * as Prompt from "effect/ai/Prompt"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import { toolMillis } from "./Shapes.ts"

/** What a run came to: checked, so that no contestant is measured at less than the work. */
export interface Ran {
  readonly answer: string
  /** Tool calls that succeeded. */
  readonly toolCalls: number
}

export interface Contestants {
  readonly callsheet: (question: string, isPlan: boolean) => Effect.Effect<Ran>
  /** One tool call after another, none before the model's message is whole. */
  readonly sequential: (question: string) => Effect.Effect<Ran>
  /** `LanguageModel.streamText` with the toolkit in a loop by hand, over the same transport. */
  readonly effectAi: (question: string) => Effect.Effect<Ran>
}

const Title = Schema.Struct({ id: Schema.String, next: Schema.String, overnext: Schema.String })
const parameters = Schema.Struct({ id: Schema.String })

const toolkit = Toolkit.make(
  Tool.make("look_up", { description: "One title by id.", parameters, success: Title }).annotate(Tool.Readonly, true),
  Tool.make("crawl", { description: "One title by id, from afar.", parameters, success: Title }).annotate(
    Tool.Readonly,
    true
  ),
  Tool.make("compare", {
    description: "The best of some titles.",
    parameters: Schema.Struct({ ids: Schema.Array(Schema.String) }),
    success: Schema.Struct({ best: Schema.String })
  }).annotate(Tool.Readonly, true)
)

const title = (id: string) => {
  const after = (count: number) => `tt${Number(id.slice(2)) + count}`
  return { id, next: after(1), overnext: after(2) }
}

const handlers = toolkit.toLayer({
  look_up: ({ id }) => Effect.as(Effect.sleep(toolMillis.look_up), title(id)),
  crawl: ({ id }) => Effect.as(Effect.sleep(toolMillis.crawl), title(id)),
  compare: ({ ids }) => Effect.as(Effect.sleep(toolMillis.compare), { best: ids[0] ?? "" })
})

const instructions = "Answer from what the tools give."

const agentOf = (policy: Partial<Policy.Policy>) => Agent.make({ name: "bench", instructions, toolkit, policy })

/** The contestants, each with its connections to the model at `baseUrl`, which the scope closes. */
export const make = Effect.fnUntraced(function* (baseUrl: string) {
  const options = { baseUrl, api: "responses" } as const
  const tools = yield* Layer.build(handlers)
  const streaming = Context.merge(tools, yield* Layer.build(OpenAiModel.layerModelStream(options)))
  const whole = Context.merge(tools, yield* Layer.build(OpenAiModel.layerModelStream({ ...options, streaming: false })))
  const language = Context.merge(tools, yield* Layer.build(OpenAiModel.layerLanguageModel(options)))

  type Agents = typeof looping
  const looping = agentOf({})
  const planning = agentOf({ plans: true })
  const sequential = agentOf({ toolConcurrency: 1 })

  const ask = (agent: Agents, question: string, context: Context.Context<ModelStream | ToolHandlers>) =>
    agent.ask(question).pipe(
      Effect.map(({ answer, toolCalls }) => ({ answer, toolCalls: toolCalls.filter(({ ok }) => ok).length })),
      Effect.orDie,
      Effect.provideContext(context)
    )

  const loop = Effect.fnUntraced(function* (question: string) {
    let prompt = Prompt.make([
      { role: "system", content: instructions },
      { role: "user", content: [{ type: "text", text: question }] }
    ])
    let toolCalls = 0
    for (;;) {
      const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt, toolkit, concurrency: "unbounded" }))
      const results = parts.filter((part) => part.type === "tool-result" && !part.isFailure)
      toolCalls += results.length
      if (results.length === 0) {
        const answer = parts.map((part) => (part.type === "text-delta" ? part.delta : "")).join("")
        return { answer, toolCalls }
      }
      prompt = Prompt.concat(prompt, Prompt.fromResponseParts(parts))
    }
  })

  const contestants: Contestants = {
    callsheet: (question, isPlan) => ask(isPlan ? planning : looping, question, streaming),
    sequential: (question) => ask(sequential, question, whole),
    effectAi: (question) => Effect.provideContext(Effect.orDie(loop(question)), language)
  }
  return contestants
})

type ToolHandlers = Layer.Success<typeof handlers>
