/**
 * Estimator: follows one run and says when the estimate of what remains has changed enough to tell.
 *
 * It holds how far the run is and the events that teach something: at most `maxEvents`, whatever the run says.
 */
import type { AgentEvent } from "../AgentEvent.ts"
import * as Estimate from "./Estimate.ts"
import type * as EstimateLesson from "./EstimateLesson.ts"
import * as EstimateRun from "./EstimateRun.ts"
import type * as EstimateTable from "./EstimateTable.ts"

/** Of a run; the events after them are not looked at any more, and such a run teaches nothing. */
const maxEvents = 1_024
/** Estimates told of a run. */
export const maxTold = 24
/** Estimates made of a run at its events; each takes about a tenth of a millisecond. */
const maxMade = 96
/** Between two that are told, in milliseconds of the run. */
const pauseMillis = 100
/** A change is told that is more than this share of what remained, and more than so many milliseconds. */
const tellingShare = 0.15
const tellingMillis = 100

export interface Estimator {
  /** Takes the run's next event into account. The estimate at its time, where it has changed enough to tell. */
  take(event: AgentEvent): Estimate.Estimate | undefined
  /**
   * The estimate `atMillis` since the run began, without a new event: for who shows it as time passes. Null without enough
   * history, and once the run has ended.
   */
  at(atMillis: number): Estimate.Estimate | null
  /** What the run teaches, once it has ended: for `EstimateTable.learn`. */
  lesson(): ReadonlyArray<EstimateTable.Seen>
}

/** Follows a run by what `table` knows at its beginning. */
export const make = (table: EstimateTable.EstimateTable, setting: EstimateLesson.Setting): Estimator => {
  let run = EstimateRun.initial
  const events: Array<AgentEvent> = []
  let isLost = false
  let made = 0
  let toldCount = 0
  let told: { readonly estimate: Estimate.Estimate; readonly atMillis: number } | undefined

  const isNew = ({ highMillis, remainingMillis }: Estimate.Estimate): boolean => {
    if (told === undefined) return true
    const passed = run.atMillis - told.atMillis
    const before = told.estimate
    // What was told says the same of now, less the time that has passed.
    const left = (millis: number) => Math.max(0, millis - passed)
    const moved = (now: number, then: number) =>
      Math.abs(now - left(then)) > Math.max(tellingMillis, tellingShare * left(then))
    return (
      passed >= pauseMillis && (moved(remainingMillis, before.remainingMillis) || moved(highMillis, before.highMillis))
    )
  }

  return {
    take: (event) => {
      if (isLost) return undefined
      const before = run
      run = EstimateRun.add(run, event)
      if (!Estimate.isTelling(before, run, event)) return undefined
      if (events.length >= maxEvents) {
        isLost = true
        events.length = 0
        return undefined
      }
      events.push(event)
      // A step that has ended is followed by the next at once.
      if (run.end !== undefined || event._tag === "StepFinished") return undefined
      if (made >= maxMade || toldCount >= maxTold) return undefined
      made++
      const estimate = Estimate.at(table, run, setting, run.atMillis)
      if (estimate === null || !isNew(estimate)) return undefined
      toldCount++
      told = { estimate, atMillis: run.atMillis }
      return estimate
    },
    at: (atMillis) => (isLost ? null : Estimate.at(table, run, setting, Math.max(atMillis, run.atMillis))),
    lesson: () => Estimate.lesson(table, events, setting)
  }
}
