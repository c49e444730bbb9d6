/**
 * Places: where a page of a list begins: at a time, and by id where several are of the same time. As text it is the page's cursor. Pure.
 *
 * A place says nothing of what stood there, so it holds when that is gone.
 */
import type { ConversationRecord } from "./ConversationStore.ts"
import type { RunRecord } from "./RunStore.ts"

/** Time in milliseconds since 1970. */
export interface Place {
  readonly atMillis: number
  readonly id: string
}

/** Before which all stands. */
export const end: Place = { atMillis: Number.MAX_SAFE_INTEGER, id: "" }

export const ofRun = ({ runId: id, startedAtMillis: atMillis }: RunRecord): Place => ({ atMillis, id })

export const ofConversation = ({ atMillis, conversationId: id }: ConversationRecord): Place => ({ atMillis, id })

export const isBefore = (place: Place, other: Place): boolean =>
  place.atMillis < other.atMillis || (place.atMillis === other.atMillis && place.id < other.id)

export const newestFirst = (a: Place, b: Place): number => (isBefore(a, b) ? 1 : isBefore(b, a) ? -1 : 0)

export const encode = ({ atMillis, id }: Place): string => `${atMillis}.${id}`

/** Undefined where `text` is no cursor. */
export const decode = (text: string): Place | undefined => {
  const [, millis, id] = /^(\d{1,15})\.([\w.:-]{1,128})$/.exec(text) ?? []
  return millis === undefined || id === undefined ? undefined : { atMillis: Number(millis), id }
}
