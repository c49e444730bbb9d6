/**
 * ChatReader: reads the body of `POST /v1/chat/completions` into a conversation.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as ApiBody from "./ApiBody.ts"
import * as ApiError from "./ApiError.ts"
import { type Conversation, type Item, orphans } from "./Conversation.ts"

const ToolCall = Schema.Struct({
  id: Schema.String,
  function: Schema.Struct({ name: Schema.String, arguments: Schema.String })
})

const ChatMessage = Schema.Union([
  Schema.Struct({ role: Schema.Literals(["system", "developer", "user"]), content: ApiBody.Content }),
  Schema.Struct({
    role: Schema.Literal("assistant"),
    content: Schema.optional(ApiBody.Content),
    tool_calls: Schema.optional(Schema.NullOr(Schema.Array(ToolCall)))
  }),
  Schema.Struct({ role: Schema.Literal("tool"), tool_call_id: Schema.String, content: ApiBody.Content })
])

const ChatBody = Schema.Struct({
  model: Schema.String,
  messages: Schema.Array(ChatMessage),
  tools: Schema.optional(ApiBody.Tools),
  tool_choice: Schema.optional(ApiBody.Choice),
  stream: Schema.optional(Schema.NullOr(Schema.Boolean)),
  stream_options: Schema.optional(
    Schema.NullOr(Schema.Struct({ include_usage: Schema.optional(Schema.NullOr(Schema.Boolean)) }))
  )
})

export interface ChatRequest {
  readonly model: string
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly conversation: Conversation
}

/** The items of a message, with `images` where it is a user's. */
const itemsOf = (message: typeof ChatMessage.Type, images: ReadonlyArray<string>): ReadonlyArray<Item> => {
  switch (message.role) {
    case "system":
    case "developer":
      return [{ _tag: "System", text: ApiBody.contentText(message.content) }]
    case "user":
      return [{ _tag: "User", text: ApiBody.contentText(message.content), images }]
    case "assistant": {
      const calls = (message.tool_calls ?? []).map(({ function: { arguments: inputText, name }, id }): Item => ({
        _tag: "Call",
        id,
        name,
        inputText
      }))
      return [{ _tag: "Assistant", text: ApiBody.contentText(message.content) }, ...calls]
    }
    case "tool":
      return [{ _tag: "Result", callId: message.tool_call_id, text: ApiBody.contentText(message.content) }]
  }
}

const items = (message: typeof ChatMessage.Type) =>
  message.role === "user"
    ? Effect.map(ApiBody.pictures(message.content, "image_url"), (images) => itemsOf(message, images))
    : Effect.succeed(itemsOf(message, []))

const decode = ApiBody.decode(ChatBody, ["model", "messages"])

/** Refuses, as the API does, a body that does not fit and calls or results that have lost their other half. */
export const read = Effect.fnUntraced(function* (body: unknown): Effect.fn.Return<ChatRequest, ApiError.ApiError> {
  const request = yield* decode(body)
  if (request.messages.length === 0) return yield* ApiError.empty("messages")
  const said = (yield* Effect.forEach(request.messages, items, { concurrency: 1 })).flat()
  const lost = orphans(said)
  if (lost.calls.length > 0) return yield* ApiError.callsWithoutResult(lost.calls)
  if (lost.results.length > 0) return yield* ApiError.resultsWithoutCall
  return {
    model: request.model,
    stream: request.stream === true,
    includeUsage: request.stream_options?.include_usage === true,
    conversation: {
      items: said,
      ...ApiBody.offer(request.tools, request.tool_choice),
      toolsText: JSON.stringify(ApiBody.raw(body, "tools") ?? [])
    }
  }
})
