/**
 * Figures: what the runs of one question in one set-up came to. Pure.
 */
import { quantile } from "../arena/Match.ts"
import { median } from "../Report.ts"
import * as Answers from "./Answers.ts"
import type { Sample } from "./Sample.ts"
import type { SetUp } from "./SetUps.ts"

/** Components as a table has room for: `engine` is all that is neither the model nor a tool, `process` what lies around the run. */
export const parts = ["model wait", "decoding", "tools", "engine", "process"] as const
type Part = (typeof parts)[number]
export type Shares = Readonly<Record<Part, number>>

/** Of all `samples` together. */
const sharesOf = (samples: ReadonlyArray<Sample>): Shares => {
  const sum = (value: (sample: Sample) => number) => samples.reduce((total, sample) => total + value(sample), 0)
  const whole = sum(({ millis }) => millis)
  const share = (value: (sample: Sample) => number) => (100 * sum(value)) / whole
  const wait = share(({ selfMillis }) => selfMillis["model-wait"])
  const decoding = share(({ selfMillis }) => selfMillis.decoding)
  const tools = share(({ selfMillis }) => selfMillis.tools)
  const around = share(({ millis, runMillis }) => millis - runMillis)
  return {
    "model wait": wait,
    decoding,
    tools,
    engine: 100 - wait - decoding - tools - around,
    process: around
  }
}

/** Medians of the runs but for `p95Millis` and `shares`. */
export interface Figures {
  readonly question: string
  readonly setUp: SetUp
  readonly runs: number
  readonly millis: number
  readonly p95Millis: number
  readonly modelCalls: number
  readonly chainLength: number
  readonly toolCalls: number
  /** What the time was spent on, in percent of what whoever asks waited; together 100. */
  readonly shares: Shares
  readonly processorMillis: number
  readonly memoryBytes: number
  /** Runs whose answer names what it must. */
  readonly rightAnswers: number
}

/** In the order in which question and set-up first appear. */
export const of = (samples: ReadonlyArray<Sample>): ReadonlyArray<Figures> =>
  [...Map.groupBy(samples, ({ question, setUp }) => `${question}\n${setUp.name}`).values()].flatMap((runs) => {
    const [first] = runs
    if (first === undefined) return []
    const middle = (value: (sample: Sample) => number) => median(runs.map(value))
    const figures: Figures = {
      question: first.question,
      setUp: first.setUp,
      runs: runs.length,
      millis: middle(({ millis }) => millis),
      p95Millis: quantile(
        runs.map(({ millis }) => millis),
        0.95
      ),
      modelCalls: middle(({ modelCalls }) => modelCalls),
      chainLength: middle(({ chainLength }) => chainLength),
      shares: sharesOf(runs),
      toolCalls: middle(({ toolCalls }) => toolCalls),
      processorMillis: middle(({ processorMillis }) => processorMillis),
      memoryBytes: middle(({ memoryBytes }) => memoryBytes),
      rightAnswers: runs.filter(({ answer }) => Answers.isTrue(first.question, answer)).length
    }
    return [figures]
  })

/** The mean over the questions of one set-up: a question counts once. */
export const mean = (figures: ReadonlyArray<Figures>, value: (figures: Figures) => number): number =>
  figures.reduce((sum, one) => sum + value(one), 0) / figures.length
