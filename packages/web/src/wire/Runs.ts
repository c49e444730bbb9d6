/**
 * Runs: runs as the server lists them, and what can be done to one.
 */
import * as Schema from "effect/Schema"

import * as Http from "./Http.ts"
import { Route } from "./RunEvent.ts"

const nullable = Schema.NullOr(Schema.Finite)

/** Instants are Unix time in milliseconds. */
export const RunRecord = Schema.Struct({
  runId: Schema.String,
  question: Schema.String,
  conversationId: Schema.NullOr(Schema.String),
  startedAtMillis: Schema.Finite,
  state: Schema.Literals(["running", "finished", "failed"]),
  endedAtMillis: nullable,
  route: Schema.NullOr(Route),
  answer: Schema.NullOr(Schema.String),
  reason: Schema.NullOr(Schema.String),
  problem: Schema.NullOr(Schema.String),
  wallMillis: nullable
})
export type RunRecord = typeof RunRecord.Type

const RunList = Schema.Struct({ runs: Schema.Array(RunRecord), next: Schema.NullOr(Schema.String) })

/** The newest first; `before` is the `next` of the page before. */
export const list = (limit: number, before?: string) =>
  Http.get(`v1/runs?limit=${limit}${before === undefined ? "" : `&before=${encodeURIComponent(before)}`}`, RunList)

export const stop = (runId: string) => Http.tell(`v1/runs/${runId}`, { method: "DELETE" })

/** A person's word for a call that waits for it. */
export const approve = (runId: string, callId: string, approved: boolean) =>
  Http.tell(`v1/runs/${runId}/approvals`, { method: "POST", body: { callId, approved } })
