/**
 * Checks: whether the contestants did what they were measured at.
 */
import type { Row } from "../Report.ts"
import type { Entry, Seat } from "./Match.ts"

const isOurs = ({ name }: Entry) => name.startsWith("callsheet")

/**
 * Answers, calls and requests that were not as the scripts have them, one row for each name: bound for ours, and for others
 * only where there are some.
 */
export const rows = (seats: ReadonlyArray<Seat>): ReadonlyArray<Row> =>
  [...Map.groupBy(seats, ({ entry }) => entry.name)].flatMap(([name, seats]) => {
    const problems = seats.flatMap(({ problems }) => problems)
    const bound = seats.some(({ entry }) => isOurs(entry)) ? { atMost: 0 } : {}
    if (problems.length === 0 && bound.atMost === undefined) return []
    const told = problems.slice(0, 3).map((problem) => problem.replaceAll(/\s+/g, " ").slice(0, 300))
    const note = told.length === 0 ? {} : { note: told.join(" | ") }
    const row = { name: `${name}: runs with another answer or other calls`, value: problems.length, unit: "runs" }
    return [{ ...row, ...bound, ...note }]
  })
