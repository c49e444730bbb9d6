/**
 * ResponsesReply: what a run tells, as a response: one object, or events. The sibling of `ChatReply`. Pure.
 *
 * Each step that says something is a message of its own. The agent's own calls are none of the client's, and are not told. Fields that
 * say how a model sampled are as OpenAI's server has them by default.
 */
import type { AgentEvent, EndReason } from "@callsheet/core/AgentEvent"

import type { Problem } from "../Problem.ts"
import * as OpenAiError from "./OpenAiError.ts"
import type { ResponsesBody } from "./ResponsesBody.ts"
import * as Told from "./Told.ts"

export interface Heading {
  readonly runId: string
  readonly model: string
  readonly createdSeconds: number
  readonly body: ResponsesBody
}

const suffix = ({ runId }: Heading) => runId.replace(/^run_/, "")

const textPart = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: [] })

type Status = "in_progress" | "completed" | "incomplete"

const messageItem = (heading: Heading, index: number, status: Status, text?: string) => ({
  type: "message",
  id: `msg_${suffix(heading)}_${index}`,
  status,
  role: "assistant",
  content: text === undefined ? [] : [textPart(text)]
})

const callItem = (heading: Heading, index: number, status: Status, { id, inputText, name }: Told.Call) => ({
  type: "function_call",
  id: `fc_${suffix(heading)}_${index}`,
  call_id: id,
  name,
  arguments: status === "in_progress" ? "" : inputText,
  status
})

/** Why an answer is not whole; undefined where it is. */
const incomplete = (reason: EndReason | undefined): "max_output_tokens" | "content_filter" | undefined => {
  if (reason === "length" || reason === "incomplete") return "max_output_tokens"
  return reason === "content-filter" ? "content_filter" : undefined
}

interface Ending {
  readonly told: Told.Told
  readonly error?: { readonly code: string; readonly message: string }
  readonly nowSeconds: number
}

/** A run without a word and without a call has said an empty message. */
const outputOf = (heading: Heading, { calls, reason, texts }: Told.Told) => {
  const said = texts.length === 0 && calls.length === 0 ? [{ step: 0, text: "" }] : texts
  const status = incomplete(reason) === undefined ? "completed" : "incomplete"
  return [
    ...said.map(({ text }, index) =>
      messageItem(heading, index, index === said.length - 1 && calls.length === 0 ? status : "completed", text)
    ),
    ...calls.map((call, index) => callItem(heading, said.length + index, "completed", call))
  ]
}

const usageOf = ({ cachedTokens, inputTokens, outputTokens }: Told.Usage) => ({
  input_tokens: inputTokens,
  input_tokens_details: { cached_tokens: cachedTokens, cache_write_tokens: 0 },
  output_tokens: outputTokens,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: inputTokens + outputTokens
})

/** The response as it stands; `ending` once its run is over. */
const response = (heading: Heading, ending?: Ending) => {
  const { body, createdSeconds, model } = heading
  const why = incomplete(ending?.told.reason)
  const status =
    ending === undefined
      ? "in_progress"
      : ending.error !== undefined
        ? "failed"
        : why === undefined
          ? "completed"
          : "incomplete"
  return {
    id: `resp_${suffix(heading)}`,
    object: "response",
    created_at: createdSeconds,
    completed_at: status === "completed" ? (ending?.nowSeconds ?? null) : null,
    status,
    error: ending?.error ?? null,
    incomplete_details: why === undefined ? null : { reason: why },
    instructions: body.instructions ?? null,
    model,
    previous_response_id: body.previous_response_id ?? null,
    output: ending === undefined || ending.error !== undefined ? [] : outputOf(heading, ending.told),
    usage: ending === undefined ? null : usageOf(ending.told.usage),
    tools: (body.tools ?? []).map(({ description, name, parameters, strict, type }) => ({
      type,
      name,
      description: description ?? null,
      parameters: parameters ?? null,
      strict: strict ?? false
    })),
    tool_choice: body.tool_choice ?? "auto",
    parallel_tool_calls: true,
    store: body.store ?? true,
    metadata: body.metadata ?? {},
    background: false,
    truncation: "disabled",
    text: { format: { type: "text" } },
    reasoning: { effort: null, summary: null },
    service_tier: "default",
    temperature: 1,
    top_p: 1,
    presence_penalty: 0,
    frequency_penalty: 0,
    top_logprobs: 0,
    max_output_tokens: null,
    max_tool_calls: null,
    safety_identifier: null,
    prompt_cache_key: null
  }
}

/** The answer to a client that does not stream. */
export const whole = (heading: Heading, told: Told.Told, nowSeconds: number) => response(heading, { told, nowSeconds })

/** What of a run has been told in events. */
export interface State {
  readonly told: Told.Told
  /** Whether the last of the texts told is still being written. */
  readonly isOpen: boolean
  readonly sequence: number
}

export const initial: State = { told: Told.nothing, isOpen: false, sequence: 0 }

type Event = { readonly type: string } & Readonly<Record<string, unknown>>

/** The events of a message that is opened, and closed, as output `index`. */
const opened = (heading: Heading, index: number): ReadonlyArray<Event> => {
  const item = messageItem(heading, index, "in_progress")
  const place = { item_id: item.id, output_index: index, content_index: 0 }
  return [
    { type: "response.output_item.added", output_index: index, item },
    { type: "response.content_part.added", ...place, part: textPart("") }
  ]
}
const closed = (heading: Heading, index: number, text: string, status: Status): ReadonlyArray<Event> => {
  const item = messageItem(heading, index, status, text)
  const place = { item_id: item.id, output_index: index, content_index: 0 }
  return [
    { type: "response.output_text.done", ...place, text, logprobs: [] },
    { type: "response.content_part.done", ...place, part: textPart(text) },
    { type: "response.output_item.done", output_index: index, item }
  ]
}

/** What `event` adds, in the order of happening. */
const tell = (
  heading: Heading,
  { isOpen, told: before }: State,
  event: AgentEvent,
  nowSeconds: number
): readonly [Told.Told, boolean, ReadonlyArray<Event>] => {
  const told = Told.add(before, event)
  const last = before.texts.at(-1)
  const close = (status: Status) =>
    isOpen && last !== undefined ? closed(heading, before.texts.length - 1, last.text, status) : []
  switch (event._tag) {
    case "RunStarted":
      return [
        told,
        false,
        [
          { type: "response.created", response: response(heading) },
          { type: "response.in_progress", response: response(heading) }
        ]
      ]
    case "TextDelta": {
      const index = told.texts.length - 1
      const isNew = told.texts.length > before.texts.length
      const delta = {
        type: "response.output_text.delta",
        item_id: messageItem(heading, index, "in_progress").id,
        output_index: index,
        content_index: 0,
        delta: event.delta,
        logprobs: []
      }
      return [told, true, isNew ? [...close("completed"), ...opened(heading, index), delta] : [delta]]
    }
    case "ClientCall": {
      const index = told.texts.length + before.calls.length
      const call = { id: event.callId, name: event.name, inputText: event.inputText }
      const item = callItem(heading, index, "completed", call)
      const place = { item_id: item.id, output_index: index }
      return [
        told,
        false,
        [
          ...close("completed"),
          {
            type: "response.output_item.added",
            output_index: index,
            item: callItem(heading, index, "in_progress", call)
          },
          { type: "response.function_call_arguments.delta", ...place, delta: event.inputText },
          { type: "response.function_call_arguments.done", ...place, name: event.name, arguments: event.inputText },
          { type: "response.output_item.done", output_index: index, item }
        ]
      ]
    }
    case "RunFinished": {
      const why = incomplete(event.reason)
      const isSilent = told.texts.length === 0 && told.calls.length === 0
      const status = why === undefined ? "completed" : "incomplete"
      return [
        told,
        false,
        [
          ...close(status),
          ...(isSilent ? [...opened(heading, 0), ...closed(heading, 0, "", status)] : []),
          { type: `response.${status}`, response: response(heading, { told, nowSeconds }) }
        ]
      ]
    }
    default:
      return [told, isOpen, []]
  }
}

/** The events that `event` becomes. */
export const step = (
  heading: Heading,
  state: State,
  event: AgentEvent,
  nowSeconds: number
): readonly [State, ReadonlyArray<Event>] => {
  const [told, isOpen, events] = tell(heading, state, event, nowSeconds)
  const numbered = events.map(({ type, ...rest }, index) => ({
    type,
    sequence_number: state.sequence + index,
    ...rest
  }))
  return [{ told, isOpen, sequence: state.sequence + events.length }, numbered]
}

/** What a client is told of a run that failed when its answer had begun. */
export const failure = (heading: Heading, state: State, problem: Problem, nowSeconds: number): ReadonlyArray<Event> => {
  const { code, message } = OpenAiError.of(problem)
  const error = { code, message }
  return [
    {
      type: "response.failed",
      sequence_number: state.sequence,
      response: response(heading, { told: state.told, error, nowSeconds })
    }
  ]
}
