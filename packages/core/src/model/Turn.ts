/**
 * Turn: one model call, read to its end. Text leaves as it arrives; calls are gathered in the model's order.
 */
import type * as AiError from "effect/ai/AiError"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

import type { ModelCall } from "../AgentEvent.ts"
import type { RunLog } from "../RunLog.ts"
import { type Call, type Finish, type ModelRequest, ModelStream } from "./ModelStream.ts"

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

/**
 * Makes one model call for step `step`.
 *
 * Appends a `TextDelta` for each piece of text as it comes. Fails as the model call fails; text that has left stays said.
 */
export const take = Effect.fnUntraced(function* (
  step: number,
  request: ModelRequest,
  log: RunLog
): Effect.fn.Return<Turn, AiError.AiError, ModelStream> {
  const model = yield* ModelStream
  const startMillis = log.elapsedMillis()
  let firstTokenMillis: number | null = null
  let text = ""
  let finish = unfinished
  const calls: Array<Call> = []
  const echo: Array<unknown> = []

  const read = Stream.runForEachArray(model.stream(request), (parts) =>
    Effect.sync(() => {
      for (const part of parts) {
        if (part._tag === "Finish") {
          finish = part
          continue
        }
        if (firstTokenMillis === null && model.streams) firstTokenMillis = log.since(startMillis)
        if (part._tag === "TextDelta") {
          text += part.delta
          log.append({ _tag: "TextDelta", step, delta: part.delta })
        } else if (part._tag === "Call") {
          calls.push(part.call)
        } else {
          echo.push(part.item)
        }
      }
    })
  )

  const attempt = Effect.map(read, (): Turn => {
    const { reason, requestBytes, responseBytes, retries, usage } = finish
    return {
      text,
      calls,
      echo,
      finish,
      isComplete: reason === "stop" || reason === "tool-calls",
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

  return yield* attempt.pipe(
    Effect.tap((turn) => Effect.annotateCurrentSpan(attributesOf(turn))),
    Effect.tapError((error) => Effect.annotateCurrentSpan("error.type", error.reason._tag)),
    Effect.withSpan(
      `chat ${model.model}`,
      {
        kind: "client",
        attributes: {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": model.provider,
          "gen_ai.request.model": model.model,
          "callsheet.step": step
        }
      },
      { captureStackTrace: false }
    )
  )
})
