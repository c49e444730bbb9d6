/**
 * Kept: what the server keeps of a conversation, put in order: exchanges, and beside them runs that left none, since they go on or came
 * to nothing. Pure.
 */
import type { Exchange } from "../wire/Conversations.ts"
import type { RunRecord } from "../wire/Runs.ts"

export type Kept =
  | { readonly kind: "exchange"; readonly exchange: Exchange }
  | { readonly kind: "run"; readonly run: RunRecord }

/**
 * A page of exchanges with the runs among `runs` that belong to it, the newest last. `hasEarlier`: there is a page before it, to which
 * older runs belong.
 */
export const merged = (
  conversationId: string,
  exchanges: ReadonlyArray<Exchange>,
  runs: ReadonlyArray<RunRecord>,
  hasEarlier: boolean
): ReadonlyArray<Kept> => {
  const known = new Set(exchanges.map(({ runId }) => runId))
  const oldest = hasEarlier ? Math.min(...exchanges.map(({ atMillis }) => atMillis)) : -Infinity
  const others = runs.filter(
    (run) =>
      run.conversationId === conversationId &&
      run.state !== "finished" &&
      !known.has(run.runId) &&
      run.startedAtMillis >= oldest
  )
  return [
    ...exchanges.map((exchange) => ({ at: exchange.atMillis, kept: { kind: "exchange", exchange } as const })),
    // What is under way is the newest.
    ...others.map((run) => ({
      at: run.state === "running" ? Infinity : (run.endedAtMillis ?? run.startedAtMillis),
      kept: { kind: "run", run } as const
    }))
  ]
    .sort((one, other) => one.at - other.at || 0)
    .map(({ kept }) => kept)
}
