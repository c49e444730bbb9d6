/**
 * ResponsesBody: the body of `POST /v1/responses`, and what it asks of the agent. The sibling of `ChatBody`, alike section by section.
 *
 * **Details**
 *
 * A response that is stored (it is, unless `store` is false) may be gone on from by `previous_response_id`: the input then holds what
 * is new. What would change the answer's form and cannot be done is refused by name; how the model is to sample has no effect.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import { Problem } from "../Problem.ts"
import type { Ask } from "../Runs.ts"
import * as Conversing from "./Conversing.ts"

const optional = <S extends Schema.Top>(schema: S) => Schema.optional(Schema.NullOr(schema))

const TextPart = Schema.Struct({ type: Schema.Literals(["input_text", "output_text"]), text: Schema.String })
const RefusalPart = Schema.Struct({ type: Schema.Literal("refusal"), refusal: Schema.String })
const ImagePart = Schema.Struct({ type: Schema.Literal("input_image"), image_url: Schema.String })
const Content = Schema.Union([Schema.String, Schema.Array(Schema.Union([TextPart, RefusalPart, ImagePart]))])
type Content = typeof Content.Type

const InputItem = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("function_call"),
    call_id: Schema.String,
    name: Schema.String,
    arguments: Schema.String
  }),
  Schema.Struct({ type: Schema.Literal("function_call_output"), call_id: Schema.String, output: Content }),
  Schema.Struct({
    type: Schema.optional(Schema.Literal("message")),
    role: Schema.Literals(["system", "developer", "user", "assistant"]),
    content: Content
  }),
  /** What another model thought is none of this one's. */
  Schema.Struct({ type: Schema.Literal("reasoning") })
])

const FunctionTool = Schema.Struct({
  type: Schema.Literal("function"),
  name: Schema.String,
  description: optional(Schema.String),
  parameters: optional(Schema.Record(Schema.String, Schema.Unknown)),
  strict: optional(Schema.Boolean)
})

const Named = Schema.Struct({ type: Schema.Literal("function"), name: Schema.String })

export const ResponsesBody = Schema.Struct({
  model: Schema.String,
  input: Schema.Union([Schema.String, Schema.NonEmptyArray(InputItem)]),
  instructions: optional(Schema.String),
  previous_response_id: optional(Schema.String),
  store: optional(Schema.Boolean),
  stream: optional(Schema.Boolean),
  tools: optional(Schema.Array(FunctionTool)),
  tool_choice: optional(
    Schema.Union([
      Schema.Literals(["auto", "none", "required"]),
      Named,
      Schema.Struct({
        type: Schema.Literal("allowed_tools"),
        mode: Schema.Literals(["auto", "required"]),
        tools: Schema.Array(Named)
      })
    ])
  ),
  parallel_tool_calls: optional(Schema.Boolean),
  metadata: optional(Schema.Record(Schema.String, Schema.String)),
  background: optional(Schema.Boolean),
  conversation: optional(Schema.Unknown),
  prompt: optional(Schema.Unknown),
  text: optional(Schema.Struct({ format: optional(Schema.Struct({ type: Schema.String })) }))
})
export type ResponsesBody = typeof ResponsesBody.Type

const textOf = (content: Content): string =>
  typeof content === "string"
    ? content
    : content
        .flatMap((part) => {
          if (part.type === "input_image") return []
          return [part.type === "refusal" ? part.refusal : part.text]
        })
        .join("\n")

const imagesOf = (content: Content): ReadonlyArray<string> =>
  typeof content === "string" ? [] : content.flatMap((part) => (part.type === "input_image" ? [part.image_url] : []))

const itemsOf = (item: typeof InputItem.Type): ReadonlyArray<Conversing.Item> => {
  if ("output" in item) return [{ _tag: "Result", callId: item.call_id, text: textOf(item.output) }]
  if ("call_id" in item) return [{ _tag: "Call", id: item.call_id, name: item.name, inputText: item.arguments }]
  if (!("role" in item)) return []
  const text = textOf(item.content)
  switch (item.role) {
    case "user":
      return [{ _tag: "User", text, images: imagesOf(item.content) }]
    case "assistant":
      return [{ _tag: "Assistant", text }]
    default:
      return [{ _tag: "System", text }]
  }
}

/** The first thing that is asked for and cannot be done. */
const unsupported = (body: ResponsesBody): Problem | undefined => {
  if (body.background === true) {
    return Conversing.refused("background", "A response is not made in the background: stream it, or wait for it.")
  }
  if ((body.text?.format?.type ?? "text") !== "text") {
    return Conversing.refused("text.format", "The answer is text: leave out text.format.")
  }
  if ((body.conversation ?? null) !== null) {
    return Conversing.refused("conversation", "Go on from a response by previous_response_id.")
  }
  if ((body.prompt ?? null) !== null) return Conversing.refused("prompt", "There are no stored prompts.")
  return undefined
}

const choiceOf = (choice: ResponsesBody["tool_choice"]): Parameters<typeof Conversing.chosen>[1] => {
  if (choice === undefined || choice === null) return "auto"
  if (typeof choice === "string") return choice
  return choice.type === "function"
    ? { tool: choice.name }
    : { mode: choice.mode, names: choice.tools.map(({ name }) => name) }
}

/** The run that a response is of. */
const runOf = (responseId: string): Result.Result<string, Problem> => {
  const id = /^resp_(\w{1,64})$/.exec(responseId)?.[1]
  return id === undefined
    ? Result.fail(
        new Problem({
          kind: "unknown-run",
          detail: "There is no such response: it never was, or it is kept no longer.",
          param: "previous_response_id"
        })
      )
    : Result.succeed(`run_${id}`)
}

export const ask = (body: ResponsesBody): Result.Result<Ask, Problem> =>
  Result.gen(function* () {
    const wrong = unsupported(body)
    if (wrong !== undefined) return yield* Result.fail(wrong)
    const { input, instructions, previous_response_id: previous } = body
    const items =
      typeof input === "string" ? [{ _tag: "User", text: input, images: [] } as const] : input.flatMap(itemsOf)
    const asked = yield* Conversing.asked(items, "input")
    const tools = (body.tools ?? []).map(Conversing.clientTool)
    return {
      ...asked,
      ...Conversing.chosen(tools, choiceOf(body.tool_choice)),
      instructions: [instructions ?? "", asked.instructions].filter((text) => text !== "").join("\n\n"),
      ...(typeof previous === "string" && { previousRunId: yield* runOf(previous) }),
      keep: body.store !== false,
      stopWhenLeft: true
    }
  })
