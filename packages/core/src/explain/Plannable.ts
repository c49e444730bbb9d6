/**
 * Plannable: rounds that a model could have asked for at once, as a plan.
 *
 * A plan's steps take whole values out of the results of others. What stands in no result may have been known from the start, as a
 * constant or out of the question: a value that the model made of what it read looks the same.
 */
import { maxSteps } from "../schedule/Plan.ts"
import * as Evidence from "./Evidence.ts"
import type { ReadCall } from "./ReadCall.ts"
import { needsOf, type RunGraph } from "./RunGraph.ts"

/** Rounds that follow one another and that a single plan could have been: all that a call took from others, it took whole. */
export interface Plan {
  readonly rounds: ReadonlyArray<number>
  /** By call, the ids of the calls of these rounds whose results its arguments are made of. */
  readonly needs: ReadonlyMap<string, ReadonlyArray<string>>
}

/** As long as they go and a plan may be, from the first round on. `rounds` are those of `graph`. */
export const of = (graph: RunGraph, rounds: ReadonlyArray<ReadonlyArray<ReadCall>>): ReadonlyArray<Plan> => {
  const plans: Array<Plan> = []
  let indexes: ReadonlyArray<number> = []
  let needs = new Map<string, ReadonlyArray<string>>()
  const close = () => {
    if (indexes.length > 1 && [...needs.values()].some(({ length }) => length > 0))
      plans.push({ rounds: indexes, needs })
    indexes = []
    needs = new Map()
  }
  rounds.forEach((calls, round) => {
    const isPlannable = graph.rounds[round]?.model !== undefined && calls.length > 0
    const add = () => {
      const earlier = indexes.flatMap((index) => rounds[index] ?? [])
      return calls.map((call) => [call, takenBy(call, earlier)] as const)
    }
    if (needs.size + calls.length > maxSteps) close()
    let taken = isPlannable ? add() : []
    if (taken.some(([, from]) => from === undefined)) {
      close()
      taken = add()
    }
    if (!isPlannable || taken.some(([{ call, telling }]) => !call.isReadOnly || telling() === undefined)) return close()
    indexes = [...indexes, round]
    for (const [{ call }, from] of taken) needs.set(call.id, from ?? [])
  })
  close()
  return plans
}

/**
 * The ids of those of `earlier` whose results hold a value of `call`'s arguments, the last for each value; `undefined` where one
 * stands in them only as a part of another, since a plan cannot take it out, or where something is not known.
 */
const takenBy = ({ call, telling }: ReadCall, earlier: ReadonlyArray<ReadCall>): ReadonlyArray<string> | undefined => {
  const from = new Set(needsOf(call))
  for (const value of telling() ?? []) {
    let isPart = false
    let whole: string | undefined
    for (const other of earlier) {
      const held = other.held()
      if (held === undefined || !other.timed.ok) return undefined
      const place = Evidence.find(value, held)
      if (place === "whole") whole = other.call.id
      isPart ||= place === "part"
    }
    if (whole !== undefined) from.add(whole)
    else if (isPart) return undefined
  }
  return [...from]
}
