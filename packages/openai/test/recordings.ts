/**
 * Recorded exchanges: event streams as OpenAI and others write them, byte for byte but for shortened padding fields,
 * and what they mean.
 */
import { Buffer } from "node:buffer"

import { ChatWire } from "../src/ChatWire.ts"
import * as Json from "../src/Json.ts"
import type { ModelWire, WirePart, WireRequest, WireSettings } from "../src/ModelWire.ts"
import * as RequestBody from "../src/RequestBody.ts"
import { ResponsesWire } from "../src/ResponsesWire.ts"
import { WireReader } from "../src/WireReader.ts"

/** Reads `bytes` in chunks of `sizes` bytes, the rest in one. */
const readInChunks = <State>(
  wire: ModelWire<State>,
  bytes: Uint8Array,
  sizes: ReadonlyArray<number>
): ReadonlyArray<WirePart> => {
  const reader = new WireReader(wire)
  const parts: Array<WirePart> = []
  let at = 0
  for (const size of sizes) {
    parts.push(...reader.push([bytes.subarray(at, at + size)]))
    at += size
  }
  parts.push(...reader.push([bytes.subarray(at)]), ...reader.end())
  return joined(parts)
}

/** Text deltas joined: chunks decide where they break, not what they say. */
export const joined = (parts: ReadonlyArray<WirePart>): ReadonlyArray<WirePart> => {
  const out: Array<WirePart> = []
  for (const part of parts) {
    const last = out.at(-1)
    if (part._tag === "TextDelta" && last?._tag === "TextDelta") {
      out[out.length - 1] = { _tag: "TextDelta", delta: last.delta + part.delta }
    } else out.push(part)
  }
  return out
}

const usage = (inputTokens: number, cachedInputTokens: number, outputTokens: number, reasoningTokens: number) => ({
  inputTokens,
  cachedInputTokens,
  outputTokens,
  reasoningTokens
})

const call = (id: string, name: string, inputText: string, input: unknown): WirePart => ({
  _tag: "Call",
  call: { id, name, inputText, input, fault: undefined }
})

export interface Recording {
  readonly name: string
  readonly text: string
  readonly parts: ReadonlyArray<WirePart>
  readonly read: (bytes: Uint8Array, sizes: ReadonlyArray<number>) => ReadonlyArray<WirePart>
}

const recording = <State>(
  name: string,
  wire: ModelWire<State>,
  text: string,
  parts: ReadonlyArray<WirePart>
): Recording => ({ name, text, parts, read: (bytes, sizes) => readInChunks(wire, bytes, sizes) })

/** The body of a request, as the server reads it. */
export const bodyOf = <State>(
  wire: ModelWire<State>,
  settings: WireSettings,
  request: WireRequest
): Json.JsonObject => {
  const body: unknown = JSON.parse(RequestBody.make(wire, settings)(request).text)
  return Json.isObject(body) ? body : {}
}

export const bytesOf = (text: string): Uint8Array => Buffer.from(text, "utf8")

// Responses API

const responsesHead = `event: response.created
data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_68a1","object":"response","created_at":1760000000,"status":"in_progress","model":"gpt-4.1-nano-2025-04-14","output":[],"usage":null}}

event: response.in_progress
data: {"type":"response.in_progress","sequence_number":1,"response":{"id":"resp_68a1","object":"response","status":"in_progress","model":"gpt-4.1-nano-2025-04-14","output":[]}}

`

export const responsesText = recording(
  "responses: text with letters of two to four bytes",
  ResponsesWire,
  `${responsesHead}event: response.output_item.added
data: {"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","content":[],"role":"assistant"}}

event: response.content_part.added
data: {"type":"response.content_part.added","sequence_number":3,"item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","annotations":[],"text":""}}

event: response.output_text.delta
data: {"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"Amélie","logprobs":[],"obfuscation":"f9Qx"}

: keep-alive

event: response.output_text.delta
data: {"type":"response.output_text.delta","sequence_number":5,"item_id":"msg_1","output_index":0,"content_index":0,"delta":" 千と千尋 🎬","logprobs":[],"obfuscation":"a"}

event: response.output_text.done
data: {"type":"response.output_text.done","sequence_number":6,"item_id":"msg_1","output_index":0,"content_index":0,"text":"Amélie 千と千尋 🎬"}

event: response.output_item.done
data: {"type":"response.output_item.done","sequence_number":7,"output_index":0,"item":{"id":"msg_1","type":"message","status":"completed","content":[{"type":"output_text","annotations":[],"text":"Amélie 千と千尋 🎬"}],"role":"assistant"}}

event: response.completed
data: {"type":"response.completed","sequence_number":8,"response":{"id":"resp_68a1","object":"response","status":"completed","model":"gpt-4.1-nano-2025-04-14","output":[{"id":"msg_1","type":"message","status":"completed","content":[{"type":"output_text","annotations":[],"text":"Amélie 千と千尋 🎬"}],"role":"assistant"}],"usage":{"input_tokens":1200,"input_tokens_details":{"cached_tokens":1024},"output_tokens":11,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":1211}}}

`,
  [
    { _tag: "TextDelta", delta: "Amélie 千と千尋 🎬" },
    {
      _tag: "Finish",
      reason: "stop",
      usage: usage(1200, 1024, 11, 0),
      responseId: "resp_68a1",
      model: "gpt-4.1-nano-2025-04-14"
    }
  ]
)

const reasoningItem = { id: "rs_1", type: "reasoning", summary: [], encrypted_content: "gAAAA" }

export const responsesCalls = recording(
  "responses: reasoning, then parallel calls",
  ResponsesWire,
  `${responsesHead}event: response.output_item.added
data: {"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}}

event: response.output_item.done
data: {"type":"response.output_item.done","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"gAAAA","status":"completed"}}

event: response.output_item.added
data: {"type":"response.output_item.added","output_index":1,"item":{"id":"fc_1","type":"function_call","status":"in_progress","arguments":"","call_id":"call_a","name":"search"}}

event: response.function_call_arguments.delta
data: {"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":1,"delta":"{\\"q\\":"}

event: response.function_call_arguments.delta
data: {"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":1,"delta":"\\"Heat\\"}"}

event: response.function_call_arguments.done
data: {"type":"response.function_call_arguments.done","item_id":"fc_1","output_index":1,"arguments":"{\\"q\\":\\"Heat\\"}"}

event: response.output_item.done
data: {"type":"response.output_item.done","output_index":1,"item":{"id":"fc_1","type":"function_call","status":"completed","arguments":"{\\"q\\":\\"Heat\\"}","call_id":"call_a","name":"search"}}

event: response.output_item.added
data: {"type":"response.output_item.added","output_index":2,"item":{"id":"fc_2","type":"function_call","status":"in_progress","arguments":"","call_id":"call_b","name":"watched"}}

event: response.function_call_arguments.done
data: {"type":"response.function_call_arguments.done","item_id":"fc_2","output_index":2,"arguments":""}

event: response.output_item.done
data: {"type":"response.output_item.done","output_index":2,"item":{"id":"fc_2","type":"function_call","status":"completed","arguments":"","call_id":"call_b","name":"watched"}}

event: response.completed
data: {"type":"response.completed","response":{"id":"resp_68a1","status":"completed","model":"gpt-5-mini","output":[],"usage":{"input_tokens":90,"input_tokens_details":{"cached_tokens":0},"output_tokens":150,"output_tokens_details":{"reasoning_tokens":128},"total_tokens":240}}}

`,
  [
    { _tag: "Echo", item: { item: reasoningItem, afterText: false, afterCalls: 0 } },
    call("call_a", "search", `{"q":"Heat"}`, { q: "Heat" }),
    call("call_b", "watched", "", {}),
    {
      _tag: "Finish",
      reason: "tool-calls",
      usage: usage(90, 0, 150, 128),
      responseId: "resp_68a1",
      model: "gpt-5-mini"
    }
  ]
)

const responsesLength = recording(
  "responses: cut short by the token limit, in the middle of a call",
  ResponsesWire,
  `${responsesHead}data: {"type":"response.output_item.added","output_index":0,"item":{"id":"fc_1","type":"function_call","status":"in_progress","arguments":"","call_id":"call_a","name":"search"}}

data: {"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":0,"delta":"{\\"q\\":\\"He"}

data: {"type":"response.incomplete","response":{"id":"resp_68a1","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"model":"gpt-4.1-nano-2025-04-14","output":[],"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":0},"output_tokens":4,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":13}}}

`,
  [
    {
      _tag: "Finish",
      reason: "length",
      usage: usage(9, 0, 4, 0),
      responseId: "resp_68a1",
      model: "gpt-4.1-nano-2025-04-14"
    }
  ]
)

const responsesRefusal = recording(
  "responses: a refusal",
  ResponsesWire,
  `${responsesHead}data: {"type":"response.refusal.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"I can't help "}

data: {"type":"response.refusal.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"with that."}

data: {"type":"response.output_item.done","output_index":0,"item":{"id":"msg_1","type":"message","status":"completed","content":[{"type":"refusal","refusal":"I can't help with that."}],"role":"assistant"}}

data: {"type":"response.completed","response":{"id":"resp_68a1","status":"completed","model":"gpt-4.1-nano-2025-04-14","output":[],"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":0},"output_tokens":6,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":15}}}

`,
  [
    { _tag: "TextDelta", delta: "I can't help with that." },
    {
      _tag: "Finish",
      reason: "content-filter",
      usage: usage(9, 0, 6, 0),
      responseId: "resp_68a1",
      model: "gpt-4.1-nano-2025-04-14"
    }
  ]
)

const responsesFailed = recording(
  "responses: the provider fails in the middle",
  ResponsesWire,
  `${responsesHead}data: {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Half"}

data: {"type":"response.failed","response":{"id":"resp_68a1","status":"failed","error":{"code":"server_error","message":"The server had an error while processing your request."},"output":[]}}

`,
  [
    { _tag: "TextDelta", delta: "Half" },
    {
      _tag: "Fault",
      fault: "provider",
      message: "The server had an error while processing your request.",
      code: "server_error",
      type: undefined,
      param: undefined
    }
  ]
)

const cut: WirePart = {
  _tag: "Fault",
  fault: "cut",
  message: "The connection ended before the model had finished its answer.",
  code: undefined,
  type: undefined,
  param: undefined
}

const responsesCut = recording(
  "responses: cut in the middle of an event",
  ResponsesWire,
  `${responsesHead}data: {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Half"}

data: {"type":"response.output_text.delta","item_id":"msg_1","output_in`,
  [{ _tag: "TextDelta", delta: "Half" }, cut]
)

// Chat Completions

const chunk = (rest: string) =>
  `data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1760000000,"model":"gpt-4.1-nano-2025-04-14",${rest}}\n\n`
const delta = (delta: string) => chunk(`"choices":[{"index":0,"delta":${delta},"finish_reason":null}],"usage":null`)
const finish = (reason: string) => chunk(`"choices":[{"index":0,"delta":{},"finish_reason":"${reason}"}],"usage":null`)
const chatUsage = chunk(
  `"choices":[],"usage":{"prompt_tokens":1200,"completion_tokens":11,"total_tokens":1211,"prompt_tokens_details":{"cached_tokens":1024,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":3}}`
)
const chatFinish = (reason: "stop" | "tool-calls" | "length" | "content-filter"): WirePart => ({
  _tag: "Finish",
  reason,
  usage: usage(1200, 1024, 11, 3),
  responseId: "chatcmpl-9",
  model: "gpt-4.1-nano-2025-04-14"
})

export const chatText = recording(
  "chat: text with letters of two to four bytes",
  ChatWire,
  `${delta(`{"role":"assistant","content":"","refusal":null}`)}${delta(`{"content":"Amélie"}`)}${delta(`{"content":" 千と千尋 🎬"}`)}${finish("stop")}${chatUsage}data: [DONE]\n\n`,
  [{ _tag: "TextDelta", delta: "Amélie 千と千尋 🎬" }, chatFinish("stop")]
)

const chatCrlf = recording(
  "chat: carriage returns, comments, an event of two lines, and no blank line at the end",
  ChatWire,
  `\uFEFF: OPENROUTER PROCESSING\r\n\r\n${`${delta(`{"content":"Hi"}`)}${finish("stop")}${chatUsage}`.replaceAll("\n", "\r\n").replace(`","object"`, `",\r\ndata: "object"`)}data: [DONE]`,
  [{ _tag: "TextDelta", delta: "Hi" }, chatFinish("stop")]
)

const chatCalls = recording(
  "chat: parallel calls in pieces",
  ChatWire,
  `${delta(`{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"search","arguments":""}}]}`)}${delta(`{"tool_calls":[{"index":0,"function":{"arguments":"{\\"q\\":"}}]}`)}${delta(`{"tool_calls":[{"index":0,"function":{"arguments":"\\"Heat\\"}"}}]}`)}${delta(`{"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"watched","arguments":""}}]}`)}${delta(`{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}`)}${finish("tool_calls")}${chatUsage}data: [DONE]\n\n`,
  [
    call("call_a", "search", `{"q":"Heat"}`, { q: "Heat" }),
    call("call_b", "watched", "{}", {}),
    chatFinish("tool-calls")
  ]
)

const chatWholeCalls = recording(
  "chat: whole calls, each with index 0, and the finish reason stop",
  ChatWire,
  `${delta(`{"role":"assistant","tool_calls":[{"index":0,"id":"call_a","function":{"name":"search","arguments":"{\\"q\\":\\"Heat\\"}"}},{"index":0,"id":"call_b","function":{"name":"search","arguments":{"q":"Ronin"}}}]}`)}${finish("stop")}${chatUsage}data: [DONE]\n\n`,
  [
    call("call_a", "search", `{"q":"Heat"}`, { q: "Heat" }),
    call("call_b", "search", `{"q":"Ronin"}`, { q: "Ronin" }),
    chatFinish("tool-calls")
  ]
)

const chatLength = recording(
  "chat: cut short by the token limit, in the middle of a call",
  ChatWire,
  `${delta(`{"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"search","arguments":"[1,"}}]}`)}${finish("length")}${chatUsage}data: [DONE]\n\n`,
  [
    {
      _tag: "Call",
      call: {
        id: "call_a",
        name: "search",
        inputText: "[1,",
        input: undefined,
        fault: "Unexpected end of JSON input"
      }
    },
    chatFinish("length")
  ]
)

const chatRefusal = recording(
  "chat: a refusal",
  ChatWire,
  `${delta(`{"role":"assistant","content":null,"refusal":"I can't help "}`)}${delta(`{"refusal":"with that."}`)}${finish("stop")}${chatUsage}data: [DONE]\n\n`,
  [{ _tag: "TextDelta", delta: "I can't help with that." }, chatFinish("content-filter")]
)

const chatFault = recording(
  "chat: an error object in the middle",
  ChatWire,
  `${delta(`{"content":"Half"}`)}data: {"id":"gen-1","object":"chat.completion.chunk","error":{"code":502,"message":"Provider disconnected"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}\n\n`,
  [
    { _tag: "TextDelta", delta: "Half" },
    {
      _tag: "Fault",
      fault: "provider",
      message: "Provider disconnected",
      code: "502",
      type: undefined,
      param: undefined
    }
  ]
)

const chatCut = recording("chat: cut before the finish reason", ChatWire, delta(`{"content":"Half"}`), [
  { _tag: "TextDelta", delta: "Half" },
  cut
])

export const recordings: ReadonlyArray<Recording> = [
  responsesText,
  responsesCalls,
  responsesLength,
  responsesRefusal,
  responsesFailed,
  responsesCut,
  chatText,
  chatCrlf,
  chatCalls,
  chatWholeCalls,
  chatLength,
  chatRefusal,
  chatFault,
  chatCut
]
