/**
 * EstimateRun: how far a run is, as its events tell from outside: what an estimate goes by, and what is learned once it has
 * ended. Pure.
 */
import type { AgentEvent, Route } from "../AgentEvent.ts"
import * as QuestionShape from "../foresee/QuestionShape.ts"
import * as CallIds from "../model/CallIds.ts"

/** The first that is seen of a step: a word, or a call. */
export type Sign = "text" | "call"

export interface Step {
  readonly startMillis: number
  readonly sign: Sign | undefined
  readonly signMillis: number
  /** Calls that began. */
  readonly calls: number
  /** When the model had said all; told only at the step's end. */
  readonly modelEndMillis: number
  readonly endMillis: number | undefined
  readonly finishReason: string | undefined
}

/** A call that has begun, or that waits for a person. */
export interface Running {
  readonly callId: string
  readonly name: string
  readonly sinceMillis: number
  readonly isWaiting: boolean
}

/** What has ended, and how long it took. */
export interface Ended {
  readonly name: string
  readonly millis: number
}

/** Times in milliseconds since the run began. */
export interface EstimateRun {
  readonly agent: string
  /** Hash of the question's shape; empty where it has none. */
  readonly shape: string
  /** Of the last event. */
  readonly atMillis: number
  /** The last one told, and the first. */
  readonly route: Route | undefined
  readonly routedMillis: number
  readonly firstRoute: Route | undefined
  readonly firstRoutedMillis: number
  /** At most `maxSteps`. */
  readonly steps: ReadonlyArray<Step>
  /** Calls that began where no step has. */
  readonly calls: number
  /** At most `maxCalls`, with those that were foreseen: for them nobody waits. */
  readonly running: ReadonlyArray<Running>
  /** At most `maxCalls`. */
  readonly tools: ReadonlyArray<Ended>
  /** How long a person took to approve or refuse. */
  readonly approvals: ReadonlyArray<number>
  readonly end: "finished" | "cut" | "failed" | undefined
}

const maxSteps = 64
const maxCalls = 256
/** More than any run takes: time beyond stands still, and never goes back. */
const maxMillis = 1e12

export const initial: EstimateRun = {
  agent: "",
  shape: "",
  atMillis: 0,
  route: undefined,
  routedMillis: 0,
  firstRoute: undefined,
  firstRoutedMillis: 0,
  steps: [],
  calls: 0,
  running: [],
  tools: [],
  approvals: [],
  end: undefined
}

/** Takes one more event into account. Events come in order of `seq`. */
export const add = (run: EstimateRun, event: AgentEvent): EstimateRun => {
  const atMillis = Math.min(Math.max(run.atMillis, event.atMillis), maxMillis)
  const now = { ...run, atMillis }
  switch (event._tag) {
    case "RunStarted":
      return { ...now, agent: event.agent, shape: QuestionShape.of(event.question, undefined)?.key ?? "" }
    case "Routed": {
      const first = run.firstRoute === undefined ? { firstRoute: event.route, firstRoutedMillis: atMillis } : {}
      return { ...now, ...first, route: event.route, routedMillis: atMillis }
    }
    case "StepStarted": {
      const step: Step = {
        startMillis: atMillis,
        sign: undefined,
        signMillis: 0,
        calls: 0,
        modelEndMillis: 0,
        endMillis: undefined,
        finishReason: undefined
      }
      return run.steps.length >= maxSteps ? now : { ...now, steps: [...run.steps, step] }
    }
    case "TextDelta":
      return signed(now, "text")
    case "ApprovalNeeded":
      return begun(now, event, true)
    case "ToolStarted":
      return begun(now, event, false)
    case "ToolSettled":
      return settled(now, event.callId)
    case "StepFinished": {
      const { finishReason, modelCall } = event
      const modelEndMillis = modelCall.startMillis + modelCall.millis
      return inStep(now, (step) => ({ ...step, modelEndMillis, endMillis: atMillis, finishReason }))
    }
    case "RunFinished":
      return { ...now, running: [], end: event.reason === "deadline" ? "cut" : "finished" }
    case "RunFailed":
      return { ...now, running: [], end: "failed" }
    default:
      return now
  }
}

export const of = (events: Iterable<AgentEvent>): EstimateRun => {
  let run = initial
  for (const event of events) run = add(run, event)
  return run
}

/** The step under way. */
export const stepOf = ({ steps }: EstimateRun): Step | undefined => {
  const last = steps.at(-1)
  return last?.endMillis === undefined ? last : undefined
}

const inStep = (run: EstimateRun, change: (step: Step) => Step): EstimateRun => {
  const step = stepOf(run)
  return step === undefined ? run : { ...run, steps: run.steps.with(run.steps.length - 1, change(step)) }
}

const signed = (run: EstimateRun, sign: Sign): EstimateRun =>
  stepOf(run)?.sign === undefined ? inStep(run, (step) => ({ ...step, sign, signMillis: run.atMillis })) : run

interface Call {
  readonly callId: string
  readonly name: string
}

const begun = (run: EstimateRun, { callId, name }: Call, isWaiting: boolean): EstimateRun => {
  const waited = run.running.find((call) => call.callId === callId)
  const approvals = waited?.isWaiting === true ? [...run.approvals, run.atMillis - waited.sinceMillis] : run.approvals
  const others = run.running.filter((call) => call !== waited)
  if (others.length >= maxCalls) return run
  const running = [...others, { callId, name, sinceMillis: run.atMillis, isWaiting }]
  const next = { ...run, running, approvals }
  return waited === undefined && CallIds.originOf(callId) !== "foreseen" ? counted(next) : next
}

/** One more call has begun, in the step under way where there is one. */
const counted = (run: EstimateRun): EstimateRun =>
  stepOf(run) === undefined
    ? { ...run, calls: run.calls + 1 }
    : inStep(signed(run, "call"), (step) => ({ ...step, calls: step.calls + 1 }))

const settled = (run: EstimateRun, callId: string): EstimateRun => {
  const call = run.running.find((call) => call.callId === callId)
  // It ended as it began, or never ran: its name may be one that the model made up.
  if (call === undefined) return CallIds.originOf(callId) === "foreseen" ? run : counted(run)
  const running = run.running.filter((other) => other !== call)
  const millis = run.atMillis - call.sinceMillis
  if (call.isWaiting) return { ...run, running, approvals: [...run.approvals, millis] }
  const tools = run.tools.length < maxCalls ? [...run.tools, { name: call.name, millis }] : run.tools
  return { ...run, running, tools }
}
