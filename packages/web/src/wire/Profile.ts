/**
 * Profile: where the time of a run went, as the server tells it (`GET /v1/runs/{id}/profile`). Times are milliseconds since the run began.
 */
import * as Schema from "effect/Schema"

import * as Http from "./Http.ts"
import { Source } from "./RunEvent.ts"

const nullable = Schema.NullOr(Schema.Finite)

const Row = Schema.Struct({
  id: Schema.String,
  kind: Schema.Literals(["model", "tool"]),
  name: Schema.String,
  /** From 0; null of a call made before the model was asked. */
  step: nullable,
  startMillis: Schema.Finite,
  millis: Schema.Finite,
  /** In order, together `millis`. */
  pieces: Schema.Array(Schema.Struct({ component: Schema.String, millis: Schema.Finite })),
  criticalMillis: Schema.Finite,
  source: Schema.NullOr(Source),
  ok: Schema.Boolean,
  inputTokens: nullable,
  cachedInputTokens: nullable,
  outputTokens: nullable
})

const Segment = Schema.Struct({
  startMillis: Schema.Finite,
  millis: Schema.Finite,
  component: Schema.String,
  /** The id of the row it lies in; null of what is in none. */
  row: Schema.NullOr(Schema.String)
})

const Counterfactual = Schema.Struct({
  kind: Schema.String,
  subject: Schema.NullOr(Schema.String),
  /** In a sentence. */
  what: Schema.String,
  millis: Schema.Finite,
  /** Negative where it would have taken longer. */
  savesMillis: Schema.Finite
})

export const Profile = Schema.Struct({
  runId: Schema.NullOr(Schema.String),
  agent: Schema.String,
  route: Schema.NullOr(Schema.String),
  /** Unix time. */
  startedAtMillis: Schema.Finite,
  wallMillis: Schema.Finite,
  rows: Schema.Array(Row),
  /** From the beginning to the end of the run, without gaps. */
  criticalPath: Schema.Array(Segment),
  /** By component; together `wallMillis`. */
  selfMillis: Schema.Record(Schema.String, Schema.Finite),
  tools: Schema.Record(
    Schema.String,
    Schema.Struct({ calls: Schema.Finite, millis: Schema.Finite, criticalMillis: Schema.Finite })
  ),
  hiddenMillis: Schema.Finite,
  chainLength: Schema.Finite,
  heapDeltaBytes: nullable,
  findings: Schema.Array(
    Schema.Struct({ first: Schema.String, second: Schema.String, verdict: Schema.String, why: Schema.String })
  ),
  counterfactuals: Schema.Array(Counterfactual),
  /** What would have saved most, the greatest first. */
  remedies: Schema.Array(Counterfactual)
})
export type Profile = typeof Profile.Type

/** Of a run that is over. Fails with `run-under-way`, `no-trace`, `unknown-run`. */
export const find = (runId: string) => Http.get(`v1/runs/${runId}/profile`, Profile)
