/**
 * PromptMessages: a `Prompt` of `LanguageModel` as the messages of a wire request.
 *
 * Text, calls, results, and files of user messages. What neither API takes is refused, never dropped in silence; what
 * only means something to `LanguageModel` itself (approvals, reasoning without the provider's item) is left out.
 */
import { Buffer } from "node:buffer"

import type { Call } from "@callsheet/core/model/ModelStream"
import * as AiError from "effect/ai/AiError"
import * as Prompt from "effect/ai/Prompt"
import * as Result from "effect/Result"

import * as Json from "./Json.ts"
import type { UserPart, WireMessage } from "./ModelWire.ts"
import type { Api } from "./OpenAiConfig.ts"

/** The key under which parts carry what only this package reads, in `metadata` and `options`. */
export const metadataKey = "openai"

export const make = (
  prompt: Prompt.Prompt,
  api: Api
): Result.Result<ReadonlyArray<WireMessage>, AiError.AiErrorReason> =>
  Result.map(Result.all(prompt.content.map((message) => messagesOf(message, api))), (messages) => messages.flat())

type Converted<A> = Result.Result<A, AiError.AiErrorReason>

const unsupported = (description: string) => Result.fail(new AiError.InvalidUserInputError({ description }))

const messagesOf = (message: Prompt.Message, api: Api): Converted<ReadonlyArray<WireMessage>> => {
  switch (message.role) {
    case "system":
      return Result.succeed([{ role: "system", text: message.content }])
    case "user": {
      const [first, ...others] = message.content
      if (first === undefined) return Result.succeed([])
      if (first.type === "text" && others.length === 0) return Result.succeed([{ role: "user", text: first.text }])
      const parts = Result.all(message.content.map((part) => userPart(part, api)))
      return Result.map(parts, (parts) => [{ role: "user", parts }])
    }
    case "assistant":
      return assistantMessage(message)
    case "tool":
      return Result.succeed(message.content.flatMap((part) => (part.type === "tool-result" ? [toolMessage(part)] : [])))
  }
}

const userPart = (part: Prompt.UserMessagePart, api: Api): Converted<UserPart> => {
  if (part.type === "text") return Result.succeed({ type: "text", text: part.text })
  const { data, fileName } = part
  // A wildcard names no format, and a `data:` URL needs one.
  const mediaType = part.mediaType === "image/*" ? "image/jpeg" : part.mediaType
  if (/^(audio|video)\//.test(mediaType)) {
    return unsupported(`Files of type ${mediaType} cannot be sent to the model; send text, images or documents.`)
  }
  const url =
    data instanceof URL
      ? data.href
      : typeof data === "string"
        ? /^(data:|https?:\/\/)/.test(data)
          ? data
          : `data:${mediaType};base64,${data}`
        : `data:${mediaType};base64,${Buffer.from(data).toString("base64")}`
  if (api === "chat" && !mediaType.startsWith("image/") && !url.startsWith("data:")) {
    return unsupported("Chat Completions takes documents by their bytes, not by address; send the file itself.")
  }
  return Result.succeed({ type: "file", mediaType, fileName, url })
}

const assistantMessage = (message: Prompt.AssistantMessage): Converted<ReadonlyArray<WireMessage>> => {
  let text = ""
  const calls: Array<Call> = []
  const echo: Array<unknown> = []
  for (const part of message.content) {
    switch (part.type) {
      case "text":
        text += part.text
        break
      case "tool-call":
        if (!part.providerExecuted) calls.push(callOf(part))
        break
      case "reasoning": {
        const item = Json.get(part.options[metadataKey], "echo")
        if (item !== undefined) echo.push(item)
        break
      }
      case "file":
        return unsupported("Files in assistant messages cannot be sent back to the model; send them as the user.")
    }
  }
  return Result.succeed(
    text === "" && calls.length === 0 && echo.length === 0
      ? []
      : [{ role: "assistant", text, calls, echo, responseId: undefined }]
  )
}

/** The arguments go back as the model wrote them, where the part still knows. */
const callOf = (part: Prompt.ToolCallPart): Call => ({
  id: part.id,
  name: part.name,
  inputText: Json.text(part.options[metadataKey], "inputText") ?? JSON.stringify(part.params ?? {}),
  input: part.params,
  fault: undefined
})

const toolMessage = (part: Prompt.ToolResultPart): WireMessage => ({
  role: "tool",
  callId: part.id,
  name: part.name,
  text:
    part.modelOutput === undefined
      ? JSON.stringify(part.result ?? null)
      : Prompt.toolModelOutputToText(part.modelOutput),
  isFailure: part.isFailure
})
