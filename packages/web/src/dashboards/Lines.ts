/**
 * Lines: what the panels' charts have in common. Pure.
 */
import * as Units from "../ui/Units.ts"
import type { Stats } from "../wire/Stats.ts"
import { lines as strokes } from "./Colours.ts"
import type { Line } from "./Plot.ts"
import * as Series from "./Series.ts"

export type Props = { readonly stats: Stats }

export const line = (index: number, label: string, values: Series.Series): Line => ({
  ...(strokes[index % strokes.length] ?? strokes[0]),
  label,
  values
})

/** A line whose values add up. */
export const summed = (label: string, colour: string, values: Series.Series): Line => ({
  label,
  colour,
  values,
  whole: Series.sum(values)
})

export const axisOf = ({ at, bucket: bucketMillis }: Stats) => ({ at, bucketMillis })

/** Where a number is a count, an axis has none between. */
export const whole = (value: number) => (Number.isInteger(value) ? Units.count(value) : "")
export const decimal = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 2 })
