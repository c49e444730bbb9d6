/**
 * RunGraph: what a run did, freed of when it did it: rounds of one model call each, and the calls that each asked for. What the
 * scheduler can be given once more, with other times (`Replay`).
 */

import * as Result from "effect/Result"

import * as CriticalPath from "./CriticalPath.ts"
import { isLeftBehind, type Row } from "./RunRows.ts"
import * as RunSpans from "./RunSpans.ts"
import * as Told from "./Told.ts"
import { Attribute, type RecordedSpan } from "./Trace.ts"

/** A tool call. Times in milliseconds. */
export interface GraphCall {
  readonly id: string
  readonly name: string
  readonly isReadOnly: boolean
  readonly upstream: string | undefined
  /** Names of what it reads or writes, where that is known; else it may touch all of its upstream, and without one everything. */
  readonly touches?: ReadonlyArray<string>
  /** How long its tool took, without waiting for a place. */
  readonly millis: number
  /** When its arguments were complete, since its round's model call began. */
  readonly writtenMillis: number
  /** Calls of the same round that it waited for, since its arguments are made of their results (a plan). */
  readonly needs: ReadonlyArray<string>
  /**
   * Those of `needs` that are no more than order: they ended before it began, in a trace of an agent that seems to run calls one
   * after another. Absent in this engine's own.
   */
  readonly cameAfter?: ReadonlyArray<string>
  /** JSON text; `undefined` where the trace holds no content. */
  readonly arguments: string | undefined
  readonly result: string | undefined
}

/** What `call` needs, without what only came before it. */
export const needsOf = ({ cameAfter = [], needs }: GraphCall): ReadonlyArray<string> =>
  needs.filter((need) => !cameAfter.includes(need))

/** Whether one of them writes what the other may touch, as far as upstreams tell. */
export const mayTouch = (one: GraphCall, other: GraphCall): boolean =>
  (!one.isReadOnly || !other.isReadOnly) &&
  (one.upstream === undefined || other.upstream === undefined || one.upstream === other.upstream)

export interface Round {
  /** `undefined` for calls that no model asked for (rules, foreseen), which come before the first model call. */
  readonly model:
    | {
        readonly id: string
        /** From the request to the first token. */
        readonly waitMillis: number
        readonly decodeMillis: number
      }
    | undefined
  readonly calls: ReadonlyArray<GraphCall>
  /** The engine's own time before the round begins: from the end of all of the round before it. */
  readonly gapMillis: number
}

export interface RunGraph {
  readonly rounds: ReadonlyArray<Round>
  /** From the end of the last round to the end of the run. */
  readonly restMillis: number
  /** How far apart instants may be told that are one: what ended so much after another began may have been waited for. 0.01 if absent. */
  readonly toleranceMillis?: number
}

/**
 * When each of `calls`, which stand in the order in which they began, was written: since the model call began.
 *
 * Offsets have no names. A read that began right after one has it; a write may have begun only when the message had ended, and has
 * what is left.
 */
const writtenOf = (model: Row, calls: ReadonlyArray<Row>, tolerance: number): ReadonlyMap<Row, number> => {
  const { endMillis, span, startMillis } = model.node
  const offsets = (Told.numbers(span.attributes, Attribute.callOffsets) ?? [])
    .filter((millis) => millis >= 0)
    .sort((one, other) => one - other)
  const written = new Map<Row, number>()
  const ends = new Map(calls.map(({ id, node }) => [id, node.endMillis]))
  const beganOf = ({ node }: Row) => Math.max(0, node.startMillis - startMillis)
  const free = [...offsets]
  for (const call of calls.filter(isReadOnly)) {
    const since = (offset: number) => beganOf(call) - offset
    const index = free.findIndex(
      (offset) => since(offset) >= -tolerance && since(offset) <= CriticalPath.dispatchMillis
    )
    for (const offset of index < 0 ? [] : free.splice(index, 1)) written.set(call, offset)
  }
  for (const call of calls) {
    if (written.has(call)) continue
    const { node, waitsFor } = call
    const began = beganOf(call)
    const [next] = free
    const isFree = next !== undefined && next <= began + tolerance
    if (isFree) free.shift()
    const isAtNeed = waitsFor.some(
      (id) => (ends.get(id) ?? -Infinity) >= node.startMillis - CriticalPath.dispatchMillis
    )
    const earliest = isAtNeed ? offsets.findLast((millis) => millis <= began) : undefined
    written.set(call, isFree ? next : (earliest ?? Math.min(began, endMillis - startMillis)))
  }
  return written
}

/** Whether the span is of this engine, which tells what its calls wait for. */
const isOwn = ({ node: { span } }: Row) => Object.keys(span.attributes).some((key) => key.startsWith("callsheet."))

/** Words of tools that change something. */
const writes =
  /(?:^|_)(?:add|append|approve|archive|assign|block|book|buy|cancel|change|clear|close|commit|create|delete|deploy|disable|drop|edit|enable|execute|insert|install|invite|kill|mark|merge|move|notify|order|patch|pay|post|publish|purge|push|put|rate|remove|rename|replace|reply|reset|restart|run|save|schedule|send|set|start|stop|store|submit|transfer|unblock|update|upload|upsert|write)(?:_|$)/

/** By the trace, else by its name. */
const isReadOnly = ({ name, node: { span } }: Row): boolean =>
  Told.truth(span.attributes, Attribute.isReadOnly) ??
  !writes.test(
    name
      .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
      .replaceAll(/[^A-Za-z0-9]+/g, "_")
      .toLowerCase()
  )

const callsOf = (model: Row | undefined, rows: ReadonlyArray<Row>, tolerance: number): ReadonlyArray<GraphCall> => {
  const written = model === undefined ? undefined : writtenOf(model, rows, tolerance)
  const ids = new Set(rows.map(({ id }) => id))
  const byEnd = rows.toSorted((one, other) => one.node.endMillis - other.node.endMillis)
  const indexes = new Map(rows.map((row, index) => [row, index]))
  let ended = 0
  let last: Row | undefined
  return rows.map((row, index) => {
    const { attributes } = row.node.span
    const { endMillis, startMillis } = row.node
    const writtenMillis = written?.get(row) ?? 0
    const waitsFor = row.waitsFor.filter((id) => ids.has(id))
    for (let other = byEnd[ended]; other !== undefined; other = byEnd[++ended]) {
      if (other.node.endMillis > startMillis + tolerance) break
      if ((indexes.get(other) ?? index) < index) last = other
    }
    const readyMillis = model === undefined ? 0 : model.node.startMillis + writtenMillis
    const isAfter = last !== undefined && !isOwn(row) && last.node.endMillis > readyMillis + tolerance
    const cameAfter = last !== undefined && isAfter && !waitsFor.includes(last.id) ? [last.id] : []
    return {
      id: row.id,
      name: row.name,
      isReadOnly: isReadOnly(row),
      upstream: Told.text(attributes, Attribute.upstream),
      millis: Math.max(0, endMillis - startMillis - (Told.amount(attributes, Attribute.queueWait) ?? 0)),
      writtenMillis,
      needs: [...waitsFor, ...cameAfter],
      ...(cameAfter.length > 0 && { cameAfter }),
      arguments: Told.text(attributes, Attribute.callArguments),
      result: Told.text(attributes, Attribute.callResult)
    }
  })
}

const modelOf = (row: Row): Round["model"] => {
  const millis = row.node.endMillis - row.node.startMillis
  const waitMillis = Math.min(millis, Told.amount(row.node.span.attributes, Attribute.firstToken) ?? millis)
  return { id: row.id, waitMillis, decodeMillis: millis - waitMillis }
}

/**
 * The graph of a run, as `Profile.make` finds it.
 *
 * **Details**
 *
 * Rounds are the model calls in the order in which they began, each with the calls of its step; where no steps are told, a tool
 * belongs to the model call that was being written when it began, else to the one that had ended last. Calls before the first model
 * call are a round without one; of guesses only those that had ended by then, since nobody waits for another.
 *
 * The request's writing counts to `waitMillis`; where the first token is not told, so does all of the call. A call was written when
 * the trace says so, else at the end of its message, or when it began if that was sooner. A tool of which the trace does not say
 * whether it only reads does so unless a word of its name says that it changes something (`add`, `delete`, `send`, ...).
 *
 * `gapMillis` and `restMillis` are the parts of the critical path that lie in no call: those before a round, and those within the
 * one before it.
 *
 * **Gotchas**
 *
 * Agents that ran beside each other in one run are told as if their model calls had followed one another.
 */
export const of = (
  spans: ReadonlyArray<RecordedSpan>,
  options: { readonly root?: RecordedSpan | undefined } = {}
): Result.Result<RunGraph, RunSpans.NoRun> => Result.map(RunSpans.of(spans, options.root), ofRun)

/** The same of a run whose spans are in order already. */
export const ofRun = (run: RunSpans.RunSpans): RunGraph => {
  const tolerance = run.toleranceMillis
  const models = run.rows.filter(({ kind }) => kind === "model")
  const tools = run.rows.filter(({ kind }) => kind === "tool")
  const byRound = Map.groupBy(tools, ({ round }) => round)
  const firstMillis = models[0]?.node.startMillis ?? Infinity
  const before = (byRound.get(null) ?? []).filter(
    (row) => !row.isForeseen || (!isLeftBehind(row, run.root.span) && row.node.endMillis <= firstMillis + tolerance)
  )
  const [first] = before
  const drafts = [
    ...(first === undefined ? [] : [{ model: undefined, calls: before, beginMillis: first.node.startMillis }]),
    ...models.map((model, index) => ({
      model,
      calls: byRound.get(index) ?? [],
      beginMillis: model.node.startMillis
    }))
  ]
  const gaps = drafts.map(() => 0)
  let restMillis = 0
  let next = 0
  for (const { endMillis, row, startMillis } of CriticalPath.of(run)) {
    while ((drafts[next]?.beginMillis ?? Infinity) <= startMillis + tolerance) next++
    if (row !== undefined) continue
    if (next < gaps.length) gaps[next] = (gaps[next] ?? 0) + endMillis - startMillis
    else restMillis += endMillis - startMillis
  }
  const rounds = drafts.map(({ calls, model }, index) => ({
    model: model === undefined ? undefined : modelOf(model),
    calls: callsOf(model, calls, tolerance),
    gapMillis: gaps[index] ?? 0
  }))
  return { rounds, restMillis, toleranceMillis: tolerance }
}
