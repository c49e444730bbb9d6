/**
 * RunEvent: what a run tells as it goes, as the server sends it (`GET /v1/runs/{id}/events`): of each event what the page shows. Events of
 * a kind that the page does not know are passed over.
 */
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"

const nullable = Schema.NullOr(Schema.Finite)

/** `atMillis` is since the run began, as all times of events are. */
const stamp = { runId: Schema.String, seq: Schema.Finite, atMillis: Schema.Finite }
const call = { step: Schema.Finite, callId: Schema.String, name: Schema.String }

export const Route = Schema.Literals(["rules", "plan", "model", "memory"])
export type Route = typeof Route.Type

export const Source = Schema.Literals(["upstream", "memory", "store", "shared", "foreseen"])
export type Source = typeof Source.Type

export const RunEvent = Schema.TaggedUnion({
  RunStarted: { ...stamp, agent: Schema.String, question: Schema.String },
  Routed: { ...stamp, route: Route, reason: Schema.NullOr(Schema.String) },
  StepStarted: { ...stamp, step: Schema.Finite },
  TextDelta: { ...stamp, step: Schema.Finite, delta: Schema.String },
  ApprovalNeeded: { ...stamp, ...call, input: Schema.Unknown },
  ToolStarted: { ...stamp, ...call, input: Schema.Unknown },
  ToolProgress: { ...stamp, ...call, progress: Schema.Unknown },
  ToolSettled: {
    ...stamp,
    ...call,
    startMillis: Schema.Finite,
    millis: Schema.Finite,
    queueMillis: Schema.Finite,
    source: Source,
    ok: Schema.Boolean,
    problem: Schema.NullOr(Schema.String)
  },
  ClientCall: { ...stamp, ...call },
  EstimateChanged: {
    ...stamp,
    remainingMillis: Schema.Finite,
    lowMillis: Schema.Finite,
    highMillis: Schema.Finite,
    runs: Schema.Finite
  },
  StepFinished: {
    ...stamp,
    step: Schema.Finite,
    finishReason: Schema.String,
    modelCall: Schema.Struct({
      startMillis: Schema.Finite,
      millis: Schema.Finite,
      firstTokenMillis: nullable,
      inputTokens: nullable,
      outputTokens: nullable
    })
  },
  RunFinished: { ...stamp, answer: Schema.String, reason: Schema.String },
  RunFailed: { ...stamp, problem: Schema.String, isRetryable: Schema.Boolean }
})
export type RunEvent = typeof RunEvent.Type

const decode = Schema.decodeUnknownExit(Schema.fromJsonString(RunEvent))

/** The event of a frame's data; undefined of one that the page does not know. */
export const fromData = (data: string): RunEvent | undefined => {
  const exit = decode(data)
  return Exit.isSuccess(exit) ? exit.value : undefined
}
