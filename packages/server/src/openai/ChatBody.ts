/**
 * ChatBody: the body of `POST /v1/chat/completions`, and what it asks of the agent.
 *
 * **Details**
 *
 * What would change the answer's form and cannot be done is refused by name. How the model is to sample (temperature, penalties, stop,
 * seed, limits of tokens and the like) is the agent's to say: such fields are taken and have no effect.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { Problem } from "../Problem.ts"
import type { Ask } from "../Runs.ts"
import * as Conversing from "./Conversing.ts"

const optional = <S extends Schema.Top>(schema: S) => Schema.optional(Schema.NullOr(schema))

const TextPart = Schema.Struct({
  type: Schema.Literals(["text", "refusal"]),
  text: optional(Schema.String),
  refusal: optional(Schema.String)
})
const ImagePart = Schema.Struct({
  type: Schema.Literal("image_url"),
  image_url: Schema.Struct({ url: Schema.String })
})
const Content = Schema.Union([Schema.String, Schema.Array(Schema.Union([TextPart, ImagePart]))])
type Content = typeof Content.Type

const ToolCall = Schema.Struct({
  id: Schema.String,
  type: Schema.Literal("function"),
  function: Schema.Struct({ name: Schema.String, arguments: Schema.String })
})

const ChatMessage = Schema.Union([
  Schema.Struct({ role: Schema.Literals(["system", "developer", "user"]), content: Content }),
  Schema.Struct({
    role: Schema.Literal("assistant"),
    content: optional(Content),
    tool_calls: optional(Schema.Array(ToolCall))
  }),
  Schema.Struct({ role: Schema.Literal("tool"), tool_call_id: Schema.String, content: Content })
])

const Function = Schema.Struct({
  name: Schema.String,
  description: optional(Schema.String),
  parameters: optional(Schema.Record(Schema.String, Schema.Unknown))
})

const Named = Schema.Struct({ type: Schema.Literal("function"), function: Schema.Struct({ name: Schema.String }) })

export const ChatBody = Schema.Struct({
  model: Schema.String,
  messages: Schema.NonEmptyArray(ChatMessage),
  tools: optional(Schema.Array(Schema.Struct({ type: Schema.Literal("function"), function: Function }))),
  tool_choice: optional(
    Schema.Union([
      Schema.Literals(["auto", "none", "required"]),
      Named,
      Schema.Struct({
        type: Schema.Literal("allowed_tools"),
        allowed_tools: Schema.Struct({ mode: Schema.Literals(["auto", "required"]), tools: Schema.Array(Named) })
      })
    ])
  ),
  stream: optional(Schema.Boolean),
  stream_options: optional(Schema.Struct({ include_usage: optional(Schema.Boolean) })),
  n: optional(Schema.Finite),
  logprobs: optional(Schema.Boolean),
  modalities: optional(Schema.Array(Schema.String)),
  response_format: optional(Schema.Struct({ type: Schema.String })),
  audio: optional(Schema.Unknown),
  web_search_options: optional(Schema.Unknown),
  functions: optional(Schema.Unknown),
  function_call: optional(Schema.Unknown)
})
export type ChatBody = typeof ChatBody.Type

const textOf = (content: Content): string =>
  typeof content === "string"
    ? content
    : content.flatMap((part) => (part.type === "image_url" ? [] : [part.text ?? part.refusal ?? ""])).join("\n")

const imagesOf = (content: Content): ReadonlyArray<string> =>
  typeof content === "string" ? [] : content.flatMap((part) => (part.type === "image_url" ? [part.image_url.url] : []))

const itemsOf = (message: ChatBody["messages"][number]): ReadonlyArray<Conversing.Item> => {
  switch (message.role) {
    case "system":
    case "developer":
      return [{ _tag: "System", text: textOf(message.content) }]
    case "user":
      return [{ _tag: "User", text: textOf(message.content), images: imagesOf(message.content) }]
    case "assistant":
      return [
        { _tag: "Assistant", text: textOf(message.content ?? "") },
        ...(message.tool_calls ?? []).map(({ function: { arguments: inputText, name }, id }): Conversing.Item => ({
          _tag: "Call",
          id,
          name,
          inputText
        }))
      ]
    case "tool":
      return [{ _tag: "Result", callId: message.tool_call_id, text: textOf(message.content) }]
  }
}

/** The first thing that is asked for and cannot be done. */
const unsupported = (body: ChatBody): Problem | undefined => {
  if ((body.n ?? 1) !== 1) return Conversing.refused("n", "There is one answer: leave out n.")
  if (body.logprobs === true) return Conversing.refused("logprobs", "Probabilities of tokens are not told.")
  if ((body.response_format?.type ?? "text") !== "text") {
    return Conversing.refused("response_format", "The answer is text: leave out response_format.")
  }
  if (body.modalities?.some((kind) => kind !== "text") === true || (body.audio ?? null) !== null) {
    return Conversing.refused("modalities", "The answer is text: leave out modalities and audio.")
  }
  if ((body.web_search_options ?? null) !== null) {
    return Conversing.refused(
      "web_search_options",
      "The agent searches by its own tools: leave out web_search_options."
    )
  }
  if ((body.functions ?? null) !== null || (body.function_call ?? null) !== null) {
    return Conversing.refused("functions", "Offer functions as tools.")
  }
  return undefined
}

const choiceOf = (choice: ChatBody["tool_choice"]): Parameters<typeof Conversing.chosen>[1] => {
  if (choice === undefined || choice === null) return "auto"
  if (typeof choice === "string") return choice
  if (choice.type === "function") return { tool: choice.function.name }
  const { mode, tools } = choice.allowed_tools
  return { mode, names: tools.map((tool) => tool.function.name) }
}

/** What `body` asks. Nothing of it is kept: the client sends all of it again. */
export const ask = (body: ChatBody): Result.Result<Ask, Problem> => {
  const wrong = unsupported(body)
  if (wrong !== undefined) return Result.fail(wrong)
  const tools = (body.tools ?? []).map((tool) => Conversing.clientTool(tool.function))
  return Result.map(Conversing.asked(body.messages.flatMap(itemsOf), "messages"), (asked) => ({
    ...asked,
    ...Conversing.chosen(tools, choiceOf(body.tool_choice)),
    keep: false,
    stopWhenLeft: true
  }))
}
