/**
 * Conversation: the one place where what was said becomes a `View`.
 *
 * Each reader (`PromptReader`, `ChatReader`, `ResponsesReader`) turns its own form into the same flat items; folding them
 * here is what makes the faces agree.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

import type { Call, Message, ToolChoice, View } from "./Script.ts"

/** One thing said, in the order in which it was said. A result's text is what the model reads: mostly JSON. */
export type Item =
  | { readonly _tag: "System"; readonly text: string }
  | { readonly _tag: "User"; readonly text: string; readonly images?: ReadonlyArray<string> | undefined }
  | { readonly _tag: "Assistant"; readonly text: string }
  | { readonly _tag: "Call"; readonly id: string; readonly name: string; readonly inputText: string }
  | { readonly _tag: "Result"; readonly callId: string; readonly text: string }

export interface Conversation {
  readonly items: ReadonlyArray<Item>
  /** Names of the tools on offer. */
  readonly tools: ReadonlyArray<string>
  readonly toolChoice: ToolChoice
  /** The tools as the model reads them: only their length and sameness count, for usage. */
  readonly toolsText: string
}

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

/** `text` as JSON, or as it is. */
const readJson = (text: string): unknown => Option.getOrElse(decodeJson(text), () => text)

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value : undefined

/**
 * Why a tool result is a failure, for a reader; `undefined` for any other result.
 *
 * Failures are `{ _tag: "...Error" }`, `{ error }` and `{ type: "execution-denied" }`. The sentence comes from `message`,
 * else the reason's message, else their names.
 */
export const failureMessage = (result: unknown): string | undefined => {
  if (!Predicate.isObject(result)) return undefined
  const field = (name: string): unknown => (Predicate.hasProperty(result, name) ? result[name] : undefined)
  const tag = text(field("_tag"))
  const error = field("error")
  const reason = field("reason")
  if (field("type") === "execution-denied") return text(reason) ?? "it was not approved"
  if (!tag?.endsWith("Error") && (error === undefined || error === null)) return undefined
  const inner = (value: unknown, name: string) => (Predicate.hasProperty(value, name) ? text(value[name]) : undefined)
  return (
    text(field("message")) ??
    text(error) ??
    inner(error, "message") ??
    inner(reason, "message") ??
    inner(reason, "_tag") ??
    tag ??
    "it gave no reason"
  )
}

/** Folds what was said into what the model sees. Empty assistant text leaves no turn, since not every form can carry it. */
export const view = (conversation: Conversation): View => {
  const system: Array<string> = []
  const messages: Array<Message> = []
  const names = new Map<string, string>()
  let question = ""
  const assistant = (said: string, calls: ReadonlyArray<Call>) => {
    const last = messages.at(-1)
    if (last?.role !== "assistant") messages.push({ role: "assistant", text: said, calls })
    else messages[messages.length - 1] = { ...last, text: last.text + said, calls: [...last.calls, ...calls] }
  }
  for (const item of conversation.items) {
    switch (item._tag) {
      case "System":
        system.push(item.text)
        break
      case "User":
        question = item.text
        messages.push({ role: "user", text: item.text, ...(item.images?.length && { images: item.images }) })
        break
      case "Assistant":
        if (item.text !== "") assistant(item.text, [])
        break
      case "Call":
        names.set(item.id, item.name)
        assistant("", [{ id: item.id, name: item.name, input: readJson(item.inputText) }])
        break
      case "Result": {
        const result = readJson(item.text)
        const isFailure = failureMessage(result) !== undefined
        messages.push({ role: "tool", callId: item.callId, name: names.get(item.callId) ?? "", result, isFailure })
      }
    }
  }
  const toolChoice = conversation.tools.length === 0 ? "none" : conversation.toolChoice
  return { system: system.join("\n\n"), messages, tools: conversation.tools, toolChoice, question }
}

/** The whole prompt as one text, for counting tokens. Extending a conversation extends this text. */
export const promptText = ({ items, toolsText }: Conversation): string =>
  [
    toolsText,
    ...items.map((item) => {
      switch (item._tag) {
        case "Call":
          return `${item.name} ${item.inputText}`
        case "Result":
          return `${item.callId} ${item.text}`
        default:
          return item.text
      }
    })
  ].join("\n")

/** Ids of calls without a result and of results without a call: providers refuse a conversation that has either. */
export const orphans = (
  items: ReadonlyArray<Item>
): { readonly calls: ReadonlyArray<string>; readonly results: ReadonlyArray<string> } => {
  const calls = new Set<string>()
  const results = new Set<string>()
  for (const item of items) {
    if (item._tag === "Call") calls.add(item.id)
    if (item._tag === "Result") results.add(item.callId)
  }
  return {
    calls: Array.from(calls).filter((id) => !results.has(id)),
    results: Array.from(results).filter((id) => !calls.has(id))
  }
}
