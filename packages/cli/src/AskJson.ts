/**
 * AskJson: what `callsheet ask --json` prints. Names that stay: additions are free, a changed name is a breaking change.
 */
import type { RunSummary } from "@callsheet/core/explain/RunSummary"

/** One object, on one line. A figure whose feature does not exist yet is null. */
export const askJson = (summary: RunSummary): string => {
  const { answer, criticalPathMillis, modelCalls, reason, route, runId, steps, toolCalls, wallMillis } = summary
  return JSON.stringify({
    answer,
    route,
    wallMillis,
    criticalPathMillis,
    steps,
    modelCalls,
    toolCalls,
    estimateMillis: null,
    heapDeltaBytes: null,
    runId,
    reason
  })
}
