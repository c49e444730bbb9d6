/**
 * RunList: the runs that the server keeps, the newest first.
 */
import type { ComponentChildren } from "preact"
import { useState } from "preact/hooks"

import * as Words from "../ask/Words.ts"
import { DataTable } from "../ui/DataTable.tsx"
import { nowMillis } from "../ui/Now.ts"
import * as Units from "../ui/Units.ts"
import { useLoaded } from "../ui/useLoaded.ts"
import * as Runs from "../wire/Runs.ts"

const page = 30
/** As many as the server gives at a time. */
const most = 200

const states = { running: "under way", finished: "answered", failed: "failed" } as const

export const RunList = ({
  first,
  link
}: {
  /** The question whose runs stand first. */
  readonly first?: string | undefined
  readonly link: (run: Runs.RunRecord) => ComponentChildren
}) => {
  const [limit, setLimit] = useState(page)
  const { problem, value } = useLoaded(Runs.list(limit), String(limit), { everyMillis: 5_000 })
  const now = nowMillis()
  const runs = value?.runs ?? []
  const sorted =
    first === undefined
      ? runs
      : runs.toSorted((one, other) => Number(other.question === first) - Number(one.question === first))
  return (
    <section class="run-list">
      {problem !== undefined && <p class="notice bad">{problem.detail}</p>}
      {value !== undefined && runs.length === 0 && (
        <p class="quiet-text">Nothing was asked yet. Each question that is asked appears here, for a day.</p>
      )}
      {runs.length > 0 && (
        <DataTable
          label="Runs"
          columns={["Question", "Answered", "#Took", "#When"]}
          rows={sorted.map((run) => ({
            key: run.runId,
            cells: [
              link(run),
              run.state === "finished" && run.route !== null
                ? Words.routeWords[run.route]
                : `${run.state === "failed" ? "✕ " : ""}${states[run.state]}`,
              run.wallMillis === null ? "…" : Units.duration(run.wallMillis),
              Units.instant(run.startedAtMillis, now)
            ]
          }))}
        />
      )}
      {value?.next != null && limit < most && (
        <button type="button" onClick={() => setLimit(Math.min(most, limit + 2 * page))}>
          Earlier runs
        </button>
      )}
    </section>
  )
}
