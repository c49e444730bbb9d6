/**
 * ServicePanels: charts of what stands behind the answers: tools, the cache, services and the process.
 */
import { useMemo } from "preact/hooks"

import * as Units from "../ui/Units.ts"
import { axisOf, line, type Props, summed, whole } from "./Lines.ts"
import { Panel } from "./Panel.tsx"
import type { Chart } from "./Plot.ts"
import * as Says from "./Says.ts"
import * as Series from "./Series.ts"

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
