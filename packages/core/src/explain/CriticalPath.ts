/**
 * CriticalPath: what a run waited for, instant by instant.
 *
 * **Details**
 *
 * After CRISP (Zhang et al., USENIX ATC 2022): from the end of the run backwards, within each span to the child that ended last
 * before the point reached; the gaps are the span's own. Two things are known of agents that CRISP does not know: a call that began
 * while its model call was still being written waited for that one; and where a call tells what it waited for (a plan), it is that,
 * whatever else ended since.
 *
 * Each instant of the run is in exactly one segment, so together they are its wall time.
 *
 * **Gotchas**
 *
 * A guess that ended because the run did was waited for by nobody. A child that outlives its parent ends with it. In time n log n
 * of spans.
 */
import type { Component } from "./Component.ts"
import * as Pieces from "./Pieces.ts"
import { isLeftBehind, type Row, tolerance } from "./RunRows.ts"
import type { RunSpans } from "./RunSpans.ts"
import type { Node } from "./RunTree.ts"

/** From `startMillis` to `endMillis`, since the run began; in `row`, or in none. */
export interface Segment extends Pieces.Piece {
  readonly row: Row | undefined
}

/** The children of a span, to be walked through backwards. */
const backwards = (children: ReadonlyArray<Node>) => {
  const speaking = children.filter(({ speaks }) => speaks).sort((one, other) => one.startMillis - other.startMillis)
  /** Of those up to each, the one that ends last. */
  const latest: Array<Node> = []
  for (const node of speaking) {
    const before = latest.at(-1)
    latest.push(before !== undefined && before.endMillis > node.endMillis ? before : node)
  }
  let ended = children.length - 1
  let begun = speaking.length - 1
  return {
    /** The one that ended last at `millis`; each time for an earlier one. */
    endedBy: (millis: number): Node | undefined => {
      for (let node = children[ended]; node !== undefined; node = children[--ended])
        if (node.endMillis <= millis + tolerance && node.startMillis < Math.min(millis, node.endMillis)) return node
      return undefined
    },
    /** A model call that was under way at `millis`, or what holds it; each time for an earlier one. */
    writtenAt: (millis: number): Node | undefined => {
      while ((speaking[begun]?.startMillis ?? -Infinity) >= millis) begun--
      const node = latest[begun]
      return node !== undefined && node.endMillis > millis + tolerance ? node : undefined
    }
  }
}

export const of = ({ root, rows }: RunSpans): ReadonlyArray<Segment> => {
  const rowOf = new Map(rows.map((row) => [row.node, row]))
  const nodeOf = new Map(rows.map(({ id, node }) => [id, node]))
  const pieces = new Map<Node, ReadonlyArray<Pieces.Piece>>()
  const origin = root.span.startMillis
  const path: Array<Segment> = []

  const own = (node: Node, startMillis: number, endMillis: number) => {
    const known = pieces.get(node) ?? Pieces.of(node, origin)
    pieces.set(node, known)
    const row = rowOf.get(node)
    for (const piece of Pieces.between(known, startMillis, endMillis).toReversed()) path.push({ ...piece, row })
  }

  const isAwaited = (node: Node) => {
    const row = rowOf.get(node)
    return row === undefined || !isLeftBehind(row, root.span)
  }

  /** What `node` waited for by its own account: the one of them that ended last. */
  const needOf = (node: Node | undefined, millis: number): Node | undefined =>
    (node === undefined ? [] : (rowOf.get(node)?.waitsFor ?? []))
      .flatMap((id) => nodeOf.get(id) ?? [])
      .filter(
        ({ endMillis, startMillis }) => endMillis <= millis + tolerance && startMillis < Math.min(millis, endMillis)
      )
      .reduce<Node | undefined>(
        (last, one) => (last !== undefined && last.endMillis > one.endMillis ? last : one),
        undefined
      )

  /** `node` from `endMillis` back to `startMillis`. */
  const walk = (node: Node, startMillis: number, endMillis: number) => {
    const siblings = new Set(node.children)
    const children = backwards(node.children.filter(isAwaited))
    let reached = endMillis
    let from: Node | undefined
    while (reached > startMillis) {
      const need = needOf(from, reached)
      const next =
        (need !== undefined && siblings.has(need) ? need : undefined) ??
        (from?.kind === "tool" ? children.writtenAt(reached) : undefined) ??
        children.endedBy(reached)
      if (next === undefined) break
      const end = Math.min(next.endMillis, reached)
      const start = Math.max(next.startMillis, startMillis)
      if (end <= startMillis) break
      own(node, end, reached)
      walk(next, start, end)
      reached = start
      from = next
    }
    own(node, startMillis, reached)
  }

  walk(root, root.startMillis, root.endMillis)
  return joined(path.toReversed())
}

/** Neighbours of one kind as one. */
const joined = (path: ReadonlyArray<Segment>): ReadonlyArray<Segment> => {
  const out: Array<Segment> = []
  for (const segment of path) {
    const last = out.at(-1)
    if (last !== undefined && last.component === segment.component && last.row === segment.row)
      out[out.length - 1] = { ...last, endMillis: segment.endMillis }
    else out.push(segment)
  }
  return out
}

/** How long of `path` was spent on each component. */
export const byComponent = (path: ReadonlyArray<Segment>): ReadonlyMap<Component, number> => {
  const sums = new Map<Component, number>()
  for (const { component, endMillis, startMillis } of path)
    sums.set(component, (sums.get(component) ?? 0) + endMillis - startMillis)
  return sums
}
