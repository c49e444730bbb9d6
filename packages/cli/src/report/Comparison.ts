import { Route } from "@callsheet/core/AgentEvent"
/**
 * Comparison: what became better or worse since a baseline, and how sure that is. Pure.
 *
 * **Details**
 *
 * Like is compared with like: the same question to the same model, of demo services or not; times also by the same route, and
 * of runs that were answered.
 *
 * - `time`: the rank-sum test, with the shift and where it lies (`RankSum`).
 * - `answered`, and `without-model` (by rules or from memory): shares, by Fisher's exact test.
 *
 * What is told is so sure that a whole report without a true difference tells one by mistake in at most 5 of 100 (`Certainty`).
 *
 * **Gotchas**
 *
 * The tests take runs for independent of one another. A slow hour makes several slow at once: then they are surer than they
 * should be.
 */
import * as Certainty from "@callsheet/core/explain/Certainty"
import * as FisherExact from "@callsheet/core/explain/FisherExact"
import * as Quantile from "@callsheet/core/explain/Quantile"
import * as RankSum from "@callsheet/core/explain/RankSum"
import * as Schema from "effect/Schema"

import * as Samples from "./Samples.ts"

/** The chance of a single false finding in a report, at most. */
const alpha = 0.05

/** A shift of less than this share of the time before is told by nobody's watch, however sure it is. */
const leastShift = 0.03

/** Of each side, the newest that are looked at: the test's work grows with their product. */
const maxRuns = 500

const Side = Schema.Struct({
  runs: Schema.Natural,
  /** The median in milliseconds, or a share from 0 to 1. */
  value: Schema.Finite
})

export const Comparison = Schema.Struct({
  what: Schema.Literals(["time", "answered", "without-model"]),
  question: Schema.String,
  model: Schema.String,
  isDemo: Schema.Boolean,
  /** Of times; null of shares. */
  route: Schema.NullOr(Route),
  before: Side,
  now: Side,
  /** Of times, in milliseconds: positive where it takes longer now. */
  shiftMillis: Schema.NullOr(Schema.Finite),
  /** Where the shift lies with 95 % confidence. */
  interval: Schema.NullOr(Schema.Tuple([Schema.Finite, Schema.Finite])),
  /** Corrected for how many comparisons there are; null where there are too few runs to tell. */
  p: Schema.NullOr(Schema.Finite),
  verdict: Schema.Literals(["regression", "improvement", "no difference", "too few to tell"])
})
export type Comparison = typeof Comparison.Type

/** A comparison before it is judged beside the others. `worsens`: by its own measure; negative where it becomes better. */
interface Candidate {
  readonly test: Certainty.Test
  readonly worsens: number
  readonly told: Omit<Comparison, "p" | "verdict">
}

interface Pair {
  readonly before: ReadonlyArray<Samples.Sample>
  readonly now: ReadonlyArray<Samples.Sample>
}

/** The runs of both sides by `key`, where both have some. */
const pairs = ({ before, now }: Pair, key: (run: Samples.Sample) => string): ReadonlyArray<Pair> => {
  const groups = new Map(
    Samples.groupBy(before, key).map((group) => [group[0] === undefined ? "" : key(group[0]), group])
  )
  return Samples.groupBy(now, key).flatMap((group) => {
    const others = group[0] === undefined ? undefined : groups.get(key(group[0]))
    return others === undefined ? [] : [{ before: others, now: group }]
  })
}

const setupOf = ({ isDemo, model, question }: Samples.Sample): string =>
  JSON.stringify([Samples.keyOf(question), model, isDemo])

const subject = ({ now }: Pair) => {
  const { isDemo = false, model = "", question = "" } = now.at(-1) ?? {}
  return { question, model, isDemo }
}

const share = (what: "answered" | "without-model", pair: Pair, is: (run: Samples.Sample) => boolean): Candidate => {
  const of = (runs: ReadonlyArray<Samples.Sample>) => ({ count: runs.filter(is).length, of: runs.length })
  const side = (runs: ReadonlyArray<Samples.Sample>) => ({ runs: runs.length, value: Samples.shareOf(runs, is) })
  const [first, second] = [of(pair.now), of(pair.before)]
  const [before, now] = [side(pair.before), side(pair.now)]
  return {
    test: { p: FisherExact.p(first, second), leastP: FisherExact.leastP(first, second) },
    worsens: before.value - now.value,
    told: { what, ...subject(pair), route: null, before, now, shiftMillis: null, interval: null }
  }
}

const time = (pair: Pair): Candidate => {
  const millis = (runs: ReadonlyArray<Samples.Sample>) => runs.slice(-maxRuns).map(({ wallMillis }) => wallMillis)
  const [before, now] = [millis(pair.before), millis(pair.now)]
  const { interval, p, shift } = RankSum.compare(now, before, 1 - alpha)
  const usual = Quantile.of(before, 0.5)
  return {
    test: { p, leastP: RankSum.leastP(now.length, before.length) },
    worsens: Math.abs(shift) < usual * leastShift ? 0 : shift,
    told: {
      what: "time",
      ...subject(pair),
      route: pair.now[0]?.route ?? null,
      before: { runs: pair.before.length, value: usual },
      now: { runs: pair.now.length, value: Quantile.of(now, 0.5) },
      shiftMillis: shift,
      interval
    }
  }
}

const verdict = (p: number | undefined, worsens: number): Comparison["verdict"] => {
  if (p === undefined) return "too few to tell"
  if (p > alpha || worsens === 0) return "no difference"
  return worsens > 0 ? "regression" : "improvement"
}

/** All that can be compared of `now` with `before`, each in the order in which it ran; the surest first. */
export const compare = (
  before: ReadonlyArray<Samples.Sample>,
  now: ReadonlyArray<Samples.Sample>
): ReadonlyArray<Comparison> => {
  const all = { before, now }
  const questions = pairs(all, setupOf)
  const answered = { before: before.filter(Samples.isAnswered), now: now.filter(Samples.isAnswered) }
  const candidates = [
    ...pairs(answered, (run) => setupOf(run) + run.route).map(time),
    ...questions.map((pair) => share("answered", pair, Samples.isAnswered)),
    ...pairs(answered, setupOf).map((pair) => share("without-model", pair, ({ route }) => route !== "model"))
  ]
  const judged = Certainty.judge(
    candidates.map(({ test }) => test),
    alpha
  )
  return candidates
    .map(({ told, worsens }, index) => ({
      ...told,
      p: judged[index] ?? null,
      verdict: verdict(judged[index], worsens)
    }))
    .sort((a, b) => (a.p ?? 2) - (b.p ?? 2))
}
