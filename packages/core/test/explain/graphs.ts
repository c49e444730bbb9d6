/**
 * Graphs: graphs of runs, written by hand and at random, and how long they take on paper.
 */
import type { GraphCall, Round, RunGraph } from "@callsheet/core/explain/RunGraph"
import { Schema } from "effect"

/** A read that is written at once and takes 40 ms, but for what `more` says. */
export const call = (id: string, more: Partial<GraphCall> = {}): GraphCall => ({
  id,
  name: "look",
  isReadOnly: true,
  upstream: undefined,
  millis: 40,
  writtenMillis: 0,
  needs: [],
  arguments: undefined,
  result: undefined,
  ...more
})

/** A round whose model waits 100 ms and writes for 20. */
export const round = (calls: ReadonlyArray<GraphCall> = [], more: Partial<Round> = {}): Round => ({
  model: { id: "chat", waitMillis: 100, decodeMillis: 20 },
  calls,
  gapMillis: 0,
  ...more
})

export const graphOf = (rounds: ReadonlyArray<Round>, restMillis = 0): RunGraph => ({ rounds, restMillis })

const below = (end: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: end - 1 }))
/** In quarters of a millisecond, which add up without rounding. */
const Quarters = below(1200)

const Call = Schema.Struct({
  name: Schema.Literals(["look", "list", "fetch"]),
  isReadOnly: Schema.Literals([true, true, false]),
  upstream: Schema.Literals(["plex", "tmdb", "none"]),
  quarters: Quarters,
  written: Quarters,
  /** How many calls before it each of those stands that it needs. */
  needs: Schema.Array(below(4)).check(Schema.isMaxLength(2))
})

/** A graph in small numbers: `toGraph` makes it one. */
export const Sketch = Schema.Struct({
  isForeseen: Schema.Boolean,
  rest: Quarters,
  rounds: Schema.Array(
    Schema.Struct({
      gap: Quarters,
      wait: Quarters,
      decode: Quarters,
      calls: Schema.Array(Call).check(Schema.isMaxLength(6))
    })
  ).check(Schema.isMinLength(1), Schema.isMaxLength(4))
})

/** `sketch` with its tools, whose calls may write where `mayWrite` is true. */
export const toGraph = ({ isForeseen, rest, rounds }: typeof Sketch.Type, mayWrite: boolean): RunGraph => ({
  restMillis: rest / 4,
  rounds: rounds.map(({ calls, decode, gap, wait }, step) => ({
    gapMillis: gap / 4,
    model:
      isForeseen && step === 0 ? undefined : { id: `chat ${step}`, waitMillis: wait / 4, decodeMillis: decode / 4 },
    calls: calls.map(({ isReadOnly, name, needs, quarters, upstream, written }, index) =>
      call(`c${step}.${index}`, {
        name,
        isReadOnly: isReadOnly || !mayWrite,
        upstream: upstream === "none" ? undefined : upstream,
        millis: quarters / 4,
        writtenMillis: written / 4,
        needs: needs.filter((back) => back > 0 && back <= index).map((back) => `c${step}.${index - back}`)
      })
    )
  }))
})

const sum = (all: ReadonlyArray<number>) => all.reduce((sum, one) => sum + one, 0)

const messageMillis = ({ model }: Round) => (model === undefined ? 0 : model.waitMillis + model.decodeMillis)

/** On paper: reads, each begun when it is written and what it needs has ended. */
export const togetherMillis = ({ restMillis, rounds }: RunGraph): number =>
  sum(
    rounds.map((round) => {
      const ends = new Map<string, number>()
      const end = messageMillis(round)
      for (const { id, millis, needs, writtenMillis } of round.calls) {
        const begin = Math.max(Math.min(writtenMillis, end), ...needs.map((need) => ends.get(need) ?? 0))
        ends.set(id, begin + millis)
      }
      return round.gapMillis + Math.max(end, ...ends.values())
    })
  ) + restMillis

/** On paper: one call after the other, after the message. */
export const oneByOneMillis = ({ restMillis, rounds }: RunGraph): number =>
  sum(rounds.map((round) => round.gapMillis + messageMillis(round) + sum(round.calls.map(({ millis }) => millis)))) +
  restMillis
