/**
 * Conversing: the messages of a client of OpenAI's APIs as the engine has them: what is asked, and what was said before. Pure.
 */
import type { AgentRequest, ClientTool } from "@callsheet/core/AgentRequest"
import type { Call, Message } from "@callsheet/core/Message"
import { callOf } from "@callsheet/core/model/LanguageModelStream"
import * as Result from "effect/Result"

import { Problem } from "../Problem.ts"

/** One thing said, in either API's words. */
export type Item =
  | { readonly _tag: "System"; readonly text: string }
  | { readonly _tag: "User"; readonly text: string; readonly images: ReadonlyArray<string> }
  | { readonly _tag: "Assistant"; readonly text: string }
  | { readonly _tag: "Call"; readonly id: string; readonly name: string; readonly inputText: string }
  | { readonly _tag: "Result"; readonly callId: string; readonly text: string }

export const refused = (param: string, detail: string) => new Problem({ kind: "unsupported", detail, param })

/** Adds what a model said in one go: its text, then its calls. */
const say = (messages: Array<Message>, text: string, calls: ReadonlyArray<Call>): void => {
  const last = messages.at(-1)
  if (last?.role !== "assistant" || (text !== "" && last.calls.length > 0)) {
    messages.push({ role: "assistant", text, calls, echo: [], responseId: undefined })
  } else {
    messages[messages.length - 1] = {
      ...last,
      text: [last.text, text].filter((part) => part !== "").join("\n\n"),
      calls: [...last.calls, ...calls]
    }
  }
}

const messagesOf = (items: ReadonlyArray<Item>): ReadonlyArray<Message> => {
  const messages: Array<Message> = []
  const names = new Map<string, string>()
  for (const item of items) {
    switch (item._tag) {
      case "System":
        messages.push({ role: "system", text: item.text })
        break
      case "User":
        messages.push({ role: "user", text: item.text, ...(item.images.length > 0 && { images: item.images }) })
        break
      case "Assistant":
        if (item.text !== "") say(messages, item.text, [])
        break
      case "Call":
        names.set(item.id, item.name)
        say(messages, "", [callOf(item.id, item.name, item.inputText === "" ? "{}" : item.inputText)])
        break
      case "Result": {
        const { callId, text } = item
        messages.push({ role: "tool", callId, name: names.get(callId) ?? "", text, isFailure: false })
      }
    }
  }
  return messages
}

/**
 * What `items` ask: their last message is the question, or results that the model is to go on with. Instructions at the beginning and
 * at the end are the client's own.
 */
export const asked = (
  items: ReadonlyArray<Item>,
  param: string
): Result.Result<Required<Pick<AgentRequest, "question" | "images" | "instructions" | "history">>, Problem> => {
  const begin = items.findIndex(({ _tag }) => _tag !== "System")
  const end = items.findLastIndex(({ _tag }) => _tag !== "System") + 1
  const systems = begin < 0 ? items : [...items.slice(0, begin), ...items.slice(end)]
  const instructions = systems.flatMap((item) => (item._tag === "System" ? [item.text] : [])).join("\n\n")
  const rest = begin < 0 ? [] : items.slice(begin, end)
  const last = rest.at(-1)
  if (last?._tag === "User") {
    const { images, text: question } = last
    return Result.succeed({ question, images, instructions, history: messagesOf(rest.slice(0, -1)) })
  }
  return last?._tag === "Result"
    ? Result.succeed({ question: "", images: [], instructions, history: messagesOf(rest) })
    : Result.fail(
        new Problem({
          kind: "invalid-body",
          detail: "The last message must be the user's, or the result of a tool.",
          param
        })
      )
}

/** A function that a client offers, whatever the API. */
export interface Offered {
  readonly name: string
  readonly description?: string | null | undefined
  readonly parameters?: Readonly<Record<string, unknown>> | null | undefined
}

export const clientTool = ({ description, name, parameters }: Offered): ClientTool => ({
  name,
  description: description ?? undefined,
  parameters: parameters ?? { type: "object", properties: {} }
})

/** Those of `tools` that a client allows, and how the model is to choose. */
export const chosen = (
  tools: ReadonlyArray<ClientTool>,
  choice:
    | "auto"
    | "none"
    | "required"
    | { readonly tool: string }
    | { readonly mode: "auto" | "required"; readonly names: ReadonlyArray<string> }
): Pick<AgentRequest, "clientTools" | "toolChoice"> =>
  typeof choice === "object" && "names" in choice
    ? { clientTools: tools.filter(({ name }) => choice.names.includes(name)), toolChoice: choice.mode }
    : { clientTools: tools, toolChoice: choice }
