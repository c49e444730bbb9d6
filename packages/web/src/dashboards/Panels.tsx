/**
 * Panels: the charts of the dashboards.
 */
import { useMemo, useState } from "preact/hooks"

import * as Units from "../ui/Units.ts"
import type { Stats } from "../wire/Stats.ts"
import { lines as strokes } from "./Colours.ts"
import { Panel } from "./Panel.tsx"
import type { Chart, Line } from "./Plot.ts"
import * as Says from "./Says.ts"
import * as Series from "./Series.ts"

type Props = { readonly stats: Stats }

const line = (index: number, label: string, values: Series.Series): Line => ({
  ...(strokes[index % strokes.length] ?? strokes[0]),
  label,
  values
})

/** A line whose values add up. */
const summed = (label: string, colour: string, values: Series.Series): Line => ({
  label,
  colour,
  values,
  whole: Series.sum(values)
})

const axisOf = ({ at, bucket: bucketMillis }: Stats) => ({ at, bucketMillis })

const limits = [
  { value: 1000, label: "1 s: alarm" },
  { value: 2000, label: "2 s" },
  { value: 5000, label: "5 s: target" }
]

/** Where a number is a count, an axis has none between. */
const whole = (value: number) => (Number.isInteger(value) ? Units.count(value) : "")
const decimal = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 2 })

export const Durations = ({ stats }: Props) => {
  const [chosen, setChosen] = useState("")
  const kind = stats.kinds.find((one) => one.kind === chosen)
  const { p50Millis, p95Millis } = kind?.series ?? stats.durations
  const change = kind?.change
  const chart = useMemo(
    (): Chart => ({
      ...axisOf(stats),
      form: "lines",
      unit: Units.duration,
      lines: [line(0, "p50", p50Millis), line(1, "p95", p95Millis)],
      marks: limits,
      moments: (kind === undefined ? stats.kinds : [kind]).flatMap((one) =>
        one.change?.verdict === "regression" ? [one.change.sinceMillis] : []
      )
    }),
    [stats, chosen]
  )
  const says =
    kind === undefined
      ? Says.durations(stats)
      : `${Units.counted(kind.runs, "question")}, ${Says.change(change ?? null, stats.to)}.`
  return (
    <Panel title="How long questions take" says={says} chart={chart}>
      <label class="small choose">
        Kind{" "}
        <select value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
          <option value="">all</option>
          {stats.kinds.map((one) => (
            <option key={one.kind} value={one.kind}>
              {`${one.change?.verdict === "regression" ? "▲ " : ""}${Says.kind(one)}`}
            </option>
          ))}
        </select>
      </label>
    </Panel>
  )
}

export const Runs = ({ stats }: Props) => {
  const { failed, total } = stats.runs
  const chart = useMemo(
    (): Chart => ({
      ...axisOf(stats),
      form: "bars",
      unit: whole,
      least: 4,
      lines: [
        summed("failed", "--bad", failed),
        summed(
          "others",
          "--decoding",
          total.map((count, index) => count - (failed[index] ?? 0))
        )
      ]
    }),
    [stats]
  )
  return <Panel title="Questions" says={Says.runs(stats)} chart={chart} />
}

const componentColours: Readonly<Record<string, string>> = {
  "model-wait": "--model-wait",
  decoding: "--decoding",
  tools: "--tools",
  queueing: "--queueing",
  approval: "--approval"
}

/** Each of them is small; together they are what the engine costs. */
const engine = "the engine"

export const Components = ({ stats }: Props) => {
  const chart = useMemo((): Chart => {
    const own = stats.components.filter(({ component }) => componentColours[component] !== undefined)
    const rest = stats.components.filter(({ component }) => componentColours[component] === undefined)
    const parts = [...own.map(({ series }) => series), Series.added(rest.map(({ series }) => series))]
    const labels = [...own.map(({ component }) => component), engine]
    const shares = Series.shares(parts.filter(({ length }) => length > 0))
    return {
      ...axisOf(stats),
      form: "bars",
      unit: Units.share,
      least: 1 / 1.08,
      lines: shares.map((values, index) => ({
        label: labels[index] ?? "",
        colour: componentColours[labels[index] ?? ""] ?? "--engine",
        values,
        whole: own[index]?.share ?? rest.reduce((sum, { share }) => sum + share, 0)
      }))
    }
  }, [stats])
  return <Panel title="What the time is made of" says={Says.components(stats)} chart={chart} />
}

export const ModelCalls = ({ stats }: Props) => {
  const chart = useMemo(
    (): Chart => ({
      ...axisOf(stats),
      form: "lines",
      unit: decimal,
      least: 1,
      lines: [line(0, "model calls a question", stats.modelCalls.series)]
    }),
    [stats]
  )
  return <Panel title="Model calls" says={Says.modelCalls(stats)} chart={chart} />
}

const sourceColours: Readonly<Record<string, string>> = {
  upstream: "--tools",
  memory: "--remembered",
  store: "--engine",
  shared: "--model-wait",
  foreseen: "--foreseen"
}
const sourceWords: Readonly<Record<string, string>> = {
  upstream: "asked",
  memory: "from memory",
  store: "from the store",
  shared: "shared with an equal one",
  foreseen: "foreseen"
}

export const ToolCalls = ({ stats }: Props) => {
  const chart = useMemo(
    (): Chart => ({
      ...axisOf(stats),
      form: "bars",
      unit: whole,
      least: 4,
      lines: stats.toolCalls
        .filter(({ calls }) => calls > 0)
        .map(({ series, source }) => summed(sourceWords[source] ?? source, sourceColours[source] ?? "--engine", series))
    }),
    [stats]
  )
  const calls = stats.toolCalls.reduce((sum, { calls }) => sum + calls, 0)
  const asked = stats.toolCalls.find(({ source }) => source === "upstream")?.calls ?? 0
  const says =
    calls === 0
      ? "Shows where results of tools came from, once some were called."
      : `${Units.counted(calls, "call")}, ${Units.share((calls - asked) / calls)} of them without asking a service anew.`
  return <Panel title="Tool calls by source" says={says} chart={chart} />
}

export const Cache = ({ stats }: Props) => {
  const chart = useMemo((): Chart => {
    const shares = Series.shares(stats.cacheReads.map(({ series }) => series))
    const all = stats.cacheReads.reduce((sum, { reads }) => sum + reads, 0)
    return {
      ...axisOf(stats),
      form: "bars",
      unit: Units.share,
      least: 1 / 1.08,
      lines: stats.cacheReads.flatMap(({ reads, source }, index) =>
        reads === 0
          ? []
          : [
              {
                label: sourceWords[source] ?? source,
                colour: sourceColours[source] ?? "--engine",
                values: shares[index] ?? [],
                whole: reads / all
              }
            ]
      )
    }
  }, [stats])
  return <Panel title="Where reads were answered from" says={Says.cache(stats)} chart={chart} />
}

export const Saved = ({ stats }: Props) => {
  const chart = useMemo(
    (): Chart => ({
      ...axisOf(stats),
      form: "bars",
      unit: Units.duration,
      lines: [
        summed("remembered or foreseen", "--foreseen", stats.saved.rememberedMillis),
        summed("at the same time", "--tools", stats.saved.parallelMillis)
      ]
    }),
    [stats]
  )
  return <Panel title="Time saved" says={Says.saved(stats)} chart={chart} />
}

export const Reuse = ({ stats }: Props) => {
  const chart = useMemo(
    (): Chart => ({
      ...axisOf(stats),
      form: "lines",
      unit: Units.share,
      least: 1 / 1.08,
      lines: stats.upstreams
        .filter(({ requests }) => Series.sum(requests) > 0)
        .map(({ name, requests, reused }, index) => line(index, name, Series.ratio(reused, requests)))
    }),
    [stats]
  )
  const requests = stats.upstreams.reduce((sum, upstream) => sum + Series.sum(upstream.requests), 0)
  const reused = stats.upstreams.reduce((sum, upstream) => sum + Series.sum(upstream.reused), 0)
  const says =
    requests === 0
      ? "Shows how often a request found its connection open."
      : `${Units.share(reused / requests)} of ${Units.counted(requests, "request")} found their connection open.`
  return <Panel title="Connection reuse" says={says} chart={chart} />
}

export const Breakers = ({ stats }: Props) => {
  const words = ["closed", "half open", "open"]
  const chart = useMemo(
    (): Chart => ({
      ...axisOf(stats),
      form: "lines",
      unit: (value) => words[value] ?? "",
      least: 2,
      lines: stats.upstreams
        .filter(({ breaker }) => breaker !== null)
        .map(({ level, name }, index) => line(index, name, level))
    }),
    [stats]
  )
  const open = stats.upstreams.filter(({ breaker }) => breaker === "open").map(({ name }) => name)
  const says =
    open.length === 0 ? "Every service that was asked is asked as usual." : `Not asked at present: ${open.join(", ")}.`
  return <Panel title="Breakers of services" says={says} chart={chart} />
}

export const Memory = ({ stats }: Props) => {
  const { heapBytes, rssBytes } = stats.process
  const chart = useMemo(
    (): Chart => ({
      ...axisOf(stats),
      form: "lines",
      unit: Units.bytes,
      lines: [line(0, "resident", rssBytes), line(1, "heap", heapBytes)]
    }),
    [stats]
  )
  return <Panel title="Memory" says={Says.memory(stats)} chart={chart} />
}

export const EventLoop = ({ stats }: Props) => {
  const chart = useMemo(
    (): Chart => ({
      ...axisOf(stats),
      form: "lines",
      unit: Units.duration,
      least: 10,
      lines: [line(0, "delay, p99", stats.process.eventLoopP99Millis)],
      marks: [{ value: 100, label: "100 ms: alarm" }]
    }),
    [stats]
  )
  return <Panel title="How late the process is" says={Says.eventLoop(stats)} chart={chart} />
}

export const Tokens = ({ stats }: Props) => {
  const { cachedInput, input, output } = stats.tokens
  const chart = useMemo(
    (): Chart => ({
      ...axisOf(stats),
      form: "bars",
      unit: (value) => Units.count(Math.round(value)),
      least: 10,
      lines: [
        summed("written", "--decoding", output),
        summed("read, kept by the provider", "--remembered", cachedInput),
        summed(
          "read anew",
          "--model-wait",
          input.map((count, index) => count - (cachedInput[index] ?? 0))
        )
      ]
    }),
    [stats]
  )
  return <Panel title="Tokens" says={Says.tokens(stats)} chart={chart} />
}
