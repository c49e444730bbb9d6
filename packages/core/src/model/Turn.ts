/**
 * Turn: one model call, read to its end. Text leaves as it arrives; calls are gathered in the model's order.
 */
import type * as AiError from "effect/ai/AiError"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

import type { ModelCall } from "../AgentEvent.ts"
import type { RunLog } from "../RunLog.ts"
import * as Span from "../Span.ts"
import * as CallIds from "./CallIds.ts"
import { type Call, type Finish, type ModelPart, type ModelRequest, ModelStream } from "./ModelStream.ts"

export interface Turn {
  readonly text: string
  readonly calls: ReadonlyArray<Call>
  readonly echo: ReadonlyArray<unknown>
  readonly finish: Finish
  /**
   * Whether the model said all it meant to. Calls of an incomplete turn must not run: their arguments may be cut short, and
   * more of them may have been coming.
   */
  readonly isComplete: boolean
  readonly modelCall: ModelCall
}

/** Whether a message that ended for `reason` is all that the model meant to say. */
export const isComplete = (reason: Finish["reason"]): boolean => reason === "stop" || reason === "tool-calls"

/** What a provider that ends without a finish part is taken to have said. */
const unfinished: Finish = {
  _tag: "Finish",
  reason: "unknown",
  usage: { inputTokens: undefined, cachedInputTokens: undefined, outputTokens: undefined, reasoningTokens: undefined },
  responseId: undefined,
  model: undefined,
  requestBytes: undefined,
  responseBytes: undefined,
  retries: undefined
}

const attributesOf = (turn: Turn): Record<string, unknown> => {
  const { finish, modelCall } = turn
  const attributes: Record<string, unknown> = { "gen_ai.response.finish_reasons": [finish.reason] }
  const add = (key: string, value: unknown) => {
    if (value !== undefined && value !== null) attributes[key] = value
  }
  add("gen_ai.response.id", finish.responseId)
  add("gen_ai.response.model", finish.model)
  add("gen_ai.usage.input_tokens", modelCall.inputTokens)
  add("gen_ai.usage.cache_read.input_tokens", modelCall.cachedInputTokens)
  add("gen_ai.usage.output_tokens", modelCall.outputTokens)
  add("callsheet.time_to_first_token_millis", modelCall.firstTokenMillis)
  add("callsheet.request_bytes", modelCall.requestBytes)
  add("callsheet.response_bytes", modelCall.responseBytes)
  add("callsheet.retries", modelCall.retries)
  return attributes
}

/** What is to happen with calls while the model still writes. */
export interface Listener {
  /** A call is complete. Calls come in the model's order. */
  readonly onCall: (call: Call) => Effect.Effect<void>
  /** More of the arguments of a call to `ModelRequest.deltasOf`. */
  readonly onCallDelta: (id: string, delta: string) => Effect.Effect<void>
}

/**
 * Makes one model call for step `step`.
 *
 * Appends a `TextDelta` for each piece of text as it comes, and tells `listener` of each call as soon as it is complete. Fails
 * as the model call fails; text that has left stays said.
 */
export const take = Effect.fnUntraced(function* (
  step: number,
  request: ModelRequest,
  log: RunLog,
  listener: Listener
): Effect.fn.Return<Turn, AiError.AiError, ModelStream> {
  const model = yield* ModelStream
  const startMillis = log.elapsedMillis()
  let firstTokenMillis: number | null = null
  let text = ""
  let finish = unfinished
  const calls: Array<Call> = []
  const echo: Array<unknown> = []
  const ids = CallIds.make(request.messages)

  /** Takes `part` in; an effect where something is to happen at once. */
  const take = (part: ModelPart): Effect.Effect<void> | undefined => {
    if (part._tag === "Finish") {
      finish = part
      return undefined
    }
    if (firstTokenMillis === null && model.streams) firstTokenMillis = log.since(startMillis)
    switch (part._tag) {
      case "TextDelta":
        text += part.delta
        log.append({ _tag: "TextDelta", step, delta: part.delta })
        return undefined
      case "CallDelta":
        return listener.onCallDelta(ids.begun(part.id), part.delta)
      case "Call": {
        const id = ids.whole(part.call.id)
        const call = id === part.call.id ? part.call : { ...part.call, id }
        calls.push(call)
        return listener.onCall(call)
      }
      case "Echo":
        echo.push(part.item)
        return undefined
    }
  }

  const read = Stream.runForEachArray(model.stream(request), (parts) =>
    Effect.suspend(() => {
      let effects: Effect.Effect<void> | undefined
      for (const part of parts) {
        const effect = take(part)
        if (effect !== undefined) effects = effects === undefined ? effect : Effect.andThen(effects, effect)
      }
      return effects ?? Effect.void
    })
  )

  const attempt = Effect.map(read, (): Turn => {
    const { reason, requestBytes, responseBytes, retries, usage } = finish
    return {
      text,
      calls,
      echo,
      finish,
      isComplete: isComplete(reason),
      modelCall: {
        step,
        startMillis,
        millis: log.since(startMillis),
        firstTokenMillis,
        inputTokens: usage.inputTokens ?? null,
        cachedInputTokens: usage.cachedInputTokens ?? null,
        outputTokens: usage.outputTokens ?? null,
        requestBytes: requestBytes ?? null,
        responseBytes: responseBytes ?? null,
        retries: retries ?? null
      }
    }
  })

  return yield* Span.whenTraced(attempt, (effect) => traced(effect, model, step))
})

const traced = <R>(
  attempt: Effect.Effect<Turn, AiError.AiError, R>,
  { model, provider }: ModelStream["Service"],
  step: number
) =>
  attempt.pipe(
    Effect.tap((turn) => Effect.annotateCurrentSpan(attributesOf(turn))),
    Effect.tapError((error) => Effect.annotateCurrentSpan("error.type", error.reason._tag)),
    Effect.withSpan(
      `chat ${model}`,
      {
        kind: "client",
        attributes: {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": provider,
          "gen_ai.request.model": model,
          "callsheet.step": step
        }
      },
      { captureStackTrace: false }
    )
  )
