/**
 * Transcript: the conversation of a run as the model reads it. Pure, and append-only: each request begins with the same bytes
 * as the one before it, which is what a provider's prompt cache needs.
 */
import type { Message } from "./ModelStream.ts"
import type { Turn } from "./Turn.ts"

export type Transcript = ReadonlyArray<Message>

/** The text returned to the model for one call. */
export interface CallResult {
  readonly ok: boolean
  readonly text: string
}

/**
 * A conversation that asks `question`. `facts` change from run to run, so they come last: what begins every prompt stays the
 * same.
 */
export const start = (instructions: string, question: string, facts?: string): Transcript => [
  { role: "system", text: instructions },
  { role: "user", text: question },
  ...(facts === undefined || facts === "" ? [] : [{ role: "system", text: facts } as const])
]

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
