/**
 * CounterfactualsRounds: consecutive rounds of a run as the one round that they might have been. Pure.
 */
import type { GraphCall, Round, RunGraph } from "./RunGraph.ts"

/** Consecutive rounds, from `from` to before `to`. */
export interface Span {
  readonly from: number
  readonly to: number
  /** By id: the calls of earlier rounds of the span that each of its calls needed. */
  readonly needs: ReadonlyMap<string, ReadonlyArray<string>>
}

/** Those of `sets` of rounds that are more than one, each once. What lies between two rounds of a set is free of both. */
export const spansOf = (
  sets: ReadonlyArray<{ readonly rounds: ReadonlyArray<number>; readonly needs?: Span["needs"] }>
): ReadonlyArray<Span> => {
  const spans = new Map<string, Span>()
  for (const { needs = new Map(), rounds } of sets) {
    const [from = 0] = rounds
    const to = (rounds.at(-1) ?? from) + 1
    if (to - from > 1 && !spans.has(`${from} ${to}`)) spans.set(`${from} ${to}`, { from, to, needs })
  }
  return [...spans.values()]
}

export const callsOf = ({ rounds }: RunGraph, { from, to }: Span): ReadonlyArray<GraphCall> =>
  rounds.slice(from, to).flatMap(({ calls }) => calls)

/** The shortest wait for a first token in `graph`. */
const leastWaitMillis = ({ rounds }: RunGraph): number =>
  rounds.reduce((least, { model }) => Math.min(least, model?.waitMillis ?? Infinity), Infinity)

/** Whether no model call tells of its first token, so that each counts as waiting alone. */
export const isUntold = ({ rounds }: RunGraph): boolean =>
  rounds.every(({ model }) => model === undefined || model.decodeMillis === 0)

/**
 * `graph` with the rounds of `span` as one: it waits for its first token once, writes all that they wrote, and the engine's own
 * time before the others falls away. Its calls have the needs of `span` besides their own.
 *
 * **Details**
 *
 * A message that asks for calls often tells of its first token only when its first call is whole. So of each wait no more counts as
 * such than the shortest in the run, which mostly is the answer's; the rest is writing.
 */
export const joined = (graph: RunGraph, { from, needs, to }: Span): RunGraph => {
  const { rounds } = graph
  const first = rounds[from]
  if (first?.model === undefined) return graph
  const least = leastWaitMillis(graph)
  const waitMillis = Math.min(first.model.waitMillis, least)
  let writtenMillis = waitMillis
  const calls: Array<GraphCall> = []
  for (const round of rounds.slice(from, to)) {
    const { decodeMillis = 0, waitMillis = 0 } = round.model ?? {}
    const waiting = Math.min(waitMillis, least)
    for (const call of round.calls) {
      const since = Math.min(call.writtenMillis, waitMillis + decodeMillis) - waiting
      calls.push({
        ...call,
        writtenMillis: writtenMillis + (round === first ? since : Math.max(0, since)),
        needs: [...call.needs, ...(needs.get(call.id) ?? [])]
      })
    }
    writtenMillis += waitMillis + decodeMillis - waiting
  }
  const model = { id: first.model.id, waitMillis, decodeMillis: writtenMillis - waitMillis }
  const round: Round = { model, calls, gapMillis: first.gapMillis }
  return { ...graph, rounds: [...rounds.slice(0, from), round, ...rounds.slice(to)] }
}
