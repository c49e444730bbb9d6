/**
 * AgentEvent: what one run tells the outside, in order. The only shape that leaves the core.
 */
import * as Schema from "effect/Schema"
import type * as Types from "effect/Types"

/**
 * Where a tool's result came from. `upstream` is the tool itself.
 *
 * - `memory`, `store`: it was remembered, or all that the tool read through the cache was; what it asked beside that is not seen.
 * - `shared`: an equal call was under way, or an equal read of what the tool read.
 */
export const ToolSource = Schema.Literals(["upstream", "memory", "store", "shared", "foreseen"])
export type ToolSource = typeof ToolSource.Type

/**
 * How a question is answered. `rules`: by what its router knows to ask. `model`: the model decides every step. `memory`: as it
 * was before. Only `model` makes model calls.
 */
export const Route = Schema.Literals(["rules", "plan", "model", "memory"])
export type Route = typeof Route.Type

/**
 * Why a run ended with an answer.
 *
 * - `answered`: the model said it was done.
 * - `step-limit`: the last step allowed; the model had to answer from what it had.
 * - `length`, `content-filter`: the provider cut the answer short.
 * - `budget`: what the run may use is used; `deadline`: its time is over. The answer is from what was there, and says so.
 * - `incomplete`: the provider did not say that the answer is whole.
 * - `client-calls`: the model asked for tools that the client runs (`ClientCall`); the client goes on with their results.
 */
export const EndReason = Schema.Literals([
  "answered",
  "step-limit",
  "length",
  "content-filter",
  "budget",
  "deadline",
  "incomplete",
  "client-calls"
])
export type EndReason = typeof EndReason.Type

const nullable = Schema.NullOr(Schema.Finite)

/**
 * One model call in figures. Times in milliseconds, sizes in bytes; null where nothing told: `firstTokenMillis` when not
 * streaming, tokens when the provider is silent, bytes and retries through a foreign `LanguageModel`.
 */
export const ModelCall = Schema.Struct({
  step: Schema.Natural,
  /** Since the run began. */
  startMillis: Schema.Finite,
  millis: Schema.Finite,
  /** Since the call began. Of a message that begins with a call, when that call was whole. */
  firstTokenMillis: nullable,
  inputTokens: nullable,
  cachedInputTokens: nullable,
  outputTokens: nullable,
  requestBytes: nullable,
  responseBytes: nullable,
  retries: nullable
})
export type ModelCall = typeof ModelCall.Type

/** What every event carries: its run, its place from 0 without gaps, and milliseconds since the run began. */
const stamp = { runId: Schema.String, seq: Schema.Natural, atMillis: Schema.Finite }

const call = { step: Schema.Natural, callId: Schema.String, name: Schema.String }

/**
 * What happened, in order.
 *
 * **Details**
 *
 * `RunStarted` is first (a question that is refused has none). The last is `RunFinished`, or `RunFailed` after which the stream
 * fails with `AgentError`. A step is one model call and the tool calls it asked for: `StepStarted`, its `TextDelta`s as they
 * arrive, for each call `ToolStarted` (after `ApprovalNeeded` where it waits for a person), `ToolProgress` and exactly one
 * `ToolSettled`, then `StepFinished`. A call that never ran (unknown tool, unreadable arguments, refused) has a `ToolSettled`
 * without `ToolStarted`.
 *
 * A run that `Routed` says is answered by rules or from memory has no step: its calls, if any, and one `TextDelta` with the
 * whole answer are of step 0. Where rules come to nothing after all, the run is `Routed` once more, to the model.
 *
 * Some calls were made before the model asked; it is told of some of them in its prompt. `CallIds.originOf` tells them by their
 * ids.
 */
export const AgentEvent = Schema.TaggedUnion({
  RunStarted: { ...stamp, agent: Schema.String, question: Schema.String },
  /** `confidence` (0-1) and `reason` (a sentence) are the router's; null where none was asked. */
  Routed: { ...stamp, route: Route, confidence: nullable, reason: Schema.NullOr(Schema.String) },
  StepStarted: { ...stamp, step: Schema.Natural },
  TextDelta: { ...stamp, step: Schema.Natural, delta: Schema.String },
  /** `input` is what the model asked for, before decoding. */
  ApprovalNeeded: { ...stamp, ...call, input: Schema.Unknown },
  ToolStarted: { ...stamp, ...call, input: Schema.Unknown },
  /** A preliminary result, encoded. */
  ToolProgress: { ...stamp, ...call, progress: Schema.Unknown },
  /**
   * `startMillis` counts from the start of the run; for `queueMillis` before it the call waited for a place. `retries` counts its
   * own attempts beyond the first, without hedges. `problem` is one sentence where `ok` is false, else null.
   */
  ToolSettled: {
    ...stamp,
    ...call,
    startMillis: Schema.Finite,
    millis: Schema.Finite,
    queueMillis: Schema.Finite,
    retries: Schema.Natural,
    source: ToolSource,
    ok: Schema.Boolean,
    problem: Schema.NullOr(Schema.String)
  },
  /** A call of a tool that the client runs. `inputText` is what the model wrote, JSON or not. */
  ClientCall: { ...stamp, ...call, inputText: Schema.String },
  /**
   * What the run will still take, in milliseconds from `atMillis`: the middle, and the range in which four of five runs end. `runs`
   * is how many runs it is made from.
   */
  EstimateChanged: {
    ...stamp,
    remainingMillis: Schema.Finite,
    lowMillis: Schema.Finite,
    highMillis: Schema.Finite,
    runs: Schema.Natural
  },
  StepFinished: { ...stamp, step: Schema.Natural, finishReason: Schema.String, modelCall: ModelCall },
  RunFinished: { ...stamp, answer: Schema.String, steps: Schema.Natural, reason: EndReason },
  RunFailed: { ...stamp, problem: Schema.String, isRetryable: Schema.Boolean }
})
export type AgentEvent = typeof AgentEvent.Type

/** An event before it is stamped. */
export type Fact = AgentEvent extends infer E
  ? E extends AgentEvent
    ? Types.Simplify<Omit<E, keyof typeof stamp>>
    : never
  : never
