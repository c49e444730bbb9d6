/**
 * RunState: a run's events folded into what the page shows of it, while it goes and after. Pure.
 *
 * Times are milliseconds since the run began.
 */
import type { Route, RunEvent, Source } from "../wire/RunEvent.ts"

/** A tool call. */
export interface Call {
  readonly callId: string
  readonly name: string
  readonly step: number
  readonly input: unknown
  /** `refused`: a person did not want it, or it could not be made. `client`: the client's to run. */
  readonly standing: "waiting" | "running" | "done" | "failed" | "client"
  /** When it was first heard of. */
  readonly askedMillis: number
  /** Null until it starts. */
  readonly startMillis: number | null
  /** Null until it is over. */
  readonly millis: number | null
  readonly queueMillis: number
  readonly source: Source | null
  /** The latest that it told of itself. */
  readonly progress: unknown
  readonly problem: string | null
}

/** A model call: waiting until its first token, then decoding. */
export interface ModelCall {
  readonly step: number
  readonly startMillis: number
  /** Since the call began; null until it is there, and where nothing told. */
  readonly firstTokenMillis: number | null
  /** Null until it is over. */
  readonly millis: number | null
  readonly inputTokens: number | null
  readonly outputTokens: number | null
}

export interface Estimate {
  readonly atMillis: number
  readonly remainingMillis: number
  readonly lowMillis: number
  readonly highMillis: number
  readonly runs: number
}

export interface RunState {
  readonly runId: string
  readonly question: string
  readonly agent: string
  readonly route: Route | null
  readonly routeReason: string | null
  /** `lost`: the server knows no more of it. */
  readonly standing: "running" | "finished" | "failed" | "lost"
  /** What is being written, or the answer. */
  readonly text: string
  /** The step that `text` is of. */
  readonly textStep: number
  readonly reason: string | null
  readonly problem: string | null
  readonly isRetryable: boolean
  readonly calls: ReadonlyArray<Call>
  readonly models: ReadonlyArray<ModelCall>
  readonly estimate: Estimate | null
  /** Of the latest event. */
  readonly atMillis: number
  /** -1 before the first event. */
  readonly lastSeq: number
}

export const initial = (runId: string, question = ""): RunState => ({
  runId,
  question,
  agent: "",
  route: null,
  routeReason: null,
  standing: "running",
  text: "",
  textStep: 0,
  reason: null,
  problem: null,
  isRetryable: false,
  calls: [],
  models: [],
  estimate: null,
  atMillis: 0,
  lastSeq: -1
})

export const isOver = ({ standing }: RunState): boolean => standing !== "running"

/** A state that is still being written to, by one batch of events. Lists are written anew, so that those that stay are known to. */
type Draft = { -readonly [K in keyof RunState]: RunState[K] }

const unknown = { startMillis: null, millis: null, queueMillis: 0, source: null, progress: null, problem: null }

/** `list` with `change` made of the latest item that `is` it; undefined where none is. */
const changed = <A>(
  list: ReadonlyArray<A>,
  is: (item: A) => boolean,
  change: (item: A) => A
): ReadonlyArray<A> | undefined => {
  const index = list.findLastIndex(is)
  const found = list[index]
  return found === undefined ? undefined : list.with(index, change(found))
}

const withCall = (
  draft: Draft,
  event: Extract<RunEvent, { readonly callId: string }>,
  change: (call: Call) => Call
) => {
  const { atMillis, callId, name, step } = event
  const fresh: Call = { callId, name, step, input: null, standing: "running", askedMillis: atMillis, ...unknown }
  draft.calls = changed(draft.calls, (call) => call.callId === callId, change) ?? [...draft.calls, change(fresh)]
}

/** The first sign of what a model writes is the end of its waiting. */
const heard = (draft: Draft, step: number, atMillis: number) => {
  const last = draft.models.at(-1)
  if (last?.step === step && last.millis === null && last.firstTokenMillis === null) {
    draft.models = draft.models.with(draft.models.length - 1, {
      ...last,
      firstTokenMillis: Math.max(0, atMillis - last.startMillis)
    })
  }
}

const take = (draft: Draft, event: RunEvent): void => {
  const { atMillis } = event
  switch (event._tag) {
    case "RunStarted":
      draft.agent = event.agent
      draft.question = event.question
      return
    case "Routed":
      draft.route = event.route
      draft.routeReason = event.reason
      return
    case "StepStarted": {
      const { step } = event
      const call = { step, startMillis: atMillis, firstTokenMillis: null, millis: null }
      draft.models = [...draft.models, { ...call, inputTokens: null, outputTokens: null }]
      return
    }
    case "TextDelta": {
      // What was said before calls gives way to what is said after them.
      draft.text = event.step === draft.textStep ? draft.text + event.delta : event.delta
      draft.textStep = event.step
      return heard(draft, event.step, atMillis)
    }
    case "ApprovalNeeded": {
      const { input } = event
      return withCall(draft, event, (call) => ({ ...call, input, standing: "waiting" }))
    }
    case "ToolStarted": {
      const { input } = event
      heard(draft, event.step, atMillis)
      return withCall(draft, event, (call) => ({ ...call, input, standing: "running", startMillis: atMillis }))
    }
    case "ToolProgress": {
      const { progress } = event
      return withCall(draft, event, (call) => ({ ...call, progress }))
    }
    case "ToolSettled": {
      const { millis, ok, problem, queueMillis, source, startMillis } = event
      const standing = ok ? "done" : "failed"
      return withCall(draft, event, (call) => ({
        ...call,
        standing,
        millis,
        problem,
        queueMillis,
        source,
        startMillis
      }))
    }
    case "ClientCall":
      return withCall(draft, event, (call) => ({ ...call, standing: "client" }))
    case "EstimateChanged": {
      const { highMillis, lowMillis, remainingMillis, runs } = event
      draft.estimate = { atMillis, highMillis, lowMillis, remainingMillis, runs }
      return
    }
    case "StepFinished": {
      const { step } = event
      const { firstTokenMillis, inputTokens, millis, outputTokens, startMillis } = event.modelCall
      const call = { step, startMillis, firstTokenMillis, millis, inputTokens, outputTokens }
      const isIt = (one: ModelCall) => one.step === step
      draft.models = changed(draft.models, isIt, () => call) ?? [...draft.models, call]
      return
    }
    case "RunFinished":
      draft.standing = "finished"
      draft.text = event.answer
      draft.reason = event.reason
      return
    case "RunFailed":
      draft.standing = "failed"
      draft.problem = event.problem
      draft.isRetryable = event.isRetryable
      return
  }
}

/** Takes further events, in their order; what is known already is passed over. */
export const add = (state: RunState, events: ReadonlyArray<RunEvent>): RunState => {
  const draft: Draft = { ...state }
  for (const event of events) {
    if (event.seq <= draft.lastSeq) continue
    if (draft.runId === "") draft.runId = event.runId
    draft.lastSeq = event.seq
    draft.atMillis = Math.max(draft.atMillis, event.atMillis)
    take(draft, event)
  }
  return draft
}

/** The server knows no more of the run, for the reason given. */
export const lost = (state: RunState, problem: string): RunState => ({
  ...state,
  standing: "lost",
  problem,
  isRetryable: true
})
