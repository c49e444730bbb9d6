/**
 * Figures: what the runs of one question in one set-up came to. Pure.
 */
import type { Component } from "@callsheet/core/explain/Component"
import * as Struct from "effect/Struct"

import { quantile } from "../arena/Match.ts"
import { median } from "../Report.ts"
import * as Answers from "./Answers.ts"
import type { Sample } from "./Sample.ts"
import type { SetUp } from "./SetUps.ts"

/**
 * Components as a table has room for. `ahead`: start-up, routing, and the choice of tools; `engine`: definitions, prompts, and its
 * own overhead; `process`: what lies around the run.
 */
export const parts = ["model wait", "decoding", "tools", "queueing", "ahead", "engine", "process"] as const
type Part = (typeof parts)[number]
export type Shares = Readonly<Record<Part, number>>

const partOf: Readonly<Record<Component, Part>> = {
  "start-up": "ahead",
  routing: "ahead",
  "tool-selection": "ahead",
  "tool-definitions": "engine",
  prompt: "engine",
  "model-wait": "model wait",
  decoding: "decoding",
  tools: "tools",
  queueing: "queueing",
  // Nobody is asked.
  approval: "queueing",
  overhead: "engine"
}

/** Of all `samples` together, in percent of what whoever asks waited. */
const sharesOf = (samples: ReadonlyArray<Sample>): Shares => {
  const sum = (value: (sample: Sample) => number) => samples.reduce((total, sample) => total + value(sample), 0)
  const whole = sum(({ millis }) => millis)
  const share = (part: Part) =>
    (100 *
      sum(({ selfMillis }) =>
        Struct.keys(partOf).reduce((total, name) => total + (partOf[name] === part ? selfMillis[name] : 0), 0)
      )) /
    whole
  return {
    "model wait": share("model wait"),
    decoding: share("decoding"),
    tools: share("tools"),
    queueing: share("queueing"),
    ahead: share("ahead"),
    engine: share("engine"),
    process: (100 * sum(({ millis, runMillis }) => millis - runMillis)) / whole
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
  /** What the time was spent on, in percent; together 100. */
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
