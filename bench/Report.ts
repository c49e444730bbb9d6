/**
 * Report: what a suite finds out, as rows: judged by their bounds, and drawn as a table.
 */
import type * as Effect from "effect/Effect"

export interface Row {
  readonly name: string
  /** As it was measured: a bound is held to it, and only the table rounds. */
  readonly value: number
  readonly unit: string
  /** The bound that an issue sets; a row without one is for orientation. */
  readonly atMost?: number
  readonly atLeast?: number
  /** Load, spread, and what the value was made of. */
  readonly note?: string
}

/** What a suite may be told beside its name. */
export interface Options {
  /** Some of those who are compared, or of its parts: `--only NAME,NAME`. All, where it is absent. */
  readonly only?: ReadonlyArray<string>
  /** How often each is run: `--runs N`. */
  readonly runs?: number
  /** The model that is asked: `--model NAME`. */
  readonly model?: string
  /** Whether the tables in the documents are made anew: `--write`. */
  readonly write?: boolean
}

export interface Suite {
  /** What is measured, under which load, and what it does not show. Printed before the rows. */
  readonly about: string
  readonly rows: Effect.Effect<ReadonlyArray<Row>>
  /** The same, as it is told; absent where there is no choice. A string says what of it cannot be done. */
  readonly chosen?: {
    readonly takes: ReadonlyArray<keyof Options>
    readonly rows: (options: Options) => Effect.Effect<ReadonlyArray<Row>, string>
  }
}

/** A value that is no number breaks any bound. */
export const isBroken = ({ atLeast = -Infinity, atMost = Infinity, value }: Row): boolean =>
  !(value >= atLeast && value <= atMost)

const boundOf = ({ atLeast, atMost }: Row): string =>
  atMost !== undefined ? `≤ ${atMost}` : atLeast !== undefined ? `≥ ${atLeast}` : ""

/** One line a row: a mark where its bound is broken, name, value, unit, bound, note. */
export const table = (rows: ReadonlyArray<Row>): string => {
  const cells = rows.map((row) => [
    isBroken(row) ? "✗" : " ",
    row.name,
    String(Number(row.value.toPrecision(4))),
    row.unit,
    boundOf(row),
    row.note ?? ""
  ])
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...cells.map((cell) => cell[column]?.length ?? 0)))
  const line = (cell: ReadonlyArray<string>) =>
    cell
      .map((text, column) => (column === 2 ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd()
  return cells.map(line).join("\n")
}

/** Rounds to what a reader can use: `digits` after the point. */
export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

/** `NaN` of nothing, and where one of them is. */
export const median = (values: ReadonlyArray<number>): number => {
  if (values.some(Number.isNaN)) return Number.NaN
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2
}
