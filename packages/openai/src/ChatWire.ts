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

import * as Json from "./Json.ts"
import * as ModelWire from "./ModelWire.ts"

// Request

const request = (settings: ModelWire.WireSettings, request: ModelWire.WireRequest): Json.JsonObject => ({
  model: settings.model,
  stream: settings.streaming,
  ...(settings.streaming ? { stream_options: { include_usage: true } } : undefined),
  ...(request.tools.length === 0
    ? undefined
    : {
        tools: request.tools.map(toolOf),
        tool_choice:
          typeof request.toolChoice === "string"
            ? request.toolChoice
            : { type: "function", function: { name: request.toolChoice.tool } },
        ...(settings.hosted ? { parallel_tool_calls: true } : undefined)
      }),
  ...(request.format === undefined
    ? undefined
    : { response_format: { type: "json_schema", json_schema: { strict: true, ...request.format } } }),
  ...(request.cacheKey === undefined || !settings.hosted ? undefined : { prompt_cache_key: request.cacheKey }),
  messages: request.messages.map(messageOf)
})

const toolOf = (tool: ModelWire.WireRequest["tools"][number]): OpenAi.ChatCompletionFunctionTool => ({
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
    case "user":
      return { role: "user", content: "text" in message ? message.text : message.parts.map(partOf) }
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

// Response

export interface ChatState {
  readonly responseId: string | undefined
  readonly model: string | undefined
  /** The calls that may still grow, in the model's order. */
  readonly open: ReadonlyArray<OpenCall>
  /** How many calls have been handed on. */
  readonly madeCount: number
  readonly isRefused: boolean
  readonly finishReason: string | undefined
  readonly usage: Usage
}

interface OpenCall {
  readonly index: number | undefined
  readonly id: string | undefined
  readonly name: string
  readonly inputText: string
}

const initial: ChatState = {
  responseId: undefined,
  model: undefined,
  open: [],
  madeCount: 0,
  isRefused: false,
  finishReason: undefined,
  usage: ModelWire.noUsage
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
  for (const piece of Json.array(delta, "tool_calls")) {
    const next = pieceStep(state, piece)
    state = next.state
    parts.push(...next.parts, ...deltaParts(state, piece, deltasOf))
  }
  const finishReason = Json.text(choice, "finish_reason")
  if (finishReason !== undefined) {
    const next = closeAll({ ...state, finishReason })
    state = next.state
    parts.push(...next.parts)
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

/**
 * A piece of a call. It begins a new one unless its index is that of a call still open and its id, if any, the same:
 * some servers leave the id out of later pieces, number every call 0, or send whole calls without an index.
 */
const pieceStep = (state: ChatState, piece: unknown): ModelWire.Step<ChatState> => {
  const index = Json.integer(piece, "index")
  const id = Json.text(piece, "id")
  const name = Json.text(Json.get(piece, "function"), "name")
  const inputText = ModelWire.argumentsText(Json.get(Json.get(piece, "function"), "arguments"))
  const at = state.open.findLastIndex(
    (call) => call.index === index && (id === undefined || call.id === undefined || call.id === id)
  )
  const call = state.open[at]
  const isWhole = index === undefined && name !== undefined
  if (call !== undefined && !isWhole) {
    const grown = { ...call, id: call.id ?? id, name: call.name === "" ? (name ?? "") : call.name }
    return {
      state: { ...state, open: state.open.with(at, { ...grown, inputText: call.inputText + inputText }) },
      parts: ModelWire.noParts
    }
  }
  // The pieces of a call that was already handed on: nothing that begins one.
  if (name === undefined && state.madeCount + state.open.length > 0) return { state, parts: ModelWire.noParts }
  const closed = closeReadable(state)
  return {
    state: { ...closed.state, open: [...closed.state.open, { index, id, name: name ?? "", inputText }] },
    parts: closed.parts
  }
}

/** The piece itself, where it belongs to a call to `deltasOf`: the call that was begun or continued last. */
const deltaParts = (
  { open }: ChatState,
  piece: unknown,
  deltasOf: string | undefined
): ReadonlyArray<ModelWire.WirePart> => {
  if (deltasOf === undefined) return ModelWire.noParts
  const index = Json.integer(piece, "index")
  const call = open.findLast((one) => one.index === index)
  const delta = ModelWire.argumentsText(Json.get(Json.get(piece, "function"), "arguments"))
  return call?.name !== deltasOf || call.id === undefined || delta === ""
    ? ModelWire.noParts
    : [{ _tag: "CallDelta", id: call.id, delta }]
}

/** Hands on the calls that are complete once another begins: the foremost whose arguments read as JSON. */
const closeReadable = (state: ChatState): ModelWire.Step<ChatState> => {
  const unreadable = state.open.findIndex((call) => Json.parse(call.inputText)._tag === "Failure")
  return close(state, unreadable === -1 ? state.open.length : unreadable)
}

const closeAll = (state: ChatState): ModelWire.Step<ChatState> => close(state, state.open.length)

const close = (state: ChatState, count: number): ModelWire.Step<ChatState> =>
  count === 0
    ? { state, parts: ModelWire.noParts }
    : {
        state: { ...state, open: state.open.slice(count), madeCount: state.madeCount + count },
        parts: state.open
          .slice(0, count)
          .map((call, index) =>
            ModelWire.callPart(
              call.id ?? `${state.responseId ?? "call"}_${state.madeCount + index}`,
              call.name,
              call.inputText
            )
          )
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
      return state.madeCount > 0
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

const end = (state: ChatState, done: boolean): ReadonlyArray<ModelWire.WirePart> => {
  if (!done && state.finishReason === undefined) return [ModelWire.cutPart]
  const closed = closeAll(state)
  return [...closed.parts, finishOf(closed.state)]
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
  request,
  initial,
  step,
  end,
  read
}
