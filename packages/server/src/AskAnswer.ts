/**
 * AskAnswer: a run as one JSON object, for who does not stream. Names that stay: additions are free, a changed name is a breaking
 * change. Pure.
 */
import type { RunSummary } from "@callsheet/core/explain/RunSummary"

/** A figure whose feature does not exist yet is null. */
export const make = (summary: RunSummary) => {
  const { answer, criticalPathMillis, estimateMillis, modelCalls, reason, route, runId, steps, toolCalls, wallMillis } =
    summary
  return {
    answer,
    route,
    wallMillis,
    criticalPathMillis,
    steps,
    modelCalls,
    toolCalls,
    estimateMillis,
    heapDeltaBytes: null,
    runId,
    reason
  }
}
