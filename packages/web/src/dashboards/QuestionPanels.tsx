/**
 * QuestionPanels: charts of what was asked: how long it took, what that was made of, what it cost and what was saved.
 */
import { useMemo, useState } from "preact/hooks"

import * as Units from "../ui/Units.ts"
import { axisOf, decimal, line, type Props, summed, whole } from "./Lines.ts"
import { Panel } from "./Panel.tsx"
import type { Chart } from "./Plot.ts"
import * as Says from "./Says.ts"
import * as Series from "./Series.ts"

const limits = [
  { value: 1000, label: "1 s: alarm" },
  { value: 2000, label: "2 s" },
  { value: 5000, label: "5 s: target" }
]

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
