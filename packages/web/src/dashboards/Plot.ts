/**
 * Plot: what uPlot is told to draw of a chart.
 */
import uPlot from "uplot"

import * as Series from "./Series.ts"

export interface Line {
  readonly label: string
  /** A variable of the page's colours. */
  readonly colour: string
  readonly dash?: ReadonlyArray<number>
  readonly values: Series.Series
  /** Of all of the range: told where the cursor is nowhere. The newest value if undefined. */
  readonly whole?: number
}

export interface Mark {
  readonly value: number
  readonly label: string
}

export interface Chart {
  /** Instants, Unix time in milliseconds. */
  readonly at: ReadonlyArray<number>
  /** From one to the next. */
  readonly bucketMillis: number
  readonly lines: ReadonlyArray<Line>
  /** Lines, or bars that stand on one another. */
  readonly form: "lines" | "bars"
  readonly unit: (value: number) => string
  /** At least as far the axis reaches. */
  readonly least?: number
  /** Horizontal lines, where they are in sight. */
  readonly marks?: ReadonlyArray<Mark>
  /** Instants that are marked. */
  readonly moments?: ReadonlyArray<number>
}

/** In the order in which uPlot draws: bars from the highest to the lowest, so that each is seen above the next. */
export const dataOf = ({ at, form, lines }: Chart, hidden: ReadonlySet<string>): uPlot.AlignedData => {
  const shown = lines.map(({ label, values }) => (hidden.has(label) ? values.map(() => null) : values))
  const drawn = form === "bars" ? Series.stacked(shown).toReversed() : shown
  return [[...at], ...drawn.map((values) => [...values])]
}

const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" })
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" })

/** The time of day; the day where one begins, and all through where marks are a day apart. */
const timesOf = (splits: ReadonlyArray<number>): Array<string> => {
  const step = (splits[1] ?? 0) - (splits[0] ?? 0)
  return splits.map((split, index) => {
    const isNewDay = index > 0 && new Date(split).getDate() !== new Date(splits[index - 1] ?? 0).getDate()
    return step >= 86_000_000 || isNewDay ? day.format(split) : hour.format(split)
  })
}

/** Horizontal lines with their labels, and vertical ones. */
const drawMarks = (plot: uPlot, { marks = [], moments = [] }: Chart, colours: ReadonlyMap<string, string>) => {
  const { ctx } = plot
  const { height, left, top, width } = plot.bbox
  const ratio = devicePixelRatio
  ctx.save()
  ctx.lineWidth = ratio
  ctx.setLineDash([4 * ratio, 4 * ratio])
  ctx.font = `${11 * ratio}px ${getComputedStyle(document.body).fontFamily}`
  ctx.textAlign = "left"
  ctx.strokeStyle = ctx.fillStyle = colours.get("--quiet") ?? "gray"
  for (const { label, value } of marks) {
    const y = plot.valToPos(value, "y", true)
    if (y < top || y > top + height) continue
    ctx.beginPath()
    ctx.moveTo(left, y)
    ctx.lineTo(left + width, y)
    ctx.stroke()
    ctx.fillText(label, left + 4 * ratio, y - 7 * ratio)
  }
  ctx.strokeStyle = ctx.fillStyle = colours.get("--bad") ?? "red"
  ctx.textAlign = "center"
  for (const moment of moments) {
    const x = plot.valToPos(moment, "x", true)
    if (x < left || x > left + width) continue
    ctx.beginPath()
    ctx.moveTo(x, top + 12 * ratio)
    ctx.lineTo(x, top + height)
    ctx.stroke()
    ctx.fillText("▲", x, top + 10 * ratio)
  }
  ctx.restore()
}

export const namesOf = ({ lines }: Chart): ReadonlyArray<string> => [
  ...new Set(["--quiet", "--line", "--text", "--bad", "--surface", ...lines.map(({ colour }) => colour)])
]

export const optionsOf = (
  chart: Chart,
  size: { readonly width: number; readonly height: number },
  colours: ReadonlyMap<string, string>,
  onCursor: (index: number | null) => void
): uPlot.Options => {
  const { at, bucketMillis, form, least = 0, lines, unit } = chart
  const colour = (name: string) => colours.get(name) ?? "gray"
  const grid = { stroke: colour("--line"), width: 1 }
  const axis = { stroke: colour("--quiet"), grid, ticks: { ...grid, size: 4 }, font: "12px system-ui, sans-serif" }
  const ordered = form === "bars" ? lines.toReversed() : lines
  const bars = uPlot.paths.bars?.({ size: [0.8, 40], align: 1 })
  return {
    ...size,
    ms: 1,
    legend: { show: false },
    cursor: { sync: { key: "dashboards" }, drag: { x: false, y: false }, y: false, points: { size: 6 } },
    // To the end of the last bucket, which bars fill.
    scales: {
      x: { range: () => [at[0] ?? 0, (at.at(-1) ?? 0) + bucketMillis] },
      y: { range: (_plot, _low, high) => [0, Math.max(least, high ?? 0) * 1.08 || 1] }
    },
    axes: [
      { ...axis, size: 32, space: 76, values: (_plot, splits) => timesOf(splits) },
      { ...axis, size: 68, values: (_plot, splits) => splits.map((value) => unit(value)) }
    ],
    series: [
      {},
      ...ordered.map(({ colour: name, dash = [], label }) => ({
        label,
        stroke: colour(name),
        ...(form === "bars"
          ? { fill: colour(name), width: 0, points: { show: false }, ...(bars === undefined ? {} : { paths: bars }) }
          : { width: 2, dash: [...dash], points: { show: true, size: 5, fill: colour(name) } })
      }))
    ],
    hooks: {
      draw: [(plot) => drawMarks(plot, chart, colours)],
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)]
    }
  }
}
