/**
 * RunRoots: where runs begin among the spans of a file.
 *
 * **Details**
 *
 * A run begins with the outermost span of an agent; where no span is an agent's, with the outermost span that holds model calls;
 * where several such stand side by side in one trace, with a span made up around them.
 *
 * **Gotchas**
 *
 * Traces come from anywhere, so nothing is taken for granted: of two spans with one id the earlier counts; a span whose parent is
 * missing, or is under it, has none; times that are no numbers leave a span out.
 */
import * as Predicate from "effect/Predicate"

import * as Told from "./Told.ts"
import { Attribute, type RecordedSpan } from "./Trace.ts"

/** `phase`: a span that is no row and tells its component. */
export type Kind = "model" | "tool" | "phase" | "other"

/** Where a run begins. `span` is made up where several `tops` stand side by side. */
export interface Head {
  readonly span: RecordedSpan
  readonly tops: ReadonlyArray<RecordedSpan>
}

/** Spans each once, the earliest first, and the parent that each has among them. */
export interface Sorted {
  readonly ordered: ReadonlyArray<RecordedSpan>
  readonly parents: ReadonlyMap<RecordedSpan, RecordedSpan>
}

const isWhole = ({ endMillis, startMillis }: RecordedSpan) => Number.isFinite(startMillis) && Number.isFinite(endMillis)

const operationOf = ({ attributes, name }: RecordedSpan): string =>
  Told.text(attributes, Attribute.operation) ?? /^(invoke_agent|chat|execute_tool)\b/.exec(name)?.[1] ?? ""

const isAgent = (span: RecordedSpan) => operationOf(span) === "invoke_agent"

const models: ReadonlySet<string> = new Set(["chat", "generate_content", "text_completion"])

export const kindOf = (span: RecordedSpan): Kind => {
  const operation = operationOf(span)
  if (models.has(operation)) return "model"
  if (operation === "execute_tool") return "tool"
  return !isAgent(span) && Predicate.isString(span.attributes[Attribute.component]) ? "phase" : "other"
}

export const keyOf = ({ spanId, traceId }: RecordedSpan) => `${traceId} ${spanId}`

/** All spans, each once and with the parent that it has among them, the earliest first. */
export const sorted = (spans: ReadonlyArray<RecordedSpan>): Sorted => {
  const byKey = new Map<string, RecordedSpan>()
  for (const span of spans) if (isWhole(span) && !byKey.has(keyOf(span))) byKey.set(keyOf(span), span)
  const ordered = [...byKey.values()].sort(
    (one, other) => one.startMillis - other.startMillis || other.endMillis - one.endMillis
  )
  const parents = new Map<RecordedSpan, RecordedSpan>()
  for (const span of ordered) {
    const parent = span.parentId === undefined ? undefined : byKey.get(`${span.traceId} ${span.parentId}`)
    if (parent !== undefined) parents.set(span, parent)
  }
  cutCircles(ordered, parents)
  return { ordered, parents }
}

/** A span that is under itself loses its parent; of those of a circle, the one that is come to first. */
const cutCircles = (spans: ReadonlyArray<RecordedSpan>, parents: Map<RecordedSpan, RecordedSpan>) => {
  const walked = new Map<RecordedSpan, RecordedSpan>()
  for (const from of spans) {
    let here: RecordedSpan | undefined = from
    while (here !== undefined && !walked.has(here)) {
      walked.set(here, from)
      const parent: RecordedSpan | undefined = parents.get(here)
      if (parent !== undefined && walked.get(parent) === from) parents.delete(parent)
      here = parent
    }
  }
}

/** What holds all of `tops`. */
const around = (tops: ReadonlyArray<RecordedSpan>, first: RecordedSpan): RecordedSpan => ({
  traceId: first.traceId,
  spanId: `around ${first.spanId}`,
  parentId: undefined,
  name: "agent",
  startMillis: first.startMillis,
  endMillis: tops.reduce((end, { endMillis }) => Math.max(end, endMillis), first.startMillis),
  attributes: {},
  events: [],
  problem: undefined
})

export const headsOf = ({ ordered, parents }: Sorted): ReadonlyArray<Head> => {
  /** The outermost span above each, and the outermost agent's, if any. */
  const above = new Map<RecordedSpan, { readonly top: RecordedSpan; readonly agent: RecordedSpan | undefined }>()
  const find = (span: RecordedSpan) => {
    const path: Array<RecordedSpan> = []
    let here: RecordedSpan | undefined = span
    while (here !== undefined && !above.has(here)) {
      path.push(here)
      here = parents.get(here)
    }
    let found = here === undefined ? undefined : above.get(here)
    for (const span of path.toReversed()) {
      found = { top: found?.top ?? span, agent: found?.agent ?? (isAgent(span) ? span : undefined) }
      above.set(span, found)
    }
    return found ?? { top: span, agent: undefined }
  }
  const agents = new Set<RecordedSpan>()
  const bare = new Map<string, Set<RecordedSpan>>()
  const speaking = new Set<string>()
  for (const span of ordered) {
    const { agent, top } = find(span)
    if (agent !== undefined) agents.add(agent)
    else if (kindOf(span) === "model" || kindOf(span) === "tool") {
      bare.set(span.traceId, (bare.get(span.traceId) ?? new Set()).add(top))
      if (kindOf(span) === "model") speaking.add(span.traceId)
    }
  }
  const heads: Array<Head> = [...agents].map((span) => ({ span, tops: [span] }))
  for (const [traceId, found] of bare) {
    const tops = [...found].sort((one, other) => one.startMillis - other.startMillis)
    const [first] = tops
    if (first === undefined || !speaking.has(traceId)) continue
    const isOne = tops.length === 1 && kindOf(first) === "other"
    heads.push({ span: isOne ? first : around(tops, first), tops: isOne ? [first] : tops })
  }
  return heads.sort((one, other) => one.span.startMillis - other.span.startMillis)
}

/** The first span of each run in `spans`, the earliest first. */
export const runs = (spans: ReadonlyArray<RecordedSpan>): ReadonlyArray<RecordedSpan> =>
  headsOf(sorted(spans)).map(({ span }) => span)
