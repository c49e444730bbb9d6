/**
 * Once: equal read-only calls of one run share one execution, and a finished one is used again while it is still true.
 *
 * A result is used again only where its tool has `Freshness`, that has not passed, and nothing that it read was written
 * since it began. Writes are told by `written`, after they ended in any way.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"

import type { ToolSource } from "../AgentEvent.ts"
import type { Outcome } from "./Attempt.ts"
import { type Footprint, overlaps } from "./Policy.ts"

/** What a call may share: its tool and arguments, what it reads, and how long its result stays true. */
export interface Read {
  readonly key: string
  readonly footprint: Footprint
  readonly freshnessMillis: number | undefined
  /** Whether the call was given up: what it still does is for nobody. */
  readonly isAbandoned: () => boolean
}

interface Execution {
  readonly read: Read
  /** Completed at its end, for those who share it; `undefined` while nobody does. */
  shared: Deferred.Deferred<Exit.Exit<Outcome>> | undefined
  /** Once it has ended. */
  exit: Exit.Exit<Outcome> | undefined
  /** When it began. */
  readonly startMillis: number
}

/** Results kept for use again; beyond them the one that began first is forgotten. */
const maxKept = 1000

/** Takes a call's outcome: of its own execution, of one that it shares, or of one that had ended. */
export type Settle = (outcome: Outcome, source: ToolSource) => void

export interface Once {
  /**
   * Settles with the outcome of `execute`, or of an equal call's that runs now or ended and is still true. The call that ran
   * settles before those that share with it.
   */
  run<R>(read: Read, execute: Effect.Effect<Outcome, never, R>, settle: Settle): Effect.Effect<void, never, R>
  /** Forgets what `footprint` touches, for calls that come after. */
  written(footprint: Footprint): void
}

/** `nowMillis` is the run's own clock. */
export const make = (nowMillis: () => number): Once => {
  /** What runs or ended and is still true, in the order in which it began. */
  const executions = new Map<string, Execution>()
  let kept = 0

  const forget = (key: string, execution: Execution) => {
    if (executions.get(key) !== execution) return
    executions.delete(key)
    if (execution.exit !== undefined) kept--
  }

  const keep = () => {
    kept++
    if (kept <= maxKept) return
    for (const [key, execution] of executions) {
      if (execution.exit !== undefined) return forget(key, execution)
    }
  }

  const isTrue = ({ exit, read, startMillis }: Execution, { freshnessMillis }: Read): boolean =>
    (exit === undefined && !read.isAbandoned()) ||
    (exit !== undefined && freshnessMillis !== undefined && nowMillis() - startMillis <= freshnessMillis)

  const begin = <R>(read: Read, execute: Effect.Effect<Outcome, never, R>, settle: Settle) => {
    const { freshnessMillis, key } = read
    const execution: Execution = { read, shared: undefined, exit: undefined, startMillis: nowMillis() }
    executions.set(key, execution)
    return Effect.onExit(execute, (exit) => {
      // What failed may heal, and what was interrupted is no result.
      if (exit._tag === "Failure" || !exit.value.ok || freshnessMillis === undefined) forget(key, execution)
      execution.exit = exit
      if (executions.get(key) === execution) keep()
      if (exit._tag === "Success") settle(exit.value, exit.value.source ?? "upstream")
      return execution.shared === undefined ? Effect.void : Deferred.succeed(execution.shared, exit)
    })
  }

  const run = <R>(
    read: Read,
    execute: Effect.Effect<Outcome, never, R>,
    settle: Settle
  ): Effect.Effect<void, never, R> =>
    Effect.suspend(() => {
      const known = executions.get(read.key)
      if (known !== undefined && isTrue(known, read)) {
        if (known.exit !== undefined) return Effect.map(known.exit, (outcome) => settle(outcome, "memory"))
        known.shared ??= Deferred.makeUnsafe()
        return Effect.flatMap(Deferred.await(known.shared), (exit) =>
          // Whoever ran it was stopped, which is no reason to stop those who share it.
          exit._tag === "Success" ? Effect.sync(() => settle(exit.value, "shared")) : run(read, execute, settle)
        )
      }
      if (known !== undefined) forget(read.key, known)
      return Effect.asVoid(begin(read, execute, settle))
    })

  return {
    run,
    written: (footprint) => {
      for (const [key, execution] of executions)
        if (overlaps(footprint, execution.read.footprint)) forget(key, execution)
    }
  }
}
