/**
 * TimeChart: a chart over time, with a legend by which lines can be hidden, which tells their values where the cursor is, and all figures
 * as a table for who wants to read them.
 */
import "uplot/dist/uPlot.min.css"
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks"
import uPlot from "uplot"

import { DataTable } from "../ui/DataTable.tsx"
import { nowMillis } from "../ui/Now.ts"
import * as Units from "../ui/Units.ts"
import * as Colours from "./Colours.ts"
import * as Plot from "./Plot.ts"
import * as Series from "./Series.ts"

/** As the style sheet has it. */
const heightPixels = 200

const Figures = ({ chart, label }: { readonly chart: Plot.Chart; readonly label: string }) => {
  const [isOpen, setOpen] = useState(false)
  const now = nowMillis()
  const rows = chart.at
    .map((at, index) => ({ at, values: chart.lines.map(({ values }) => values[index] ?? null) }))
    .filter(({ values }) => values.some((value) => value !== null && value !== 0))
    .toReversed()
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Figures</summary>
      {isOpen && (
        <DataTable
          label={`Figures: ${label}`}
          isTall
          columns={["From", ...chart.lines.map((line) => `#${line.label}`)]}
          rows={rows.map(({ at, values }) => ({
            key: String(at),
            cells: [Units.instant(at, now), ...values.map((value) => (value === null ? "–" : chart.unit(value)))]
          }))}
        />
      )}
    </details>
  )
}

export const TimeChart = ({ chart, label }: { readonly chart: Plot.Chart; readonly label: string }) => {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const theme = Colours.useTheme()
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const [place, setPlace] = useState<number | null>(null)
  const data = useMemo(() => Plot.dataOf(chart, hidden), [chart, hidden])
  const shape = chart.lines.map((line) => line.label).join("\n")

  useLayoutEffect(() => {
    const { current } = box
    if (current === null) return
    const size = () => ({ width: Math.max(120, current.clientWidth), height: heightPixels })
    const options = Plot.optionsOf(chart, size(), Colours.resolve(Plot.namesOf(chart)), setPlace)
    const made = new uPlot(options, data, current)
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize(size()))
    observer.observe(current)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = undefined
    }
    // Marks are drawn from the chart that it was made with.
  }, [shape, chart.form, theme, chart.moments?.join(), chart.marks?.length])
  useLayoutEffect(() => plot.current?.setData(data), [data])

  const toggle = (name: string) =>
    setHidden((before) => {
      const after = new Set(before)
      if (!after.delete(name)) after.add(name)
      return after
    })
  const valueOf = ({ values, whole }: Plot.Line) =>
    place === null ? (whole ?? Series.newest(values)) : (values[place] ?? null)

  return (
    <div class="time-chart">
      <div class="plot" ref={box} role="img" aria-label={label} />
      <ul class="lines">
        {chart.lines.map((line) => {
          const value = valueOf(line)
          return (
            <li key={line.label}>
              <button type="button" aria-pressed={!hidden.has(line.label)} onClick={() => toggle(line.label)}>
                <span class="swatch" style={{ background: `var(${line.colour})` }} aria-hidden="true" />
                {line.label}
                <span class="value">{value === null ? "–" : chart.unit(value)}</span>
              </button>
            </li>
          )
        })}
      </ul>
      <Figures chart={chart} label={label} />
    </div>
  )
}
