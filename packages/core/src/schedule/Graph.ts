/**
 * Graph: the calls of one step in their order, and what each still waits for. Synchronous: whoever settles a node gets the
 * nodes that became ready, in the order in which they were placed.
 *
 *     place ──> waiting > 0 ──(each thing waited for)──> waiting = 0: ready ──> settle ──> dependents wait for one less
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

import type { Outcome } from "./Attempt.ts"
import { type Footprint, overlaps } from "./Policy.ts"

export interface Node {
  readonly id: string
  readonly name: string
  readonly isReadOnly: boolean
  readonly footprint: Footprint
  /** Completed when the node settles: for those who wait from outside the graph. */
  readonly settled: Deferred.Deferred<Outcome>
  /** What is to happen when it settles, in order. */
  readonly dependents: Array<() => void>
  /** Called once with the node itself, when it waits for nothing more: that may be while it is placed. */
  readonly onReady: (node: Node) => void
  /** Its place among all calls of the step. */
  readonly position: number
  readonly turns: Turns
  waiting: number
  /** When its tool was asked, in milliseconds since the run began; `undefined` while it was not. */
  startMillis: number | undefined
  outcome: Outcome | undefined
}

/** An order of calls: those of it that have not settled, each kind in the order in which they were placed. */
export interface Order {
  readonly reads: Set<Node>
  readonly writes: Set<Node>
  readonly turns: Turns
}

/** Whose turn it is: nodes that became ready together begin in the order in which they were placed. */
interface Turns {
  placed: number
  isTaking: boolean
  readonly ready: Array<Node>
}

/** An order of its own, or one within `parent`, whose nodes take turns with the parent's. */
export const makeOrder = (parent?: Order): Order => ({
  reads: new Set(),
  writes: new Set(),
  turns: parent?.turns ?? { placed: 0, isTaking: false, ready: [] }
})

const takeTurns = (turns: Turns): void => {
  if (turns.isTaking) return
  turns.isTaking = true
  while (turns.ready.length > 0) {
    const first = turns.ready.reduce((one, other) => (other.position < one.position ? other : one))
    turns.ready.splice(turns.ready.indexOf(first), 1)
    if (first.outcome === undefined) first.onReady(first)
  }
  turns.isTaking = false
}

export interface Placing {
  readonly id: string
  readonly name: string
  readonly isReadOnly: boolean
  readonly footprint: Footprint
  /** Nodes whose outcomes it needs, placed before it. */
  readonly needs: ReadonlyArray<Node>
  /** Further things to wait for, each told by `arrive`. */
  readonly conditions: number
  /** The order it stands in; those before it that touch what it touches are waited for. */
  readonly among: Order
  readonly onReady: (node: Node) => void
}

/**
 * Appends a node to the order `placing.among`.
 *
 * It waits for what it needs and, unless both only read, for every unsettled node before it that may touch the same. Both
 * point backwards in the order, so no circle can arise.
 */
export const place = (placing: Placing): Node => {
  const { among, conditions, footprint, id, isReadOnly, name, needs, onReady } = placing
  const settled = Deferred.makeUnsafe<Outcome>()
  const node: Node = {
    id,
    name,
    isReadOnly,
    footprint,
    settled,
    dependents: [],
    onReady,
    waiting: conditions,
    position: among.turns.placed++,
    turns: among.turns,
    startMillis: undefined,
    outcome: undefined
  }
  const before = [...among.writes, ...(isReadOnly ? [] : among.reads)].filter((other) =>
    overlaps(other.footprint, footprint)
  )
  const waitedFor = new Set([...needs.filter(({ outcome }) => outcome === undefined), ...before])
  for (const other of waitedFor) other.dependents.push(() => arrive(node))
  node.waiting += waitedFor.size
  const unsettled = isReadOnly ? among.reads : among.writes
  unsettled.add(node)
  node.dependents.push(() => unsettled.delete(node))
  return node
}

/** One thing that `node` waited for has happened. */
export const arrive = (node: Node): void => {
  node.waiting--
  if (node.waiting > 0) return
  node.turns.ready.push(node)
  takeTurns(node.turns)
}

/** Ends `node` with `outcome`, and readies those that waited for it alone. False where it had ended already. */
export const settle = (node: Node, outcome: Outcome): boolean => {
  if (node.outcome !== undefined) return false
  node.outcome = outcome
  Deferred.doneUnsafe(node.settled, Effect.succeed(outcome))
  const { isTaking } = node.turns
  // All that became ready by this end is known before the first of it begins.
  node.turns.isTaking = true
  for (const dependent of node.dependents) dependent()
  node.turns.isTaking = isTaking
  takeTurns(node.turns)
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
