/**
 * Told: a run's events folded into what OpenAI's APIs tell of it. Pure.
 */
import type { AgentEvent, EndReason, ModelCall } from "@callsheet/core/AgentEvent"

export interface Call {
  readonly id: string
  readonly name: string
  readonly inputText: string
}

/** Tokens of all model calls of a run; none where it asked no model. */
export interface Usage {
  readonly inputTokens: number
  readonly cachedTokens: number
  readonly outputTokens: number
}

export const noUsage: Usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 }

export const withCall = (usage: Usage, { cachedInputTokens, inputTokens, outputTokens }: ModelCall): Usage => ({
  inputTokens: usage.inputTokens + (inputTokens ?? 0),
  cachedTokens: usage.cachedTokens + (cachedInputTokens ?? 0),
  outputTokens: usage.outputTokens + (outputTokens ?? 0)
})

export interface Told {
  /** Of each step that said something, in order. */
  readonly texts: ReadonlyArray<{ readonly step: number; readonly text: string }>
  /** Calls of the client's tools. */
  readonly calls: ReadonlyArray<Call>
  readonly usage: Usage
  readonly reason: EndReason | undefined
}

export const nothing: Told = { texts: [], calls: [], usage: noUsage, reason: undefined }

/** Takes one more event into account. Events come in order. */
export const add = (told: Told, event: AgentEvent): Told => {
  switch (event._tag) {
    case "TextDelta": {
      const { delta, step } = event
      const last = told.texts.at(-1)
      return last?.step === step
        ? { ...told, texts: [...told.texts.slice(0, -1), { step, text: last.text + delta }] }
        : { ...told, texts: [...told.texts, { step, text: delta }] }
    }
    case "ClientCall": {
      const { callId: id, inputText, name } = event
      return { ...told, calls: [...told.calls, { id, name, inputText }] }
    }
    case "StepFinished":
      return { ...told, usage: withCall(told.usage, event.modelCall) }
    case "RunFinished":
      return { ...told, reason: event.reason }
    default:
      return told
  }
}
