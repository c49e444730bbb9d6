/**
 * ChatWire: writes a reply the way Chat Completions does, as one body or as server-sent chunks.
 */
import type { Exchange } from "./Exchange.ts"
import type { Timed } from "./Paced.ts"
import { replyMillis, timeline } from "./Timing.ts"

const usage = ({ usage }: Exchange) => ({
  prompt_tokens: usage.inputTokens,
  completion_tokens: usage.outputTokens,
  total_tokens: usage.inputTokens + usage.outputTokens,
  prompt_tokens_details: { cached_tokens: usage.cachedTokens, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: 0,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0
  }
})

const head = ({ id, model, startMillis }: Exchange, object: string) => ({
  id: `chatcmpl-${id}`,
  object,
  created: Math.floor(startMillis / 1000),
  model,
  service_tier: "default",
  system_fingerprint: "fp_scripted"
})

const finishReason = ({ spoken }: Exchange) => (spoken.calls.length === 0 ? "stop" : "tool_calls")

/** The answer to a request that does not stream. */
export const body = (exchange: Exchange) => {
  const { calls, text } = exchange.spoken
  const tool_calls = calls.map(({ id, inputText, name }) => ({
    id,
    type: "function",
    function: { name, arguments: inputText }
  }))
  const message = {
    role: "assistant",
    content: text === "" && calls.length > 0 ? null : text,
    refusal: null,
    annotations: [],
    ...(calls.length > 0 ? { tool_calls } : {})
  }
  return {
    ...head(exchange, "chat.completion"),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(exchange) }],
    usage: usage(exchange)
  }
}

/**
 * The answer as events with their times: the role with the first token, then a chunk a token, the finish reason, usage where
 * it was asked for, and `[DONE]`.
 */
export function* frames(exchange: Exchange, includeUsage: boolean): Generator<Timed<string>> {
  const shared = head(exchange, "chat.completion.chunk")
  const write = (atMillis: number, chunk: object) => ({ atMillis, value: `data: ${JSON.stringify(chunk)}\n\n` })
  const chunk = (atMillis: number, delta: object, finish_reason: string | null = null) =>
    write(atMillis, {
      ...shared,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...(includeUsage ? { usage: null } : {})
    })

  const { spoken, timing } = exchange
  const chunks = timeline(spoken, timing)
  const endMillis = replyMillis(spoken, timing)
  const content = spoken.text === "" && spoken.calls.length > 0 ? null : ""
  yield chunk(chunks[0]?.atMillis ?? endMillis, { role: "assistant", content, refusal: null })
  for (const item of chunks) {
    if (item._tag === "Text") {
      yield chunk(item.atMillis, { content: item.delta })
      continue
    }
    const call = spoken.calls[item.call]
    if (item.isFirst && call !== undefined) {
      const opening = { index: item.call, id: call.id, type: "function", function: { name: call.name, arguments: "" } }
      yield chunk(item.atMillis, { tool_calls: [opening] })
    }
    yield chunk(item.atMillis, { tool_calls: [{ index: item.call, function: { arguments: item.delta } }] })
  }
  yield chunk(endMillis, {}, finishReason(exchange))
  if (includeUsage) yield write(endMillis, { ...shared, choices: [], usage: usage(exchange) })
  yield { atMillis: endMillis, value: "data: [DONE]\n\n" }
}
