/**
 * QueryRecord: one run in figures, as the query log keeps it: a line of JSON. Names that stay: others read the log too.
 */
import { EndReason, Route, ToolSource } from "@callsheet/core/AgentEvent"
import type { RunSummary } from "@callsheet/core/explain/RunSummary"
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"

import * as Secrets from "./Secrets.ts"

/** Characters of a question that are kept, at most. */
const questionLength = 200

const nullable = Schema.NullOr(Schema.Finite)

/** Times in milliseconds, sizes in bytes; null where nothing told. */
export const QueryRecord = Schema.Struct({
  version: Schema.Literal(1),
  /** When the run began. */
  at: Schema.DateTimeUtcFromString,
  runId: Schema.String,
  /** Its first 200 characters, with `***` for whatever of the configuration is secret. */
  question: Schema.String,
  command: Schema.Literals(["ask", "profile", "serve"]),
  /** Null where the run failed before it was routed. */
  route: Schema.NullOr(Route),
  /** Why it ended: `answered` is the only one that is as it should be. */
  outcome: Schema.Union([EndReason, Schema.Literal("failed")]),
  /** What went wrong, in a sentence; null where nothing did. */
  problem: Schema.NullOr(Schema.String),
  wallMillis: Schema.Finite,
  /** Null for a run that failed. */
  criticalPathMillis: nullable,
  steps: Schema.Natural,
  modelCalls: Schema.Natural,
  toolCalls: Schema.Natural,
  failedToolCalls: Schema.Natural,
  inputTokens: nullable,
  cachedInputTokens: nullable,
  outputTokens: nullable,
  /** From the beginning of the run to the model's first word. */
  firstTokenMillis: nullable,
  /** Of all tools together, whether side by side or not. */
  toolMillis: Schema.Finite,
  /** What they waited for a place before. */
  queueMillis: Schema.Finite,
  /** Tool calls by where their results came from. */
  sources: Schema.Record(ToolSource, Schema.Natural),
  /** Of model calls and tool calls. */
  retries: Schema.Natural,
  requestBytes: nullable,
  responseBytes: nullable,
  model: Schema.String,
  /** Whether demo services answered. */
  isDemo: Schema.Boolean
})
export type QueryRecord = typeof QueryRecord.Type

export const Line = Schema.fromJsonString(QueryRecord)

/** The sum of what was told; null where nothing was. */
const sum = (values: ReadonlyArray<number | null>): number | null => {
  const told = values.filter((value) => value !== null)
  return told.length === 0 ? null : told.reduce((total, value) => total + value, 0)
}

/** What is known of a run beside its events. */
export interface Setup {
  readonly command: QueryRecord["command"]
  readonly isDemo: boolean
}

/** A run as its events told it: how far it came, and what it failed with. */
export interface Told {
  readonly summary: RunSummary
  readonly question: string
  /** As its provider calls it. */
  readonly model: string
  readonly startedAt: DateTime.Utc
  readonly isRouted: boolean
  readonly failure: { readonly problem: string; readonly atMillis: number } | undefined
}

/** The record of a run that is over. */
export const make = (
  { failure, isRouted, model, question, startedAt, summary }: Told,
  { command, isDemo }: Setup,
  secrets: ReadonlyArray<string>
): QueryRecord => {
  const { modelCalls, toolCalls } = summary
  const [first] = modelCalls
  const from = (wanted: ToolSource) => toolCalls.filter(({ source }) => source === wanted).length
  return {
    version: 1,
    at: startedAt,
    runId: summary.runId,
    question: Secrets.mask(question, secrets).slice(0, questionLength).toWellFormed(),
    command,
    route: isRouted ? summary.route : null,
    outcome: failure === undefined ? summary.reason : "failed",
    problem: failure === undefined ? null : Secrets.mask(failure.problem, secrets),
    wallMillis: failure?.atMillis ?? summary.wallMillis,
    criticalPathMillis: failure === undefined ? summary.criticalPathMillis : null,
    steps: summary.steps,
    modelCalls: modelCalls.length,
    toolCalls: toolCalls.length,
    failedToolCalls: toolCalls.filter(({ ok }) => !ok).length,
    inputTokens: sum(modelCalls.map(({ inputTokens }) => inputTokens)),
    cachedInputTokens: sum(modelCalls.map(({ cachedInputTokens }) => cachedInputTokens)),
    outputTokens: sum(modelCalls.map(({ outputTokens }) => outputTokens)),
    firstTokenMillis:
      first === undefined || first.firstTokenMillis === null ? null : first.startMillis + first.firstTokenMillis,
    toolMillis: sum(toolCalls.map(({ millis }) => millis)) ?? 0,
    queueMillis: sum(toolCalls.map(({ queueMillis }) => queueMillis)) ?? 0,
    sources: {
      upstream: from("upstream"),
      memory: from("memory"),
      store: from("store"),
      shared: from("shared"),
      foreseen: from("foreseen")
    },
    retries: sum([...modelCalls, ...toolCalls].map(({ retries }) => retries)) ?? 0,
    requestBytes: sum(modelCalls.map(({ requestBytes }) => requestBytes)),
    responseBytes: sum(modelCalls.map(({ responseBytes }) => responseBytes)),
    model,
    isDemo
  }
}
