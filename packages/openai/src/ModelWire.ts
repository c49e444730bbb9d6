/**
 * ModelWire: what the two wire formats have in common, so that one machine drives both.
 *
 * A wire turns a `WireRequest` into the pieces of a request body, and events into parts. `step` takes the state and one
 * event and gives the next state and the parts that became certain. A state is stepped from once: what it gathers grows
 * in place, so that a response of a thousand pieces costs a thousand small steps.
 */
import type { Finish, Message, ModelPart, ModelRequest, Usage } from "@callsheet/core/model/ModelStream"

import type { EventBytes } from "./EventBytes.ts"
import * as Json from "./Json.ts"
import type { Transport } from "./OpenAiConfig.ts"
import type { ToolDefinition } from "./ToolDefinition.ts"

/** A piece of a user message that holds more than text. `url` is an address, or the bytes as a `data:` URL. */
export type UserPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "file"; readonly mediaType: string; readonly fileName: string | undefined; readonly url: string }

/** A message of the engine's conversation, or a user message with files (from a `Prompt`). */
export type WireMessage = Message | { readonly role: "user"; readonly parts: ReadonlyArray<UserPart> }

/** What a user message holds: its text alone, where it is nothing else. */
export const contentOf = (
  message: Extract<WireMessage, { readonly role: "user" }>
): string | ReadonlyArray<UserPart> => {
  if ("parts" in message) return message.parts
  if (message.images === undefined || message.images.length === 0) return message.text
  return [
    ...(message.text === "" ? [] : [{ type: "text", text: message.text } as const]),
    ...message.images.map((url) => ({ type: "file", mediaType: "image/*", fileName: undefined, url }) as const)
  ]
}

export interface WireRequest {
  readonly messages: ReadonlyArray<WireMessage>
  readonly tools: ReadonlyArray<ToolDefinition>
  readonly toolChoice: ModelRequest["toolChoice"]
  readonly cacheKey: string | undefined
  /** The tool whose arguments are wanted as they come; no part of the body. */
  readonly deltasOf: string | undefined
  /** The JSON Schema that the text answer has to satisfy. */
  readonly format: { readonly name: string; readonly schema: Json.JsonObject } | undefined
  /** The response that `messages` follow on from; the provider holds what came before. */
  readonly previousResponseId: string | undefined
}

/** What is the same in every request of one model. */
export interface WireSettings {
  readonly model: string
  readonly streaming: boolean
  /** Whether the provider keeps responses, so that a later request may name one. */
  readonly store: boolean
  /** Whether the server is OpenAI's or Azure's own: others may refuse fields that they do not know. */
  readonly hosted: boolean
  /** What carries the request: over a WebSocket it is an event, and its answer always streams. */
  readonly transport: Transport
}

/** The end of a response as the body tells it; the transport adds what it counted. */
export type WireFinish = Omit<Finish, "requestBytes" | "responseBytes" | "retries">

/** The provider's own account of what went wrong, in the middle of a response or as the body of an error status. */
export interface WireFault {
  readonly _tag: "Fault"
  readonly fault: "provider" | "cut" | "unreadable"
  /** One sentence for people, or the provider's own words. */
  readonly message: string
  readonly code: string | undefined
  readonly type: string | undefined
  readonly param: string | undefined
  /** The status that it would have had over HTTP, where the server says so. */
  readonly status?: number
}

/** `Finish` and `Fault` are the last part. */
export type WirePart = Exclude<ModelPart, Finish> | WireFinish | WireFault

export interface Step<State> {
  readonly state: State
  readonly parts: ReadonlyArray<WirePart>
}

/** What is missing before the end is announced: of the answer, of what is told about it, or nothing. */
export type Awaits = "answer" | "usage" | "nothing"

export interface ModelWire<State> {
  readonly path: string
  /** The body but for tools and messages: `RequestBody` adds those. */
  readonly options: (settings: WireSettings, request: WireRequest) => Json.JsonObject
  /** A tool, as the body's `tools` has it. */
  readonly tool: (tool: ToolDefinition) => object
  /** The member of the body that holds the messages. */
  readonly itemsKey: "messages" | "input"
  /** What `message` adds to that member. */
  readonly items: (settings: WireSettings, message: WireMessage) => ReadonlyArray<object>
  readonly initial: State
  /**
   * What the event of `data` tells, where that shows without reading the whole: the text that it adds, empty where it tells
   * nothing, or what `step` would give; `undefined` where it has to be read.
   *
   * **Details**
   *
   * Inside a JSON string every quote is escaped, so `,"delta":"` can only be a member. What could make it another
   * object's, or the text more than the letters that stand there, is left to `JSON.parse`.
   */
  readonly skim: (state: State, data: EventBytes, deltasOf: string | undefined) => string | Step<State> | undefined
  /** `deltasOf` names the tool whose arguments are handed on as they come. */
  readonly step: (state: State, event: unknown, deltasOf?: string | undefined) => Step<State>
  readonly awaits: (state: State) => Awaits
  /**
   * The parts left when no event follows. `done` says whether the server announced that (`[DONE]`) or the bytes just
   * ended.
   */
  readonly end: (state: State, done: boolean) => ReadonlyArray<WirePart>
  /** The parts of a response that came whole. */
  readonly read: (body: unknown) => ReadonlyArray<WirePart>
}

export const noParts: ReadonlyArray<WirePart> = []

export const noUsage: Usage = {
  inputTokens: undefined,
  cachedInputTokens: undefined,
  outputTokens: undefined,
  reasoningTokens: undefined
}

export type CallPart = Extract<WirePart, { readonly _tag: "Call" }>

/** A finished call. Arguments left empty count as `{}`. */
export const callPart = (id: string, name: string, inputText: string): CallPart => {
  const parsed = Json.parse(inputText.trim() === "" ? "{}" : inputText)
  return {
    _tag: "Call",
    call:
      parsed._tag === "Success"
        ? { id, name, inputText, input: parsed.success, fault: undefined }
        : { id, name, inputText, input: undefined, fault: parsed.failure }
  }
}

/** Arguments as text; some servers send them parsed. */
export const argumentsText = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value)

/** Reads an error object: `{ message, code, type, param }`, or a plain sentence. */
export const faultPart = (error: unknown): WireFault => {
  const code = Json.get(error, "code")
  return {
    _tag: "Fault",
    fault: "provider",
    message: typeof error === "string" ? error : (Json.text(error, "message") ?? ""),
    code: typeof code === "number" ? String(code) : Json.text(error, "code"),
    type: Json.text(error, "type"),
    param: Json.text(error, "param")
  }
}

export const brokenPart = (fault: "cut" | "unreadable", message: string): WireFault => ({
  _tag: "Fault",
  fault,
  message,
  code: undefined,
  type: undefined,
  param: undefined
})

export const cutPart = brokenPart("cut", "The connection ended before the model had finished its answer.")
