/**
 * SidePanel: where the time of the latest run goes, beside the conversation; folded away where a person wants it so.
 */
import type { ComponentType } from "preact"
import { useEffect, useState } from "preact/hooks"

import * as Place from "../Place.ts"
import type { LiveRun } from "../run/LiveRun.ts"
import { useAtom } from "../ui/useAtom.ts"

type Chart = ComponentType<{ readonly run: LiveRun; readonly isCompact?: boolean }>

const Schedule = ({ run }: { readonly run: LiveRun }) => {
  const [chart, setChart] = useState<{ readonly Waterfall: Chart }>()
  const { problem, runId, standing } = useAtom(run.state)
  useEffect(() => {
    // Where it cannot be loaded the conversation goes on without.
    import("../schedule/Waterfall.tsx").then(
      ({ Waterfall }) => setChart({ Waterfall }),
      () => {}
    )
  }, [])
  if (standing === "lost") return <p class="quiet-text small">{problem}</p>
  return (
    <>
      {chart !== undefined && <chart.Waterfall run={run} isCompact />}
      <p>
        <a href={Place.address({ view: "schedule", runId, otherId: null })}>All of this schedule</a>
      </p>
    </>
  )
}

export const SidePanel = ({ run }: { readonly run: LiveRun | undefined }) => {
  // On a phone there is hardly room for the conversation.
  const [isOpen, setOpen] = useState(() => matchMedia("(min-width: 50rem)").matches)
  return (
    <aside class={`side ${isOpen ? "" : "folded"}`} aria-label="Schedule of the latest question">
      <header>
        <h2>Schedule</h2>
        <button type="button" class="quiet" aria-expanded={isOpen} onClick={() => setOpen((is) => !is)}>
          {isOpen ? "Hide" : "Show"}
        </button>
      </header>
      {isOpen &&
        (run === undefined ? (
          <p class="quiet-text small">
            While a question is answered, this shows what runs when, and what waits for what.
          </p>
        ) : (
          <Schedule key={run.state.value.runId} run={run} />
        ))}
    </aside>
  )
}
