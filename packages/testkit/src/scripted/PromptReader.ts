/**
 * PromptReader: reads the conversation out of what Effect's `LanguageModel` hands its provider.
 */
import type * as LanguageModel from "effect/ai/LanguageModel"
import * as Prompt from "effect/ai/Prompt"
import * as Tool from "effect/ai/Tool"

import type { Conversation, Item } from "./Conversation.ts"
import type { ToolChoice } from "./Script.ts"

const toolTexts = new WeakMap<Tool.Any, string>()

/** The tool as a provider would describe it to the model; made once per tool. */
const toolText = (tool: Tool.Any): string => {
  const known = toolTexts.get(tool)
  if (known !== undefined) return known
  const text = JSON.stringify({
    name: tool.name,
    description: Tool.getDescription(tool),
    parameters: Tool.getJsonSchema(tool)
  })
  toolTexts.set(tool, text)
  return text
}

const choice = (toolChoice: LanguageModel.ToolChoice<string>): ToolChoice =>
  typeof toolChoice === "string" ? toolChoice : "tool" in toolChoice ? toolChoice : (toolChoice.mode ?? "auto")

const joined = (parts: ReadonlyArray<{ readonly type: string }>): string =>
  parts.map((part) => ("text" in part && part.type === "text" ? String(part.text) : "")).join("")

/** The address of a picture; none for what is given as bytes. */
const picture = (part: Prompt.UserMessagePart): ReadonlyArray<string> => {
  if (part.type !== "file" || !part.mediaType.startsWith("image/")) return []
  if (part.data instanceof URL) return [part.data.href]
  return typeof part.data === "string" ? [part.data] : []
}

const resultText = (part: Prompt.ToolResultPart): string =>
  part.modelOutput !== undefined
    ? Prompt.toolModelOutputToText(part.modelOutput)
    : typeof part.result === "string"
      ? part.result
      : (JSON.stringify(part.result) ?? "null")

const items = (message: Prompt.Message): ReadonlyArray<Item> => {
  switch (message.role) {
    case "system":
      return [{ _tag: "System", text: message.content }]
    case "user":
      return [{ _tag: "User", text: joined(message.content), images: message.content.flatMap(picture) }]
    case "assistant":
      return message.content.flatMap((part): ReadonlyArray<Item> => {
        if (part.type === "text") return [{ _tag: "Assistant", text: part.text }]
        if (part.type === "tool-call") {
          return [{ _tag: "Call", id: part.id, name: part.name, inputText: JSON.stringify(part.params) ?? "null" }]
        }
        return part.type === "tool-result" ? [{ _tag: "Result", callId: part.id, text: resultText(part) }] : []
      })
    case "tool":
      return message.content.flatMap((part): ReadonlyArray<Item> =>
        part.type === "tool-result" ? [{ _tag: "Result", callId: part.id, text: resultText(part) }] : []
      )
  }
}

export const read = (
  options: Pick<LanguageModel.ProviderOptions, "prompt" | "tools" | "toolChoice">
): Conversation => ({
  items: options.prompt.content.flatMap(items),
  tools: options.tools.map((tool) => tool.name),
  toolChoice: choice(options.toolChoice),
  toolsText: options.tools.map(toolText).join("\n")
})
