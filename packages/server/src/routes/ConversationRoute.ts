/**
 * ConversationRoute: `GET /v1/conversations/{id}?before=&limit=`: what was asked and answered in a conversation, the newest last; the page
 * after it is what came before. `DELETE` forgets it, and its runs.
 */
import type { Message } from "@callsheet/core/Message"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

import { Conversations } from "../Conversations.ts"
import * as Exchange from "../Exchange.ts"
import * as Methods from "../Methods.ts"
import * as Page from "../Page.ts"
import type { Problem } from "../Problem.ts"
import { RunError, UnknownConversation } from "../RunError.ts"
import { Runs } from "../Runs.ts"

const unknown = Effect.fail(new RunError({ reason: new UnknownConversation() }))

const conversationId = Effect.flatMap(HttpRouter.params, ({ id = "" }) =>
  /^[\w.:-]{1,128}$/.test(id) ? Effect.succeed(id) : unknown
)

/** `ok` is null of a call of the client's that has no result yet. */
const callsOf = (messages: ReadonlyArray<Message>) => {
  const results = new Map(
    messages.flatMap((message) => (message.role === "tool" ? [[message.callId, !message.isFailure] as const] : []))
  )
  return messages.flatMap((message) =>
    message.role === "assistant" ? message.calls.map(({ id, name }) => ({ id, name, ok: results.get(id) ?? null })) : []
  )
}

const turnOf = (exchange: Exchange.Exchange) => {
  const { answer, atMillis, question, reason, runId } = exchange
  const { closed, open } = Exchange.messagesOf(exchange)
  return { runId, question, answer, reason, atMillis, calls: callsOf([...closed, ...open]) }
}

const show = Effect.gen(function* () {
  const { cursor, limit } = yield* Page.asked("before", (text) => (/^run_\w{1,64}$/.test(text) ? text : undefined))
  const conversations = yield* Conversations
  const id = yield* conversationId
  const record = yield* conversations.find(id)
  const found = yield* conversations.back(id, cursor, limit + 1)
  const { next, page } = Page.cut(found, limit, ({ runId }) => runId)
  return yield* Page.respond(
    JSON.stringify({ ...record, exchanges: page.map(turnOf).toReversed(), next }),
    "before",
    next
  )
})

const forget = Effect.gen(function* () {
  const runs = yield* Runs
  const isKnown = yield* runs.forget(yield* conversationId)
  return isKnown ? HttpServerResponse.empty({ status: 204 }) : yield* unknown
})

export const layer = Methods.layer<Problem | RunError, Runs | Conversations | HttpRouter.RouteContext>(
  "/v1/conversations/:id",
  { GET: show, DELETE: forget }
)
