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
import * as Plannable from "./Plannable.ts"
import * as ReadCall from "./ReadCall.ts"
import { type GraphCall, mayTouch, needsOf, type RunGraph } from "./RunGraph.ts"

/** Calls that could have run together and did not. */
export interface Group {
  /** Ids, in the order in which they began. */
  readonly calls: ReadonlyArray<string>
  /** Where they stand in the graph: one round, or several that follow one another and needed nothing of each other. */
  readonly rounds: ReadonlyArray<number>
}

export interface Independence {
  /** The first `maxFindings`. */
  readonly findings: ReadonlyArray<Finding>
  readonly groups: ReadonlyArray<Group>
  readonly plans: ReadonlyArray<Plannable.Plan>
}

export const maxFindings = 1_000
/** Pairs that are looked at, and characters of results in all. */
const maxPairs = 20_000
const maxCharacters = 2_000_000_000

interface Judged {
  readonly verdict: Finding["verdict"]
  readonly why: string
}

const isTold = (first: GraphCall, second: GraphCall): boolean => needsOf(second).includes(first.id)

const shown = (value: string): string => (value.length > 60 ? `${value.slice(0, 57)}...` : value)

/** Whether `second` needed `first`, which was asked for no later. */
const judge = (first: ReadCall.ReadCall, second: ReadCall.ReadCall): Judged => {
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

const endOf = ({ millis, startMillis }: ReadCall.Timed) => startMillis + millis

export const of = (graph: RunGraph, rows: ReadonlyArray<ReadCall.Timed>): Independence => {
  const timed = new Map(rows.map((row) => [row.id, row]))
  const rounds = graph.rounds.map(({ calls }, round) =>
    calls.flatMap((call) => {
      const row = timed.get(call.id)
      return row === undefined ? [] : [ReadCall.of(call, round, row)]
    })
  )
  const beginOf = (round: number) => timed.get(graph.rounds[round]?.model?.id ?? "")?.startMillis

  const known = new Map<ReadCall.ReadCall, Map<ReadCall.ReadCall, Judged>>()
  let pairs = 0
  let characters = 0
  const verdictOf = (first: ReadCall.ReadCall, second: ReadCall.ReadCall): Judged => {
    const found = known.get(first)?.get(second)
    if (found !== undefined) return found
    characters += (second.telling()?.length ?? 0) * (first.call.result?.length ?? 0)
    if (pairs++ >= maxPairs || characters > maxCharacters)
      return { verdict: "cannot tell", why: "There is more than is looked at." }
    const made = judge(first, second)
    known.set(first, (known.get(first) ?? new Map<ReadCall.ReadCall, Judged>()).set(second, made))
    return made
  }

  /** Whether `second` had all that it runs with while `first` still ran, and began after its end. */
  const waited = (first: ReadCall.ReadCall, second: ReadCall.ReadCall): boolean => {
    if (
      first.timed.startMillis > second.timed.startMillis ||
      endOf(first.timed) > second.timed.startMillis + (graph.toleranceMillis ?? 0.01)
    )
      return false
    if (first.round !== second.round) return true
    const begin = beginOf(first.round)
    return (
      begin === undefined || isTold(first.call, second.call) || endOf(first.timed) > begin + second.call.writtenMillis
    )
  }

  const findings: Array<Finding> = []
  const tell = (first: ReadCall.ReadCall, second: ReadCall.ReadCall) => {
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

  const areFree = (earlier: ReadonlyArray<ReadCall.ReadCall>, later: ReadonlyArray<ReadCall.ReadCall>) =>
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

  return { findings, groups, plans: Plannable.of(graph, rounds) }
}

/** `calls` so that each stands after all that it is not free of. */
const levels = (
  calls: ReadonlyArray<ReadCall.ReadCall>,
  isFree: (first: ReadCall.ReadCall, second: ReadCall.ReadCall) => boolean
): ReadonlyArray<ReadonlyArray<ReadCall.ReadCall>> => {
  const levels: Array<Array<ReadCall.ReadCall>> = []
  for (const call of calls) {
    const last = levels.findLastIndex((level) => level.some((other) => !isFree(other, call)))
    const level = levels[last + 1]
    if (level === undefined) levels.push([call])
    else level.push(call)
  }
  return levels
}
