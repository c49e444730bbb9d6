/**
 * CallIds: an id for each call that no other call of the conversation has. Some servers give two calls one id, and results are
 * told apart by it.
 */
import type { Message } from "./ModelStream.ts"

/** The ids of one message, beside those taken in `messages`. */
export const make = (messages: ReadonlyArray<Message>) => {
  const taken = new Set(messages.flatMap((message) => (message.role === "tool" ? [message.callId] : [])))
  const open = new Map<string, string>()
  const own = (id: string): string => {
    let free = id
    for (let n = 2; taken.has(free); n++) free = `${id}_${n}`
    taken.add(free)
    return free
  }
  return {
    /** Of a call whose arguments are still coming. */
    begun: (id: string): string => {
      const known = open.get(id) ?? own(id)
      open.set(id, known)
      return known
    },
    /** Of a call that is complete. */
    whole: (id: string): string => {
      const known = open.get(id) ?? own(id)
      open.delete(id)
      return known
    }
  }
}
