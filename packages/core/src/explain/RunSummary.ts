/**
 * RunSummary: a run's events folded into its answer and figures. Pure.
 */
import type { AgentEvent, EndReason, ModelCall, Route, ToolSource } from "../AgentEvent.ts"
import { toMicros } from "../RunLog.ts"

export interface ToolCall {
  readonly id: string
  readonly name: string
  readonly step: number
  /** Since the run began. */
  readonly startMillis: number
  readonly millis: number
  /** How long it waited for a place before it started. */
  readonly queueMillis: number
  /** Attempts beyond the first, hedges not counted. */
  readonly retries: number
  readonly source: ToolSource
  readonly ok: boolean
}

/** Times in milliseconds. Calls stand in the order in which they ended. */
export interface RunSummary {
  readonly runId: string
  readonly answer: string
  readonly reason: EndReason
  readonly route: Route
  readonly wallMillis: number
  /**
   * The chain of what waited for one another: the calls that were over before the first model call, then of each step, from its
   * model call to the end of its last call.
   */
  readonly criticalPathMillis: number
  /** How long it was said to take when that was said first; null where it never was. */
  readonly estimateMillis: number | null
  readonly steps: number
  readonly modelCalls: ReadonlyArray<ModelCall>
  readonly toolCalls: ReadonlyArray<ToolCall>
}

export const initial: RunSummary = {
  runId: "",
  answer: "",
  reason: "answered",
  route: "model",
  wallMillis: 0,
  criticalPathMillis: 0,
  estimateMillis: null,
  steps: 0,
  modelCalls: [],
  toolCalls: []
}

/** Steps follow one another; within a step the chain ends with what ended last, its model call or one of its tools. */
const criticalPathMillis = ({ modelCalls, toolCalls }: RunSummary): number => {
  const firstMillis = modelCalls[0]?.startMillis ?? Infinity
  const before = toolCalls.filter(({ millis, startMillis }) => startMillis + millis <= firstMillis)
  const opening = before.reduce((last, { millis, startMillis }) => Math.max(last, startMillis + millis), 0)
  const begin = before.reduce((first, { startMillis }) => Math.min(first, startMillis), opening)
  return modelCalls.reduce((total, { millis, startMillis, step }) => {
    const end = toolCalls.reduce(
      (last, call) => (call.step === step ? Math.max(last, call.startMillis + call.millis) : last),
      startMillis + millis
    )
    return total + end - startMillis
  }, opening - begin)
}

/** Takes one more event into account. Events come in order of `seq`. */
export const add = (summary: RunSummary, event: AgentEvent): RunSummary => {
  switch (event._tag) {
    case "RunStarted":
      return { ...summary, runId: event.runId }
    case "Routed":
      return { ...summary, route: event.route }
    case "EstimateChanged":
      return summary.estimateMillis === null ? { ...summary, estimateMillis: event.remainingMillis } : summary
    case "ToolSettled": {
      const { callId: id, millis, name, ok, queueMillis, retries, source, startMillis, step } = event
      const call = { id, name, step, startMillis, millis, queueMillis, retries, source, ok }
      return { ...summary, toolCalls: [...summary.toolCalls, call] }
    }
    case "StepFinished":
      return { ...summary, steps: event.step + 1, modelCalls: [...summary.modelCalls, event.modelCall] }
    case "RunFinished": {
      const { answer, atMillis: wallMillis, reason } = event
      return { ...summary, answer, reason, wallMillis, criticalPathMillis: toMicros(criticalPathMillis(summary)) }
    }
    default:
      return summary
  }
}

/** The parts of a run's time; together they are its wall time. In milliseconds. */
export interface TimeParts {
  /** While a model call was under way. */
  readonly modelMillis: number
  /** While tools ran and no model call did. */
  readonly toolMillis: number
  /** The rest: what the engine itself took, and waiting for approval. */
  readonly restMillis: number
}

interface Interval {
  readonly startMillis: number
  readonly millis: number
}

/** Length of the union of `intervals`. */
const covered = (intervals: ReadonlyArray<Interval>): number => {
  let total = 0
  let reached = 0
  for (const { millis, startMillis } of [...intervals].sort((a, b) => a.startMillis - b.startMillis)) {
    const end = startMillis + millis
    total += Math.max(0, end - Math.max(reached, startMillis))
    reached = Math.max(reached, end)
  }
  return total
}

/** What the run's time was made of. A tool that ran beside a model call is hidden by it and not counted. */
export const timeParts = ({ modelCalls, toolCalls, wallMillis }: RunSummary): TimeParts => {
  const modelMillis = covered(modelCalls)
  const bothMillis = covered([...modelCalls, ...toolCalls])
  return { modelMillis, toolMillis: bothMillis - modelMillis, restMillis: Math.max(0, wallMillis - bothMillis) }
}
