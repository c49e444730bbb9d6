/**
 * ResponsesReader: reads the body of `POST /v1/responses` into a conversation, continuing a stored one where it names one.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as ApiBody from "./ApiBody.ts"
import * as ApiError from "./ApiError.ts"
import { type Conversation, type Item, orphans } from "./Conversation.ts"

const FunctionCall = Schema.Struct({
  type: Schema.Literal("function_call"),
  call_id: Schema.String,
  name: Schema.String,
  arguments: Schema.String
})
const FunctionCallOutput = Schema.Struct({
  type: Schema.Literal("function_call_output"),
  call_id: Schema.String,
  output: ApiBody.Content
})
const InputMessage = Schema.Struct({
  role: Schema.Literals(["system", "developer", "user", "assistant"]),
  content: ApiBody.Content
})
/** `reasoning` and other items that hold nothing for a script. */
const Unread = Schema.Struct({ type: Schema.String })

const InputItem = Schema.Union([FunctionCall, FunctionCallOutput, InputMessage, Unread])

const ResponsesBody = Schema.Struct({
  model: Schema.String,
  input: Schema.Union([Schema.String, Schema.Array(InputItem)]),
  instructions: Schema.optional(Schema.NullOr(Schema.String)),
  previous_response_id: Schema.optional(Schema.NullOr(Schema.String)),
  store: Schema.optional(Schema.NullOr(Schema.Boolean)),
  stream: Schema.optional(Schema.NullOr(Schema.Boolean)),
  tools: Schema.optional(ApiBody.Tools),
  tool_choice: Schema.optional(ApiBody.Choice),
  parallel_tool_calls: Schema.optional(Schema.NullOr(Schema.Boolean))
})

export interface ResponsesRequest {
  readonly model: string
  readonly stream: boolean
  readonly store: boolean
  readonly instructions: string | null
  readonly previousResponseId: string | null
  readonly conversation: Conversation
  /** `conversation.items` without the instructions, which hold for one response only. */
  readonly items: ReadonlyArray<Item>
  /** What the response repeats of its request, as it came. */
  readonly echo: { readonly tools: unknown; readonly tool_choice: unknown; readonly parallel_tool_calls: boolean }
}

const itemOf = Effect.fnUntraced(function* (
  item: typeof InputItem.Type
): Effect.fn.Return<ReadonlyArray<Item>, ApiError.ApiError> {
  if ("output" in item) return [{ _tag: "Result", callId: item.call_id, text: ApiBody.contentText(item.output) }]
  if ("call_id" in item) return [{ _tag: "Call", id: item.call_id, name: item.name, inputText: item.arguments }]
  if (!("role" in item)) return []
  const text = ApiBody.contentText(item.content)
  if (item.role === "user") {
    return [{ _tag: "User", text, images: yield* ApiBody.pictures(item.content, "input_image") }]
  }
  return [item.role === "assistant" ? { _tag: "Assistant", text } : { _tag: "System", text }]
})

const decode = ApiBody.decode(ResponsesBody, ["model", "input"])

/**
 * `stored` gives the items of an earlier response, its output included; `undefined` for an unknown id.
 *
 * Refuses, as the API does, a body that does not fit, an unknown `previous_response_id`, and calls or outputs that have
 * lost their other half.
 */
export const read = Effect.fnUntraced(function* (
  body: unknown,
  stored: (id: string) => ReadonlyArray<Item> | undefined
): Effect.fn.Return<ResponsesRequest, ApiError.ApiError> {
  const request = yield* decode(body)
  const previousResponseId = request.previous_response_id ?? null
  const earlier = previousResponseId === null ? [] : stored(previousResponseId)
  if (earlier === undefined) return yield* ApiError.unknownResponse(previousResponseId ?? "")
  const said: ReadonlyArray<Item> =
    typeof request.input === "string"
      ? [{ _tag: "User", text: request.input }]
      : (yield* Effect.forEach(request.input, itemOf, { concurrency: 1 })).flat()
  const items = [...earlier, ...said]
  const lost = orphans(items)
  const [call] = lost.calls
  if (call !== undefined) return yield* ApiError.callWithoutOutput(call)
  const [result] = lost.results
  if (result !== undefined) return yield* ApiError.outputWithoutCall(result)
  const instructions = request.instructions ?? null
  return {
    model: request.model,
    stream: request.stream === true,
    store: request.store !== false,
    instructions,
    previousResponseId,
    conversation: {
      items: instructions === null ? items : [{ _tag: "System", text: instructions }, ...items],
      ...ApiBody.offer(request.tools, request.tool_choice),
      toolsText: JSON.stringify(ApiBody.raw(body, "tools") ?? [])
    },
    items,
    echo: {
      tools: ApiBody.raw(body, "tools") ?? [],
      tool_choice: ApiBody.raw(body, "tool_choice") ?? "auto",
      parallel_tool_calls: request.parallel_tool_calls !== false
    }
  }
})
