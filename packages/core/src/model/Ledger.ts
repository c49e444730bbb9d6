/**
 * Ledger: what was done in one run, kept outside it, so that a run that was stopped at any moment leaves a conversation which
 * a provider accepts, and an application that knows what may have happened.
 */
import * as Context from "effect/Context"

import type { Message } from "./ModelStream.ts"
import * as Transcript from "./Transcript.ts"
import type { Turn } from "./Turn.ts"

/** A call as a scheduler knows it. */
export interface ToolCall {
  readonly id: string
  readonly name: string
  readonly isReadOnly: boolean
}

/**
 * How far a call has come.
 *
 * - `not-started`: its tool was not asked, because it was refused or its turn has not come.
 * - `running`: its tool works.
 * - `done`: it has a result, be it a failure.
 * - `interrupted`: begun and cut. The upstream may have done it.
 * - `done-but-not-reported`: it has a result, but the run ended before a model call that would have told it to the model.
 */
export type CallState = "not-started" | "running" | "done" | "interrupted" | "done-but-not-reported"

export interface Entry {
  readonly callId: string
  readonly name: string
  readonly state: CallState
  /** What the model was told or is to be told; `undefined` while there is no result. */
  readonly result: Transcript.CallResult | undefined
}

/** The recorder of one run. The engine writes, in the order of happening; anyone reads, at any moment. Nothing waits or fails. */
export interface Ledger {
  /** A model call is about to be made with `transcript`. The first one holds the question; each later one all results so far. */
  readonly reported: (transcript: Transcript.Transcript) => void
  /** A piece of the message that the model is writing. */
  readonly text: (delta: string) => void
  /** The model's message is complete, with or without calls. Told before any of its writes starts; its reads may have begun. */
  readonly turn: (turn: Turn) => void
  /** The tool of `call` is asked. */
  readonly started: (call: ToolCall) => void
  /** `call` has its result: its tool's own, an equal call's, or the reason why it did not run. */
  readonly settled: (call: ToolCall, result: Transcript.CallResult) => void
  /** The engine stopped `call` (a time limit, say) and tells the model `text`, while the run goes on. */
  readonly cut: (call: ToolCall, text: string) => void
  /** The run ended before its answer: interrupted, failed, or out of time. */
  readonly interrupted: () => void

  /** Every call of the run, in the order in which it was first heard of. */
  readonly entries: () => ReadonlyArray<Entry>
  /**
   * The conversation so far, acceptable to a provider as it is and with a user message after it.
   *
   * **Details**
   *
   * The transcript last sent, then the message whose calls are complete with one result for each of them, in call order: its
   * own where there is one, else a sentence that says why there is none. A message that never became complete is kept as its
   * text, without calls: what those had begun stands in `entries` only.
   */
  readonly transcript: () => Transcript.Transcript
}

/**
 * Where the run writes down what it does; nothing is kept by default.
 *
 * ```ts
 * const ledger = Ledger.makeUnsafe()
 * const run = Effect.provideService(agent.ask(question), Ledger.Current, ledger)
 * // interrupted at any moment: `ledger.transcript()` continues the conversation
 * ```
 */
export const Current = Context.Reference<Ledger | undefined>("@callsheet/core/Ledger", {
  defaultValue: () => undefined
})

interface CallRecord {
  readonly callId: string
  readonly name: string
  isReadOnly: boolean
  hasBegun: boolean
  wasCut: boolean
  /** Whether its result, or the want of one, has been sent to the model. */
  isReported: boolean
  result: Transcript.CallResult | undefined
}

const failed = (error: string): Transcript.CallResult => ({ ok: false, text: JSON.stringify({ error }) })

const interruptedRead = failed("Interrupted before it ended.")
const interruptedWrite = failed("Interrupted: it may or may not have taken effect.")

/** What the model reads of a call, also where it has no result. */
const resultOf = (record: CallRecord | undefined): Transcript.CallResult => {
  if (record?.result !== undefined) return record.result
  if (record === undefined || !record.hasBegun) return Transcript.notRun
  return record.isReadOnly ? interruptedRead : interruptedWrite
}

const stateOf = ({ hasBegun, isReported, result, wasCut }: CallRecord, hasEnded: boolean): CallState => {
  if (!hasBegun && (result === undefined || !result.ok)) return "not-started"
  if (wasCut) return "interrupted"
  if (result === undefined) return hasEnded ? "interrupted" : "running"
  return hasEnded && !isReported ? "done-but-not-reported" : "done"
}

/** A ledger without entries. One run each: a run that continues a conversation gets its own. */
export const makeUnsafe = (): Ledger => {
  const records: Array<CallRecord> = []
  const byId = new Map<string, CallRecord>()
  let sent: Transcript.Transcript = []
  let complete: Turn | undefined
  let partialText = ""
  let hasEnded = false

  /** The record of a call. Some providers use an id again in a later message: that is another call. */
  const recordOf = (callId: string, name: string): CallRecord => {
    const known = byId.get(callId)
    if (known !== undefined && !known.isReported) return known
    const record: CallRecord = {
      callId,
      name,
      isReadOnly: false,
      hasBegun: false,
      wasCut: false,
      isReported: false,
      result: undefined
    }
    records.push(record)
    byId.set(callId, record)
    return record
  }

  const settle = ({ id, name }: ToolCall, result: Transcript.CallResult, wasCut: boolean) => {
    const record = recordOf(id, name)
    record.result = result
    record.wasCut = wasCut
  }

  const completed = (): Transcript.Transcript => {
    if (complete === undefined || (complete.calls.length === 0 && complete.text.trim() === "")) return sent
    return Transcript.append(
      sent,
      complete,
      complete.calls.map(({ id }) => resultOf(byId.get(id)))
    )
  }

  const transcript = (): Transcript.Transcript => {
    if (partialText.trim() === "") return completed()
    const partial: Message = { role: "assistant", text: partialText, calls: [], echo: [], responseId: undefined }
    return [...completed(), partial]
  }

  return {
    reported: (transcript) => {
      sent = transcript
      complete = undefined
      partialText = ""
      for (const record of records) record.isReported = true
    },
    text: (delta) => {
      partialText += delta
    },
    turn: (turn) => {
      sent = completed()
      complete = turn
      partialText = ""
      for (const { id, name } of turn.calls) recordOf(id, name)
    },
    started: ({ id, isReadOnly, name }) => {
      const record = recordOf(id, name)
      record.isReadOnly = isReadOnly
      record.hasBegun = true
    },
    settled: (call, result) => settle(call, result, false),
    cut: (call, text) => settle(call, { ok: false, text }, true),
    interrupted: () => {
      hasEnded = true
    },
    entries: () =>
      records.map((record) => {
        const { callId, name, result } = record
        return { callId, name, state: stateOf(record, hasEnded), result }
      }),
    transcript
  }
}
