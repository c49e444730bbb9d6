/**
 * ReplayRecorded: a graph with the order in which its calls really ran, so that a replay of it takes what the run took. Pure.
 */
import type { Finding } from "./Finding.ts"
import type { Row } from "./Profile.ts"
import { type GraphCall, mayTouch, needsOf, type Round, type RunGraph } from "./RunGraph.ts"

/** What an engine may take between two things that follow at once, in milliseconds. */
const slackMillis = 0.5

interface Ran {
  readonly beginMillis: number
  readonly endMillis: number
}

interface Began extends Ran {
  readonly call: GraphCall
}

export interface Recorded {
  /** Each call waits for what it waited for. */
  readonly asRan: RunGraph
  /** Each call waits for what it needed, and, where one of two writes, for what it may have had to wait for. */
  readonly freed: RunGraph
  /** The calls that wait for others in `asRan` alone. */
  readonly late: ReadonlyArray<GraphCall>
}

/** When a row's tool was asked: after its wait for a place, which comes first. */
const ranOf = ({ millis, pieces: [first], startMillis }: Row): Ran => ({
  beginMillis: startMillis + (first?.component === "queueing" ? first.millis : 0),
  endMillis: startMillis + millis
})

interface Waits {
  /** The call of the round that ended last before a late one began, and after that might have begun. */
  readonly waited: string | undefined
  /** Calls that ended before it began and that it may have had to wait for. */
  readonly inTheWay: ReadonlyArray<string>
}

/** What each call of `round` waited for, as far as `rans` tell. */
const waitsIn = (
  round: Round,
  rans: ReadonlyMap<string, Ran>,
  modelStartMillis: number | undefined
): ReadonlyMap<GraphCall, Waits> => {
  const waits = new Map<GraphCall, Waits>()
  const ordered = round.calls
    .flatMap((call): ReadonlyArray<Began> => {
      const ran = rans.get(call.id)
      return ran === undefined ? [] : [{ call, ...ran }]
    })
    .sort((one, other) => one.beginMillis - other.beginMillis)
  const startMillis = modelStartMillis ?? ordered[0]?.beginMillis ?? 0
  const messageMillis = round.model === undefined ? 0 : round.model.waitMillis + round.model.decodeMillis
  const byEnd = ordered.toSorted((one, other) => one.endMillis - other.endMillis)
  const places = new Map(ordered.map((one, index) => [one, index]))
  /** Of those that began before, the one that ended last so far; and that of each upstream and kind. */
  let last: Began | undefined
  const lasts = new Map<string, Began>()
  let ended = 0
  for (const [place, { beginMillis, call }] of ordered.entries()) {
    for (let other = byEnd[ended]; other !== undefined; other = byEnd[++ended]) {
      if (other.endMillis > beginMillis + slackMillis) break
      if ((places.get(other) ?? place) >= place) continue
      last = other
      lasts.set(JSON.stringify([other.call.isReadOnly, other.call.upstream]), other)
    }
    const readyMillis = call.needs.reduce(
      (ready, need) => Math.max(ready, rans.get(need)?.endMillis ?? 0),
      startMillis + Math.min(call.writtenMillis, messageMillis)
    )
    const isLate = beginMillis > readyMillis + slackMillis && last !== undefined && last.endMillis > readyMillis
    waits.set(call, {
      waited: isLate ? last?.call.id : undefined,
      inTheWay: [...lasts.values()].flatMap((other) => (mayTouch(other.call, call) ? [other.call.id] : []))
    })
  }
  return waits
}

/** Ids of calls, by that of the one whose arguments stand in their results. */
const evidenceOf = (findings: ReadonlyArray<Finding>): ReadonlyMap<string, ReadonlyArray<string>> => {
  const found = new Map<string, Array<string>>()
  for (const { first, second, verdict } of findings) {
    if (verdict !== "dependent") continue
    const before = found.get(second)
    if (before === undefined) found.set(second, [first])
    else before.push(first)
  }
  return found
}

/**
 * `graph` with what its calls waited for, told by when they ran and by `findings`.
 *
 * **Details**
 *
 * A call that began later than it might have waited for the call of its round that ended last before it began. So a run whose agent
 * ran calls one after another, or had few places, is told apart from one whose calls ran together, without knowing why. What no
 * call of the round explains (a person who was asked, places that other runs had) is left out.
 *
 * A message's calls are written before any of them has run. But where a trace does not tell what its calls needed, which message
 * a call is of is guessed, so a call that is found to depend on another stays after it.
 *
 * Calls that ran beside each other touched nothing in common, whatever their upstreams; so what a call touches is nothing more
 * than what it waits for. Where `rows` do not tell of a call, it stays as it is.
 */
export const of = (graph: RunGraph, rows: ReadonlyArray<Row>, findings: ReadonlyArray<Finding>): Recorded => {
  const evidence = evidenceOf(findings)
  const rans = new Map(rows.map((row) => [row.id, ranOf(row)]))
  const starts = new Map(rows.map(({ id, startMillis }) => [id, startMillis]))
  const late: Array<GraphCall> = []
  const rounds = graph.rounds.map((round) => {
    const waits = waitsIn(round, rans, round.model && starts.get(round.model.id))
    const pairs = round.calls.map((call): readonly [GraphCall, GraphCall] => {
      const found = waits.get(call)
      const { inTheWay = [], waited } = found ?? {}
      const touches = found === undefined ? {} : { touches: [] }
      const evident = call.cameAfter === undefined ? [] : (evidence.get(call.id) ?? [])
      const free = [...new Set([...needsOf(call), ...inTheWay, ...evident])]
      const ran = [...new Set([...call.needs, ...inTheWay, ...evident, ...(waited === undefined ? [] : [waited])])]
      if (ran.length > free.length) late.push(call)
      return [
        { ...call, ...touches, needs: ran },
        { ...call, ...touches, needs: free }
      ]
    })
    return { round, pairs }
  })
  return {
    asRan: { ...graph, rounds: rounds.map(({ pairs, round }) => ({ ...round, calls: pairs.map(([ran]) => ran) })) },
    freed: { ...graph, rounds: rounds.map(({ pairs, round }) => ({ ...round, calls: pairs.map(([, free]) => free) })) },
    late
  }
}
