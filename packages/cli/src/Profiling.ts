import { HeapUsed } from "@callsheet/core/explain/HeapUsed"
import * as Profile from "@callsheet/core/explain/Profile"
import * as Recorder from "@callsheet/core/explain/Recorder"
import * as RunGraph from "@callsheet/core/explain/RunGraph"
/**
 * Profiling: a run recorded span by span, and what that says: where its time went, and what would have saved some of it. Loaded
 * only where a run is profiled.
 */
import type { RunSummary } from "@callsheet/core/explain/RunSummary"
import type { RecordedSpan } from "@callsheet/core/explain/Trace"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import { failed } from "./ExitError.ts"

/** What is known of the process beside the run; null where the run was not its own. */
export interface Process {
  /** From the start of the process to that of the run. */
  readonly startUpMillis: number | null
  /** The most memory it ever held. */
  readonly peakRssBytes: number | null
}

export interface Profiled {
  /** With its counterfactuals. */
  readonly profile: Profile.Profile
  /** The counterfactuals that would have saved most. */
  readonly remedies: ReadonlyArray<Profile.Counterfactual>
  readonly process: Process
}

/** Loaded when a profile is there: with it come the scheduler's test clock and tools. */
const loadCounterfactuals = Effect.promise(() => import("@callsheet/core/explain/Counterfactuals"))

/** The profile of the run in `spans` that begins with `root`; the longest where none is given. */
export const ofSpans = Effect.fnUntraced(function* (
  spans: ReadonlyArray<RecordedSpan>,
  root: RecordedSpan | undefined,
  process: (profile: Profile.Profile) => Process
) {
  const found = Profile.make(spans, { root })
  if (Result.isFailure(found)) return yield* failed(found.failure.message)
  const graph = RunGraph.of(spans, { root })
  if (Result.isFailure(graph)) return yield* failed(graph.failure.message)
  const Counterfactuals = yield* loadCounterfactuals
  const of = process(found.success)
  const counterfactuals = yield* Counterfactuals.of(
    found.success,
    graph.success,
    of.startUpMillis === null ? {} : { processMillis: of.startUpMillis }
  )
  return {
    profile: { ...found.success, counterfactuals },
    remedies: Counterfactuals.remedies(counterfactuals),
    process: of
  } satisfies Profiled
})

/** Of this process: what it took before the run is what any process for one question takes. */
const ownProcess = ({ startedAtMillis }: Profile.Profile): Process => ({
  startUpMillis: Math.max(0, startedAtMillis - performance.timeOrigin),
  peakRssBytes: process.resourceUsage().maxRSS * 1024
})

/** Does `run`, and tells of it in full. */
export const profiled = Effect.fnUntraced(function* <E, R>(run: Effect.Effect<RunSummary, E, R>) {
  const recorder = Recorder.make({ content: true })
  const summary = yield* recorder
    .record(run)
    .pipe(Effect.provideService(HeapUsed, () => process.memoryUsage().heapUsed))
  return { summary, profiled: yield* ofSpans(recorder.spans, undefined, ownProcess) }
})
