/**
 * RunObserver: whoever is told of each run's milestones beside its reader, whoever that is: metrics, a log of questions, a server.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"

import type { Milestone } from "./RunLog.ts"

/** What is known of a run when it begins. */
export interface ObservedRun {
  readonly runId: string
  readonly agent: string
  /** The provider by its OpenTelemetry name, and the model that is asked. */
  readonly provider: string
  readonly model: string
}

/**
 * Asked once a run, before its first event, for what is told of each milestone, in order; but of no `TextDelta`: `RunFinished` has the
 * whole answer.
 *
 * **Gotchas**
 *
 * It is told while the run goes on, which waits for it: so it does little, and nothing that waits. One that throws is told no more
 * of that run. Of a run that is left before its end, the last event is not that end.
 */
export type RunObserver = (run: ObservedRun) => (event: Milestone) => void

/** None by default, which costs a run nothing. */
export const Observers = Context.Reference<ReadonlyArray<RunObserver>>("@callsheet/core/RunObservers", {
  defaultValue: () => []
})

/** Adds what `make` makes to the observers there are. */
export const layer = <E, R>(make: Effect.Effect<RunObserver, E, R>): Layer.Layer<never, E, Exclude<R, Scope.Scope>> =>
  Layer.effect(
    Observers,
    Effect.gen(function* () {
      return [...(yield* Observers), yield* make]
    })
  )

/** Observers that threw once: the program says so once, not run by run. */
const knownBroken = new WeakSet<RunObserver>()

export interface Watch {
  readonly take: (event: Milestone) => void
  /** Says which observers threw, once for each. Call it when the run is over. */
  readonly report: Effect.Effect<void>
}

/** One run, watched by `observers`. None of them can harm it or another. */
export const watch = (observers: ReadonlyArray<RunObserver>, run: ObservedRun): Watch => {
  const faults: Array<unknown> = []
  const told = new Map<RunObserver, (event: Milestone) => void>()
  const guarded = <A>(observer: RunObserver, act: () => A): A | undefined => {
    const done = Result.try(act)
    if (Result.isSuccess(done)) return done.success
    told.delete(observer)
    if (!knownBroken.has(observer)) faults.push(done.failure)
    knownBroken.add(observer)
    return undefined
  }
  for (const observer of observers) {
    const take = guarded(observer, () => observer(run))
    if (take !== undefined) told.set(observer, take)
  }
  return {
    take: (event) => {
      for (const [observer, take] of told) guarded(observer, () => take(event))
    },
    report: Effect.suspend(() =>
      faults.length === 0 ? Effect.void : Effect.logWarning("An observer of runs broke.", ...faults.splice(0))
    )
  }
}
