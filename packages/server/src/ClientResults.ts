/**
 * ClientResults: the message that a run left open for its client, completed with the client's results. Pure.
 */
import type { Message } from "@callsheet/core/model/ModelStream"

type Result = Extract<Message, { readonly role: "tool" }>

const missing = JSON.stringify({ error: "The client gave no result for this call." })

/**
 * `open` with one result for each of its calls, in call order: that which it has, else that which `given` begins with, else an error;
 * then the rest of `given`. Results of other calls are left out: a provider refuses them.
 */
export const complete = (open: ReadonlyArray<Message>, given: ReadonlyArray<Message>): ReadonlyArray<Message> => {
  const first = given.findIndex(({ role }) => role !== "tool")
  const begin = first < 0 ? given.length : first
  const results = new Map<string, Result>()
  for (const message of [...given.slice(0, begin), ...open]) {
    if (message.role === "tool") results.set(message.callId, message)
  }
  const completed = open.flatMap((message): ReadonlyArray<Message> => {
    if (message.role !== "assistant") return []
    return [
      message,
      ...message.calls.map(({ id, name }): Message => {
        const result = results.get(id)
        return result === undefined
          ? { role: "tool", callId: id, name, text: missing, isFailure: true }
          : { ...result, name }
      })
    ]
  })
  return [...completed, ...given.slice(open.length === 0 ? 0 : begin)]
}
