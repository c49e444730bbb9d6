/**
 * ResponsesWire: the wire format of the Responses API. `ChatWire` is its sibling, alike section by section. Long,
 * because what is written and what is read belong side by side.
 *
 * ```text
 * response.created                 the response's id and model
 * response.output_text.delta       text
 * response.output_item.done        a call or a reasoning item is complete
 * response.completed               the end, with usage; or .incomplete, .failed, error
 * ```
 */
import type { Message, Usage } from "@callsheet/core/model/ModelStream"
import type { FinishReason } from "effect/ai/Response"
import type * as OpenAi from "openai/resources/responses/responses"

import * as EventBytes from "./EventBytes.ts"
import * as Json from "./Json.ts"
import * as ModelWire from "./ModelWire.ts"

// Request

const options = (settings: ModelWire.WireSettings, request: ModelWire.WireRequest): Json.JsonObject => ({
  ...(settings.transport === "websocket" ? { type: "response.create" } : undefined),
  model: settings.model,
  ...(settings.transport === "websocket" ? undefined : { stream: settings.streaming }),
  store: settings.store,
  ...(request.tools.length === 0
    ? undefined
    : {
        tool_choice:
          typeof request.toolChoice === "string"
            ? request.toolChoice
            : { type: "function", name: request.toolChoice.tool },
        parallel_tool_calls: true
      }),
  ...(request.format === undefined
    ? undefined
    : { text: { format: { type: "json_schema", strict: true, ...request.format } } }),
  ...(request.cacheKey === undefined ? undefined : { prompt_cache_key: request.cacheKey }),
  ...(request.previousResponseId === undefined ? undefined : { previous_response_id: request.previousResponseId }),
  ...(settings.store || !reasons(settings.model) ? undefined : { include: ["reasoning.encrypted_content"] })
})

/** Whether `model` is one of OpenAI's that reason, by name: others refuse to be asked for their encrypted reasoning. */
const reasons = (model: string): boolean => /^(openai\/)?(o\d|gpt-5|codex)/.test(model) && !model.includes("-chat")

const tool = (tool: ModelWire.WireRequest["tools"][number]): OpenAi.FunctionTool => ({
  type: "function",
  name: tool.name,
  ...(tool.description === undefined ? undefined : { description: tool.description }),
  parameters: tool.schema,
  strict: tool.strict
})

const items = (
  settings: ModelWire.WireSettings,
  message: ModelWire.WireMessage
): ReadonlyArray<OpenAi.ResponseInputItem | Json.JsonObject> => {
  switch (message.role) {
    case "system":
      return [{ role: "system", content: message.text }]
    case "user": {
      const content = ModelWire.contentOf(message)
      return [{ role: "user", content: typeof content === "string" ? content : content.map(partOf) }]
    }
    case "assistant":
      return assistantItems(message, settings.store)
    case "tool":
      return [{ type: "function_call_output", call_id: message.callId, output: message.text }]
  }
}

const partOf = (part: ModelWire.UserPart): OpenAi.ResponseInputContent => {
  if (part.type === "text") return { type: "input_text", text: part.text }
  if (part.mediaType.startsWith("image/")) return { type: "input_image", image_url: part.url, detail: "auto" }
  return part.url.startsWith("data:")
    ? { type: "input_file", filename: part.fileName ?? "file", file_data: part.url }
    : { type: "input_file", file_url: part.url }
}

/**
 * An assistant message as the items it came from. A reasoning item must stand right before what it led to, so each goes
 * back to its place among text and calls. One that the server neither stored nor encrypted cannot be sent back.
 */
const assistantItems = (
  message: Extract<Message, { readonly role: "assistant" }>,
  isStored: boolean
): ReadonlyArray<OpenAi.ResponseInputItem | Json.JsonObject> => {
  const items: Array<OpenAi.ResponseInputItem | Json.JsonObject> = []
  let textLeft = message.text !== ""
  let callsMade = 0
  const pushUpTo = (withText: boolean, calls: number) => {
    if (withText && textLeft) {
      items.push({ role: "assistant", content: message.text })
      textLeft = false
    }
    for (const { id, inputText, name } of message.calls.slice(callsMade, calls)) {
      items.push({ type: "function_call", call_id: id, name, arguments: inputText === "" ? "{}" : inputText })
    }
    callsMade = Math.max(callsMade, calls)
  }
  for (const echo of message.echo) {
    const item = Json.get(echo, "item")
    if (Json.isObject(item) && (isStored || Json.text(item, "encrypted_content") !== undefined)) {
      pushUpTo(Json.get(echo, "afterText") === true, Json.integer(echo, "afterCalls") ?? 0)
      items.push(item)
    }
  }
  pushUpTo(true, message.calls.length)
  return items
}

// Response

export interface ResponsesState {
  readonly responseId: string | undefined
  readonly model: string | undefined
  /** Output items whose text came as deltas. */
  readonly texts: ReadonlySet<string>
  /** Calls that have begun, by output item; `undefined` before the first. */
  readonly begun: Map<string, { readonly id: string; readonly name: string }> | undefined
  /** The calls handed on, by `madeKey`; `undefined` before the first. */
  readonly made: Set<string> | undefined
  readonly isRefused: boolean
}

const initial: ResponsesState = {
  responseId: undefined,
  model: undefined,
  texts: new Set(),
  begun: undefined,
  made: undefined,
  isRefused: false
}

const step = (state: ResponsesState, event: unknown, deltasOf?: string | undefined): ModelWire.Step<ResponsesState> => {
  switch (Json.get(event, "type")) {
    case "response.output_text.delta":
      return textStep(state, keyOf(event), Json.text(event, "delta"), false)
    case "response.refusal.delta":
      return textStep(state, keyOf(event), Json.text(event, "delta"), true)
    case "response.created":
    case "response.in_progress":
      return { state: identify(state, Json.get(event, "response")), parts: ModelWire.noParts }
    case "response.output_item.added":
      return { state: begin(state, keyOf(event), Json.get(event, "item")), parts: ModelWire.noParts }
    case "response.function_call_arguments.delta": {
      if (deltasOf === undefined) return idle(state)
      const call = state.begun?.get(keyOf(event))
      const delta = Json.text(event, "delta")
      return call?.name !== deltasOf || delta === undefined
        ? idle(state)
        : { state, parts: [{ _tag: "CallDelta", id: call.id, delta }] }
    }
    case "response.function_call_arguments.done": {
      const call = state.begun?.get(keyOf(event))
      if (call === undefined) return idle(state)
      return callStep(state, outputIndexOf(event), call.id, call.name, Json.get(event, "arguments"))
    }
    case "response.output_item.done":
      return itemStep(state, keyOf(event), outputIndexOf(event), Json.get(event, "item"))
    case "response.completed":
    case "response.incomplete":
      return finishStep(state, Json.get(event, "response"))
    case "response.failed":
    case "response.cancelled":
      return { state, parts: [ModelWire.faultPart(Json.get(Json.get(event, "response"), "error"))] }
    case "error":
      return { state, parts: [errorPart(event)] }
    case undefined: {
      const error = Json.get(event, "error") ?? undefined
      return error === undefined ? idle(state) : { state, parts: [ModelWire.faultPart(error)] }
    }
    default:
      return idle(state)
  }
}

const errorPart = (event: unknown): ModelWire.WireFault => {
  const status = Json.integer(event, "status")
  const fault = ModelWire.faultPart(Json.get(event, "error") ?? event)
  return status === undefined ? fault : { ...fault, status }
}

const beginning = (type: string) => EventBytes.mark(`{"type":"${type}",`)
const argumentsDelta = beginning("response.function_call_arguments.delta")
const textDelta = beginning("response.output_text.delta")
const itemDone = beginning("response.output_item.done")
const created = beginning("response.created")
const inProgress = beginning("response.in_progress")
const completed = beginning("response.completed")

const partAdded = beginning("response.content_part.added")
const partDone = beginning("response.content_part.done")
const textDone = beginning("response.output_text.done")

const outputIndex = EventBytes.mark(`,"output_index":`)
const delta = EventBytes.mark(`,"delta":"`)
const messageItem = EventBytes.mark(`"item":{"type":"message"`)
const messageType = EventBytes.mark(`,"type":"message",`)
const callType = EventBytes.mark(`"type":"function_call"`)

/** Pieces of arguments tell nothing where none are wanted: the whole follows them. */
const skim = (
  state: ResponsesState,
  data: EventBytes.EventBytes,
  deltasOf: string | undefined
): string | ModelWire.Step<ResponsesState> | undefined => {
  if (data.has(argumentsDelta)) return deltasOf === undefined ? "" : undefined
  if (data.has(textDelta)) return textSkim(state, data)
  if (data.has(itemDone)) return isTold(state, data) ? "" : undefined
  if (data.has(inProgress)) return state.responseId !== undefined && state.model !== undefined ? "" : undefined
  if (data.has(partAdded) || data.has(partDone) || data.has(textDone)) return ""
  if (data.has(created)) {
    const response = pick(data, ofBegun)
    return response && { state: identify(state, response), parts: ModelWire.noParts }
  }
  const isKnown = state.texts.size > 0 || state.made !== undefined
  const response = isKnown && data.has(completed) ? pick(data, ofEnded) : undefined
  return response && finishStep(state, response)
}

const responseMember = [EventBytes.mark(`"response":`)]
interface Wanted {
  readonly names: ReadonlyArray<string>
  readonly marks: ReadonlyArray<Uint8Array>
}
const wanted = (...names: ReadonlyArray<string>): Wanted => ({
  names,
  marks: names.map((name) => EventBytes.mark(`"${name}":`))
})

/** What is wanted of a response that has begun, and of one that has ended. */
const ofBegun = wanted("id", "model")
const ofEnded = wanted("id", "model", "status", "incomplete_details", "usage")

/** The response of the event `data`, without what it repeats of the request and of the events before it. */
const pick = (data: EventBytes.EventBytes, { marks, names }: Wanted): Json.JsonObject | undefined => {
  const [at = -1] = data.members(data.from, responseMember) ?? []
  const members = at === -1 ? undefined : data.members(at, marks)
  if (members === undefined) return undefined
  const response: Record<string, unknown> = {}
  for (let index = 0; index < names.length; index++) {
    const member = members[index] ?? -1
    if (member === -1) continue
    const value = Json.parse(data.valueText(member))
    if (value._tag === "Failure") return undefined
    response[names[index] ?? ""] = value.success
  }
  return response
}

/** Members of the event itself, since there is no other object. Nearly all servers write the index before the text. */
const textSkim = ({ texts }: ResponsesState, data: EventBytes.EventBytes): string | undefined => {
  const index = data.find(outputIndex, data.from + textDelta.length - 1)
  const at = index === -1 ? -1 : data.find(delta, index)
  const isAll = data.findByte(EventBytes.openBrace, data.from + 1) === -1
  if (at === -1 || !isAll || !texts.has(String(data.integer(index + outputIndex.length)))) return undefined
  const from = at + delta.length
  const end = data.plainEnd(from)
  return end === -1 ? undefined : data.text(from, end)
}

/** The output index of the event `data`, if it stands before all other objects in it. */
const indexOf = (data: EventBytes.EventBytes): string => {
  const from = data.find(outputIndex)
  const other = data.findByte(EventBytes.openBrace, data.from + 1)
  if (from === -1 || (other !== -1 && other < from)) return ""
  const start = from + outputIndex.length
  return String(data.integer(start) ?? "")
}

/** Whether all of the item that `data` completes was told before: its text by deltas, its call by its arguments. */
const isTold = ({ begun, made, texts }: ResponsesState, data: EventBytes.EventBytes): boolean => {
  const index = indexOf(data)
  if (data.find(messageItem) !== -1 || data.find(messageType) !== -1) return texts.has(index)
  const call = begun?.get(index)
  return call !== undefined && made?.has(madeKey(index, call.id)) === true && data.find(callType) !== -1
}

const idle = (state: ResponsesState): ModelWire.Step<ResponsesState> => ({ state, parts: ModelWire.noParts })

/**
 * What tells the output items of one response apart. Some proxies give one item another id in each event; the index
 * stays.
 */
const keyOf = (event: unknown): string =>
  String(outputIndexOf(event) ?? Json.text(event, "item_id") ?? Json.text(Json.get(event, "item"), "id"))

const outputIndexOf = (event: unknown): number | undefined => Json.integer(event, "output_index")

/** What tells calls apart: some servers give two calls one id, some number every item 0, and some number none. */
const madeKey = (index: number | string | undefined, id: string): string => `${index} ${id}`

const identify = (state: ResponsesState, response: unknown): ResponsesState => ({
  ...state,
  responseId: Json.text(response, "id") ?? state.responseId,
  model: Json.text(response, "model") ?? state.model
})

const begin = (state: ResponsesState, key: string, item: unknown): ResponsesState => {
  const id = Json.text(item, "call_id")
  const name = Json.text(item, "name")
  return Json.get(item, "type") !== "function_call" || id === undefined || name === undefined
    ? state
    : { ...state, begun: (state.begun ?? new Map()).set(key, { id, name }) }
}

const textStep = (
  state: ResponsesState,
  key: string,
  delta: string | undefined,
  isRefused: boolean
): ModelWire.Step<ResponsesState> =>
  delta === undefined
    ? idle(state)
    : {
        state:
          state.texts.has(key) && state.isRefused === isRefused
            ? state
            : { ...state, texts: new Set(state.texts).add(key), isRefused: state.isRefused || isRefused },
        parts: [{ _tag: "TextDelta", delta }]
      }

const callStep = (
  state: ResponsesState,
  index: number | undefined,
  id: string,
  name: string,
  input: unknown
): ModelWire.Step<ResponsesState> => {
  const key = madeKey(index, id)
  return state.made?.has(key) === true
    ? idle(state)
    : {
        state: { ...state, made: (state.made ?? new Set()).add(key) },
        parts: [ModelWire.callPart(id, name, ModelWire.argumentsText(input))]
      }
}

/** An output item is complete. Its text counts only where no delta brought it. */
const itemStep = (
  state: ResponsesState,
  key: string,
  index: number | undefined,
  item: unknown
): ModelWire.Step<ResponsesState> => {
  switch (Json.get(item, "type")) {
    case "function_call": {
      const id = Json.text(item, "call_id") ?? Json.text(item, "id")
      const name = Json.text(item, "name")
      return id === undefined || name === undefined
        ? idle(state)
        : callStep(state, index, id, name, Json.get(item, "arguments"))
    }
    case "reasoning":
      return {
        state,
        parts: [
          {
            _tag: "Echo",
            item: { item: sendable(item), afterText: state.texts.size > 0, afterCalls: state.made?.size ?? 0 }
          }
        ]
      }
    case "message": {
      if (state.texts.has(key)) return idle(state)
      const content = Json.array(item, "content")
      const isRefused = content.some((part) => Json.get(part, "type") === "refusal")
      const text = content.map((part) => Json.text(part, "text") ?? Json.text(part, "refusal") ?? "").join("")
      return textStep(state, key, text === "" ? undefined : text, isRefused)
    }
    default:
      return idle(state)
  }
}

/** A reasoning item without `status`, which the server writes and does not take back. */
const sendable = (item: unknown): Json.JsonObject =>
  Object.fromEntries(Object.entries(Json.isObject(item) ? item : {}).filter(([key]) => key !== "status"))

const finishStep = (before: ResponsesState, response: unknown): ModelWire.Step<ResponsesState> => {
  let state = identify(before, response)
  const parts: Array<ModelWire.WirePart> = []
  // Some servers tell everything only here.
  if (state.texts.size === 0 && state.made === undefined) {
    for (const [index, item] of Json.array(response, "output").entries()) {
      if (Json.get(item, "type") === "reasoning") continue
      const next = itemStep(state, String(index), index, item)
      state = next.state
      parts.push(...next.parts)
    }
  }
  const { model, responseId } = state
  parts.push({ _tag: "Finish", reason: reasonOf(state, response), usage: usageOf(response), responseId, model })
  return { state, parts }
}

const reasonOf = (state: ResponsesState, response: unknown): FinishReason => {
  const status = Json.get(response, "status") ?? "completed"
  if (status === "completed") {
    return state.made !== undefined ? "tool-calls" : state.isRefused ? "content-filter" : "stop"
  }
  switch (Json.get(Json.get(response, "incomplete_details"), "reason")) {
    case "max_output_tokens":
    case "max_tokens":
      return "length"
    case "content_filter":
      return "content-filter"
    default:
      return "other"
  }
}

const usageOf = (response: unknown): Usage => {
  const usage = Json.get(response, "usage")
  return {
    inputTokens: Json.integer(usage, "input_tokens"),
    cachedInputTokens: Json.integer(Json.get(usage, "input_tokens_details"), "cached_tokens"),
    outputTokens: Json.integer(usage, "output_tokens"),
    reasoningTokens: Json.integer(Json.get(usage, "output_tokens_details"), "reasoning_tokens")
  }
}

/** The event that completes the answer is the end. */
const awaits = (): ModelWire.Awaits => "answer"

const end = (): ReadonlyArray<ModelWire.WirePart> => [ModelWire.cutPart]

/** A whole response is its output items, each complete, and the end. */
const read = (body: unknown): ReadonlyArray<ModelWire.WirePart> => {
  const error = Json.get(body, "error") ?? undefined
  if (error !== undefined || Json.get(body, "status") === "failed") return [ModelWire.faultPart(error)]
  if (!Array.isArray(Json.get(body, "output"))) {
    return [ModelWire.brokenPart("unreadable", "The answer is JSON, but not a response of the Responses API.")]
  }
  let state = initial
  const parts: Array<ModelWire.WirePart> = []
  for (const [index, item] of Json.array(body, "output").entries()) {
    const next = itemStep(state, String(index), index, item)
    state = next.state
    parts.push(...next.parts)
  }
  return [...parts, ...finishStep(state, body).parts]
}

export const ResponsesWire: ModelWire.ModelWire<ResponsesState> = {
  path: "/responses",
  options,
  tool,
  itemsKey: "input",
  items,
  initial,
  skim,
  step,
  awaits,
  end,
  read
}
