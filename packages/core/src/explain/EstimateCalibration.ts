/**
 * EstimateCalibration: whether estimates held: how often the true time fell inside the range, and how far it was from the median.
 * Pure, over the events of recorded runs.
 */
import * as Schema from "effect/Schema"

import type { AgentEvent } from "../AgentEvent.ts"
import * as Estimate from "./Estimate.ts"
import * as EstimateForecast from "./EstimateForecast.ts"
import type * as EstimateLesson from "./EstimateLesson.ts"
import * as EstimateRun from "./EstimateRun.ts"
import type * as EstimateTable from "./EstimateTable.ts"

/** An estimate, and what came of it. */
export interface Judgement {
  /** Whatever estimates are to be told apart by: where the run was, for one. */
  readonly stage: string
  readonly estimate: Estimate.Estimate
  /** What the run still took, in milliseconds. */
  readonly trueMillis: number
}

/** How the estimates of a stage did. */
export const Row = Schema.Struct({
  /** `all` of all together. */
  stage: Schema.String,
  estimates: Schema.Natural,
  /** Shares of the true times, 0-1: inside the range (0.8 is right), below it and above it (0.1). */
  within: Schema.Finite,
  below: Schema.Finite,
  above: Schema.Finite,
  /** Share of the true times that were longer than the median, 0-1 (0.5 is right). */
  later: Schema.Finite,
  /** Half of the true times were no further than this from the estimate. */
  errorMillis: Schema.Finite,
  /** Half of the ranges were no wider than this. */
  rangeMillis: Schema.Finite
})
export type Row = typeof Row.Type

/**
 * Each estimate that `table` gives of the run of `events`, from beginning to end, at each event that tells something new: but not
 * where all that was to come has ended, and the end follows at once. None of a run that was not brought to an end by itself.
 */
export const judge = (
  table: EstimateTable.EstimateTable,
  events: ReadonlyArray<AgentEvent>,
  setting: EstimateLesson.Setting
): ReadonlyArray<Judgement> => {
  const end = EstimateRun.of(events)
  if (end.end !== "finished") return []
  return Array.from(Estimate.moments(events)).flatMap((run) => {
    const stage = EstimateForecast.stageOf(run)
    const estimate = stage === "ending" ? null : Estimate.at(table, run, setting, run.atMillis)
    if (estimate === null) return []
    return [{ stage, estimate, trueMillis: end.atMillis - run.atMillis }]
  })
}

/** A run with what was known beside its events, and when it ended, in Unix milliseconds. */
export interface Recorded {
  readonly events: ReadonlyArray<AgentEvent>
  readonly setting: EstimateLesson.Setting
  readonly endedAtMillis: number
}

/**
 * The estimates of recorded runs as they would have been given: each of what the table had learned from the runs before it.
 * With the table that is left.
 */
export const replay = (
  table: EstimateTable.EstimateTable,
  runs: Iterable<Recorded>
): { readonly judgements: ReadonlyArray<Judgement>; readonly table: EstimateTable.EstimateTable } => {
  const judgements: Array<Judgement> = []
  let known = table
  for (const { endedAtMillis, events, setting } of runs) {
    judgements.push(...judge(known, events, setting))
    known = Estimate.learn(known, events, setting, endedAtMillis)
  }
  return { judgements, table: known }
}

/** How they did: all together first, then by stage, in the order in which the stages come. Empty without any. */
export const report = (judgements: ReadonlyArray<Judgement>): ReadonlyArray<Row> =>
  judgements.length === 0
    ? []
    : [
        row("all", judgements),
        ...Array.from(
          Map.groupBy(judgements, ({ stage }) => stage),
          ([stage, of]) => row(stage, of)
        )
      ]

const row = (stage: string, judgements: ReadonlyArray<Judgement>): Row => {
  const share = (holds: (judgement: Judgement) => boolean) => judgements.filter(holds).length / judgements.length
  // Estimates are in whole milliseconds.
  const isBelow = ({ estimate, trueMillis }: Judgement) => trueMillis < estimate.lowMillis - 0.5
  const isAbove = ({ estimate, trueMillis }: Judgement) => trueMillis > estimate.highMillis + 0.5
  return {
    stage,
    estimates: judgements.length,
    within: share((judgement) => !isBelow(judgement) && !isAbove(judgement)),
    below: share(isBelow),
    above: share(isAbove),
    later: share(({ estimate, trueMillis }) => trueMillis > estimate.remainingMillis),
    errorMillis: median(judgements.map(({ estimate, trueMillis }) => Math.abs(trueMillis - estimate.remainingMillis))),
    rangeMillis: median(judgements.map(({ estimate }) => estimate.highMillis - estimate.lowMillis))
  }
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
