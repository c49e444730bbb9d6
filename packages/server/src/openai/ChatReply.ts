/**
 * ChatReply: what a run tells, as Chat Completions: one object, or chunks. Pure.
 *
 * Texts of several steps are one content, an empty line between them. The agent's own calls are none of the client's, and are not told.
 */
import type { AgentEvent, EndReason } from "@callsheet/core/AgentEvent"

import type { Problem } from "../Problem.ts"
import * as OpenAiError from "./OpenAiError.ts"
import * as Told from "./Told.ts"

export interface Heading {
  readonly runId: string
  readonly model: string
  readonly createdSeconds: number
  /** Whether a last chunk tells what was used. */
  readonly includesUsage: boolean
}

const idOf = ({ runId }: Heading) => `chatcmpl-${runId.replace(/^run_/, "")}`

const between = "\n\n"

const finishReason = (reason: EndReason | undefined): "stop" | "length" | "tool_calls" | "content_filter" => {
  switch (reason) {
    case "client-calls":
      return "tool_calls"
    case "length":
    case "incomplete":
      return "length"
    case "content-filter":
      return "content_filter"
    default:
      return "stop"
  }
}

const usageOf = ({ cachedTokens, inputTokens, outputTokens }: Told.Usage) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
  prompt_tokens_details: { cached_tokens: cachedTokens, audio_tokens: 0 }
})

const toolCall = ({ id, inputText, name }: Told.Call) => ({
  id,
  type: "function",
  function: { name, arguments: inputText }
})

/** The answer to a client that does not stream. */
export const whole = (heading: Heading, told: Told.Told) => {
  const text = told.texts.map((said) => said.text).join(between)
  return {
    id: idOf(heading),
    object: "chat.completion",
    created: heading.createdSeconds,
    model: heading.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: text === "" && told.calls.length > 0 ? null : text,
          refusal: null,
          ...(told.calls.length > 0 && { tool_calls: told.calls.map(toolCall) })
        },
        logprobs: null,
        finish_reason: finishReason(told.reason)
      }
    ],
    usage: usageOf(told.usage)
  }
}

/** What of a run has been told in chunks. */
export interface State {
  readonly step: number | undefined
  readonly calls: number
  readonly usage: Told.Usage
}

export const initial: State = { step: undefined, calls: 0, usage: Told.noUsage }

export const done = "[DONE]"

/** The chunks that `event` becomes, as their `data`. */
export const step = (
  heading: Heading,
  state: State,
  event: AgentEvent
): readonly [State, ReadonlyArray<object | typeof done>] => {
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    id: idOf(heading),
    object: "chat.completion.chunk",
    created: heading.createdSeconds,
    model: heading.model,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    ...(heading.includesUsage && { usage: null })
  })
  switch (event._tag) {
    case "RunStarted":
      return [state, [chunk({ role: "assistant", content: "", refusal: null })]]
    case "TextDelta": {
      const isNext = state.step !== undefined && state.step !== event.step
      return [{ ...state, step: event.step }, [chunk({ content: isNext ? between + event.delta : event.delta })]]
    }
    case "ClientCall": {
      const { callId: id, inputText, name } = event
      const call = { index: state.calls, ...toolCall({ id, name, inputText }) }
      return [{ ...state, calls: state.calls + 1 }, [chunk({ tool_calls: [call] })]]
    }
    case "StepFinished":
      return [{ ...state, usage: Told.withCall(state.usage, event.modelCall) }, []]
    case "RunFinished": {
      const last = chunk({}, finishReason(event.reason))
      const used = heading.includesUsage ? [{ ...last, choices: [], usage: usageOf(state.usage) }] : []
      return [state, [last, ...used, done]]
    }
    default:
      return [state, []]
  }
}

/** What a client is told of a run that failed when its answer had begun. */
export const failure = (problem: Problem): ReadonlyArray<object> => [{ error: OpenAiError.of(problem) }]
