/**
 * Report: what `callsheet report --json` prints: a query log by day and by question, and what became of a baseline. Pure.
 */
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"

import type { Contents } from "../log/QueryLog.ts"
import * as Baseline from "./Baseline.ts"
import * as Comparison from "./Comparison.ts"
import * as Digest from "./Digest.ts"

/** Questions in a list, at most. */
const listed = 10

export const Report = Schema.Struct({
  /** The log's file. */
  from: Schema.String,
  runs: Schema.Natural,
  /** Lines that hold no run. */
  unreadable: Schema.Natural,
  days: Schema.Array(Digest.Day),
  mostAsked: Schema.Array(Digest.Question),
  /** By their median. */
  slowest: Schema.Array(Digest.Question),
  /** Null where no baseline was named. */
  comparison: Schema.NullOr(
    Schema.Struct({
      /** Since the baseline. */
      runs: Schema.Natural,
      /** The surest first. */
      comparisons: Schema.Array(Comparison.Comparison)
    })
  )
})
export type Report = typeof Report.Type

/** Of what the log at `from` holds. */
export const make = (
  from: string,
  { records, unreadable }: Contents,
  baseline: Baseline.Baseline | undefined,
  zone: DateTime.TimeZone
): Report => {
  const questions = Digest.questions(records)
  const later = baseline && Baseline.since(baseline, records)
  return {
    from,
    runs: records.length,
    unreadable,
    days: Digest.days(records, zone),
    mostAsked: questions.slice(0, listed),
    slowest: questions.toSorted((a, b) => b.p50Millis - a.p50Millis).slice(0, listed),
    comparison:
      baseline === undefined || later === undefined
        ? null
        : { runs: later.length, comparisons: Comparison.compare(baseline.runs, later) }
  }
}
