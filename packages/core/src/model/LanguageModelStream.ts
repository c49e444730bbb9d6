/**
 * LanguageModelStream: `ModelStream` over any provider's `LanguageModel`. Every provider of Effect works through it; a layer
 * of its own under the seam is merely faster.
 */
import * as AiError from "effect/ai/AiError"
import * as LanguageModel from "effect/ai/LanguageModel"
import * as Prompt from "effect/ai/Prompt"
import type * as Response from "effect/ai/Response"
import type * as Tool from "effect/ai/Tool"
import type * as Toolkit from "effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import { type Finish, type Message, type ModelPart, ModelStream } from "./ModelStream.ts"

const isPromptPart = (item: unknown): item is Prompt.ReasoningPart => Prompt.isPart(item) && item.type === "reasoning"

const promptMessage = (message: Message): Prompt.Message => {
  switch (message.role) {
    case "system":
      return Prompt.makeMessage("system", { content: message.text })
    case "user":
      return Prompt.makeMessage("user", { content: [Prompt.textPart({ text: message.text })] })
    case "assistant":
      return Prompt.makeMessage("assistant", {
        content: [
          ...message.echo.filter(isPromptPart),
          ...(message.text === "" ? [] : [Prompt.textPart({ text: message.text })]),
          ...message.calls.map(({ fault, id, input, inputText, name }) =>
            Prompt.toolCallPart({ id, name, params: fault === undefined ? input : inputText, providerExecuted: false })
          )
        ]
      })
    case "tool":
      return Prompt.makeMessage("tool", {
        content: [
          Prompt.toolResultPart({
            id: message.callId,
            name: message.name,
            isFailure: message.isFailure,
            providerExecuted: false,
            result: message.text
          })
        ]
      })
  }
}

/** A message is never changed, so its prompt form is made once. */
const promptMessages = new WeakMap<Message, Prompt.Message>()

const toPrompt = (messages: ReadonlyArray<Message>): Prompt.Prompt =>
  Prompt.fromMessages(
    messages.map((message) => {
      const known = promptMessages.get(message)
      if (known !== undefined) return known
      const made = promptMessage(message)
      promptMessages.set(message, made)
      return made
    })
  )

/** A tool whose schemas need no services. */
type PlainTool = Tool.Tool<
  string,
  {
    readonly parameters: Schema.Codec<unknown>
    readonly success: Schema.Codec<unknown>
    readonly failure: Schema.Codec<unknown>
    readonly failureMode: Tool.FailureMode
  }
>
type Tools = Record<string, PlainTool>

/** Tools for the model to see. Calls are resolved by the engine, so no handler is ever asked for. */
const withoutHandlers = (tools: ReadonlyArray<Tool.Any>): Toolkit.WithHandler<Tools> => ({
  // A cast, because `Tool.Any` forgets which services its schemas need; here nothing is decoded, so none are.
  tools: Object.fromEntries(tools.map((tool) => [tool.name, tool as PlainTool])),
  handle: (name) => Effect.die(`the tool ${name} was resolved outside the engine`)
})

type Part = Response.StreamPart<Tools, "deferred">

/** What has been heard of one response. */
interface Heard {
  readonly responseId: string | undefined
  readonly model: string | undefined
  /** Text of the reasoning blocks that are still open, by id. */
  readonly reasoning: Readonly<Record<string, string>>
}

const nothing: Heard = { responseId: undefined, model: undefined, reasoning: {} }

const step = (heard: Heard, part: Part): readonly [Heard, ModelPart | undefined] => {
  switch (part.type) {
    case "text-delta":
      return [heard, { _tag: "TextDelta", delta: part.delta }]
    case "tool-call": {
      if (part.providerExecuted) return [heard, undefined]
      const { id, name, params: input } = part
      const call = { id, name, input, inputText: JSON.stringify(input) ?? "{}", fault: undefined }
      return [heard, { _tag: "Call", call }]
    }
    case "reasoning-delta": {
      const text = (heard.reasoning[part.id] ?? "") + part.delta
      return [{ ...heard, reasoning: { ...heard.reasoning, [part.id]: text } }, undefined]
    }
    case "reasoning-end": {
      const item = Prompt.reasoningPart({ text: heard.reasoning[part.id] ?? "", options: part.metadata })
      return [heard, { _tag: "Echo", item }]
    }
    case "response-metadata":
      return [{ ...heard, responseId: part.id, model: part.modelId }, undefined]
    case "finish":
      return [heard, finishOf(part, heard)]
    default:
      return [heard, undefined]
  }
}

const failureOf = (error: unknown): AiError.AiError =>
  AiError.isAiError(error)
    ? error
    : AiError.make({
        module: "LanguageModelStream",
        method: "stream",
        reason: new AiError.InternalProviderError({ description: String(error) })
      })

const finishOf = (part: Response.FinishPart, { model, responseId }: Heard): Finish => ({
  _tag: "Finish",
  reason: part.reason,
  usage: {
    inputTokens: part.usage.inputTokens.total,
    cachedInputTokens: part.usage.inputTokens.cacheRead,
    outputTokens: part.usage.outputTokens.total,
    reasoningTokens: part.usage.outputTokens.reasoning
  },
  responseId,
  model,
  requestBytes: undefined,
  responseBytes: undefined,
  retries: undefined
})

/**
 * `ModelStream` by way of the `LanguageModel` in the environment.
 *
 * `provider` and `model` are for spans and events only: a `LanguageModel` does not tell them.
 */
export const layer = (names: {
  readonly provider: string
  readonly model: string
}): Layer.Layer<ModelStream, never, LanguageModel.LanguageModel> =>
  Layer.effect(
    ModelStream,
    Effect.gen(function* () {
      const languageModel = yield* LanguageModel.LanguageModel
      return ModelStream.of({
        ...names,
        streams: true,
        stream: (request) =>
          languageModel
            .streamText({
              prompt: toPrompt(request.messages),
              toolkit: withoutHandlers(request.tools),
              toolChoice: request.toolChoice,
              disableToolCallResolution: true,
              toolCallValidation: "deferred"
            })
            .pipe(
              Stream.mapAccumArrayEffect(
                () => nothing,
                (heard, parts) => {
                  const out: Array<ModelPart> = []
                  let now = heard
                  for (const part of parts) {
                    if (part.type === "error") return Effect.fail(failureOf(part.error))
                    const [next, made] = step(now, part)
                    now = next
                    if (made !== undefined) out.push(made)
                  }
                  return Effect.succeed([now, out] as const)
                }
              )
            )
      })
    })
  )
