/**
 * Waterfall: a run on a time axis.
 */
import type { LiveRun } from "../run/LiveRun.ts"

export const Waterfall = ({ run }: { readonly run: LiveRun; readonly isCompact?: boolean }) => (
  <p>{run.state.value.runId}</p>
)
