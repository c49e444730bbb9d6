/**
 * UiStep: a run's events as the chunks of a UI message, one by one. Pure: a state and an event give the next state and chunks.
 *
 * **Details**
 *
 * The message's id is the run's, unless it goes on with one that the client has. What a tool gave is not told, as the
 * events do not tell it: its output is in figures. Calls made before the first step are of one of their own.
 *
 * **Gotchas**
 *
 * A client sends a person's word for a call only after the stream has ended. So where nothing goes on but calls that wait for one
 * (`isPaused`), `pause` ends the message for now, with an id for each approval that says where to go on (`Pause`).
 */
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"

import { ownTool, type UiChunk } from "./UiChunk.ts"

/** `waiting`: for a person's word. `approved` and `denied`: it was given, and the run has not told yet what came of it. */
type Standing = "running" | "waiting" | "approved" | "denied"

export interface State {
  /** Empty until the run has begun. */
  readonly messageId: string
  readonly runId: string
  /** Of the last event. */
  readonly seq: number
  readonly isStepOpen: boolean
  /** The number of the text that is open, from 1; 0 where none is. */
  readonly openText: number
  /** How many texts there were. */
  readonly texts: number
  /** Calls that have not settled. */
  readonly calls: ReadonlyMap<string, Standing>
  readonly inputTokens: number
  readonly outputTokens: number
  /** Whether the message has come to its end. */
  readonly isOver: boolean
}

const empty: State = {
  messageId: "",
  runId: "",
  seq: -1,
  isStepOpen: false,
  openText: 0,
  texts: 0,
  calls: new Map(),
  inputTokens: 0,
  outputTokens: 0,
  isOver: false
}

/** Before the first event; `messageId` is of a message that goes on. */
export const initial = (messageId = ""): State => ({ ...empty, messageId })

type Step = readonly [State, ReadonlyArray<UiChunk>]

const textId = (number: number) => `text-${number}`

const withoutText = (state: State): Step =>
  state.openText === 0 ? [state, []] : [{ ...state, openText: 0 }, [{ type: "text-end", id: textId(state.openText) }]]

const withoutStep = (state: State): Step => {
  const [closed, chunks] = withoutText(state)
  return closed.isStepOpen ? [{ ...closed, isStepOpen: false }, [...chunks, { type: "finish-step" }]] : [closed, chunks]
}

const withStep = (state: State): Step =>
  state.isStepOpen ? [state, []] : [{ ...state, isStepOpen: true }, [{ type: "start-step" }]]

/** `state` with a call of `standing`, in a step, after its text. */
const withCall = (state: State, callId: string, standing: Standing, chunk: UiChunk): Step => {
  const [opened, before] = withStep(state)
  const [closed, ends] = withoutText(opened)
  return [{ ...closed, calls: new Map(closed.calls).set(callId, standing) }, [...before, ...ends, chunk]]
}

const withText = (state: State, delta: string): Step => {
  const [opened, before] = withStep(state)
  if (opened.openText > 0) return [opened, [...before, { type: "text-delta", id: textId(opened.openText), delta }]]
  const number = opened.texts + 1
  const id = textId(number)
  const chunks: ReadonlyArray<UiChunk> = [...before, { type: "text-start", id }, { type: "text-delta", id, delta }]
  return [{ ...opened, openText: number, texts: number }, chunks]
}

const fromJson = Schema.decodeUnknownExit(Schema.fromJsonString(Schema.Unknown))

/** A call of a tool of the client: it is to run it, and come back. */
const clientCall = (callId: string, name: string, inputText: string): UiChunk => {
  const input = fromJson(inputText)
  const call = { toolCallId: callId, toolName: name }
  return Exit.isSuccess(input)
    ? { type: "tool-input-available", ...call, input: input.value }
    : { type: "tool-input-error", ...call, input: inputText, errorText: "The arguments are not JSON." }
}

const settled = (state: State, event: Extract<AgentEvent, { readonly _tag: "ToolSettled" }>): Step => {
  const { callId, millis, name, ok, source } = event
  const problem = event.problem ?? "The call failed."
  const standing = state.calls.get(callId)
  if (standing === undefined) {
    const call = { toolCallId: callId, toolName: name, input: null }
    const [next, chunks] = withCall(state, callId, "running", {
      type: "tool-input-error",
      ...call,
      errorText: problem,
      ...ownTool
    })
    return [{ ...next, calls: state.calls }, chunks]
  }
  const calls = new Map(state.calls)
  calls.delete(callId)
  const next = { ...state, calls }
  if (ok) return [next, [{ type: "tool-output-available", toolCallId: callId, output: { millis, source }, ...ownTool }]]
  if (standing === "denied") return [next, [{ type: "tool-output-denied", toolCallId: callId }]]
  return [next, [{ type: "tool-output-error", toolCallId: callId, errorText: problem, ...ownTool }]]
}

const finishReasons = {
  answered: "stop",
  "step-limit": "other",
  length: "length",
  "content-filter": "content-filter",
  budget: "other",
  deadline: "other",
  incomplete: "other",
  "client-calls": "tool-calls"
} as const

const finished = (state: State, event: Extract<AgentEvent, { readonly _tag: "RunFinished" }>): Step => {
  const { answer, atMillis, reason, runId, steps } = event
  const [told, text] = state.texts === 0 && answer !== "" ? withText(state, answer) : ([state, []] as const)
  const [closed, ends] = withoutStep(told)
  const { inputTokens, outputTokens } = closed
  const usage = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens }
  const messageMetadata = { runId, reason, steps, wallMillis: atMillis, usage }
  const finish: UiChunk = { type: "finish", finishReason: finishReasons[reason], messageMetadata }
  return [{ ...closed, isOver: true }, [...text, ...ends, finish]]
}

const stepOf = (state: State, event: AgentEvent): Step => {
  switch (event._tag) {
    case "RunStarted": {
      const { agent, runId } = event
      const messageId = state.messageId === "" ? runId : state.messageId
      return [{ ...state, messageId, runId }, [{ type: "start", messageId, messageMetadata: { runId, agent } }]]
    }
    case "Routed": {
      const { confidence, reason, route } = event
      return [state, [{ type: "data-route", id: "route", data: { route, confidence, reason } }]]
    }
    case "StepStarted": {
      const [closed, ends] = withoutStep(state)
      const [opened, starts] = withStep(closed)
      return [opened, [...ends, ...starts]]
    }
    case "TextDelta":
      return withText(state, event.delta)
    case "ApprovalNeeded":
    case "ToolStarted": {
      const { callId, input, name } = event
      const standing = event._tag === "ToolStarted" ? "running" : "waiting"
      if (state.calls.has(callId)) return [{ ...state, calls: new Map(state.calls).set(callId, standing) }, []]
      const call = { toolCallId: callId, toolName: name, input }
      return withCall(state, callId, standing, { type: "tool-input-available", ...call, ...ownTool })
    }
    case "ToolProgress": {
      const { callId, progress } = event
      const output = { toolCallId: callId, output: progress, preliminary: true }
      return [state, state.calls.has(callId) ? [{ type: "tool-output-available", ...output, ...ownTool }] : []]
    }
    case "ToolSettled":
      return settled(state, event)
    case "ClientCall": {
      const { callId, inputText, name } = event
      const [next, chunks] = withCall(state, callId, "running", clientCall(callId, name, inputText))
      return [{ ...next, calls: state.calls }, chunks]
    }
    case "EstimateChanged": {
      const { highMillis, lowMillis, remainingMillis, runs } = event
      const data = { remainingMillis, lowMillis, highMillis, runs }
      return [state, [{ type: "data-estimate", id: "estimate", data, transient: true }]]
    }
    case "StepFinished": {
      const { inputTokens, outputTokens } = event.modelCall
      const [closed, ends] = withoutStep(state)
      const used = {
        inputTokens: state.inputTokens + (inputTokens ?? 0),
        outputTokens: state.outputTokens + (outputTokens ?? 0)
      }
      return [{ ...closed, ...used }, ends]
    }
    case "RunFinished":
      return finished(state, event)
    case "RunFailed": {
      const [closed, ends] = withoutStep(state)
      return [{ ...closed, isOver: true }, [...ends, { type: "error", errorText: event.problem }]]
    }
  }
}

/** What `event` makes of `state`, and the chunks that tell it. */
export const step = (state: State, event: AgentEvent): Step => {
  const [next, chunks] = stepOf(state, event)
  return [{ ...next, seq: event.seq }, chunks]
}

/** Whether nothing goes on but calls that wait for a person's word. */
export const isPaused = ({ calls, isOver }: State): boolean =>
  !isOver && calls.size > 0 && [...calls.values()].every((standing) => standing === "waiting")

/** Where a message was ended for now: after which event of which run, and the call that waits. */
export interface Pause {
  readonly runId: string
  readonly seq: number
  readonly callId: string
}

/** From the id of an approval; undefined where it is none of ours. */
export const pauseOf = (approvalId: string): Pause | undefined => {
  const [, runId, seq, callId] = /^(run_\w{1,64})\.(\d{1,9})\.(.+)$/.exec(approvalId) ?? []
  return runId === undefined || callId === undefined ? undefined : { runId, seq: Number(seq), callId }
}

/** Ends the message for now, and asks for the approvals. */
export const pause = (state: State): Step => {
  const [closed, ends] = withoutText(state)
  const requests = [...state.calls].map(([toolCallId, standing]): ReadonlyArray<UiChunk> => {
    if (standing !== "waiting") return []
    return [{ type: "tool-approval-request", approvalId: `${state.runId}.${state.seq}.${toolCallId}`, toolCallId }]
  })
  return [closed, [...ends, ...requests.flat(), { type: "finish", finishReason: "tool-calls" }]]
}

/** Goes on after a `pause` in which these calls were decided. */
export const resume = (state: State, words: ReadonlyMap<string, boolean>): Step => {
  const [closed] = withoutText(state)
  const calls = new Map(
    [...closed.calls].map(([callId, standing]): [string, Standing] => {
      const approved = words.get(callId)
      return [callId, standing !== "waiting" || approved === undefined ? standing : approved ? "approved" : "denied"]
    })
  )
  const { messageId, runId } = closed
  return [{ ...closed, calls }, [{ type: "start", messageId, messageMetadata: { runId } }]]
}
