/**
 * Estimate: how long a run will still take, with an honest range.
 *
 * **Details**
 *
 * `EstimateForecast` says what may happen; the table says how well its forecasts did in runs that have ended: at which place
 * among the forecast times the true one lay. The range is taken between the places below which a tenth and above which a tenth
 * of the true ones lay, whatever they are (Kuleshov, Fenner, Ermon: "Accurate uncertainties for deep learning using calibrated
 * regression", ICML 2018). So it widens where forecasts were too sure, and narrows where they were not sure enough, for each
 * stage of a run by itself.
 */
import * as Schema from "effect/Schema"

import type { AgentEvent } from "../AgentEvent.ts"
import * as EstimateForecast from "./EstimateForecast.ts"
import * as EstimateKnown from "./EstimateKnown.ts"
import * as EstimateLesson from "./EstimateLesson.ts"
import * as EstimateRun from "./EstimateRun.ts"
import * as EstimateTable from "./EstimateTable.ts"
import * as EstimateTally from "./EstimateTally.ts"

/** What remains of a run, in milliseconds from the time at which it was made. */
export const Estimate = Schema.Struct({
  /** As likely too long as too short. */
  remainingMillis: Schema.Finite,
  /** One in ten runs is shorter, and one in ten longer. */
  lowMillis: Schema.Finite,
  highMillis: Schema.Finite,
  /** How many runs it rests on; old ones count less. */
  runs: Schema.Finite
})
export type Estimate = typeof Estimate.Type

/** The shares of runs that are to be shorter than the range's ends. */
const low = 0.1
const high = 0.9

/** Places among the forecast times are told apart in so many. */
const ranks = 20

/**
 * What remains of the run that `events` are the beginning of, at the time of the last of them.
 *
 * Null where too few runs of its agent were seen, and where it has ended.
 */
export const of = (
  table: EstimateTable.EstimateTable,
  events: ReadonlyArray<AgentEvent>,
  setting: EstimateLesson.Setting
): Estimate | null => {
  const run = EstimateRun.of(events)
  return at(table, run, setting, run.atMillis)
}

/** The same `atMillis` since the run's beginning, without a new event since `run`. */
export const at = (
  table: EstimateTable.EstimateTable,
  run: EstimateRun.EstimateRun,
  setting: EstimateLesson.Setting,
  atMillis: number
): Estimate | null => {
  const times = EstimateForecast.of(table, run, setting, atMillis)
  if (times === undefined) return null
  const level = leveller(EstimateTable.find(table, EstimateLesson.keys.rank(EstimateForecast.stageOf(run), run)))
  const millis = (share: number) => quantile(times, level(share))
  return {
    remainingMillis: Math.round(millis(0.5)),
    lowMillis: Math.round(millis(low)),
    highMillis: Math.round(millis(high)),
    runs: Math.round(EstimateKnown.historyOf(table, run))
  }
}

/** At a share of `times`, which are in order: between two, in proportion. */
const quantile = (times: Float64Array, share: number): number => {
  const place = Math.min(Math.max(0, share * times.length - 0.5), times.length - 1)
  const below = Math.floor(place)
  const from = times[below] ?? 0
  return from + ((times[below + 1] ?? from) - from) * (place - below)
}

/** What counts of each place beforehand, as if it had come about so often: a little more of the outermost, to be on the safe side. */
const [priorInside, priorOutside] = [1, 2.5]

/** The place among the forecast times below which a share of the true ones lay. */
const leveller = (seen: EstimateTally.Tally): ((share: number) => number) => {
  const counts = Float64Array.from({ length: ranks }, (_, rank) =>
    rank === 0 || rank === ranks - 1 ? priorOutside : priorInside
  )
  for (const [rank, weight] of seen.weights) counts[rank] = (counts[rank] ?? 0) + weight
  const all = counts.reduce((sum, count) => sum + count, 0)
  return (share) => {
    let left = share * all
    for (const [rank, count] of counts.entries()) {
      if (left <= count) return (rank + left / count) / ranks
      left -= count
    }
    return 1
  }
}

/** The place of `millis` among `times`, from 0. */
const rankOf = (times: Float64Array, millis: number): number => {
  // Ties lie in the midst of their equals.
  const below = times.reduce((count, time) => count + (time < millis ? 1 : time === millis ? 0.5 : 0), 0)
  return Math.min(ranks - 1, Math.floor((below / times.length) * ranks))
}

/** Forecasts of one stage of one run that are judged; more would say the same again. */
const maxJudged = 4

/**
 * What `events`, of a run from beginning to end, teach: how long its parts took, and how good the forecasts were that `table`
 * gave.
 *
 * Of one that failed or was out of time, only how long tools took. Nothing of one that has not ended.
 */
export const lesson = (
  table: EstimateTable.EstimateTable,
  events: ReadonlyArray<AgentEvent>,
  setting: EstimateLesson.Setting
): ReadonlyArray<EstimateTable.Seen> => {
  const end = EstimateRun.of(events)
  const judged: Array<EstimateTable.Seen> = []
  const counts = new Map<EstimateForecast.Stage, number>()
  for (const run of end.end === "finished" ? moments(events) : []) {
    const stage = EstimateForecast.stageOf(run)
    const count = counts.get(stage) ?? 0
    if (count >= maxJudged) continue
    const times = EstimateForecast.of(table, run, setting, run.atMillis)
    if (times === undefined) break
    counts.set(stage, count + 1)
    const label = rankOf(times, end.atMillis - run.atMillis)
    judged.push({ keys: EstimateLesson.keys.rank(stage, run), label })
  }
  return [...judged, ...EstimateLesson.of(end, setting)]
}

/** The table, once it has learned that. */
export const learn = (
  table: EstimateTable.EstimateTable,
  events: ReadonlyArray<AgentEvent>,
  setting: EstimateLesson.Setting,
  nowMillis: number
): EstimateTable.EstimateTable => EstimateTable.learn(table, lesson(table, events, setting), nowMillis)

/** The run as it was at each event that tells something new of when it will end. */
export function* moments(events: Iterable<AgentEvent>): Generator<EstimateRun.EstimateRun> {
  let run = EstimateRun.initial
  for (const event of events) {
    const before = run
    run = EstimateRun.add(run, event)
    if (run.end === undefined && isTelling(before, run, event)) yield run
  }
}

/** Whether an event tells something new of when the run will end: of a step's words, the first does. */
export const isTelling = (
  before: EstimateRun.EstimateRun,
  after: EstimateRun.EstimateRun,
  { _tag }: AgentEvent
): boolean => {
  switch (_tag) {
    case "TextDelta":
      return EstimateRun.stepOf(before)?.sign !== EstimateRun.stepOf(after)?.sign
    case "ToolStarted":
    case "ToolSettled":
    case "ApprovalNeeded":
      return before.running !== after.running || before.calls !== after.calls || before.steps !== after.steps
    case "ToolProgress":
    case "EstimateChanged":
      return false
    default:
      return true
  }
}
