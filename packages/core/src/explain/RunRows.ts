/**
 * RunRows: a row for each model call and tool call of a run, and which model call each tool call belongs to.
 */
import { originOf } from "../model/CallIds.ts"
import type { Kind } from "./RunRoots.ts"
import type { Node } from "./RunTree.ts"
import * as Told from "./Told.ts"
import { Attribute, type RecordedSpan } from "./Trace.ts"

/** Clocks read one after the other may disagree by this much, in milliseconds. */
export const tolerance = 0.01

/** A model call or a tool call. */
export interface Row {
  /** The call's id where it has one of its own, else the span's. No other row has it, and it has no space in it. */
  readonly id: string
  readonly node: Node
  readonly kind: "model" | "tool"
  readonly name: string
  /** The number of the model call that it is or belongs to, in order; null where it was made before the model was asked. */
  readonly round: number | null
  /** As the trace tells it, else `round`. */
  readonly step: number | null
  /** Whether the engine guessed that it would be wanted: nobody need have waited for it. */
  readonly isForeseen: boolean
  /** Ids of rows that it waited for, as the trace tells it. */
  readonly waitsFor: ReadonlyArray<string>
}

/** Of the tree under `root`, in the order in which they began. */
export const of = (root: Node): ReadonlyArray<Row> => {
  const found: Array<Node> = []
  const open = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === "model" || node.kind === "tool") found.push(node)
    for (const child of node.children.toReversed()) open.push(child)
  }
  found.sort((one, other) => one.startMillis - other.startMillis || one.endMillis - other.endMillis)
  const roundOf = rounds(found.filter(({ kind }) => kind === "model"))
  const taken = new Set<string>()
  const idOf = ({ attributes, spanId }: RecordedSpan, kind: Kind): string => {
    const own = kind === "tool" ? Told.text(attributes, Attribute.callId) : undefined
    let id = own === undefined || /\s/.test(own) || taken.has(own) ? spanId.replaceAll(/\s/g, "_") : own
    for (let n = 2; taken.has(id); n++) id = `${spanId.replaceAll(/\s/g, "_")}_${n}`
    taken.add(id)
    return id
  }
  const byCallId = new Map<string, string>()
  return found.map((node) => {
    const { attributes } = node.span
    const kind = node.kind === "model" ? "model" : "tool"
    const id = idOf(node.span, kind)
    const callId = Told.text(attributes, Attribute.callId)
    const waitsFor = Told.texts(attributes, Attribute.waitsFor).flatMap((other) => byCallId.get(other) ?? [])
    if (kind === "tool" && callId !== undefined) byCallId.set(callId, id)
    const origin = Told.text(attributes, Attribute.origin) ?? originOf(callId ?? "")
    const round = kind === "tool" && origin !== "model" ? null : roundOf(node)
    const told = Told.count(attributes, Attribute.step)
    return {
      id,
      node,
      kind,
      name: nameOf(node.span, kind),
      round,
      step: round === null ? null : (told ?? round),
      isForeseen: origin === "foreseen",
      waitsFor
    }
  })
}

/**
 * Which model call a row belongs to: a tool to one of its step, where that is told; else to the one that ends last of those
 * that began before it, which is the one that was being written, or that had ended last.
 */
const rounds = (calls: ReadonlyArray<Node>) => {
  const own = new Map(calls.map((node, index) => [node, index]))
  const bySteps = Map.groupBy(calls, ({ span }) => Told.count(span.attributes, Attribute.step))
  const latest: Array<number> = []
  calls.forEach(({ endMillis }, index) => {
    const before = latest.at(-1)
    latest.push(before !== undefined && (calls[before]?.endMillis ?? 0) > endMillis ? before : index)
  })
  /** How many of `nodes` began before `millis`. */
  const begun = (nodes: ReadonlyArray<Node>, millis: number): number => {
    let low = 0
    let high = nodes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((nodes[middle]?.startMillis ?? Infinity) <= millis + tolerance) low = middle + 1
      else high = middle
    }
    return low
  }
  return (node: Node): number | null => {
    const mine = own.get(node)
    if (mine !== undefined) return mine
    const step = Told.count(node.span.attributes, Attribute.step)
    const ofStep = step === undefined ? undefined : bySteps.get(step)
    if (ofStep !== undefined) {
      const model = ofStep[Math.max(0, begun(ofStep, node.startMillis) - 1)]
      return model === undefined ? null : (own.get(model) ?? null)
    }
    return latest[begun(calls, node.startMillis) - 1] ?? null
  }
}

const nameOf = ({ attributes, name }: RecordedSpan, kind: "model" | "tool"): string =>
  kind === "tool"
    ? (Told.text(attributes, Attribute.toolName) ?? name.replace(/^execute_tool /, ""))
    : (Told.text(attributes, Attribute.requestModel) ??
      Told.text(attributes, Attribute.responseModel) ??
      name.replace(/^chat /, ""))

/** Whether nobody waited for its end: a guess that ended because the run did. */
export const isLeftBehind = ({ isForeseen, node: { span } }: Row, run: RecordedSpan): boolean =>
  isForeseen && (span.problem === "interrupted" || span.endMillis > run.endMillis)
