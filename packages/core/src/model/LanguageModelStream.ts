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
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import { type Call, type Finish, type Message, type ModelPart, ModelStream } from "./ModelStream.ts"

/** What the provider said, if `message` still is just that: the engine may have left a call out, or another may have said it. */
const saidBy = ({ calls, echo }: AssistantMessage): Prompt.AssistantMessage | undefined => {
  const said = echo.find((item) => Prompt.isMessage(item) && item.role === "assistant")
  if (!Prompt.isMessage(said) || said.role !== "assistant") return undefined
  const ids = said.content.flatMap((part) => (part.type === "tool-call" && !part.providerExecuted ? [part.id] : []))
  return ids.length === calls.length && calls.every(({ id }, index) => id === ids[index]) ? said : undefined
}

type AssistantMessage = Extract<Message, { readonly role: "assistant" }>

const promptMessage = (message: Message): Prompt.Message => {
  switch (message.role) {
    case "system":
      return Prompt.makeMessage("system", { content: message.text })
    case "user":
      return Prompt.makeMessage("user", {
        content: [
          ...(message.text === "" && message.images?.length ? [] : [Prompt.textPart({ text: message.text })]),
          ...(message.images ?? []).map(filePart)
        ]
      })
    case "assistant":
      return (
        saidBy(message) ??
        Prompt.makeMessage("assistant", {
          content: [
            ...(message.text === "" ? [] : [Prompt.textPart({ text: message.text })]),
            ...message.calls.map(({ fault, id, input, inputText, name }) =>
              Prompt.toolCallPart({
                id,
                name,
                params: fault === undefined ? input : inputText,
                providerExecuted: false
              })
            )
          ]
        })
      )
    case "tool":
      return Prompt.makeMessage("tool", {
        content: [
          Prompt.toolResultPart({
            id: message.callId,
            name: message.name,
            isFailure: message.isFailure,
            providerExecuted: false,
            // The value for providers that write it down themselves, the text for those that take it as it is.
            result: Option.getOrElse(readJson(message.text), () => message.text),
            modelOutput: [Prompt.textPart({ text: message.text })]
          })
        ]
      })
  }
}

/** A `data:` URL tells its type; of an address nobody knows it. */
const filePart = (image: string): Prompt.FilePart =>
  Prompt.filePart({
    mediaType: /^data:([^;,]+)/i.exec(image)?.[1] ?? "image/*",
    data: image.startsWith("data:") ? image : new URL(image)
  })

const readJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

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
export type PlainTools = Record<string, PlainTool>

/** Tools for the model to see. Calls are resolved by the engine, so no handler is ever asked for. */
export const withoutHandlers = (tools: ReadonlyArray<Tool.Any>): Toolkit.WithHandler<PlainTools> => ({
  // A cast, because `Tool.Any` forgets which services its schemas need; here nothing is decoded, so none are.
  tools: Object.fromEntries(tools.map((tool) => [tool.name, tool as PlainTool])),
  handle: (name) => Effect.die(`the tool ${name} was resolved outside the engine`)
})

type Part = Response.StreamPart<PlainTools, "deferred">

/** What has been heard of one response. */
interface Heard {
  responseId: string | undefined
  model: string | undefined
  /** Everything that the provider may want back. */
  readonly parts: Array<Part>
  /** Ids of the calls whose arguments are wanted as they are written. */
  readonly watched: Set<string>
}

const nothing = (): Heard => ({ responseId: undefined, model: undefined, parts: [], watched: new Set() })

/** Takes `part` in: what it tells the engine. */
const hear = (heard: Heard, part: Part, deltasOf: string | undefined): ReadonlyArray<ModelPart> => {
  // An approval among the messages would make `LanguageModel` run the call itself.
  if (part.type !== "tool-approval-request") heard.parts.push(part)
  switch (part.type) {
    case "tool-params-start":
      if (part.name === deltasOf) heard.watched.add(part.id)
      return []
    case "tool-params-delta":
      return heard.watched.has(part.id) ? [{ _tag: "CallDelta", id: part.id, delta: part.delta }] : []
    case "text-delta":
      return [{ _tag: "TextDelta", delta: part.delta }]
    case "tool-call":
      return part.providerExecuted ? [] : [{ _tag: "Call", call: callOf(part.id, part.name, part.params) }]
    case "response-metadata":
      heard.responseId = part.id
      heard.model = part.modelId
      return []
    case "finish":
      return [...echoOf(heard.parts), finishOf(part, heard)]
    default:
      return []
  }
}

/** A provider leaves arguments that it cannot read as the text they are. */
export const callOf = (id: string, name: string, params: unknown): Call => {
  if (typeof params !== "string") {
    return { id, name, input: params, inputText: JSON.stringify(params) ?? "{}", fault: undefined }
  }
  return Option.match(readJson(params), {
    onNone: () => ({
      id,
      name,
      input: undefined,
      inputText: params,
      fault: `cannot be read: ${params.replaceAll(/\s+/g, " ").slice(0, 80)}`
    }),
    onSome: (input) => ({ id, name, input, inputText: params, fault: undefined })
  })
}

/** The message that Effect itself would send back for `parts`. */
const echoOf = (parts: ReadonlyArray<Part>): ReadonlyArray<ModelPart> =>
  Prompt.fromResponseParts(parts).content.flatMap((item) => (item.role === "assistant" ? [{ _tag: "Echo", item }] : []))

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
 * `provider`, `model` and `address` are what a `LanguageModel` does not tell: for spans, events, and the memory of answers. Two
 * models with the same ones share what they answered.
 */
export const layer = (names: {
  readonly provider: string
  readonly model: string
  readonly address?: string
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
              Stream.mapAccumArrayEffect(nothing, (heard, parts) => {
                const out: Array<ModelPart> = []
                for (const part of parts) {
                  if (part.type === "error") return Effect.fail(failureOf(part.error))
                  out.push(...hear(heard, part, request.deltasOf))
                }
                return Effect.succeed([heard, out] as const)
              })
            )
      })
    })
  )
