/**
 * Graph: the calls of a run in their order, and what each still waits for. Synchronous: whoever settles a node gets the nodes
 * that became ready, in the order in which they were placed.
 *
 *     place ──> waits for `arrive`, and for earlier ones that may touch the same ──> ready ──> settle ──> those after it
 *
 * Of the earlier ones a node watches one at a time, the last; when that is out of its way it looks for another. So what is
 * known later (`narrow`), stands in another's place (`hold`), or stays behind one that was given up (`leave`) needs no telling.
 */
import * as Effect from "effect/Effect"

import { toMicros } from "../RunLog.ts"
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
  /** What it may touch, as far as that is known. */
  footprint: Footprint
  /** The nodes that were put into its place; see `hold`. */
  parts: number
  /** The nodes that watch it; `undefined` while there are none. */
  watchers: Set<Node> | undefined
  /** When its tool was asked, in milliseconds since the run began; `undefined` while it was not. */
  startMillis: number | undefined
  /** Since when it waited for a place, until then; `undefined` where it did not wait. */
  waitingMillis: number | undefined
  /** Attempts at its tool beyond the first, hedges not counted. */
  retries: number
  outcome: Outcome | undefined
}

/** An order of calls: those of it that are in the way of others, and whose turn it is. */
export interface Order {
  readonly reads: Set<Node>
  readonly writes: Set<Node>
  /** Nodes that became ready together: they begin in the order of their positions. */
  readonly ready: Array<Node>
  placed: number
  /** Whether `reads` and `writes` are sorted by position: they are until a part is put into a place. */
  isSorted: boolean
  isTaking: boolean
}

export const makeOrder = (): Order => ({
  reads: new Set(),
  writes: new Set(),
  ready: [],
  placed: 0,
  isSorted: true,
  isTaking: false
})

const inTheWay = ({ isReadOnly, order }: Node): Set<Node> => (isReadOnly ? order.reads : order.writes)

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

/** The last of `others` before `node` that may touch what it touches; `found` where none comes after that. */
const lastBefore = (node: Node, others: Set<Node>, found: Node | undefined): Node | undefined => {
  let last = found
  for (const other of others) {
    if (other.position >= node.position) {
      if (node.order.isSorted) break
    } else if ((last === undefined || other.position > last.position) && overlaps(other.footprint, node.footprint)) {
      last = other
    }
  }
  return last
}

/** Finds what `node`, which has arrived, has to watch now; it is ready where that is nothing. */
const look = (node: Node): void => {
  const { isReadOnly, order } = node
  const write = lastBefore(node, order.writes, undefined)
  const last = isReadOnly ? write : lastBefore(node, order.reads, write)
  if (last !== undefined) {
    last.watchers ??= new Set()
    last.watchers.add(node)
  } else order.ready.push(node)
}

/** `node` has changed: those that watch it look again. */
const stir = (node: Node): void => {
  const { watchers } = node
  node.watchers = undefined
  for (const watcher of watchers ?? []) if (watcher.outcome === undefined) look(watcher)
}

export interface Placing {
  readonly id: string
  readonly name: string
  readonly isReadOnly: boolean
  readonly footprint: Footprint
}

const append = (
  { footprint, id, isReadOnly, name }: Placing,
  order: Order,
  position: number,
  onReady: () => void
): Node => {
  if (order.reads.size + order.writes.size === 0) order.isSorted = true
  const node: Node = {
    id,
    name,
    isReadOnly,
    footprint,
    order,
    position,
    dependents: [],
    onReady,
    parts: 0,
    watchers: undefined,
    startMillis: undefined,
    waitingMillis: undefined,
    retries: 0,
    outcome: undefined
  }
  inTheWay(node).add(node)
  return node
}

/** Halfway from the last one of the same place to the next place. */
const within = (held: Node): number => {
  held.order.isSorted = false
  return held.position + 1 - 1 / (++held.parts + 1)
}

/**
 * Appends a node, or puts it in the place that `held` holds, after what was put there before.
 *
 * It waits for `arrive` and then, unless both only read, for every node before it that is in its way: one that has not settled
 * and may touch the same. All waiting points backwards, so no circle can arise.
 */
export const place = (placing: Placing, order: Order, onReady: () => void, held?: Node): Node =>
  append(placing, order, held === undefined ? order.placed++ : within(held), onReady)

/**
 * Appends a node that only holds a place, until `yieldPlace`: for calls that are not known yet. It is in the way of those after
 * it, waits for nothing itself, and whoever made it settles it.
 */
export const hold = (placing: Placing, order: Order): Node => append(placing, order, order.placed++, () => {})

/** Leaves in the place of `node`, which is to be settled though its work goes on, one that is in the way until `yieldPlace`. */
export const leave = (node: Node): Node => append(node, node.order, within(node), () => {})

/** `node` is in nobody's way any more. */
export const yieldPlace = (node: Node): void => {
  inTheWay(node).delete(node)
  inTurns(node.order, () => stir(node))
}

/** `node` touches no more than `footprint`, which lies within what was thought before. */
export const narrow = (node: Node, footprint: Footprint): void => {
  node.footprint = footprint
  inTurns(node.order, () => stir(node))
}

/** `node` waits for nothing any more but those in its way. Called once. */
export const arrive = (node: Node): void => {
  inTurns(node.order, () => look(node))
}

/** Ends `node` with `outcome`, if it has not ended, and readies those that waited for it alone. */
export const settle = (node: Node, outcome: Outcome): void => {
  if (node.outcome !== undefined) return
  node.outcome = outcome
  inTheWay(node).delete(node)
  inTurns(node.order, () => {
    stir(node)
    for (const dependent of node.dependents) dependent()
  })
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

/** How long `node` waited for a place; where it does so `nowMillis` into the run, how long until then. */
export const queueMillis = ({ startMillis, waitingMillis }: Node, nowMillis: number): number =>
  waitingMillis === undefined ? 0 : toMicros((startMillis ?? nowMillis) - waitingMillis)

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
