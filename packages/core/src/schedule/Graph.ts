/**
 * Graph: the calls of one step in their order, and what each still waits for. Synchronous: whoever settles a node gets the
 * nodes that became ready, in the order in which they were placed.
 *
 *     place ──> waits for earlier ones that may touch the same, and for `arrive` ──> ready ──> settle ──> those after it
 *
 * Once more is known of what a node touches (`narrow`), it and those after it no longer wait for one another in vain.
 */
import * as Effect from "effect/Effect"

import type { Outcome } from "./Attempt.ts"
import { type Footprint, overlaps } from "./Policy.ts"

export interface Node {
  readonly id: string
  readonly name: string
  readonly isReadOnly: boolean
  readonly order: Order
  /** Its place in the order, between those of its neighbours. */
  readonly position: number
  /** What is to happen when it settles, in order. */
  readonly dependents: Array<() => void>
  /** Called once, when it waits for nothing more: that may be while it is placed. */
  readonly onReady: () => void
  /** The nodes that wait for it because they stand after it and may touch the same; `undefined` while there are none. */
  after: Set<Node> | undefined
  /** What it may touch, as far as that is known. */
  footprint: Footprint
  /** The nodes that stand in its place; see `hold`. */
  parts: number
  waiting: number
  /** When its tool was asked, in milliseconds since the run began; `undefined` while it was not. */
  startMillis: number | undefined
  outcome: Outcome | undefined
}

/** An order of calls: those of it that have not settled, and whose turn it is. */
export interface Order {
  readonly reads: Set<Node>
  readonly writes: Set<Node>
  /** Nodes that became ready together: they begin in the order of their positions. */
  readonly ready: Array<Node>
  placed: number
  isTaking: boolean
}

export const makeOrder = (): Order => ({ reads: new Set(), writes: new Set(), ready: [], placed: 0, isTaking: false })

const unsettledLike = ({ isReadOnly, order }: Node): Set<Node> => (isReadOnly ? order.reads : order.writes)

const takeFirst = (ready: Array<Node>): Node | undefined => {
  if (ready.length < 2) return ready.pop()
  const first = ready.reduce((one, other) => (other.position < one.position ? other : one))
  ready.splice(ready.indexOf(first), 1)
  return first
}

/** Does all of `change`, and only then lets begin, in order, what became ready by it. */
const inTurns = (order: Order, change: () => void): void => {
  const { isTaking, ready } = order
  order.isTaking = true
  change()
  if (isTaking) return
  for (let next = takeFirst(ready); next !== undefined; next = takeFirst(ready)) {
    if (next.outcome === undefined) next.onReady()
  }
  order.isTaking = false
}

const meet = (one: Node, other: Node): boolean =>
  !(one.isReadOnly && other.isReadOnly) && overlaps(one.footprint, other.footprint)

/** Whatever may not run beside `node`, of those before it. */
const before = (node: Node): ReadonlyArray<Node> => {
  const { isReadOnly, order, position } = node
  if (order.writes.size === 0 && (isReadOnly || order.reads.size === 0)) return []
  const others = isReadOnly ? order.writes : [...order.writes, ...order.reads]
  return [...others].filter((other) => other.position < position && meet(other, node))
}

export interface Placing {
  readonly id: string
  readonly name: string
  readonly isReadOnly: boolean
  readonly footprint: Footprint
}

const makeNode = (placing: Placing, order: Order, position: number, onReady: () => void): Node => ({
  ...placing,
  order,
  position,
  dependents: [],
  after: undefined,
  onReady,
  parts: 0,
  waiting: 1,
  startMillis: undefined,
  outcome: undefined
})

/** `later` stands after `earlier` and waits for it. */
const wait = (later: Node, earlier: Node): void => {
  earlier.after ??= new Set()
  earlier.after.add(later)
  later.waiting++
}

/** `later` need not wait for `earlier` any more. */
const release = (later: Node, earlier: Node): void => {
  if (earlier.after?.delete(later) === true) arrive(later)
}

/**
 * Appends a node, or puts it in the place that `held` holds, after what was put there before.
 *
 * It waits for one `arrive` and, unless both only read, for every unsettled node before it that may touch the same. All
 * waiting points backwards, so no circle can arise.
 */
export const place = (placing: Placing, order: Order, onReady: () => void, held?: Node): Node => {
  // Halfway from the last one of the same place to the next place.
  const position = held === undefined ? order.placed++ : held.position + 1 - 1 / (++held.parts + 1)
  const node = makeNode(placing, order, position, onReady)
  for (const earlier of before(node)) if (earlier !== held) wait(node, earlier)
  for (const later of held?.after ?? []) if (meet(node, later)) wait(later, node)
  unsettledLike(node).add(node)
  return node
}

/**
 * Appends a node that only holds a place, until `yieldPlace`: for calls that are not known yet. Those after it wait for it; it
 * waits for nothing itself, and whoever made it settles it.
 */
export const hold = (placing: Placing, order: Order): Node => {
  const node = makeNode(placing, order, order.placed++, () => {})
  unsettledLike(node).add(node)
  return node
}

/** Leaves the place to those that were put there. */
export const yieldPlace = (node: Node): void => {
  unsettledLike(node).delete(node)
  inTurns(node.order, () => {
    for (const later of node.after ?? []) release(later, node)
  })
}

/** `node` touches no more than `footprint`, which lies within what was thought before. */
export const narrow = (node: Node, footprint: Footprint): void => {
  if (node.outcome !== undefined) return
  const waitedFor = before(node)
  node.footprint = footprint
  inTurns(node.order, () => {
    for (const earlier of waitedFor) if (!meet(earlier, node)) release(node, earlier)
    for (const later of node.after ?? []) if (!meet(node, later)) release(later, node)
  })
}

/** One thing that `node` waited for has happened. */
export const arrive = (node: Node): void => {
  node.waiting--
  if (node.waiting > 0) return
  inTurns(node.order, () => void node.order.ready.push(node))
}

/** Ends `node` with `outcome`, and readies those that waited for it alone. False where it had ended already. */
export const settle = (node: Node, outcome: Outcome): boolean => {
  if (node.outcome !== undefined) return false
  node.outcome = outcome
  unsettledLike(node).delete(node)
  inTurns(node.order, () => {
    for (const later of node.after ?? []) release(later, node)
    for (const dependent of node.dependents) dependent()
  })
  return true
}

/** Calls `then` once all of `nodes` have settled; at once where they have. */
export const whenSettled = (nodes: ReadonlyArray<Node>, then: () => void): void => {
  const open = nodes.filter(({ outcome }) => outcome === undefined)
  if (open.length === 0) return then()
  let left = open.length
  const one = () => {
    left--
    if (left === 0) then()
  }
  for (const node of open) node.dependents.push(one)
}

/** The outcomes of all of `nodes`, in order, once all have settled. */
export const outcomes = (nodes: ReadonlyArray<Node>): Effect.Effect<ReadonlyArray<Outcome>> =>
  Effect.callback((resume) =>
    whenSettled(nodes, () => resume(Effect.succeed(nodes.flatMap(({ outcome }) => outcome ?? []))))
  )

/** Calls `then` once: when all of `nodes` have ended well, or as soon as one has not. */
export const whenDecided = (nodes: ReadonlyArray<Node>, then: () => void): void => {
  let left = nodes.length
  if (left === 0) return then()
  const one = ({ outcome }: Node) => {
    if (left === 0) return
    left = outcome?.ok === true ? left - 1 : 0
    if (left === 0) then()
  }
  for (const node of nodes) {
    if (node.outcome === undefined) node.dependents.push(() => one(node))
    else one(node)
  }
}
