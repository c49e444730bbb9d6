/**
 * ResponseParts: the parts of a model call as `LanguageModel` has them, whole or streamed.
 */
import type { Call, Finish, ModelPart } from "@callsheet/core/model/ModelStream"
import * as AiError from "effect/ai/AiError"
import type * as Response from "effect/ai/Response"
import * as Arr from "effect/Array"
import * as Schema from "effect/Schema"

import * as Json from "./Json.ts"
import { metadataKey } from "./PromptMessages.ts"

/** Why `LanguageModel` cannot take these parts: a call whose arguments cannot be read. */
export const brokenCall = (parts: ReadonlyArray<ModelPart>): AiError.AiErrorReason | undefined => {
  for (const part of parts) {
    if (part._tag === "Call" && part.call.fault !== undefined) {
      const { fault, name } = part.call
      return new AiError.ToolParameterValidationError({ toolName: name, description: `They are not JSON: ${fault}` })
    }
  }
  return undefined
}

/** The parts of a whole answer. */
export const whole = (parts: ReadonlyArray<ModelPart>): Array<Response.PartEncoded> => {
  const out: Array<Response.PartEncoded> = []
  for (const part of parts) {
    switch (part._tag) {
      case "TextDelta": {
        const last = out.at(-1)
        if (last?.type === "text") out[out.length - 1] = { type: "text", text: last.text + part.delta }
        else out.push({ type: "text", text: part.delta })
        break
      }
      case "Call":
        out.push(callPart(part.call))
        break
      case "Echo":
        out.push({ type: "reasoning", text: summaryOf(part.item), metadata: echoMetadata(part.item) })
        break
      case "Finish":
        out.push(metadataPart(part), finishPart(part))
        break
    }
  }
  return out
}

type StreamParts = Arr.NonEmptyReadonlyArray<Response.StreamPartEncoded>

/** Converts one stream's parts, array by array. */
export const streamed = () => {
  let blocks = 0
  let openTextId: string | undefined

  const text = (delta: string): StreamParts => {
    if (openTextId !== undefined) return [{ type: "text-delta", id: openTextId, delta }]
    const id = String(blocks++)
    openTextId = id
    return [
      { type: "text-start", id },
      { type: "text-delta", id, delta }
    ]
  }

  const closeText = (): ReadonlyArray<Response.StreamPartEncoded> => {
    const id = openTextId
    openTextId = undefined
    return id === undefined ? [] : [{ type: "text-end", id }]
  }

  const reasoning = (item: unknown): StreamParts => {
    const id = String(blocks++)
    return [
      { type: "reasoning-start", id, metadata: echoMetadata(item) },
      { type: "reasoning-delta", id, delta: summaryOf(item) },
      { type: "reasoning-end", id }
    ]
  }

  const streamParts = (part: ModelPart): StreamParts => {
    switch (part._tag) {
      case "TextDelta":
        return text(part.delta)
      case "Call":
        return Arr.append(closeText(), callPart(part.call))
      case "CallDelta":
        return [{ type: "tool-params-delta", id: part.id, delta: part.delta }]
      case "Echo":
        return Arr.appendAll(closeText(), reasoning(part.item))
      case "Finish":
        return Arr.append(Arr.append(closeText(), metadataPart(part)), finishPart(part))
    }
  }

  return (parts: Arr.NonEmptyReadonlyArray<ModelPart>): StreamParts => Arr.flatMap(parts, streamParts)
}

/** Unreadable arguments go on as the text they are, for who validates calls later. */
const callPart = (call: Call): Response.ToolCallPartEncoded => ({
  type: "tool-call",
  id: call.id,
  name: call.name,
  params: call.fault === undefined ? call.input : call.inputText,
  metadata: { [metadataKey]: { inputText: call.inputText } }
})

const isJson = Schema.is(Schema.Json)

const echoMetadata = (item: unknown): Response.ProviderMetadata =>
  isJson(item) ? { [metadataKey]: { echo: item } } : {}

/** What a reasoning item tells people of its content. */
const summaryOf = (echo: unknown): string =>
  Json.array(Json.get(echo, "item"), "summary")
    .map((part) => Json.text(part, "text") ?? "")
    .join("\n")

const metadataPart = (finish: Finish): Response.ResponseMetadataPartEncoded => ({
  type: "response-metadata",
  id: finish.responseId,
  modelId: finish.model
})

const finishPart = ({ reason, usage }: Finish): Response.FinishPartEncoded => ({
  type: "finish",
  reason,
  usage: {
    inputTokens: {
      total: usage.inputTokens,
      cacheRead: usage.cachedInputTokens,
      uncached: minus(usage.inputTokens, usage.cachedInputTokens),
      cacheWrite: undefined
    },
    outputTokens: {
      total: usage.outputTokens,
      reasoning: usage.reasoningTokens,
      text: minus(usage.outputTokens, usage.reasoningTokens)
    }
  }
})

const minus = (total: number | undefined, part: number | undefined): number | undefined =>
  total === undefined ? undefined : total - (part ?? 0)
