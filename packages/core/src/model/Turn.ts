/**
 * Turn: one model call, read to its end. Text leaves as it arrives; calls are gathered in the model's order.
 */
import type * as AiError from "effect/ai/AiError"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

import type { ModelCall } from "../AgentEvent.ts"
import { Attribute } from "../explain/Trace.ts"
import type { RunLog } from "../RunLog.ts"
import type * as Span from "../Span.ts"
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

const describe = (span: Span.Span, { finish, modelCall }: Turn, callOffsets: ReadonlyArray<number>): void => {
  span.attribute(Attribute.finishReasons, [finish.reason])
  span.attribute(Attribute.responseId, finish.responseId)
  span.attribute(Attribute.responseModel, finish.model)
  span.attribute(Attribute.inputTokens, modelCall.inputTokens)
  span.attribute(Attribute.cachedInputTokens, modelCall.cachedInputTokens)
  span.attribute(Attribute.outputTokens, modelCall.outputTokens)
  span.attribute(Attribute.requestBytes, modelCall.requestBytes)
  span.attribute(Attribute.responseBytes, modelCall.responseBytes)
  span.attribute(Attribute.retries, modelCall.retries)
  if (callOffsets.length > 0) span.attribute(Attribute.callOffsets, callOffsets)
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
 * as the model call fails; text that has left stays said. Traced, it is a span under `parent`.
 */
export const take = Effect.fnUntraced(function* (
  step: number,
  request: ModelRequest,
  log: RunLog,
  listener: Listener,
  parent?: Span.Span
): Effect.fn.Return<Turn, AiError.AiError, ModelStream> {
  const model = yield* ModelStream
  const span = parent?.child(
    `chat ${model.model}`,
    {
      [Attribute.operation]: "chat",
      [Attribute.provider]: model.provider,
      [Attribute.requestModel]: model.model,
      [Attribute.step]: step
    },
    "client"
  )
  const startMillis = log.elapsedMillis()
  const callOffsets: Array<number> = []
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
    if (firstTokenMillis === null && model.streams) {
      firstTokenMillis = log.since(startMillis)
      span?.attribute(Attribute.firstToken, firstTokenMillis)
    }
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
        if (span !== undefined) callOffsets.push(log.since(startMillis))
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

  if (span === undefined) return yield* attempt
  const told = Effect.tapError(attempt, ({ reason }) =>
    Effect.sync(() => span.attribute(Attribute.errorType, reason._tag))
  )
  return yield* span.around(Effect.tap(told, (turn) => Effect.sync(() => describe(span, turn, callOffsets))))
})
