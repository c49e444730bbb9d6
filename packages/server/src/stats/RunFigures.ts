/**
 * RunFigures: one run in figures, as it is kept when its events are gone: no word of its question or its answer.
 */
import { EndReason, Route, ToolSource } from "@callsheet/core/AgentEvent"
import { Component } from "@callsheet/core/explain/Component"
import * as Profile from "@callsheet/core/explain/Profile"
import * as RunSummary from "@callsheet/core/explain/RunSummary"
import type { RecordedSpan } from "@callsheet/core/explain/Trace"
import { toMicros } from "@callsheet/core/RunLog"
import * as Record from "effect/Record"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** Calls of one tool whose results came from one place. */
const ToolCalls = Schema.Struct({
  name: Schema.String,
  source: ToolSource,
  calls: Schema.Natural,
  failed: Schema.Natural,
  /** Of all of them. */
  millis: Schema.Finite
})

/** Times in milliseconds, instants since 1970. */
export const RunFigures = Schema.Struct({
  runId: Schema.String,
  startedAtMillis: Schema.Finite,
  endedAtMillis: Schema.Finite,
  /** Null where it ended before that was decided. */
  route: Schema.NullOr(Route),
  /** `stopped`: from outside, by a person or because everybody left. */
  outcome: Schema.Union([EndReason, Schema.Literals(["failed", "stopped"])]),
  wallMillis: Schema.Finite,
  modelCalls: Schema.Natural,
  inputTokens: Schema.Finite,
  cachedInputTokens: Schema.Finite,
  outputTokens: Schema.Finite,
  tools: Schema.Array(ToolCalls),
  /** By how much its calls, of the model and of tools, laid end to end, exceed the time that they covered. */
  overlapMillis: Schema.Finite,
  /** What its time was spent on (`Profile.selfMillis`); null where nobody looked. */
  componentMillis: Schema.NullOr(Schema.Record(Component, Schema.Finite))
})
export type RunFigures = typeof RunFigures.Type

/** How a run ended, beside what its events said. */
export interface Ended {
  readonly startedAtMillis: number
  readonly endedAtMillis: number
  readonly route: Route | null
  readonly outcome: RunFigures["outcome"]
  readonly wallMillis: number
}

const toolsOf = ({ toolCalls }: RunSummary.RunSummary): RunFigures["tools"] =>
  Array.from(Map.groupBy(toolCalls, ({ name, source }) => `${source} ${name}`).values(), (calls) => ({
    name: calls[0]?.name ?? "",
    source: calls[0]?.source ?? "upstream",
    calls: calls.length,
    failed: calls.filter(({ ok }) => !ok).length,
    millis: toMicros(calls.reduce((sum, { millis }) => sum + millis, 0))
  }))

const overlapOf = (summary: RunSummary.RunSummary): number => {
  const { modelMillis, toolMillis } = RunSummary.timeParts(summary)
  const laid = [...summary.modelCalls, ...summary.toolCalls].reduce((sum, { millis }) => sum + millis, 0)
  return toMicros(Math.max(0, laid - modelMillis - toolMillis))
}

const componentsOf = (spans: ReadonlyArray<RecordedSpan>): RunFigures["componentMillis"] => {
  const profile = Profile.make(spans)
  return Result.isSuccess(profile) ? Record.map(profile.success.selfMillis, toMicros) : null
}

/** The figures of a run; what its time was spent on is found in `spans`, where they are given. */
export const of = (
  summary: RunSummary.RunSummary,
  runId: string,
  ended: Ended,
  spans?: ReadonlyArray<RecordedSpan>
): RunFigures => {
  const tokens = (of: (call: RunSummary.RunSummary["modelCalls"][number]) => number | null) =>
    summary.modelCalls.reduce((sum, call) => sum + (of(call) ?? 0), 0)
  return {
    runId,
    ...ended,
    modelCalls: summary.modelCalls.length,
    inputTokens: tokens((call) => call.inputTokens),
    cachedInputTokens: tokens((call) => call.cachedInputTokens),
    outputTokens: tokens((call) => call.outputTokens),
    tools: toolsOf(summary),
    overlapMillis: overlapOf(summary),
    componentMillis: spans === undefined ? null : componentsOf(spans)
  }
}

/** The kind of question: by which way it was answered, and with which tools. */
export const kindOf = ({ route, tools }: Pick<RunFigures, "route" | "tools">) => {
  const names = [...new Set(tools.map(({ name }) => name))].sort()
  const needed = route === "memory" ? "" : `: ${names.length === 0 ? "no tools" : names.join(", ")}`
  return { kind: `${route ?? "undecided"}${needed}`, tools: names }
}
