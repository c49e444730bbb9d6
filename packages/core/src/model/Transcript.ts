/**
 * Transcript: the conversation of a run as the model reads it. Pure, and append-only: each request begins with the same bytes
 * as the one before it, which is what a provider's prompt cache needs.
 */
import type { AgentRequest } from "../AgentRequest.ts"
import type { Message } from "./ModelStream.ts"
import type { Turn } from "./Turn.ts"

export type Transcript = ReadonlyArray<Message>

/** The text returned to the model for one call. */
export interface CallResult {
  readonly ok: boolean
  readonly text: string
}

/** What the model reads of a call that was not made because its run ended. */
export const notRun: CallResult = {
  ok: false,
  text: JSON.stringify({ error: "Not run: the conversation was stopped." })
}

/**
 * A conversation that asks `question`. What was said before comes first, so that a request of a conversation begins with the bytes of
 * the one before; `facts` change from run to run, so they come last, unless they are the last that the conversation was told.
 */
export const start = (
  instructions: string,
  { history = [], images = [], instructions: more = "", question }: AgentRequest,
  facts = ""
): Transcript => [
  { role: "system", text: instructions },
  ...(more === "" ? [] : [{ role: "system", text: more } as const]),
  ...history,
  ...(question === "" && images.length === 0
    ? []
    : [{ role: "user", text: question, ...(images.length > 0 && { images }) } as const]),
  ...(facts === "" || history.findLast(({ role }) => role === "system")?.text === facts
    ? []
    : [{ role: "system", text: facts } as const])
]

/**
 * What a run with `request` added to its conversation, of its ledger's transcript: to be the end of the next one's `history`. Where it
 * ended before the client gave the results of its tools, these calls have none yet: see `History.complete`. The provider's ids of its
 * responses are left out: what a provider holds under them began with the instructions of that run, and the next may have others.
 */
export const added = (
  transcript: Transcript,
  { clientTools = [], history = [], instructions }: AgentRequest
): Transcript => {
  const own = transcript.slice((instructions === undefined || instructions === "" ? 1 : 2) + history.length)
  const kept = own.map((message) =>
    message.role === "assistant" && message.responseId !== undefined ? { ...message, responseId: undefined } : message
  )
  const at = kept.findLastIndex(({ role }) => role === "assistant")
  const names = new Set(clientTools.map(({ name }) => name))
  return names.size === 0
    ? kept
    : kept.filter(
        (message, index) =>
          index < at || message.role !== "tool" || !names.has(message.name) || message.text !== notRun.text
      )
}

/**
 * Appends what the model said and, in call order, what its calls returned.
 *
 * `results` has one entry for each of `turn.calls`: providers refuse a conversation in which a call has no result.
 */
export const append = (transcript: Transcript, turn: Turn, results: ReadonlyArray<CallResult>): Transcript => [
  ...transcript,
  { role: "assistant", text: turn.text, calls: turn.calls, echo: turn.echo, responseId: turn.finish.responseId },
  ...turn.calls.map((call, index): Message => {
    const result = results[index]
    return {
      role: "tool",
      callId: call.id,
      name: call.name,
      text: result === undefined ? JSON.stringify({ error: "This call was not run." }) : result.text,
      isFailure: result === undefined || !result.ok
    }
  })
]
