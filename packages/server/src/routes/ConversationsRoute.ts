/**
 * ConversationsRoute: `GET /v1/conversations?before=&limit=`: the conversations that are kept, that with the newest exchange first.
 */
import * as Effect from "effect/Effect"

import { Conversations } from "../Conversations.ts"
import * as Methods from "../Methods.ts"
import * as Page from "../Page.ts"
import * as Places from "../Places.ts"

const list = Effect.gen(function* () {
  const { cursor = Places.end, limit } = yield* Page.asked("before", Places.decode)
  const { list } = yield* Conversations
  const found = yield* list(cursor, limit + 1)
  const { next, page } = Page.cut(found, limit, (record) => Places.encode(Places.ofConversation(record)))
  return yield* Page.respond(JSON.stringify({ conversations: page, next }), "before", next)
})

export const layer = Methods.layer("/v1/conversations", { GET: list })
