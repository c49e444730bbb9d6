/**
 * Figures: what the runs of one question in one set-up came to. Pure.
 */
import { quantile } from "../arena/Match.ts"
import { median } from "../Report.ts"
import * as Answers from "./Answers.ts"
import type { Sample } from "./Sample.ts"
import type { SetUp } from "./SetUps.ts"

/** Medians of the runs but for `p95Millis`. */
export interface Figures {
  readonly question: string
  readonly setUp: SetUp
  readonly runs: number
  readonly millis: number
  readonly p95Millis: number
  readonly modelCalls: number
  readonly toolCalls: number
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
