/**
 * CounterfactualsRounds: consecutive rounds of a run as one: which might have been, and the round that they then are. Pure.
 */
import type { GraphCall, Round, RunGraph } from "./RunGraph.ts"

/** Whether `second`, made by a later round, needed the result of `first`; `undefined` where the trace does not tell. */
export type Needed = (first: GraphCall, second: GraphCall) => boolean | undefined

/** Consecutive rounds, from `from` to before `to`. */
export interface Span {
  readonly from: number
  readonly to: number
  /** By id: the calls of earlier rounds of the span that each of its calls needed. */
  readonly needs: ReadonlyMap<string, ReadonlyArray<string>>
}

/** Calls of one span, at most: each is looked at beside each other. */
const maxCalls = 200

/**
 * The longest runs of rounds, from the first on, in which `takes` allows each call beside those of the rounds before it.
 *
 * Rounds that no model asked for, and those without calls, are in none. No span has more than 200 calls.
 */
const spansBy = (
  { rounds }: RunGraph,
  takes: (call: GraphCall, earlier: ReadonlyArray<GraphCall>) => ReadonlyArray<GraphCall> | undefined
): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  let from = 0
  let earlier: Array<GraphCall> = []
  let needs = new Map<string, ReadonlyArray<string>>()
  const close = (to: number) => {
    if (to - from > 1) spans.push({ from, to, needs })
    from = to
    earlier = []
    needs = new Map()
  }
  for (const [index, { calls, model }] of rounds.entries()) {
    const isRound = model !== undefined && calls.length > 0
    if (!isRound || earlier.length + calls.length > maxCalls) close(index)
    const others = earlier
    const taken = isRound && others.length > 0 ? calls.map((call) => takes(call, others)) : []
    if (taken.includes(undefined)) close(index)
    if (!isRound) {
      from = index + 1
      continue
    }
    if (earlier.length > 0) {
      for (const [at, call] of calls.entries())
        needs.set(
          call.id,
          (taken[at] ?? []).map(({ id }) => id)
        )
    }
    earlier.push(...calls)
  }
  close(rounds.length)
  return spans
}

/** Whether one of two writes what the other may touch. */
const areInTheWay = (one: GraphCall, other: GraphCall): boolean =>
  (!one.isReadOnly || !other.isReadOnly) &&
  (one.upstream === undefined || other.upstream === undefined || one.upstream === other.upstream)

/** Rounds that needed nothing of each other, so that one message might have asked for all their calls. */
export const independent = (graph: RunGraph, needed: Needed): ReadonlyArray<Span> =>
  spansBy(graph, (call, earlier) =>
    earlier.every((other) => needed(other, call) === false && !areInTheWay(other, call)) ? [] : undefined
  )

/** Rounds of which some needed what others gave, and all that they needed is known: a plan might have held all their calls. */
export const planned = (graph: RunGraph, needed: Needed): ReadonlyArray<Span> =>
  spansBy(graph, (call, earlier) => {
    const found = earlier.map((other) => needed(other, call))
    return found.includes(undefined) ? undefined : earlier.filter((_, index) => found[index])
  }).filter(({ needs }) => [...needs.values()].some((needs) => needs.length > 0))

export const callsOf = ({ rounds }: RunGraph, { from, to }: Span): ReadonlyArray<GraphCall> =>
  rounds.slice(from, to).flatMap(({ calls }) => calls)

/** Whether a model call of `span` but the first tells nothing of its first token, so that all of it counts as waiting. */
export const isUntold = ({ rounds }: RunGraph, { from, to }: Span): boolean =>
  rounds.slice(from + 1, to).some(({ model }) => model !== undefined && model.decodeMillis === 0)

/**
 * `graph` with the rounds of `span` as one: it waits for its first token as the first did, writes all that they wrote, and the
 * engine's own time before the others falls away. Its calls have the needs of `span` besides their own.
 */
export const joined = (graph: RunGraph, { from, needs, to }: Span): RunGraph => {
  const { rounds } = graph
  const first = rounds[from]
  if (first?.model === undefined) return graph
  const { id, waitMillis } = first.model
  let decodeMillis = 0
  const calls: Array<GraphCall> = []
  for (const round of rounds.slice(from, to)) {
    const { decodeMillis: writing = 0, waitMillis: waiting = 0 } = round.model ?? {}
    for (const call of round.calls) {
      const written = Math.min(Math.max(0, call.writtenMillis - waiting), writing)
      calls.push({
        ...call,
        writtenMillis: waitMillis + decodeMillis + written,
        needs: [...call.needs, ...(needs.get(call.id) ?? [])]
      })
    }
    decodeMillis += writing
  }
  const round: Round = { model: { id, waitMillis, decodeMillis }, calls, gapMillis: first.gapMillis }
  return { ...graph, rounds: [...rounds.slice(0, from), round, ...rounds.slice(to)] }
}
