/**
 * AskJson: what `callsheet ask --json` prints. Names that stay: additions are free, a changed name is a breaking change.
 */
import type { Profile } from "@callsheet/core/explain/Profile"
import type { RunSummary } from "@callsheet/core/explain/RunSummary"

/** One object, on one line. A figure whose feature does not exist yet is null; so are those of a profile without one. */
export const askJson = (summary: RunSummary, profile: Profile | undefined): string => {
  const { answer, criticalPathMillis, estimateMillis, modelCalls, reason, route, runId, steps, toolCalls, wallMillis } =
    summary
  return JSON.stringify({
    answer,
    route,
    wallMillis,
    criticalPathMillis,
    steps,
    modelCalls,
    toolCalls,
    estimateMillis,
    heapDeltaBytes: profile?.heapDeltaBytes ?? null,
    runId,
    reason,
    ...(profile === undefined ? {} : { profile })
  })
}
