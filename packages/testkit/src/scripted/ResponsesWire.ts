/**
 * ResponsesWire: writes a reply the way the Responses API does, as one body or as events, which server-sent events and a
 * WebSocket's messages both carry.
 */
import type { Item } from "./Conversation.ts"
import type { Exchange } from "./Exchange.ts"
import type { Timed } from "./Paced.ts"
import type { ResponsesRequest } from "./ResponsesReader.ts"
import { replyMillis, timeline } from "./Timing.ts"

export const responseId = (exchange: Exchange): string => `resp_${exchange.id}`

type Spoken = Exchange["spoken"]

const textPart = (text: string) => ({ type: "output_text", annotations: [], logprobs: [], text })

const messageItem = (id: string, status: string, content: ReadonlyArray<object>) => ({
  id,
  type: "message",
  status,
  role: "assistant",
  content
})

const callItem = (id: string, status: string, call: Spoken["calls"][number], inputText: string) => ({
  id,
  type: "function_call",
  status,
  arguments: inputText,
  call_id: call.id,
  name: call.name
})

/** A reply without text and calls is still a message. */
const hasMessage = ({ calls, text }: Spoken) => text !== "" || calls.length === 0

const messageId = (exchange: Exchange) => `msg_${exchange.id}`
const callItemId = (exchange: Exchange, call: number) => `fc_${exchange.id}_${call}`

const output = (exchange: Exchange) => [
  ...(hasMessage(exchange.spoken)
    ? [messageItem(messageId(exchange), "completed", [textPart(exchange.spoken.text)])]
    : []),
  ...exchange.spoken.calls.map((call, index) =>
    callItem(callItemId(exchange, index), "completed", call, call.inputText)
  )
]

/** The output as the next request with `previous_response_id` continues from it. */
export const outputItems = ({ calls, text }: Spoken): ReadonlyArray<Item> => [
  { _tag: "Assistant", text },
  ...calls.map(({ id, inputText, name }): Item => ({ _tag: "Call", id, name, inputText }))
]

const response = (exchange: Exchange, request: ResponsesRequest, isCompleted: boolean) => {
  const { cachedTokens, inputTokens, outputTokens } = exchange.usage
  const createdSeconds = Math.floor(exchange.startMillis / 1000)
  const endMillis = exchange.startMillis + replyMillis(exchange.spoken, exchange.timing)
  return {
    id: responseId(exchange),
    object: "response",
    created_at: createdSeconds,
    status: isCompleted ? "completed" : "in_progress",
    background: false,
    completed_at: isCompleted ? Math.floor(endMillis / 1000) : null,
    error: null,
    incomplete_details: null,
    instructions: request.instructions,
    max_output_tokens: null,
    model: exchange.model,
    output: isCompleted ? output(exchange) : [],
    ...request.echo,
    previous_response_id: request.previousResponseId,
    reasoning: { effort: null, summary: null },
    service_tier: "default",
    store: request.store,
    temperature: 1,
    text: { format: { type: "text" }, verbosity: "medium" },
    top_p: 1,
    truncation: "disabled",
    usage: isCompleted
      ? {
          input_tokens: inputTokens,
          input_tokens_details: { cached_tokens: cachedTokens, cache_write_tokens: 0 },
          output_tokens: outputTokens,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: inputTokens + outputTokens
        }
      : null,
    metadata: {}
  }
}

/** The answer to a request that does not stream. */
export const body = (exchange: Exchange, request: ResponsesRequest) => response(exchange, request, true)

export type Event = { readonly type: string } & Readonly<Record<string, unknown>>

/** Opens an output item, writes its tokens, closes it; the next item opens with its own first token. */
function* steps(exchange: Exchange, request: ResponsesRequest): Generator<Timed<Event>> {
  const { spoken, timing } = exchange
  const endMillis = replyMillis(spoken, timing)
  const at = (atMillis: number, type: string, fields: Readonly<Record<string, unknown>>) => ({
    atMillis,
    value: { type, ...fields }
  })

  yield at(0, "response.created", { response: response(exchange, request, false) })
  yield at(0, "response.in_progress", { response: response(exchange, request, false) })

  const item_id = messageId(exchange)
  const part = { item_id, output_index: 0, content_index: 0 }
  function* openMessage(atMillis: number) {
    yield at(atMillis, "response.output_item.added", { output_index: 0, item: messageItem(item_id, "in_progress", []) })
    yield at(atMillis, "response.content_part.added", { ...part, part: textPart("") })
  }
  function* closeMessage(atMillis: number) {
    const item = messageItem(item_id, "completed", [textPart(spoken.text)])
    yield at(atMillis, "response.output_text.done", { ...part, text: spoken.text, logprobs: [] })
    yield at(atMillis, "response.content_part.done", { ...part, part: textPart(spoken.text) })
    yield at(atMillis, "response.output_item.done", { output_index: 0, item })
  }

  const chunks = timeline(spoken, timing)
  if (hasMessage(spoken)) yield* openMessage(chunks[0]?.atMillis ?? endMillis)
  for (const chunk of chunks) {
    if (chunk._tag === "Text") {
      yield at(chunk.atMillis, "response.output_text.delta", { ...part, delta: chunk.delta, logprobs: [] })
      if (chunk.isLast) yield* closeMessage(chunk.atMillis)
      continue
    }
    const call = spoken.calls[chunk.call]
    if (call === undefined) continue
    const id = callItemId(exchange, chunk.call)
    const output_index = chunk.call + (hasMessage(spoken) ? 1 : 0)
    const place = { item_id: id, output_index }
    const item = (status: string, text: string) => ({ output_index, item: callItem(id, status, call, text) })
    if (chunk.isFirst) yield at(chunk.atMillis, "response.output_item.added", item("in_progress", ""))
    yield at(chunk.atMillis, "response.function_call_arguments.delta", { ...place, delta: chunk.delta })
    if (chunk.isLast) {
      const done = { ...place, name: call.name, arguments: call.inputText }
      yield at(chunk.atMillis, "response.function_call_arguments.done", done)
      yield at(chunk.atMillis, "response.output_item.done", item("completed", call.inputText))
    }
  }
  if (chunks.length === 0) yield* closeMessage(endMillis)
  yield at(endMillis, "response.completed", { response: response(exchange, request, true) })
}

/** The answer as events with their times, numbered from 0; `onEnd` runs before the last of them is handed on. */
export function* events(exchange: Exchange, request: ResponsesRequest, onEnd: () => void): Generator<Timed<Event>> {
  let sequence_number = 0
  for (const { atMillis, value } of steps(exchange, request)) {
    if (value.type === "response.completed") onEnd()
    yield { atMillis, value: { ...value, sequence_number: sequence_number++ } }
  }
}

/** The same as server-sent events. */
export function* frames(exchange: Exchange, request: ResponsesRequest, onEnd: () => void): Generator<Timed<string>> {
  for (const { atMillis, value } of events(exchange, request, onEnd)) {
    yield { atMillis, value: `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n` }
  }
}
