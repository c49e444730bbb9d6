/**
 * Pieces: what the time of one span was, if nothing under it is looked at: told apart by its attributes and its phases.
 */
import * as Schema from "effect/Schema"

import { Component } from "./Component.ts"
import type { Node } from "./RunTree.ts"
import * as Told from "./Told.ts"
import { Attribute, phaseEvent, phaseMillis, type RecordedSpan } from "./Trace.ts"

/** From `startMillis` to `endMillis`, since the run began. */
export interface Piece {
  readonly startMillis: number
  readonly endMillis: number
  readonly component: Component
}

const isComponent = Schema.is(Component)

const componentOf = (attributes: RecordedSpan["attributes"]): Component | undefined => {
  const told = attributes[Attribute.component]
  return isComponent(told) ? told : undefined
}

/**
 * What `node` is where no phase is told of it.
 *
 * A model call waits until its first token and decodes from there on; where the first token is not told, all of it is waiting:
 * nothing could be read before its end. A tool waits for its place first.
 */
const plain = ({ endMillis, kind, span, startMillis }: Node): ReadonlyArray<Piece> => {
  const split = (millis: number | undefined, before: Component, after: Component): ReadonlyArray<Piece> => {
    const middle = Math.min(endMillis, startMillis + (millis ?? 0))
    return [
      { startMillis, endMillis: middle, component: before },
      { startMillis: middle, endMillis, component: after }
    ]
  }
  switch (kind) {
    case "model": {
      const firstToken = Told.amount(span.attributes, Attribute.firstToken)
      return split(firstToken ?? endMillis - startMillis, "model-wait", "decoding")
    }
    case "tool":
      return split(Told.amount(span.attributes, Attribute.queueWait), "queueing", "tools")
    case "phase":
    case "other":
      return [{ startMillis, endMillis, component: componentOf(span.attributes) ?? "overhead" }]
  }
}

/** The phases of `node`, cut so that none overlaps another (the one that ends later is whole), the last first. */
const phasesOf = ({ endMillis, span, startMillis }: Node, origin: number): ReadonlyArray<Piece> => {
  let reached = endMillis
  return span.events
    .flatMap(({ atMillis, attributes, name }) => {
      const component = componentOf(attributes)
      const millis = Told.amount(attributes, phaseMillis)
      if (name !== phaseEvent || component === undefined || millis === undefined || !Number.isFinite(atMillis))
        return []
      return [{ startMillis: atMillis - origin - millis, endMillis: atMillis - origin, component }]
    })
    .sort((one, other) => other.endMillis - one.endMillis)
    .flatMap((phase) => {
      const piece = {
        startMillis: Math.max(startMillis, phase.startMillis),
        endMillis: Math.min(reached, phase.endMillis),
        component: phase.component
      }
      if (piece.startMillis >= piece.endMillis) return []
      reached = piece.startMillis
      return [piece]
    })
}

const cut = (pieces: ReadonlyArray<Piece>, startMillis: number, endMillis: number): ReadonlyArray<Piece> =>
  pieces.flatMap((piece) => {
    const start = Math.max(startMillis, piece.startMillis)
    const end = Math.min(endMillis, piece.endMillis)
    return start < end ? [{ startMillis: start, endMillis: end, component: piece.component }] : []
  })

/** The whole of `node`, in order and without gaps. `origin`: when the run began, in Unix time. */
export const of = (node: Node, origin: number): ReadonlyArray<Piece> => {
  const rest = plain(node)
  const pieces: Array<Piece> = []
  let reached = node.startMillis
  for (const phase of phasesOf(node, origin).toReversed()) {
    pieces.push(...cut(rest, reached, phase.startMillis), phase)
    reached = phase.endMillis
  }
  return [...pieces, ...cut(rest, reached, node.endMillis)]
}

/** Those of `pieces`, which stand in order, that lie between two instants. In logarithmic time, and that of the answer. */
export const between = (pieces: ReadonlyArray<Piece>, startMillis: number, endMillis: number): ReadonlyArray<Piece> => {
  let low = 0
  let high = pieces.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((pieces[middle]?.endMillis ?? Infinity) <= startMillis) low = middle + 1
    else high = middle
  }
  let end = low
  while ((pieces[end]?.startMillis ?? Infinity) < endMillis) end++
  return cut(pieces.slice(low, end), startMillis, endMillis)
}
