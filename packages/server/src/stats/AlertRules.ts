/**
 * AlertRules: the rules of `deploy/prometheus/alerts.yml`, for who has no Prometheus: what was seen gives what breaks a rule. A test holds
 * both against each other. Pure. Long, because a table of rules is read best in one piece.
 */
import * as Quantile from "@callsheet/core/explain/Quantile"

import type { RunFigures } from "./RunFigures.ts"
import type { Sample } from "./Sample.ts"

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** What the rules look at: the runs of an hour and the samples of a day, in any order. */
export interface Seen {
  readonly nowMillis: number
  readonly runs: ReadonlyArray<RunFigures>
  readonly samples: ReadonlyArray<Sample>
}

/** What breaks a rule: which tool or upstream, where there are several, and by how much. */
interface Breach {
  readonly subject: string | null
  readonly value: number
}

export interface Rule {
  readonly name: string
  readonly severity: "critical" | "warning"
  /** In a few words. */
  readonly what: string
  readonly threshold: number
  readonly unit: "s" | "share" | ""
  readonly windowMillis: number
  /** How long it must be broken before anybody is told. */
  readonly forMillis: number
  /** Undefined where too little was seen to say. */
  readonly breaches: (seen: Seen) => ReadonlyArray<Breach> | undefined
  readonly summary: (breach: Breach) => string
  readonly description: string
}

/** Of fewer runs, or calls of a tool, nothing is said. */
const leastRuns = 5
const leastReads = 100

const recent = ({ nowMillis, runs }: Seen, windowMillis: number) =>
  runs.filter(({ endedAtMillis }) => endedAtMillis > nowMillis - windowMillis && endedAtMillis <= nowMillis)

const p95Seconds = (seen: Seen): number | undefined => {
  const runs = recent(seen, 10 * minute).filter(({ outcome }) => outcome !== "stopped")
  return runs.length < leastRuns
    ? undefined
    : Quantile.of(
        runs.map(({ wallMillis }) => wallMillis),
        0.95
      ) / 1000
}

const one = (value: number | undefined, isBroken: (value: number) => boolean) =>
  value === undefined ? undefined : isBroken(value) ? [{ subject: null, value }] : []

const failedShare = (seen: Seen): number | undefined => {
  const runs = recent(seen, 10 * minute).filter(({ outcome }) => outcome !== "stopped")
  return runs.length < leastRuns ? undefined : runs.filter(({ outcome }) => outcome === "failed").length / runs.length
}

const failingTools = (seen: Seen): ReadonlyArray<Breach> =>
  Array.from(
    Map.groupBy(
      recent(seen, 15 * minute).flatMap(({ tools }) => tools),
      ({ name }) => name
    ),
    ([subject, tools]) => {
      const calls = tools.reduce((sum, { calls }) => sum + calls, 0)
      const failed = tools.reduce((sum, { failed }) => sum + failed, 0)
      return { subject, calls, value: failed / calls }
    }
  )
    .filter(({ calls, value }) => calls >= leastRuns && value > 0.25)
    .map(({ subject, value }) => ({ subject, value }))

/** Reads of the cache between two instants, and how many of them were not asked upstream; by process, since each counts from 0. */
const readsBetween = (samples: ReadonlyArray<Sample>, fromMillis: number, toMillis: number) => {
  let hits = 0
  let all = 0
  const inside = samples.filter(({ atMillis }) => atMillis >= fromMillis && atMillis <= toMillis)
  for (const own of Map.groupBy(inside, ({ origin }) => origin).values()) {
    const sorted = own.toSorted((a, b) => a.atMillis - b.atMillis)
    const [first, last] = [sorted[0], sorted.at(-1)]
    if (first === undefined || last === undefined) continue
    for (const [source, reads] of Object.entries(last.cacheReads)) {
      const grown = Math.max(0, reads - (first.cacheReads[source] ?? 0))
      all += grown
      if (source !== "upstream") hits += grown
    }
  }
  return { all, share: all === 0 ? 0 : hits / all }
}

const hitRate = ({ nowMillis, samples }: Seen): ReadonlyArray<Breach> | undefined => {
  const now = readsBetween(samples, nowMillis - hour, nowMillis)
  const before = readsBetween(samples, nowMillis - day - hour, nowMillis - hour)
  if (now.all < leastReads || before.all < leastReads) return undefined
  return now.share < 0.7 * before.share ? [{ subject: null, value: now.share }] : []
}

const newest = ({ nowMillis, samples }: Seen): ReadonlyArray<Sample> =>
  Array.from(
    Map.groupBy(
      samples.filter(({ atMillis }) => atMillis > nowMillis - 3 * minute),
      ({ origin }) => origin
    ).values(),
    (own) => own.toSorted((a, b) => b.atMillis - a.atMillis)[0]
  ).filter((sample) => sample !== undefined)

const openBreakers = (seen: Seen): ReadonlyArray<Breach> | undefined => {
  const samples = newest(seen)
  if (samples.length === 0) return undefined
  const open = samples.flatMap(({ upstreams }) => Object.entries(upstreams).filter(([, { breaker }]) => breaker === 2))
  return [...new Set(open.map(([name]) => name))].map((subject) => ({ subject, value: 2 }))
}

const lateLoop = (seen: Seen): ReadonlyArray<Breach> | undefined => {
  const delays = newest(seen).flatMap(({ eventLoopP99Millis }) =>
    eventLoopP99Millis === null ? [] : [eventLoopP99Millis / 1000]
  )
  return one(delays.length === 0 ? undefined : Math.max(...delays), (seconds) => seconds > 0.1)
}

const seconds = (value: number) => `${value.toFixed(value < 1 ? 2 : 1)} s`
const percent = (value: number) => `${Math.round(value * 100)} %`

export const rules: ReadonlyArray<Rule> = [
  {
    name: "CallsheetOverTarget",
    severity: "critical",
    what: "One question in twenty takes longer than the target",
    threshold: 5,
    unit: "s",
    windowMillis: 10 * minute,
    forMillis: 5 * minute,
    breaches: (seen) => one(p95Seconds(seen), (value) => value > 5),
    summary: ({ value }) => `One question in twenty takes longer than ${seconds(value)}; the target is 5 s.`,
    description:
      "Open the schedule of a slow run: it says whether the model, a service or waiting for a place takes the time, and what would save most."
  },
  {
    name: "CallsheetSlow",
    severity: "warning",
    what: "One question in twenty takes longer than the alarm threshold",
    threshold: 1,
    unit: "s",
    windowMillis: 10 * minute,
    forMillis: 15 * minute,
    breaches: (seen) => one(p95Seconds(seen), (value) => value > 1 && value <= 5),
    summary: ({ value }) => `One question in twenty takes longer than ${seconds(value)}; the alarm threshold is 1 s.`,
    description:
      "More than one model call on the chain, tools that nothing remembers and cold connections are the usual causes; the schedule of a run says what each costs."
  },
  {
    name: "CallsheetFailing",
    severity: "critical",
    what: "Questions fail",
    threshold: 0.05,
    unit: "share",
    windowMillis: 10 * minute,
    forMillis: 5 * minute,
    breaches: (seen) => one(failedShare(seen), (value) => value > 0.05),
    summary: ({ value }) => `${percent(value)} of the questions of the last ten minutes failed.`,
    description:
      "Run callsheet doctor where the server runs: it reaches the model's provider and each service, and says what is wrong and how to mend it."
  },
  {
    name: "CallsheetToolFailing",
    severity: "warning",
    what: "Calls of a tool fail",
    threshold: 0.25,
    unit: "share",
    windowMillis: 15 * minute,
    forMillis: 5 * minute,
    breaches: failingTools,
    summary: ({ subject, value }) => `${percent(value)} of the calls of ${subject ?? "a tool"} fail.`,
    description:
      "Answers go on without what it would have said. callsheet doctor says whether its service can be reached and takes the key."
  },
  {
    name: "CallsheetHitRateFell",
    severity: "warning",
    what: "Much less is remembered than on the day before",
    threshold: 0.7,
    unit: "share",
    windowMillis: hour,
    forMillis: 15 * minute,
    breaches: hitRate,
    summary: ({ value }) => `Only ${percent(value)} of the reads are remembered, much less than on the day before.`,
    description:
      "A restart with CALLSHEET_CACHE=memory explains it for an hour. Otherwise see whether the store can be reached, whether its memory is too small, and whether something writes so often that everything it touches is outdated."
  },
  {
    name: "CallsheetBreakerOpen",
    severity: "critical",
    what: "A service is not asked at present",
    threshold: 2,
    unit: "",
    windowMillis: 0,
    forMillis: minute,
    breaches: openBreakers,
    summary: ({ subject }) => `${subject ?? "A service"} failed so often that it is not asked at present.`,
    description:
      "What needs it fails at once, and answers go on without. See whether it runs and can be reached (callsheet doctor). Once it answers again a trial call closes the breaker."
  },
  {
    name: "CallsheetEventLoopLate",
    severity: "warning",
    what: "The process has more to compute than a processor does",
    threshold: 0.1,
    unit: "s",
    windowMillis: 0,
    forMillis: 5 * minute,
    breaches: lateLoop,
    summary: ({ value }) => `The process is late by ${seconds(value)}: it has more to compute than a processor does.`,
    description:
      "Everything waits for it, streaming too. Start another process, or give this one more memory where it collects garbage all the time."
  }
]
