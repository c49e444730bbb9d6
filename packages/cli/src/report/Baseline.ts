/**
 * Baseline: runs as they were, to compare later ones with: a file of JSON.
 */
import * as Schema from "effect/Schema"

import { Sample } from "./Samples.ts"

/** Runs that are kept, the newest, at most. */
const maxRuns = 20_000

export const Baseline = Schema.Struct({
  version: Schema.Literal(1),
  savedAt: Schema.DateTimeUtcFromString,
  /** In the order in which they began. */
  runs: Schema.Array(Sample)
})
export type Baseline = typeof Baseline.Type

export const Text = Schema.fromJsonString(Baseline)

/** Of `records`, in the order in which they began. */
export const make = (records: ReadonlyArray<Sample>, savedAt: Baseline["savedAt"]): Baseline => ({
  version: 1,
  savedAt,
  runs: records.slice(-maxRuns).map(({ at, isDemo, model, outcome, question, route, wallMillis }) => ({
    at,
    question,
    route,
    model,
    isDemo,
    outcome,
    wallMillis
  }))
})

/** Those of `records` that began after the last run of the baseline: no run is compared with itself. */
export const since = <A extends Sample>({ runs }: Baseline, records: ReadonlyArray<A>): ReadonlyArray<A> => {
  const last = runs.at(-1)?.at.epochMilliseconds ?? -Infinity
  return records.filter(({ at }) => at.epochMilliseconds > last)
}
