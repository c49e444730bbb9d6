/**
 * RunStore: what is kept of runs: what was asked, and their events in order, for a day. State, not a cache: what it forgets is
 * gone.
 *
 * **Details**
 *
 * `begin` and `append` never wait and never fail: a run goes on, and its watchers see it, whatever its store does. What cannot be
 * kept is missing when it is read again, which whoever reads sees by the `seq`s. A run is over with the entry that is its last
 * (`Entry.isLast`).
 *
 * `@callsheet/server/testing` says what a store promises.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"

import type { Entry } from "./Entry.ts"
import type { StoreFailed } from "./RunError.ts"

/** A run as it begins. Times are milliseconds since 1970. */
export interface Begun {
  readonly runId: string
  readonly question: string
  readonly conversationId: string | null
  readonly startedAtMillis: number
}

export interface RunRecord extends Begun {
  /** One whose process ended without a word is `failed` once that is noticed, and its last entry says so. */
  readonly state: "running" | "finished" | "failed"
  readonly endedAtMillis: number | null
  /** The `seq` of its latest entry, -1 where it has none. */
  readonly lastSeq: number
}

/** How much is kept. Runs that are over go first, the oldest of them. */
export interface Bounds {
  /** How long a run is kept that is over. */
  readonly keep: Duration.Duration
  readonly runs: number
  /** Of all events. */
  readonly bytes: number
  /** Of one run's events. Of one with more, only the last entry is kept beside them. */
  readonly runBytes: number
}

export const standardBounds: Bounds = {
  keep: Duration.hours(24),
  runs: 10_000,
  bytes: 256 * 1024 * 1024,
  runBytes: 8 * 1024 * 1024
}

export class RunStore extends Context.Service<
  RunStore,
  {
    /** Takes down that a run has begun, before its first entry. */
    readonly begin: (run: Begun) => void
    /** Takes the next entries of a run that was begun here. They are the store's from then on. */
    readonly append: (runId: string, entries: ReadonlyArray<Entry>) => void
    /** Waits until all that was taken is kept, or cannot be. */
    readonly flush: Effect.Effect<void>
    readonly find: (runId: string) => Effect.Effect<RunRecord | undefined, StoreFailed>
    /** The entries of a run after `seq`, in order, as many as one page holds; none where there are none yet, or no such run. */
    readonly read: (runId: string, afterSeq: number) => Effect.Effect<ReadonlyArray<Entry>, StoreFailed>
    /** Takes the trace of a run that was begun here, once it is over: see `RunTrace`. Kept as long as the run, where there is room. */
    readonly keepTrace: (runId: string, trace: string) => void
    /** The trace of a run; none where none was kept. */
    readonly trace: (runId: string) => Effect.Effect<string | undefined, StoreFailed>
    /** Waits until another process may have written since the last `read`; a second at most where one may. */
    readonly changed: Effect.Effect<void>
  }
>()("@callsheet/server/RunStore") {}
