/**
 * History: messages of a conversation that goes on. Pure: whether a provider would take them, and how the results of a client's tools
 * come into them.
 */
import type { Call, Message } from "./Message.ts"

/** What a client's tool gave, as the model is to read it. */
export interface ClientResult {
  readonly callId: string
  /** JSON text, or any other. */
  readonly text: string
  readonly isFailure: boolean
}

/** The calls of the last message that had some which have no result yet. */
const open = (messages: ReadonlyArray<Message>): ReadonlyArray<Call> => {
  const at = messages.findLastIndex(({ role }) => role === "assistant")
  const message = messages[at]
  if (message?.role !== "assistant") return []
  const done = new Set(messages.slice(at + 1).flatMap((later) => (later.role === "tool" ? [later.callId] : [])))
  return message.calls.filter(({ id }) => !done.has(id))
}

/** Ids of the calls that wait for a result. */
export const waiting = (messages: ReadonlyArray<Message>): ReadonlyArray<string> => open(messages).map(({ id }) => id)

/**
 * Why a provider would refuse `messages` with a question after them, in one sentence; undefined where it would not. Each call needs
 * exactly one result, before anybody says something else, and each result its call.
 */
export const problem = (messages: ReadonlyArray<Message>): string | undefined => {
  let waits = new Set<string>()
  for (const message of messages) {
    if (message.role === "tool") {
      if (!waits.delete(message.callId)) {
        return `There is a result for the call ${message.callId}, which does not wait for one.`
      }
      continue
    }
    if (waits.size > 0) break
    if (message.role !== "assistant") continue
    waits = new Set(message.calls.map(({ id }) => id))
    if (waits.size < message.calls.length) return "Two calls of one message have the same id."
  }
  const [missing] = waits
  return missing === undefined ? undefined : `There is no result for the call ${missing}: send one, be it an error.`
}

/**
 * `messages` with the results of the calls that wait for one, in the order of the calls. A call of which `results` know nothing has a
 * result that says so; what they know of other calls is left out.
 */
export const complete = (
  messages: ReadonlyArray<Message>,
  results: ReadonlyArray<ClientResult>
): ReadonlyArray<Message> => {
  const known = new Map(results.map((result) => [result.callId, result]))
  const missing = JSON.stringify({ error: "The client gave no result." })
  return [
    ...messages,
    ...open(messages).map(({ id, name }): Message => {
      const { isFailure, text } = known.get(id) ?? { text: missing, isFailure: true }
      return { role: "tool", callId: id, name, text, isFailure }
    })
  ]
}
