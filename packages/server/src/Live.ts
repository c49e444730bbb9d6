/**
 * Live: a run that this process has under way: its feed, its end, who watches it, and the calls that wait for a person's word.
 */
import type { AgentError } from "@callsheet/core/AgentError"
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import type { RunSummary } from "@callsheet/core/explain/RunSummary"
import type * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"

import type { Approvals } from "./Approvals.ts"
import * as Entry from "./Entry.ts"
import * as Feed from "./Feed.ts"
import { RunError, ServerStopping, Stopped } from "./RunError.ts"
import type { Begun, RunRecord, RunStore } from "./RunStore.ts"

export type Outcome = Effect.Effect<RunSummary, AgentError | RunError>

export interface Live {
  readonly runId: string
  readonly feed: Feed.Feed
  readonly record: () => RunRecord
  readonly append: (event: AgentEvent) => void
  readonly outcome: Outcome
  /** Says what the run came to. Counts once. */
  readonly settle: (exit: Exit.Exit<RunSummary, AgentError | RunError>) => void
  /**
   * Ends the run from outside, in a sentence: at once for all who watch, though its handlers may take their time. Only what the
   * server itself ends can be asked again as it is.
   */
  readonly stop: (problem: string, isRetryable: boolean) => void
  /** Counts a watcher until the scope is closed. */
  readonly hold: Effect.Effect<void, never, Scope.Scope>
  readonly approvals: Approvals
  /** The run's spans as `RunTrace` has them, once it and all that it started are over; none where they are too many. */
  readonly traced: Deferred.Deferred<Option.Option<string>>
}

const leftByAll = "The run was stopped: everybody left."

export const make = (options: {
  readonly run: Begun
  readonly store: Context.Service.Shape<typeof RunStore>
  readonly clock: Clock.Clock
  readonly approvals: Approvals
  readonly feedBytes: number
  /** Whether it is stopped when its last watcher leaves. */
  readonly stopWhenLeft: boolean
  /** Interrupts the run, without waiting. */
  readonly interrupt: () => void
}): Live => {
  const { clock, run, store } = options
  const { runId, startedAtMillis } = run
  const feed = Feed.make(options.feedBytes)
  const outcome = Deferred.makeUnsafe<RunSummary, AgentError | RunError>()
  let watchers = 0
  let ended: Pick<RunRecord, "state" | "endedAtMillis"> = { state: "running", endedAtMillis: null }
  store.begin(run)

  const append = (event: AgentEvent) => {
    const entry = Entry.of(event)
    if (!feed.append(entry)) return
    if (Entry.isLast(entry)) {
      const state = entry.tag === "RunFinished" ? "finished" : "failed"
      ended = { state, endedAtMillis: clock.currentTimeMillisUnsafe() }
    }
    store.append(runId, [entry])
  }
  const settle = (exit: Exit.Exit<RunSummary, AgentError | RunError>) => {
    Deferred.doneUnsafe(outcome, exit)
  }
  const stop = (problem: string, isRetryable: boolean) => {
    if (feed.isOver()) return
    const atMillis = Math.max(0, clock.currentTimeMillisUnsafe() - startedAtMillis)
    append({ _tag: "RunFailed", runId, seq: feed.next(), atMillis, problem, isRetryable })
    settle(Exit.fail(new RunError({ reason: isRetryable ? new ServerStopping() : new Stopped({ problem }) })))
    options.interrupt()
  }

  return {
    runId,
    feed,
    record: () => ({ ...run, ...ended, lastSeq: feed.next() - 1 }),
    append,
    approvals: options.approvals,
    traced: Deferred.makeUnsafe(),
    outcome: Deferred.await(outcome),
    settle,
    stop,
    hold: Effect.acquireRelease(
      Effect.sync(() => void watchers++),
      () =>
        Effect.sync(() => {
          watchers--
          if (watchers === 0 && options.stopWhenLeft) stop(leftByAll, false)
        })
    )
  }
}
