/**
 * Conventions: what other frameworks call what `Trace.Attribute` names, so that any agent's trace reads as our own.
 *
 * **Details**
 *
 * | names of | are |
 * | --- | --- |
 * | OpenTelemetry GenAI, current and older | `gen_ai.*`, events `gen_ai.*.message` and `gen_ai.choice` |
 * | Vercel AI SDK | `ai.*`; its spans `ai.streamText`, `ai.streamText.doStream`, `ai.toolCall` |
 * | OpenInference | `openinference.span.kind`, `llm.*`, `tool.*`, `input.value`, `output.value` |
 * | Traceloop (OpenLLMetry) | `traceloop.*`, `llm.*` |
 *
 * What a span says in our names stays; of several others the first in the list counts. Arguments and results that no tool's span
 * holds are taken from the messages of model calls, by the call's id (`Messages`). LangChain's serialized tool messages are opened.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

import * as Messages from "./Messages.ts"
import * as Told from "./Told.ts"
import { Attribute, type RecordedSpan } from "./Trace.ts"

type Attributes = RecordedSpan["attributes"]

/** Of any span: ours, and the others' names for it. */
const anywhere: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  [Attribute.provider, ["gen_ai.system", "ai.model.provider", "llm.provider", "llm.system"]],
  [Attribute.requestModel, ["ai.model.id", "llm.model_name", "llm.request.model"]],
  [Attribute.responseModel, ["ai.response.model", "llm.response.model"]],
  [
    Attribute.inputTokens,
    [
      "gen_ai.usage.prompt_tokens",
      "ai.usage.inputTokens",
      "ai.usage.promptTokens",
      "llm.token_count.prompt",
      "llm.usage.prompt_tokens"
    ]
  ],
  [
    Attribute.outputTokens,
    [
      "gen_ai.usage.completion_tokens",
      "ai.usage.outputTokens",
      "ai.usage.completionTokens",
      "llm.token_count.completion",
      "llm.usage.completion_tokens"
    ]
  ],
  [
    Attribute.cachedInputTokens,
    [
      "gen_ai.usage.cache_read_input_tokens",
      "ai.usage.inputTokenDetails.cacheReadTokens",
      "ai.usage.cachedInputTokens",
      "llm.token_count.prompt_details.cache_read"
    ]
  ],
  [Attribute.firstToken, ["ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"]],
  [Attribute.messageMillis, ["ai.response.msToFinish"]]
]

const ofAgent: typeof anywhere = [
  [Attribute.agent, ["ai.telemetry.functionId", "agent.name", "traceloop.entity.name", "gen_ai.agent.id"]]
]

const ofTool: typeof anywhere = [
  [Attribute.toolName, ["ai.toolCall.name", "tool.name", "traceloop.entity.name"]],
  [Attribute.callId, ["ai.toolCall.id", "tool_call.id", "tool.id"]],
  [
    Attribute.callArguments,
    ["ai.toolCall.args", "ai.toolCall.input", "tool.parameters", "input.value", "traceloop.entity.input"]
  ],
  [Attribute.callResult, ["ai.toolCall.result", "ai.toolCall.output", "output.value", "traceloop.entity.output"]]
]

/** In seconds. */
const firstTokenSeconds = [
  "gen_ai.response.time_to_first_chunk",
  "gen_ai.client.operation.time_to_first_chunk",
  "gen_ai.server.time_to_first_token"
]

/** Events at the first token. */
const firstTokenEvents: ReadonlySet<string> = new Set([
  "First Token Stream Event",
  "ai.stream.firstChunk",
  "llm.content.completion.chunk"
])

/** By the attribute that tells a span's kind, and its value. */
const operations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "openinference.span.kind": { AGENT: "invoke_agent", LLM: "chat", TOOL: "execute_tool" },
  "traceloop.span.kind": { agent: "invoke_agent", tool: "execute_tool" },
  "llm.request.type": { chat: "chat", completion: "chat" },
  "ai.operationId": {
    "ai.generateText": "invoke_agent",
    "ai.streamText": "invoke_agent",
    "ai.generateObject": "invoke_agent",
    "ai.streamObject": "invoke_agent",
    "ai.generateText.doGenerate": "chat",
    "ai.streamText.doStream": "chat",
    "ai.generateObject.doGenerate": "chat",
    "ai.streamObject.doStream": "chat",
    "ai.toolCall": "execute_tool"
  }
}

const ours: ReadonlySet<string> = new Set(["invoke_agent", "chat", "execute_tool"])

/** What older conventions did without a name of the operation. */
const isOldChat = (attributes: Attributes): boolean =>
  attributes["gen_ai.system"] !== undefined &&
  Told.text(attributes, Attribute.requestModel) !== undefined &&
  attributes[Attribute.operation] === undefined

/** `undefined` where the span is none of an agent, a model call and a tool call. */
const operationOf = (attributes: Attributes): string | undefined => {
  const told = Told.text(attributes, Attribute.operation)
  if (told !== undefined && ours.has(told)) return told
  if (told === "generate_content" || told === "text_completion") return "chat"
  for (const [key, kinds] of Object.entries(operations)) {
    const kind = Told.text(attributes, key)
    if (kind !== undefined && Object.hasOwn(kinds, kind)) return kinds[kind]
  }
  return isOldChat(attributes) ? "chat" : told
}

const firstTokenOf = ({ attributes, events, startMillis }: RecordedSpan): number | undefined => {
  for (const key of firstTokenSeconds) {
    const seconds = Told.amount(attributes, key)
    if (seconds !== undefined) return seconds * 1000
  }
  const event = events.find(({ name }) => firstTokenEvents.has(name))
  return event && Math.max(0, event.atMillis - startMillis)
}

const ToolMessage = Schema.Struct({
  kwargs: Schema.Struct({
    content: Schema.Unknown,
    tool_call_id: Schema.optional(Schema.NullOr(Schema.String)),
    name: Schema.optional(Schema.NullOr(Schema.String))
  })
})
const readMessage = Schema.decodeUnknownOption(Schema.fromJsonString(ToolMessage))
const readWrapped = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ output: ToolMessage })))

/** What LangChain's tools gave, out of the message that it was put in; the call's id, and the tool's name. */
const opened = (result: string) =>
  result.includes('"kwargs"')
    ? Option.getOrUndefined(
        Option.map(
          Option.orElse(readMessage(result), () => Option.map(readWrapped(result), ({ output }) => output)),
          ({ kwargs }) => kwargs
        )
      )
    : undefined

/** As JSON, or text as it is. */
const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : Predicate.isNotNullish(value) ? JSON.stringify(value) : undefined

/** One span's own names. */
const renamed = (span: RecordedSpan): RecordedSpan => {
  const { attributes } = span
  const operation = operationOf(attributes)
  const more: Record<string, unknown> = {}
  const copy = (table: typeof anywhere) => {
    for (const [ours, others] of table) {
      if (attributes[ours] !== undefined) continue
      const found = others.find((other) => Predicate.isNotNullish(attributes[other]))
      if (found !== undefined) more[ours] = attributes[found]
    }
  }
  if (operation !== attributes[Attribute.operation]) more[Attribute.operation] = operation
  copy(anywhere)
  if (operation === "invoke_agent") copy(ofAgent)
  if (operation === "chat" && attributes[Attribute.firstToken] === undefined) {
    const millis = firstTokenOf(span)
    if (millis !== undefined && more[Attribute.firstToken] === undefined) more[Attribute.firstToken] = millis
  }
  if (operation === "execute_tool") {
    copy(ofTool)
    for (const key of [Attribute.callArguments, Attribute.callResult]) {
      const value = more[key] ?? attributes[key]
      const text = textOf(value)
      if (text !== value) more[key] = text
    }
    const message = opened(textOf(more[Attribute.callResult]) ?? "")
    if (message !== undefined) {
      more[Attribute.callResult] = textOf(message.content)
      if (attributes[Attribute.callId] === undefined) more[Attribute.callId] ??= message.tool_call_id
      // Its spans are named for the class of the tool, by Traceloop.
      if (attributes[Attribute.toolName] === undefined)
        more[Attribute.toolName] = message.name ?? more[Attribute.toolName]
    }
  }
  return Object.keys(more).length === 0 ? span : { ...span, attributes: { ...attributes, ...more } }
}

/** `spans` in our names; those that have them already are the same. */
export const normalise = (spans: ReadonlyArray<RecordedSpan>): ReadonlyArray<RecordedSpan> => {
  const named = spans.map(renamed)
  const lacks = ({ attributes }: RecordedSpan) =>
    attributes[Attribute.operation] === "execute_tool" &&
    Told.text(attributes, Attribute.callId) !== undefined &&
    (attributes[Attribute.callArguments] === undefined || attributes[Attribute.callResult] === undefined)
  if (!named.some(lacks)) return named
  const contents = Messages.contentsOf(named)
  if (contents.size === 0) return named
  return named.map((span) => {
    const found = contents.get(`${span.traceId} ${Told.text(span.attributes, Attribute.callId) ?? ""}`)
    if (found === undefined || !lacks(span)) return span
    const { attributes } = span
    return {
      ...span,
      attributes: {
        ...attributes,
        [Attribute.callArguments]: attributes[Attribute.callArguments] ?? textOf(found.arguments),
        [Attribute.callResult]: attributes[Attribute.callResult] ?? textOf(found.result)
      }
    }
  })
}
