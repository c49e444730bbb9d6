/**
 * Messages: arguments and results of calls out of the messages that spans of model calls hold, for traces whose tools tell none.
 *
 * Read are all forms in which a call and its result stand in one object with the call's id: parts of `gen_ai.input.messages` and
 * `gen_ai.output.messages`, messages of the older events, the AI SDK's parts, OpenAI's own.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

import type { RecordedSpan } from "./Trace.ts"

export interface Content {
  readonly arguments: unknown
  readonly result: unknown
}

const attributeNames = [
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.prompt",
  "gen_ai.completion",
  "ai.prompt.messages",
  "ai.response.toolCalls",
  "input.value",
  "output.value"
]
const eventNames: ReadonlySet<string> = new Set([
  "gen_ai.choice",
  "gen_ai.assistant.message",
  "gen_ai.tool.message",
  "gen_ai.content.prompt",
  "gen_ai.content.completion",
  "gen_ai.client.inference.operation.details"
])

/** Values that are looked at, of all of a file. */
const maxValues = 1_000_000
const maxDepth = 24

const parse = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

const idNames = ["tool_call_id", "toolCallId", "call_id", "id"]
const argumentNames = ["arguments", "args", "input"]
const resultNames = ["response", "result", "output", "content"]

const first = (object: object, names: ReadonlyArray<string>): unknown =>
  names
    .map((name): unknown => (Object.hasOwn(object, name) ? Reflect.get(object, name) : undefined))
    .find(Predicate.isNotNullish)

/** What `object` says of a call, if it does. */
const partOf = (object: object): { readonly id: string; readonly content: Partial<Content> } | undefined => {
  const id = first(object, idNames)
  if (typeof id !== "string" || id === "") return undefined
  const type = String(first(object, ["type", "role"]) ?? "")
  const named = first(object, ["function"])
  const given = first(Predicate.isObject(named) ? named : object, argumentNames)
  if (/result|response|output/.test(type) || type === "tool") {
    const result = first(object, resultNames)
    return result === undefined ? undefined : { id, content: { result } }
  }
  return given === undefined ? undefined : { id, content: { arguments: given } }
}

/** By trace and call id, with a space between. Where a call stands several times, the first counts. */
export const contentsOf = (spans: ReadonlyArray<RecordedSpan>): ReadonlyMap<string, Content> => {
  const contents = new Map<string, Content>()
  let seen = 0
  const visit = (traceId: string, root: unknown) => {
    const open: Array<readonly [unknown, number]> = [[root, 0]]
    for (let next = open.pop(); next !== undefined && seen < maxValues; next = open.pop()) {
      const [value, depth] = next
      seen++
      if (typeof value === "string") {
        const inner = /^\s*[[{]/.test(value) ? parse(value) : Option.none()
        if (Option.isSome(inner) && depth < maxDepth) open.push([inner.value, depth + 1])
        continue
      }
      if (!Predicate.isObjectOrArray(value) || depth >= maxDepth) continue
      const part = Array.isArray(value) ? undefined : partOf(value)
      if (part !== undefined) {
        const key = `${traceId} ${part.id}`
        contents.set(key, { arguments: undefined, result: undefined, ...part.content, ...defined(contents.get(key)) })
      }
      for (const inner of Object.values(value)) open.push([inner, depth + 1])
    }
  }
  for (const { attributes, events, traceId } of spans) {
    for (const name of attributeNames) if (attributes[name] !== undefined) visit(traceId, attributes[name])
    for (const event of events) {
      if (!eventNames.has(event.name)) continue
      const isTool = event.name === "gen_ai.tool.message"
      visit(traceId, isTool ? { role: "tool", ...event.attributes } : event.attributes)
    }
  }
  return contents
}

const defined = (content: Content | undefined): Partial<Content> => ({
  ...(content?.arguments !== undefined && { arguments: content.arguments }),
  ...(content?.result !== undefined && { result: content.result })
})
