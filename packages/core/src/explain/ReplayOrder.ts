/**
 * ReplayOrder: the calls of one round in an order in which each can be placed: after what it needs. Pure.
 */
import type { GraphCall } from "./RunGraph.ts"

export interface Placed {
  readonly call: GraphCall
  /** Its name in this order: ids of foreign traces need not be unique. */
  readonly key: string
  /** When it can be placed: it is written then, and so is all that it needs. */
  readonly atMillis: number
  /** The keys of what it needs, all before it in the order. */
  readonly needs: ReadonlyArray<string>
}

/**
 * `calls` by the moments at which they can be placed, those of one moment in the order of the list as far as needs allow.
 *
 * A need that is no call of the list, or that closes a circle, is dropped. Linear in calls and needs, but for the sorting.
 */
export const of = (
  calls: ReadonlyArray<GraphCall>,
  writtenMillis: (call: GraphCall) => number
): ReadonlyArray<Placed> => {
  const byId = new Map<string, GraphCall>()
  for (const call of calls) if (!byId.has(call.id)) byId.set(call.id, call)
  const placed = new Map<GraphCall, Placed>()
  const open = new Set<GraphCall>()
  const needsOf = (call: GraphCall) => call.needs.flatMap((id) => byId.get(id) ?? [])
  const place = (call: GraphCall) => {
    const needs = needsOf(call).flatMap((need) => placed.get(need) ?? [])
    const atMillis = needs.reduce((at, need) => Math.max(at, need.atMillis), writtenMillis(call))
    placed.set(call, { call, key: String(placed.size), atMillis, needs: [...new Set(needs.map(({ key }) => key))] })
  }
  for (const first of calls) {
    const stack = [first]
    for (let call = stack.at(-1); call !== undefined; call = stack.at(-1)) {
      if (placed.has(call)) stack.pop()
      else if (open.has(call)) place(call)
      else {
        open.add(call)
        stack.push(...needsOf(call).filter((need) => !open.has(need)))
      }
    }
  }
  return [...placed.values()].sort((one, other) => one.atMillis - other.atMillis)
}
