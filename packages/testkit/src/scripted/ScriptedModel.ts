/**
 * ScriptedModel: the scripted stand-in as an Effect `LanguageModel`: no network, no key, and a length known beforehand.
 *
 * It proves scheduling, never intelligence. Under `TestClock` its durations are exact to the millisecond.
 */
import * as LanguageModel from "effect/ai/LanguageModel"
import type * as Response from "effect/ai/Response"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

import * as Conversation from "./Conversation.ts"
import { paced, sleepUntil, type Timed } from "./Paced.ts"
import * as PromptCache from "./PromptCache.ts"
import * as PromptReader from "./PromptReader.ts"
import { type Script, speak, type Spoken } from "./Script.ts"
import { type Chunk, replyMillis, replyTokens, timeline, type Timing } from "./Timing.ts"

const finish = (spoken: Spoken, usage: PromptCache.Usage): Response.FinishPartEncoded => ({
  type: "finish",
  reason: spoken.calls.length === 0 ? "stop" : "tool-calls",
  usage: {
    inputTokens: {
      uncached: usage.inputTokens - usage.cachedTokens,
      total: usage.inputTokens,
      cacheRead: usage.cachedTokens
    },
    outputTokens: { total: usage.outputTokens, text: usage.outputTokens }
  }
})

const textId = "text"

/** A chunk as parts; a call's `tool-call` part comes with its last token. */
const chunkParts = (spoken: Spoken, chunk: Chunk, isFirst: boolean): ReadonlyArray<Response.StreamPartEncoded> => {
  if (chunk._tag === "Text") {
    return [
      ...(isFirst ? [{ type: "text-start", id: textId } as const] : []),
      { type: "text-delta", id: textId, delta: chunk.delta },
      ...(chunk.isLast ? [{ type: "text-end", id: textId } as const] : [])
    ]
  }
  const call = spoken.calls[chunk.call]
  if (call === undefined) return []
  const { id, input, name } = call
  return [
    ...(chunk.isFirst ? [{ type: "tool-params-start", id, name } as const] : []),
    { type: "tool-params-delta", id, delta: chunk.delta },
    ...(chunk.isLast
      ? [{ type: "tool-params-end", id } as const, { type: "tool-call", id, name, params: input } as const]
      : [])
  ]
}

function* streamParts(
  spoken: Spoken,
  timing: Timing,
  usage: PromptCache.Usage
): Generator<Timed<Response.StreamPartEncoded>> {
  for (const [index, chunk] of timeline(spoken, timing).entries()) {
    for (const value of chunkParts(spoken, chunk, index === 0)) yield { atMillis: chunk.atMillis, value }
  }
  yield { atMillis: replyMillis(spoken, timing), value: finish(spoken, usage) }
}

/**
 * Speaks `script` with `timing`, streaming and not.
 *
 * Parts due at the same millisecond come as one array. Interruption stops a reply at once. It never fails; a script that
 * throws is a defect.
 */
export const layer = (options: {
  readonly script: Script
  readonly timing: Timing
}): Layer.Layer<LanguageModel.LanguageModel> =>
  Layer.effect(
    LanguageModel.LanguageModel,
    Effect.suspend(() => {
      const { script, timing } = options
      const cache = PromptCache.make()

      const answer = (request: LanguageModel.ProviderOptions) => {
        const conversation = PromptReader.read(request)
        const spoken = speak(script, Conversation.view(conversation))
        const prompt = cache.read(Conversation.promptText(conversation))
        return { spoken, usage: { ...prompt, outputTokens: replyTokens(spoken) } }
      }

      return LanguageModel.make({
        generateText: Effect.fnUntraced(function* (request) {
          const startMillis = yield* Clock.currentTimeMillis
          const { spoken, usage } = answer(request)
          yield* sleepUntil(startMillis, replyMillis(spoken, timing))
          const calls = spoken.calls.map(({ id, input, name }): Response.ToolCallPartEncoded => ({
            type: "tool-call",
            id,
            name,
            params: input
          }))
          return [
            ...(spoken.text === "" ? [] : [{ type: "text", text: spoken.text } as const]),
            ...calls,
            finish(spoken, usage)
          ]
        }),
        streamText: (request) =>
          Stream.unwrap(
            Effect.map(Clock.currentTimeMillis, (startMillis) => {
              const { spoken, usage } = answer(request)
              return paced(startMillis, streamParts(spoken, timing, usage))
            })
          )
      })
    })
  )
