/**
 * Conversations: what was asked and answered before, as the server keeps it. Instants are Unix time in milliseconds.
 */
import * as Schema from "effect/Schema"

import * as Http from "./Http.ts"

const ConversationRecord = Schema.Struct({
  conversationId: Schema.String,
  /** The first one. */
  question: Schema.String,
  startedAtMillis: Schema.Finite,
  atMillis: Schema.Finite,
  turns: Schema.Finite
})

const ConversationList = Schema.Struct({
  conversations: Schema.Array(ConversationRecord),
  next: Schema.NullOr(Schema.String)
})

export const Exchange = Schema.Struct({
  runId: Schema.String,
  question: Schema.String,
  answer: Schema.String,
  reason: Schema.String,
  atMillis: Schema.Finite,
  calls: Schema.Array(Schema.Struct({ name: Schema.String }))
})
export type Exchange = typeof Exchange.Type

const Conversation = Schema.Struct({
  /** The newest last. */
  exchanges: Schema.Array(Exchange),
  next: Schema.NullOr(Schema.String)
})

/** Those with the newest exchange first. */
export const list = (limit: number, before?: string) =>
  Http.get(
    `v1/conversations?limit=${limit}${before === undefined ? "" : `&before=${encodeURIComponent(before)}`}`,
    ConversationList
  )

/** Its newest exchanges, or those before `before`. Fails with `unknown-conversation`. */
export const find = (conversationId: string, before?: string) =>
  Http.get(
    `v1/conversations/${conversationId}?limit=50${before === undefined ? "" : `&before=${encodeURIComponent(before)}`}`,
    Conversation
  )

/** Forgets it, and its runs. */
export const forget = (conversationId: string) => Http.tell(`v1/conversations/${conversationId}`, { method: "DELETE" })
