/**
 * ModelStream: one model call, as the engine sees it. A request in, arrays of parts out.
 *
 * The narrow seam under Effect's `LanguageModel`: no Schema decoding, span or stream element per text delta. Two
 * implementations: the `openai` package's own, and `LanguageModelStream`, which adapts any `LanguageModel`.
 */
import type * as AiError from "effect/ai/AiError"
import type * as Response from "effect/ai/Response"
import type * as Tool from "effect/ai/Tool"
import * as Context from "effect/Context"
import type * as Stream from "effect/Stream"

import type { Call, Message } from "../Message.ts"

export type { Call, Message }

export interface ModelRequest {
  /** The conversation so far. Each request of a run extends the array of the one before it. */
  readonly messages: ReadonlyArray<Message>
  /** The tools on offer, in an order that stays the same within a run. */
  readonly tools: ReadonlyArray<Tool.Any>
  /** `none` forbids calls though tools are offered (the prompt's prefix stays the same); `required` and a tool ask for one. */
  readonly toolChoice: "auto" | "none" | "required" | { readonly tool: string }
  /** The name of the one tool whose arguments are wanted as they are written, as `CallDelta` parts; `undefined` for none. */
  readonly deltasOf: string | undefined
  /** Groups requests that share a prefix, for providers that route by it (`prompt_cache_key`). */
  readonly cacheKey: string | undefined
}

/** Tokens of one call; `undefined` where the provider did not say. */
export interface Usage {
  /** All tokens of the prompt, cached ones included. */
  readonly inputTokens: number | undefined
  readonly cachedInputTokens: number | undefined
  /** All tokens written, reasoning included. */
  readonly outputTokens: number | undefined
  readonly reasoningTokens: number | undefined
}

/**
 * What a model call yields, in the order in which it arrives. `Finish` comes last and exactly once, unless the stream fails.
 *
 * A `Call` part is complete: its arguments will not change. Calls keep the model's order.
 */
export type ModelPart =
  | { readonly _tag: "TextDelta"; readonly delta: string }
  /** A piece of the arguments of a call to `ModelRequest.deltasOf`, before its `Call`. */
  | { readonly _tag: "CallDelta"; readonly id: string; readonly delta: string }
  | { readonly _tag: "Call"; readonly call: Call }
  | { readonly _tag: "Echo"; readonly item: unknown }
  | Finish

export interface Finish {
  readonly _tag: "Finish"
  readonly reason: Response.FinishReason
  readonly usage: Usage
  readonly responseId: string | undefined
  /** The model that answered, as the provider names it. */
  readonly model: string | undefined
  /** Bytes of the request body; `undefined` where the transport is not ours to see. */
  readonly requestBytes: number | undefined
  /** Bytes of the response body, decompressed. */
  readonly responseBytes: number | undefined
  /** Attempts beyond the first; `undefined` where the transport is not ours to see. */
  readonly retries: number | undefined
}

export class ModelStream extends Context.Service<
  ModelStream,
  {
    /** The provider by its OpenTelemetry name (`openai`, `azure.ai.openai`, ...), for spans. */
    readonly provider: string
    /** The model asked for. */
    readonly model: string
    /**
     * Where the model is asked, such as the base URL of its server: what tells it from others of the same provider and name,
     * whose answers are not its own. Kept nowhere but hashed.
     */
    readonly address?: string
    /** Whether parts arrive while the model writes. When false a call yields one array at its end. */
    readonly streams: boolean
    /**
     * Makes one model call.
     *
     * Parts that arrive together come as one array. Interruption closes the request. Fails with `AiError`, at any point:
     * implementations retry only before the first part has been handed on.
     */
    stream(request: ModelRequest): Stream.Stream<ModelPart, AiError.AiError>
  }
>()("@callsheet/core/ModelStream") {}
