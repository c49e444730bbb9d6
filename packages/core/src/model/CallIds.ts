/**
 * CallIds: an id for each call that no other call of the conversation has. Some servers give two calls one id, and results are
 * told apart by it.
 */
import type { Message } from "./ModelStream.ts"

/** Who made a call: the model, the rules that answered in its place, or the engine before the model asked. */
export type Origin = "model" | "rules" | "foreseen"

/** The id of the call that is `index`th of those that no model made. */
export const ofEngine = (origin: Exclude<Origin, "model">, index: number): string => `${origin}_${index}`

/** The first index for `ofEngine` of which `messages` have no call. */
export const freeOfEngine = (messages: ReadonlyArray<Message>): number =>
  messages.reduce((free, message) => {
    const index = message.role === "tool" ? /^(?:rules|foreseen)_(\d{1,9})$/.exec(message.callId)?.[1] : undefined
    return index === undefined ? free : Math.max(free, Number(index) + 1)
  }, 0)

export const originOf = (id: string): Origin =>
  /^rules_\d+$/.test(id) ? "rules" : /^foreseen_\d+$/.test(id) ? "foreseen" : "model"

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
