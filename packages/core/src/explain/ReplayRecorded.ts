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
 * knowing why. What no call of the round explains (a person who was asked, places that other runs had) is left out.
 *
 * A call that no model asked for, and that went on while the model already thought, counts until that began: nobody waited for
 * the rest. Where `rows` do not tell of a call or of its model, nothing is changed.
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
    /** Of those that began before, the one that ended last so far; those that run still stand in `running`. */
    let last: Began | undefined
    let running: ReadonlyArray<Began> = []
    for (const next of ordered) {
      const { beginMillis, call } = next
      const hasEnded = ({ endMillis }: Began) => endMillis <= beginMillis + slackMillis
      for (const ended of running.filter(hasEnded)) {
        if (last === undefined || ended.endMillis >= last.endMillis) last = ended
      }
      running = running.filter((other) => !hasEnded(other))
      const readyMillis = call.needs.reduce(
        (ready, need) => Math.max(ready, rans.get(need)?.endMillis ?? 0),
        startMillis + Math.min(call.writtenMillis, messageMillis)
      )
      const isLate = beginMillis > readyMillis + slackMillis
      if (isLate && last !== undefined && last.endMillis > readyMillis) waits.set(call, last.call.id)
      running = [...running, next]
    }
    return waits
  }

  const rounds = graph.rounds.map((round, index): Round => {
    const waits = waitedFor(round)
    const next = graph.rounds[index + 1]
    const nextMillis = round.model === undefined && next !== undefined ? startOf(next) : undefined
    const calls = round.calls.map((call): GraphCall => {
      const earlier = waits.get(call)
      const ran = rans.get(call.id)
      const most = nextMillis === undefined || ran === undefined ? Infinity : Math.max(0, nextMillis - ran.beginMillis)
      return {
        ...call,
        millis: Math.min(call.millis, most),
        needs: earlier === undefined ? call.needs : [...call.needs, earlier]
      }
    })
    return { ...round, calls }
  })
  return { ...graph, rounds }
}

/** `graph` with the needs that it has, and the times of `recorded`. */
export const freed = (graph: RunGraph, recorded: RunGraph): RunGraph => ({
  ...recorded,
  rounds: recorded.rounds.map((round, step) => ({
    ...round,
    calls: round.calls.map((call, index) => ({ ...call, needs: graph.rounds[step]?.calls[index]?.needs ?? [] }))
  }))
})

/** The calls that `recorded` shows to have waited for another, though `graph` has them need none. */
export const waiting = (graph: RunGraph, recorded: RunGraph): ReadonlyArray<GraphCall> =>
  recorded.rounds.flatMap(({ calls }, step) =>
    calls.filter(({ needs }, index) => needs.length > (graph.rounds[step]?.calls[index]?.needs.length ?? 0))
  )
