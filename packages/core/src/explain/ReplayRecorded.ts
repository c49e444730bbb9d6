/**
 * ReplayRecorded: a graph with the order in which its calls really ran, so that a replay of it takes what the run took. Pure.
 */
import type { Row } from "./Profile.ts"
import type { GraphCall, Round, RunGraph } from "./RunGraph.ts"

/** What an engine may take between two things that follow at once, in milliseconds. */
const slackMillis = 0.5

interface Ran {
  readonly beginMillis: number
  readonly endMillis: number
}

/** When a row's tool was asked: after its wait for a place, which comes first. */
const ranOf = ({ millis, pieces: [first], startMillis }: Row): Ran => ({
  beginMillis: startMillis + (first?.component === "queueing" ? first.millis : 0),
  endMillis: startMillis + millis
})

interface Began extends Ran {
  readonly call: GraphCall
}

/** The calls of `round` that the rows tell of, in the order in which they began. */
const began = (round: Round, rans: ReadonlyMap<string, Ran>): ReadonlyArray<Began> =>
  round.calls
    .flatMap((call) => {
      const ran = rans.get(call.id)
      return ran === undefined ? [] : [{ call, ...ran }]
    })
    .sort((one, other) => one.beginMillis - other.beginMillis)

/**
 * `graph` with a need more for each call that began later than it might have: of the call of its round that ended last before
 * it began, after it might have begun.
 *
 * **Details**
 *
 * So a run whose agent ran calls one after another, or had few places, is told apart from one whose calls ran together, without
 * knowing why. What no call of the round explains (a person who was asked, places that other runs had) is left out. Where
 * `rows` do not tell of a call or of its model, nothing is changed.
 */
export const of = (graph: RunGraph, rows: ReadonlyArray<Row>): RunGraph => {
  const rans = new Map(rows.map((row) => [row.id, ranOf(row)]))
  const rowStarts = new Map(rows.map(({ id, startMillis }) => [id, startMillis]))
  const startOf = ({ model }: Round) => (model === undefined ? undefined : rowStarts.get(model.id))

  const waitedFor = (round: Round): ReadonlyMap<GraphCall, string> => {
    const waits = new Map<GraphCall, string>()
    const ordered = began(round, rans)
    const startMillis = startOf(round) ?? ordered[0]?.beginMillis
    if (startMillis === undefined) return waits
    const messageMillis = round.model === undefined ? 0 : round.model.waitMillis + round.model.decodeMillis
    const byEnd = ordered.toSorted((one, other) => one.endMillis - other.endMillis)
    const places = new Map(ordered.map((one, index) => [one, index]))
    /** Of those that began before, the one that ended last so far. */
    let last: Began | undefined
    let ended = 0
    for (const [place, { beginMillis, call }] of ordered.entries()) {
      for (let other = byEnd[ended]; other !== undefined; other = byEnd[++ended]) {
        if (other.endMillis > beginMillis + slackMillis) break
        if ((places.get(other) ?? place) < place) last = other
      }
      const readyMillis = call.needs.reduce(
        (ready, need) => Math.max(ready, rans.get(need)?.endMillis ?? 0),
        startMillis + Math.min(call.writtenMillis, messageMillis)
      )
      const isLate = beginMillis > readyMillis + slackMillis
      if (isLate && last !== undefined && last.endMillis > readyMillis) waits.set(call, last.call.id)
    }
    return waits
  }

  const rounds = graph.rounds.map((round): Round => {
    const waits = waitedFor(round)
    const calls = round.calls.map((call): GraphCall => {
      const earlier = waits.get(call)
      return earlier === undefined ? call : { ...call, needs: [...call.needs, earlier] }
    })
    return { ...round, calls }
  })
  return { ...graph, rounds }
}

/** What `call` needs, without what only came before it. */
const needsOf = ({ cameAfter = [], needs }: GraphCall): ReadonlyArray<string> =>
  needs.filter((need) => !cameAfter.includes(need))

/** `graph` without the order in which calls ran: each waits for what it needs. */
export const freed = (graph: RunGraph): RunGraph => ({
  ...graph,
  rounds: graph.rounds.map((round) => ({
    ...round,
    calls: round.calls.map((call) => ({ ...call, needs: needsOf(call) }))
  }))
})

/** The calls that `recorded` has wait for others, and `free` does not. */
export const waiting = (recorded: RunGraph, free: RunGraph): ReadonlyArray<GraphCall> =>
  recorded.rounds.flatMap(({ calls }, step) =>
    calls.filter(({ needs }, index) => needs.length > (free.rounds[step]?.calls[index]?.needs.length ?? 0))
  )
