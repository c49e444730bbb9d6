/**
 * Profile: where the time of a run went, and what would have saved some of it. A value that crosses every boundary (terminal,
 * file, HTTP), so a Schema.
 */
import * as Schema from "effect/Schema"

import { ToolSource } from "../AgentEvent.ts"

/**
 * What an instant of a run was spent on.
 *
 * - `start-up`: resolving the toolkit, facts, the look for a remembered answer.
 * - `routing`: what is made of the question before a model sees it.
 * - `tool-selection`: choosing the tools on offer. `tool-definitions`: writing them down. `prompt`: writing the request.
 * - `model-wait`: from the request to its first token. `decoding`: from there to the last.
 * - `tools`: tools that nothing else hid. `queueing`: waiting for a place, a rate or a retry. `approval`: waiting for a person.
 * - `overhead`: the rest, which is the engine's own.
 */
export const Component = Schema.Literals([
  "start-up",
  "routing",
  "tool-selection",
  "tool-definitions",
  "prompt",
  "model-wait",
  "decoding",
  "tools",
  "queueing",
  "approval",
  "overhead"
])
export type Component = typeof Component.Type

/** A part of a row or of the critical path. */
const Piece = Schema.Struct({ component: Component, millis: Schema.Finite })

/** One model call or tool call. Times in milliseconds since the run began. */
export const Row = Schema.Struct({
  id: Schema.String,
  kind: Schema.Literals(["model", "tool"]),
  /** The model's name, or the tool's. */
  name: Schema.String,
  /** From 0; null where a call belongs to none: it was made before the model was asked. */
  step: Schema.NullOr(Schema.Natural),
  startMillis: Schema.Finite,
  millis: Schema.Finite,
  /** In order, together `millis`. */
  pieces: Schema.Array(Piece),
  /** Milliseconds of it on the critical path. */
  criticalMillis: Schema.Finite,
  source: Schema.NullOr(ToolSource),
  ok: Schema.Boolean,
  inputTokens: Schema.NullOr(Schema.Finite),
  cachedInputTokens: Schema.NullOr(Schema.Finite),
  outputTokens: Schema.NullOr(Schema.Finite)
})
export type Row = typeof Row.Type

/** A stretch of the critical path: `row` is the row it lies in, null for what is in none. */
export const Segment = Schema.Struct({
  startMillis: Schema.Finite,
  millis: Schema.Finite,
  component: Component,
  row: Schema.NullOr(Schema.String)
})
export type Segment = typeof Segment.Type

/** Two calls that ran one after the other, and whether the second needed the first. */
export const Finding = Schema.Struct({
  first: Schema.String,
  second: Schema.String,
  verdict: Schema.Literals(["independent", "dependent", "cannot tell"]),
  /** Why, in a sentence. */
  why: Schema.String
})
export type Finding = typeof Finding.Type

/** What the same run would have taken. */
export const Counterfactual = Schema.Struct({
  /** `remembered` names a tool in `subject`; `parallel` and `plan` the ids of calls, separated by spaces. */
  kind: Schema.Literals(["as-recorded", "sequential", "parallel", "remembered", "plan", "process"]),
  subject: Schema.NullOr(Schema.String),
  /** In a sentence. */
  what: Schema.String,
  millis: Schema.Finite,
  /** Less than it took; negative where it would have taken longer. */
  savesMillis: Schema.Finite
})
export type Counterfactual = typeof Counterfactual.Type

export const Profile = Schema.Struct({
  runId: Schema.NullOr(Schema.String),
  agent: Schema.String,
  /** `rules`, `plan`, `model`, `memory`; null where the trace does not say. */
  route: Schema.NullOr(Schema.String),
  /** Unix time. */
  startedAtMillis: Schema.Finite,
  wallMillis: Schema.Finite,
  /** In the order in which they began. */
  rows: Schema.Array(Row),
  /** From the beginning to the end of the run, without gaps: together `wallMillis`. */
  criticalPath: Schema.Array(Segment),
  /** Milliseconds on the critical path; together `wallMillis`. */
  selfMillis: Schema.Record(Component, Schema.Finite),
  /** By tool: calls, milliseconds in all, and those of them on the critical path. */
  tools: Schema.Record(
    Schema.String,
    Schema.Struct({ calls: Schema.Natural, millis: Schema.Finite, criticalMillis: Schema.Finite })
  ),
  /** Milliseconds of model calls and tools that something else on the critical path hid. */
  hiddenMillis: Schema.Finite,
  /** How many model calls waited for one another. */
  chainLength: Schema.Natural,
  heapDeltaBytes: Schema.NullOr(Schema.Finite),
  findings: Schema.Array(Finding),
  /** Empty until they are computed (`Counterfactuals`). */
  counterfactuals: Schema.Array(Counterfactual)
})
export type Profile = typeof Profile.Type
