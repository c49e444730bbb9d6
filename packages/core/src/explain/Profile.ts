/**
 * Profile: where the time of a run went, and what would have saved some of it. A value that crosses every boundary (terminal,
 * file, HTTP), so a Schema.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import { ToolSource } from "../AgentEvent.ts"
import { Component } from "./Component.ts"
import * as CriticalPath from "./CriticalPath.ts"
import { Finding } from "./Finding.ts"
import * as Independence from "./Independence.ts"
import * as Pieces from "./Pieces.ts"
import * as RunGraph from "./RunGraph.ts"
import type * as RunRows from "./RunRows.ts"
import * as RunSpans from "./RunSpans.ts"
import * as Told from "./Told.ts"
import { Attribute, type RecordedSpan } from "./Trace.ts"

export { Component }

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

/** The first span of each run in `spans`, the earliest first: what `make` can be given as `root`. */
export const runs: (spans: ReadonlyArray<RecordedSpan>) => ReadonlyArray<RecordedSpan> = RunSpans.runs

const isSource = Schema.is(ToolSource)

const rowOf = (row: RunRows.Row, origin: number, criticalMillis: number): Row => {
  const { attributes, problem } = row.node.span
  const { endMillis, startMillis } = row.node
  const source = attributes[Attribute.source]
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    step: row.step,
    startMillis,
    millis: endMillis - startMillis,
    pieces: Pieces.of(row.node, origin).map(({ component, endMillis, startMillis }) => ({
      component,
      millis: endMillis - startMillis
    })),
    criticalMillis,
    source: isSource(source) ? source : null,
    ok: problem === undefined && attributes[Attribute.errorType] === undefined,
    inputTokens: Told.amount(attributes, Attribute.inputTokens) ?? null,
    cachedInputTokens: Told.amount(attributes, Attribute.cachedInputTokens) ?? null,
    outputTokens: Told.amount(attributes, Attribute.outputTokens) ?? null
  }
}

const toolsOf = (rows: ReadonlyArray<Row>): Profile["tools"] =>
  Object.fromEntries(
    Array.from(
      Map.groupBy(
        rows.filter(({ kind }) => kind === "tool"),
        ({ name }) => name
      ),
      ([name, calls]) => [
        name,
        {
          calls: calls.length,
          millis: sum(calls, ({ millis }) => millis),
          criticalMillis: sum(calls, ({ criticalMillis }) => criticalMillis)
        }
      ]
    )
  )

const sum = <A>(list: ReadonlyArray<A>, of: (item: A) => number): number =>
  list.reduce((total, item) => total + of(item), 0)

const selfOf = (path: ReadonlyArray<CriticalPath.Segment>): Profile["selfMillis"] => {
  const sums = CriticalPath.byComponent(path)
  const of = (component: Component) => sums.get(component) ?? 0
  return {
    "start-up": of("start-up"),
    routing: of("routing"),
    "tool-selection": of("tool-selection"),
    "tool-definitions": of("tool-definitions"),
    prompt: of("prompt"),
    "model-wait": of("model-wait"),
    decoding: of("decoding"),
    tools: of("tools"),
    queueing: of("queueing"),
    approval: of("approval"),
    overhead: of("overhead")
  }
}

/**
 * Where the time of a run went. `spans` may hold other runs and whatever else; `root` is one of `runs`, the longest if absent.
 *
 * **Details**
 *
 * Pure; any agent's trace will do (`Conventions`). Times that a trace does not tell are not invented: without the time of its first
 * token a model call is all waiting, and what nothing accounts for is overhead. For `counterfactuals` see `Counterfactuals`.
 */
export const make = (
  spans: ReadonlyArray<RecordedSpan>,
  options: { readonly root?: RecordedSpan | undefined } = {}
): Result.Result<Profile, RunSpans.NoRun> => Result.map(RunSpans.of(spans, options.root), ofRun)

const ofRun = (run: RunSpans.RunSpans): Profile => {
  const { span } = run.root
  const path = CriticalPath.of(run)
  const critical = new Map<RunRows.Row, number>()
  for (const { endMillis, row, startMillis } of path)
    if (row !== undefined) critical.set(row, (critical.get(row) ?? 0) + endMillis - startMillis)
  const rows = run.rows.map((row) => rowOf(row, span.startMillis, critical.get(row) ?? 0))
  return {
    runId: Told.text(span.attributes, Attribute.runId) ?? null,
    agent: Told.text(span.attributes, Attribute.agent) ?? span.name.replace(/^invoke_agent /, ""),
    route: Told.text(span.attributes, Attribute.route) ?? null,
    startedAtMillis: span.startMillis,
    wallMillis: run.wallMillis,
    rows,
    criticalPath: path.map(({ component, endMillis, row, startMillis }) => ({
      startMillis,
      millis: endMillis - startMillis,
      component,
      row: row?.id ?? null
    })),
    selfMillis: selfOf(path),
    tools: toolsOf(rows),
    hiddenMillis: sum(rows, ({ criticalMillis, millis }) => millis - criticalMillis),
    chainLength: rows.filter(({ criticalMillis, kind }) => kind === "model" && criticalMillis > 0).length,
    heapDeltaBytes: Told.number(span.attributes, Attribute.heapDelta) ?? null,
    findings: Independence.of(RunGraph.ofRun(run), rows).findings,
    counterfactuals: []
  }
}
