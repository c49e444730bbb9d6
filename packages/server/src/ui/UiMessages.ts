/**
 * UiMessages: a chat as the AI SDK's client sends it, and what it asks: the message at its end, after all that was said before. Pure.
 *
 * **Details**
 *
 * The client's messages are the chat: what a person sees there is what the model reads, also after one was edited or taken back.
 * Of the agent's own calls only the answers are said again, which tell what was found; calls of the client's tools are said with their
 * results, since only the client has them.
 */
import type { AgentRequest, ClientTool } from "@callsheet/core/AgentRequest"
import type { Call, Message } from "@callsheet/core/model/ModelStream"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import { type Pause, pauseOf } from "./UiStep.ts"

/** The parts that are read; others, as sources and data, say nothing to a model. */
const Part = Schema.Struct({
  type: Schema.String,
  text: Schema.optionalKey(Schema.String),
  mediaType: Schema.optionalKey(Schema.String),
  url: Schema.optionalKey(Schema.String),
  toolCallId: Schema.optionalKey(Schema.String),
  toolName: Schema.optionalKey(Schema.String),
  state: Schema.optionalKey(Schema.String),
  input: Schema.optionalKey(Schema.Unknown),
  output: Schema.optionalKey(Schema.Unknown),
  errorText: Schema.optionalKey(Schema.String),
  providerExecuted: Schema.optionalKey(Schema.Boolean),
  approval: Schema.optionalKey(Schema.Struct({ id: Schema.String, approved: Schema.optionalKey(Schema.Boolean) }))
})
type Part = typeof Part.Type

export const UiMessage = Schema.Struct({
  id: Schema.optionalKey(Schema.String),
  role: Schema.Literals(["system", "user", "assistant"]),
  parts: Schema.Array(Part)
})
export type UiMessage = typeof UiMessage.Type

/** A tool of the client: its JSON Schema. The client sends those that it has in the body, by their names. */
export const UiTool = Schema.Struct({
  description: Schema.optionalKey(Schema.String),
  parameters: Schema.Record(Schema.String, Schema.Unknown)
})

const textOf = (parts: ReadonlyArray<Part>): string =>
  parts.flatMap(({ text, type }) => (type === "text" && text !== undefined ? [text] : [])).join("\n")

/** The pictures of a message, or a sentence where it has a file that is none. */
const picturesOf = (parts: ReadonlyArray<Part>): Result.Result<ReadonlyArray<string>, string> => {
  const files = parts.filter(({ type }) => type === "file")
  const isPicture = ({ mediaType = "", url = "" }: Part) => /^image\//i.test(mediaType) && /^(?:data|https):/i.test(url)
  return files.every(isPicture)
    ? Result.succeed(files.flatMap(({ url }) => url ?? []))
    : Result.fail("Only pictures can be sent along, as data: or https: addresses.")
}

const nameOf = ({ toolName, type }: Part): string | undefined =>
  type === "dynamic-tool" ? toolName : type.startsWith("tool-") ? type.slice("tool-".length) : undefined

const unanswered = "The client did not run it."

/** A call of a tool of the client and its result, as the model reads them; undefined for every other part. */
const clientCall = (part: Part): readonly [Call, Message] | undefined => {
  const { errorText, input, output, providerExecuted = false, state, toolCallId: id } = part
  const name = nameOf(part)
  if (name === undefined || id === undefined || providerExecuted) return undefined
  const isFailure = state !== "output-available"
  const text = JSON.stringify(isFailure ? { error: errorText ?? unanswered } : (output ?? null))
  const call: Call = { id, name, inputText: JSON.stringify(input ?? {}), input: input ?? {}, fault: undefined }
  return [call, { role: "tool", callId: id, name, text, isFailure }]
}

/** A message of the agent's: for each step what it said, and the calls of the client's tools. */
const stepsOf = (parts: ReadonlyArray<Part>): ReadonlyArray<Message> => {
  const steps: Array<Array<Part>> = [[]]
  for (const part of parts) {
    if (part.type === "step-start") steps.push([])
    else steps.at(-1)?.push(part)
  }
  return steps.flatMap((step): ReadonlyArray<Message> => {
    const text = textOf(step)
    const done = step.flatMap((part) => {
      const call = clientCall(part)
      return call === undefined ? [] : [call]
    })
    if (text === "" && done.length === 0) return []
    const calls = done.map(([call]) => call)
    const said: Message = { role: "assistant", text, calls, echo: [], responseId: undefined }
    return [said, ...done.map(([, result]) => result)]
  })
}

const said = ({ parts, role }: UiMessage): Result.Result<ReadonlyArray<Message>, string> => {
  if (role === "assistant") return Result.succeed(stepsOf(parts))
  const text = textOf(parts)
  if (role === "system") return Result.succeed(text === "" ? [] : [{ role, text }])
  return Result.map(picturesOf(parts), (images) => [{ role, text, ...(images.length > 0 ? { images } : {}) }])
}

export type Asked = Pick<AgentRequest, "question" | "images" | "history">

/** What the chat asks, or a sentence that says why it asks nothing. */
export const asked = (messages: ReadonlyArray<UiMessage>): Result.Result<Asked, string> =>
  Result.gen(function* () {
    const history: Array<Message> = []
    const last = messages.at(-1)
    for (const message of last?.role === "user" ? messages.slice(0, -1) : messages)
      history.push(...(yield* said(message)))
    const before = history.length > 0 ? { history } : {}
    if (last?.role === "user") {
      const images = yield* picturesOf(last.parts)
      return { question: textOf(last.parts), ...(images.length > 0 ? { images } : {}), ...before }
    }
    // The client comes back with what its tools gave.
    if (history.at(-1)?.role === "tool") return { question: "", ...before }
    return yield* Result.fail("The last message is not a question: send one of role user with a text.")
  })

/** The id of the message that the answer goes on with: where the client comes back with results or words for it. */
export const continued = (messages: ReadonlyArray<UiMessage>): string | undefined => {
  const last = messages.at(-1)
  return last?.role === "assistant" ? last.id : undefined
}

export interface Answered {
  readonly pause: Pause
  /** By the calls. */
  readonly words: ReadonlyMap<string, boolean>
}

/** A person's words for calls that wait in a run, where the chat ends with them. */
export const answered = (messages: ReadonlyArray<UiMessage>): Answered | undefined => {
  const last = messages.at(-1)
  if (last?.role !== "assistant") return undefined
  let pause: Pause | undefined
  const words = new Map<string, boolean>()
  for (const { approval, state } of last.parts) {
    if (state !== "approval-responded" || approval?.approved === undefined) continue
    const asked = pauseOf(approval.id)
    if (asked === undefined || (pause !== undefined && asked.runId !== pause.runId)) continue
    // An approval of an earlier pause has the lower place.
    if (pause === undefined || asked.seq > pause.seq) pause = asked
    words.set(asked.callId, approval.approved)
  }
  return pause === undefined ? undefined : { pause, words }
}

export const clientTools = (tools: Readonly<Record<string, typeof UiTool.Type>>): ReadonlyArray<ClientTool> =>
  Object.entries(tools).map(([name, { description, parameters }]) => ({ name, description, parameters }))
