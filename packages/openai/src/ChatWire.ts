/**
 * ChatWire: the wire format of Chat Completions, as OpenAI, Azure, OpenRouter, Ollama, vLLM and others speak it.
 * `ResponsesWire` is its sibling, alike section by section. Long, because what is written and what is read belong side
 * by side.
 *
 * ```text
 * choices[0].delta.content         text
 * choices[0].delta.tool_calls      pieces of calls, by index
 * choices[0].finish_reason         why it ended; a chunk with usage may follow
 * [DONE]                           the end
 * ```
 */
import type { Message, Usage } from "@callsheet/core/model/ModelStream"
import type { FinishReason } from "effect/ai/Response"
import type * as OpenAi from "openai/resources/chat/completions"

import { ChatCalls } from "./ChatCalls.ts"
import * as EventBytes from "./EventBytes.ts"
import * as Json from "./Json.ts"
import * as ModelWire from "./ModelWire.ts"

// Request

const options = (settings: ModelWire.WireSettings, request: ModelWire.WireRequest): Json.JsonObject => ({
  model: settings.model,
  stream: settings.streaming,
  ...(settings.streaming ? { stream_options: { include_usage: true } } : undefined),
  ...(request.tools.length === 0
    ? undefined
    : {
        tool_choice:
          typeof request.toolChoice === "string"
            ? request.toolChoice
            : { type: "function", function: { name: request.toolChoice.tool } },
        ...(settings.hosted ? { parallel_tool_calls: true } : undefined)
      }),
  ...(request.format === undefined
    ? undefined
    : { response_format: { type: "json_schema", json_schema: { strict: true, ...request.format } } }),
  ...(request.cacheKey === undefined || !settings.hosted ? undefined : { prompt_cache_key: request.cacheKey })
})

const tool = (tool: ModelWire.WireRequest["tools"][number]): OpenAi.ChatCompletionFunctionTool => ({
  type: "function",
  function: {
    name: tool.name,
    ...(tool.description === undefined ? undefined : { description: tool.description }),
    parameters: tool.schema,
    strict: tool.strict
  }
})

const messageOf = (message: ModelWire.WireMessage): OpenAi.ChatCompletionMessageParam => {
  switch (message.role) {
    case "system":
      return { role: "system", content: message.text }
    case "user": {
      const content = ModelWire.contentOf(message)
      return { role: "user", content: typeof content === "string" ? content : content.map(partOf) }
    }
    case "assistant":
      return assistantMessage(message)
    case "tool":
      return { role: "tool", tool_call_id: message.callId, content: message.text }
  }
}

const partOf = (part: ModelWire.UserPart): OpenAi.ChatCompletionContentPart => {
  if (part.type === "text") return { type: "text", text: part.text }
  if (part.mediaType.startsWith("image/")) return { type: "image_url", image_url: { url: part.url } }
  return { type: "file", file: { filename: part.fileName ?? "file", file_data: part.url } }
}

const assistantMessage = (
  message: Extract<Message, { readonly role: "assistant" }>
): OpenAi.ChatCompletionAssistantMessageParam =>
  message.calls.length === 0
    ? { role: "assistant", content: message.text }
    : {
        role: "assistant",
        content: message.text === "" ? null : message.text,
        tool_calls: message.calls.map(({ id, inputText, name }) => ({
          id,
          type: "function",
          function: { name, arguments: inputText === "" ? "{}" : inputText }
        }))
      }

const items = (_: ModelWire.WireSettings, message: ModelWire.WireMessage) => [messageOf(message)]

// Response

export interface ChatState {
  readonly responseId: string | undefined
  readonly model: string | undefined
  readonly calls: ChatCalls | undefined
  readonly isRefused: boolean
  readonly finishReason: string | undefined
  readonly usage: Usage
}

const initial: ChatState = {
  responseId: undefined,
  model: undefined,
  calls: undefined,
  isRefused: false,
  finishReason: undefined,
  usage: ModelWire.noUsage
}

const firstChoice = EventBytes.mark(`"choices":[{`)
const delta = EventBytes.mark(`,"delta":{`)
const content = EventBytes.mark(`"content":"`)
const contentEnd = EventBytes.mark(`"}`)
const call = EventBytes.mark(`"tool_calls":[{"index":`)
const callArguments = EventBytes.mark(`,"function":{"arguments":"`)
const callEnd = EventBytes.mark(`"}}]}`)
const finishReason = EventBytes.mark(`"finish_reason":"`)
const errorMember = EventBytes.mark(`"error":`)

/**
 * A chunk that tells nothing but the content of its first choice's delta, or a piece of one call's arguments: no object
 * stands before the choice or after the delta.
 */
const skim = (state: ChatState, data: EventBytes.EventBytes, deltasOf: string | undefined) => {
  if (state.responseId === undefined || state.model === undefined) return undefined
  const choice = data.findByte(EventBytes.openBrace, data.from + 1)
  const inDelta = choice === -1 ? -1 : data.findByte(EventBytes.openBrace, choice + 1) + 1
  const isFirst = data.has(firstChoice, choice - firstChoice.length + 1) && data.has(delta, inDelta - delta.length)
  if (!isFirst || data.findByte(EventBytes.closeBrace) < inDelta) return undefined
  const isText = data.has(content, inDelta)
  const from = isText ? inDelta + content.length : argumentsAt(data, inDelta)
  const end = isText ? data.plainEnd(from) : data.stringEnd(from)
  if (from === -1 || end === -1 || !data.has(isText ? contentEnd : callEnd, end)) return undefined
  const isAll = data.findByte(EventBytes.openBrace, end) === -1
  if (!isAll || data.find(finishReason) !== -1 || data.find(errorMember) !== -1) return undefined
  return isText ? data.text(from, end) : pieceStep(state, data, inDelta, from, end, deltasOf)
}

/** Where the letters of a piece of arguments begin, in a delta that begins at `at`; -1 where it is none. */
const argumentsAt = (data: EventBytes.EventBytes, at: number): number => {
  if (!data.has(call, at)) return -1
  const comma = data.findByte(EventBytes.comma, at + call.length)
  return comma !== -1 && data.has(callArguments, comma) ? comma + callArguments.length : -1
}

const pieceStep = (
  state: ChatState,
  data: EventBytes.EventBytes,
  at: number,
  from: number,
  end: number,
  deltasOf: string | undefined
): ModelWire.Step<ChatState> | string | undefined => {
  const { calls, responseId } = state
  const index = data.integer(at + call.length)
  const text = data.plainEnd(from) === end ? data.text(from, end) : unescaped(data.text(from - 1, end + 1))
  if (calls === undefined || index === undefined || text === undefined) return undefined
  const parts = calls.takeArguments(index, text, responseId, deltasOf)
  return parts.length === 0 ? "" : { state, parts }
}

const unescaped = (json: string): string | undefined => {
  const text = Json.parse(json)
  return text._tag === "Success" && typeof text.success === "string" ? text.success : undefined
}

const step = (before: ChatState, event: unknown, deltasOf?: string | undefined): ModelWire.Step<ChatState> => {
  const error = Json.get(event, "error") ?? undefined
  if (error !== undefined) return { state: before, parts: [ModelWire.faultPart(error)] }
  let state = identify(before, event)
  const choice = Json.array(event, "choices")[0]
  if (choice === undefined) return { state, parts: ModelWire.noParts }
  const parts: Array<ModelWire.WirePart> = []
  const delta = Json.get(choice, "delta") ?? Json.get(choice, "message")
  const text = Json.text(delta, "content")
  if (text !== undefined) parts.push({ _tag: "TextDelta", delta: text })
  const refusal = Json.text(delta, "refusal")
  if (refusal !== undefined) {
    parts.push({ _tag: "TextDelta", delta: refusal })
    state = { ...state, isRefused: true }
  }
  const pieces = Json.array(delta, "tool_calls")
  if (pieces.length > 0 && state.calls === undefined) state = { ...state, calls: new ChatCalls() }
  for (const piece of pieces) state.calls?.take(piece, state.responseId, deltasOf, parts)
  const finishReason = Json.text(choice, "finish_reason")
  if (finishReason !== undefined) {
    state = { ...state, finishReason }
    state.calls?.closeAll(state.responseId, parts)
  }
  return { state, parts }
}

/** Takes note of id, model and usage, which any chunk may bring. */
const identify = (state: ChatState, event: unknown): ChatState => {
  const responseId = state.responseId ?? Json.text(event, "id")
  const model = state.model ?? Json.text(event, "model")
  const usage = Json.get(event, "usage")
  if (Json.isObject(usage)) return { ...state, responseId, model, usage: usageOf(usage) }
  return responseId === state.responseId && model === state.model ? state : { ...state, responseId, model }
}

const finishOf = (state: ChatState): ModelWire.WirePart => ({
  _tag: "Finish",
  reason: reasonOf(state),
  usage: state.usage,
  responseId: state.responseId,
  model: state.model
})

const reasonOf = (state: ChatState): FinishReason => {
  switch (state.finishReason) {
    // Some servers say "stop" after calls, and some say nothing.
    case "stop":
    case undefined:
      return (state.calls?.madeCount ?? 0) > 0
        ? "tool-calls"
        : state.isRefused
          ? "content-filter"
          : state.finishReason === "stop"
            ? "stop"
            : "unknown"
    case "tool_calls":
    case "function_call":
      return "tool-calls"
    case "length":
      return "length"
    case "content_filter":
      return "content-filter"
    case "error":
      return "error"
    default:
      return "other"
  }
}

const usageOf = (usage: unknown): Usage => ({
  inputTokens: Json.integer(usage, "prompt_tokens"),
  cachedInputTokens: Json.integer(Json.get(usage, "prompt_tokens_details"), "cached_tokens"),
  outputTokens: Json.integer(usage, "completion_tokens"),
  reasoningTokens: Json.integer(Json.get(usage, "completion_tokens_details"), "reasoning_tokens")
})

const awaits = ({ finishReason, usage }: ChatState): ModelWire.Awaits =>
  finishReason === undefined ? "answer" : usage === ModelWire.noUsage ? "usage" : "nothing"

const end = (state: ChatState, done: boolean): ReadonlyArray<ModelWire.WirePart> => {
  if (!done && state.finishReason === undefined) return [ModelWire.cutPart]
  const parts: Array<ModelWire.WirePart> = []
  state.calls?.closeAll(state.responseId, parts)
  parts.push(finishOf(state))
  return parts
}

/** A whole completion is one chunk whose delta is the message. */
const read = (body: unknown): ReadonlyArray<ModelWire.WirePart> => {
  if ((Json.get(body, "error") ?? undefined) === undefined && Json.array(body, "choices").length === 0) {
    return [ModelWire.brokenPart("unreadable", "The answer is JSON, but not a chat completion.")]
  }
  const { parts, state } = step(initial, body)
  return parts.at(-1)?._tag === "Fault" ? parts : [...parts, ...end(state, true)]
}

export const ChatWire: ModelWire.ModelWire<ChatState> = {
  path: "/chat/completions",
  options,
  tool,
  itemsKey: "messages",
  items,
  initial,
  skim,
  step,
  awaits,
  end,
  read
}
