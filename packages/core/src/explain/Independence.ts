/**
 * Independence: which calls of a run waited for one another without need.
 *
 * **Details**
 *
 * Two calls are independent when no value of the later one's arguments stands in the earlier one's result (`Evidence`). Looked at
 * are calls of one round of which the later could have begun before the earlier had ended, and calls of rounds that follow one
 * another. A call that writes is never free to run beside another of its upstream, nor of one that is not told. Where the trace
 * holds no content nothing can be told; nor of what came after a failure, which may be why it was asked for.
 *
 * **Gotchas**
 *
 * A model may have asked for the second call because of what it read in the first one's result and yet take nothing from it. So what
 * is independent here could have run together, had it been asked for together.
 */
import * as Evidence from "./Evidence.ts"
import type { Finding } from "./Finding.ts"
import type { GraphCall, RunGraph } from "./RunGraph.ts"
import { tolerance } from "./RunRows.ts"

/** When a call ran, and whether it succeeded: a row of a profile. */
export interface Timed {
  readonly id: string
  readonly startMillis: number
  readonly millis: number
  readonly ok: boolean
}

/** Calls that could have run together and did not. */
export interface Group {
  /** Ids, in the order in which they began. */
  readonly calls: ReadonlyArray<string>
  /** Where they stand in the graph: one round, or several that follow one another and needed nothing of each other. */
  readonly rounds: ReadonlyArray<number>
}

/** Rounds that follow one another and that a single plan could have been: all that a call took from others, it took whole. */
export interface Plan {
  readonly rounds: ReadonlyArray<number>
  /** By call, the ids of the calls of these rounds whose results its arguments are made of. */
  readonly needs: ReadonlyMap<string, ReadonlyArray<string>>
}

export interface Independence {
  /** The first `maxFindings`. */
  readonly findings: ReadonlyArray<Finding>
  readonly groups: ReadonlyArray<Group>
  readonly plans: ReadonlyArray<Plan>
}

export const maxFindings = 1_000
/** Pairs that are looked at. */
const maxPairs = 20_000

interface Judged {
  readonly verdict: Finding["verdict"]
  readonly why: string
}

/** A call, and what is read of it at most once. */
interface Read {
  readonly call: GraphCall
  readonly round: number
  readonly timed: Timed
  readonly telling: () => ReadonlyArray<string> | undefined
  readonly held: () => Evidence.Held | undefined
}

const once = <A>(make: () => A): (() => A) => {
  let made: { readonly value: A } | undefined
  return () => (made ??= { value: make() }).value
}

const readOf = (call: GraphCall, round: number, timed: Timed): Read => ({
  call,
  round,
  timed,
  telling: once(() => (call.arguments === undefined ? undefined : Evidence.tellingOf(call.arguments))),
  held: once(() => (call.result === undefined ? undefined : Evidence.heldIn(call.result)))
})

const mayTouch = (one: GraphCall, other: GraphCall): boolean =>
  (!one.isReadOnly || !other.isReadOnly) &&
  (one.upstream === undefined || other.upstream === undefined || one.upstream === other.upstream)

const isTold = (first: GraphCall, second: GraphCall): boolean =>
  second.needs.includes(first.id) && second.cameAfter?.includes(first.id) !== true

const shown = (value: string): string => (value.length > 60 ? `${value.slice(0, 57)}...` : value)

/** Whether `second` needed `first`, which was asked for no later. */
const judge = (first: Read, second: Read): Judged => {
  const [one, other] = [first.call, second.call]
  if (isTold(one, other))
    return { verdict: "dependent", why: `The plan makes ${other.name} of what ${one.name} gives.` }
  if (mayTouch(one, other)) {
    const writer = one.isReadOnly ? other : one
    return { verdict: "dependent", why: `${writer.name} changes something that the other may touch.` }
  }
  const telling = second.telling()
  const held = first.held()
  if (telling === undefined || held === undefined) {
    const missing = telling === undefined ? `the arguments of ${other.name}` : `the result of ${one.name}`
    return { verdict: "cannot tell", why: `The trace does not hold ${missing}, or more than is looked at.` }
  }
  const found = telling.find((value) => Evidence.find(value, held) !== "nowhere")
  if (found !== undefined)
    return { verdict: "dependent", why: `"${shown(found)}" of ${other.name} stands in the result of ${one.name}.` }
  if (first.round !== second.round && !first.timed.ok)
    return {
      verdict: "cannot tell",
      why: `${one.name} failed, and ${other.name} may have been asked for because of it.`
    }
  return { verdict: "independent", why: `No value of ${other.name}'s arguments stands in the result of ${one.name}.` }
}

const endOf = ({ millis, startMillis }: Timed) => startMillis + millis

export const of = (graph: RunGraph, rows: ReadonlyArray<Timed>): Independence => {
  const timed = new Map(rows.map((row) => [row.id, row]))
  const rounds = graph.rounds.map(({ calls }, round) =>
    calls.flatMap((call) => {
      const row = timed.get(call.id)
      return row === undefined ? [] : [readOf(call, round, row)]
    })
  )
  const beginOf = (round: number) => timed.get(graph.rounds[round]?.model?.id ?? "")?.startMillis

  const known = new Map<Read, Map<Read, Judged>>()
  let pairs = 0
  const verdictOf = (first: Read, second: Read): Judged => {
    const found = known.get(first)?.get(second)
    if (found !== undefined) return found
    if (pairs++ >= maxPairs) return { verdict: "cannot tell", why: "There are more pairs than are looked at." }
    const made = judge(first, second)
    known.set(first, (known.get(first) ?? new Map<Read, Judged>()).set(second, made))
    return made
  }

  /** Whether `second` had all that it runs with while `first` still ran, and began after its end. */
  const waited = (first: Read, second: Read): boolean => {
    if (first.timed.startMillis > second.timed.startMillis || endOf(first.timed) > second.timed.startMillis + tolerance)
      return false
    if (first.round !== second.round) return true
    const begin = beginOf(first.round)
    return (
      begin === undefined || isTold(first.call, second.call) || endOf(first.timed) > begin + second.call.writtenMillis
    )
  }

  const findings: Array<Finding> = []
  const tell = (first: Read, second: Read) => {
    if (findings.length < maxFindings && waited(first, second))
      findings.push({ first: first.call.id, second: second.call.id, ...verdictOf(first, second) })
  }
  rounds.forEach((calls, round) => {
    const before = graph.rounds[round - 1]?.model === undefined ? [] : (rounds[round - 1] ?? [])
    for (const [index, second] of calls.entries()) {
      for (const first of before) tell(first, second)
      for (const first of calls.slice(0, index)) tell(first, second)
    }
  })

  const areFree = (earlier: ReadonlyArray<Read>, later: ReadonlyArray<Read>) =>
    later.every((second) => earlier.every((first) => verdictOf(first, second).verdict === "independent"))

  /** Rounds that needed nothing of each other, as long as they go. */
  const runs: Array<ReadonlyArray<number>> = []
  let run: ReadonlyArray<number> = []
  rounds.forEach((calls, round) => {
    const earlier = run.flatMap((index) => rounds[index] ?? [])
    const isFirst = run.length === 0 || graph.rounds[round - 1]?.model === undefined
    if (!isFirst && calls.length > 0 && areFree(earlier, calls)) run = [...run, round]
    else {
      if (run.length > 0) runs.push(run)
      run = calls.length > 0 ? [round] : []
    }
  })
  if (run.length > 0) runs.push(run)

  const groups = runs.flatMap((indexes) => {
    const calls = indexes.flatMap((index) => rounds[index] ?? [])
    return levels(calls, (first, second) => verdictOf(first, second).verdict === "independent")
      .filter((level) => level.some((second, index) => level.slice(0, index).some((first) => waited(first, second))))
      .map((level) => ({
        calls: level.map(({ call }) => call.id),
        rounds: [...new Set(level.map(({ round }) => round))]
      }))
  })

  return { findings, groups, plans: plansOf(graph, rounds) }
}

/** `calls` so that each stands after all that it is not free of. */
const levels = (
  calls: ReadonlyArray<Read>,
  isFree: (first: Read, second: Read) => boolean
): ReadonlyArray<ReadonlyArray<Read>> => {
  const levels: Array<Array<Read>> = []
  for (const call of calls) {
    const last = levels.findLastIndex((level) => level.some((other) => !isFree(other, call)))
    const level = levels[last + 1]
    if (level === undefined) levels.push([call])
    else level.push(call)
  }
  return levels
}

/** As long as they go, from the first round on. */
const plansOf = (graph: RunGraph, rounds: ReadonlyArray<ReadonlyArray<Read>>): ReadonlyArray<Plan> => {
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
const takenBy = ({ call, telling }: Read, earlier: ReadonlyArray<Read>): ReadonlyArray<string> | undefined => {
  const from = new Set(call.needs.filter((id) => !call.cameAfter?.includes(id)))
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
