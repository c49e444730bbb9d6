/**
 * RunTree: the spans of one run put in order: what holds what, and for how long.
 *
 * **Details**
 *
 * What lies under a tool is the tool's (its HTTP requests, an agent that it asks). A model call that holds another is a wrapper
 * around it. Spans that hold no call and tell no component are left out: their time is that of what holds them.
 */
import { type Head, type Kind, kindOf, type Sorted } from "./RunRoots.ts"
import { phaseEvent, type RecordedSpan } from "./Trace.ts"

/** A span in its place. */
export interface Node {
  readonly span: RecordedSpan
  readonly kind: Kind
  /** Since the run began, and within it. */
  readonly startMillis: number
  readonly endMillis: number
  /** Those that ended first stand first. */
  readonly children: ReadonlyArray<Node>
  /** Whether it is a model call or holds one. */
  readonly speaks: boolean
}

/** Spans nested deeper lie flat in the one that holds them. */
const maxDepth = 100

/** Whose children are still to be found. */
interface Growing {
  readonly span: RecordedSpan
  readonly children: Array<Growing>
  readonly depth: number
}

const grow = (head: Head, { ordered, parents }: Sorted): ReadonlyArray<Growing> => {
  const below = new Map<RecordedSpan, Array<RecordedSpan>>()
  for (const span of ordered) {
    const parent = parents.get(span)
    if (parent === undefined) continue
    const children = below.get(parent)
    if (children === undefined) below.set(parent, [span])
    else children.push(span)
  }
  const root: Growing = { span: head.span, children: [], depth: 0 }
  const grown = [root]
  const tops = head.tops[0] === head.span ? (below.get(head.span) ?? []) : head.tops
  const open: Array<readonly [RecordedSpan, Growing]> = tops.map((top) => [top, root] as const)
  for (let index = 0; index < open.length; index++) {
    const [span, holder] = open[index] ?? [head.span, root]
    const kind = kindOf(span)
    const isDeep = holder.depth >= maxDepth
    const growing: Growing = { span, children: [], depth: holder.depth + 1 }
    if (!isDeep || kind !== "other") {
      holder.children.push(growing)
      grown.push(growing)
    }
    if (kind === "tool" || kind === "phase") continue
    for (const child of below.get(span) ?? []) open.push([child, isDeep ? holder : growing])
  }
  return grown
}

const hasPhase = ({ events }: RecordedSpan) => events.some(({ name }) => name === phaseEvent)

/** Children before what holds them, so that each finds its own made. */
const settle = (grown: ReadonlyArray<Growing>, head: RecordedSpan): Node => {
  const wallMillis = Math.max(0, head.endMillis - head.startMillis)
  const within = (millis: number) => Math.min(wallMillis, Math.max(0, millis - head.startMillis))
  const nodes = new Map<Growing, Node>()
  const make = ({ children, span }: Growing, kind: Kind): Node => {
    const kept = children.flatMap((child) => nodes.get(child) ?? [])
    const speaks = kept.some(({ speaks }) => speaks)
    const startMillis = within(span.startMillis)
    return {
      span,
      kind: kind === "model" && speaks ? "other" : kind,
      startMillis,
      endMillis: Math.max(startMillis, within(span.endMillis)),
      children: kept.sort((one, other) => one.endMillis - other.endMillis || one.startMillis - other.startMillis),
      speaks: speaks || kind === "model"
    }
  }
  for (const growing of grown.slice(1).toReversed()) {
    const node = make(growing, kindOf(growing.span))
    if (node.kind !== "other" || node.children.length > 0 || hasPhase(node.span)) nodes.set(growing, node)
  }
  return make(grown[0] ?? { span: head, children: [], depth: 0 }, "other")
}

/** The tree of the run that `head` begins. Linear in spans, but for the sorting. */
export const of = (head: Head, sorted: Sorted): Node => settle(grow(head, sorted), head.span)
