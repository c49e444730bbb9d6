/**
 * Says: what a panel says in words. Pure.
 */
import * as Words from "../ask/Words.ts"
import * as Units from "../ui/Units.ts"
import type { Kind, Stats } from "../wire/Stats.ts"
import * as Series from "./Series.ts"

/** What kind of question, as a person reads it. */
export const kind = ({ kind, route, tools }: Pick<Kind, "kind" | "route" | "tools">): string => {
  if (route === null) return kind === "others" ? "all others" : "ended before it was decided how to answer"
  const needed = tools.length === 0 ? "" : `: ${tools.map(Words.toolName).join(", ")}`
  return `${Words.routeWords[route]}${needed}`
}

export const durations = ({ durations, runs }: Stats): string => {
  const [p50, p95] = [Series.newest(durations.p50Millis), Series.newest(durations.p95Millis)]
  return p50 === null || p95 === null
    ? "No question was answered in this time."
    : `Lately half of the questions took ${Units.duration(p50)} or less, nineteen of twenty ${Units.duration(p95)} or less; ${Units.counted(Series.sum(runs.total), "question")} in all.`
}

export const runs = ({ runs }: Stats): string => {
  const [total, failed] = [Series.sum(runs.total), Series.sum(runs.failed)]
  return total === 0
    ? "Nothing was asked in this time."
    : failed === 0
      ? `${Units.counted(total, "question")}, none of them failed.`
      : `${Units.counted(total, "question")}, ${Units.count(failed)} of them failed (${Units.share(failed / total)}).`
}

export const components = ({ components, profiledRuns, runs }: Stats): string => {
  const [first] = components
  return first === undefined
    ? "Shows what the time of questions is made of, once some were answered."
    : `Most of it, ${Units.share(first.share)}, is ${first.component}. Of ${Units.counted(profiledRuns, "question")}${profiledRuns < Series.sum(runs.total) ? ` that were looked at of ${Units.count(Series.sum(runs.total))}` : ""}.`
}

export const modelCalls = ({ modelCalls: { mean } }: Stats): string =>
  mean === null
    ? "Shows how often the model is asked for one question."
    : `${mean.toLocaleString("en", { maximumFractionDigits: 2 })} model calls a question on average.`

export const saved = ({ saved }: Stats): string => {
  const [remembered, parallel] = [Series.sum(saved.rememberedMillis), Series.sum(saved.parallelMillis)]
  return `${Units.duration(remembered)} by what was remembered or foreseen, ${Units.duration(parallel)} by what ran at the same time.`
}

export const cache = ({ cacheReads }: Stats): string => {
  const all = cacheReads.reduce((sum, { reads }) => sum + reads, 0)
  const asked = cacheReads.find(({ source }) => source === "upstream")?.reads ?? 0
  return all === 0
    ? "Shows where reads of services were answered from, once there were some."
    : `${Units.share((all - asked) / all)} of ${Units.counted(all, "read")} were not asked anew.`
}

export const memory = ({ process: { heapBytes, rssBytes } }: Stats): string => {
  const [rss, heap] = [Series.newest(rssBytes), Series.newest(heapBytes)]
  return rss === null
    ? "The process does not say what it takes: its metrics are off."
    : `${Units.bytes(rss)} now${heap === null ? "" : `, ${Units.bytes(heap)} of it the heap`}.`
}

export const eventLoop = ({ process: { eventLoopP99Millis } }: Stats): string => {
  const delay = Series.newest(eventLoopP99Millis)
  return delay === null
    ? "The process does not say how late it is."
    : `${Units.duration(delay)} lately, in the 99th of 100 cases.`
}

export const tokens = ({ tokens }: Stats): string => {
  const [input, cached, output] = [tokens.input, tokens.cachedInput, tokens.output].map(Series.sum)
  return `${Units.count(input ?? 0)} read by the model (${Units.count(cached ?? 0)} of them kept by its provider), ${Units.count(output ?? 0)} written.`
}

/** Since when a kind of question takes another time than before. */
export const change = (of: Kind["change"], nowMillis: number): string => {
  if (of === null) return "steady"
  const sign = of.verdict === "regression" ? "▲ slower" : "▼ faster"
  return `${sign} since ${Units.instant(of.sinceMillis, nowMillis)}: ${Units.duration(of.beforeMillis)} → ${Units.duration(of.nowMillis)}`
}

const levels = {
  closed: "● asked as usual",
  "half-open": "◐ being tried again",
  open: "○ not asked at present"
} as const

export const breaker = (state: keyof typeof levels | null): string =>
  state === null ? "no tool asked it yet" : levels[state]
