/**
 * Once: equal read-only calls of one run share one execution, and a finished one is used again while it is still true.
 *
 * A result is used again only where its tool has `Freshness`, that has not passed, and nothing that it read was written
 * since it began. Writes are told by `written`, after they ended in any way.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

import type { Outcome } from "./Attempt.ts"
import { type Footprint, overlaps } from "./Policy.ts"

/** What a call may share: its tool and arguments, what it reads, and how long its result stays true. */
export interface Read {
  readonly key: string
  readonly footprint: Footprint
  readonly freshnessMillis: number | undefined
}

interface Execution {
  readonly outcome: Deferred.Deferred<Outcome>
  readonly footprint: Footprint
  /** When it began. */
  readonly startMillis: number
  /** How many writes this run had seen when it began. */
  readonly writesBefore: number
  endMillis: number | undefined
}

/** Takes a call's outcome: of its own execution, of one that it shares, or of one that had ended. */
export type Settle = (outcome: Outcome, source: "upstream" | "shared" | "memory") => void

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
  const executions = new Map<string, Execution>()
  const writes: Array<Footprint> = []

  const isTrue = ({ endMillis, footprint, startMillis, writesBefore }: Execution, read: Read): boolean => {
    const isUntouched = writes.slice(writesBefore).every((write) => !overlaps(write, footprint))
    if (endMillis === undefined) return isUntouched
    return isUntouched && read.freshnessMillis !== undefined && nowMillis() - startMillis <= read.freshnessMillis
  }

  const begin = <R>(read: Read, execute: Effect.Effect<Outcome, never, R>, settle: Settle) =>
    Effect.suspend(() => {
      const execution: Execution = {
        outcome: Deferred.makeUnsafe<Outcome>(),
        footprint: read.footprint,
        startMillis: nowMillis(),
        writesBefore: writes.length,
        endMillis: undefined
      }
      executions.set(read.key, execution)
      const forget = () => {
        if (executions.get(read.key) === execution) executions.delete(read.key)
      }
      return Effect.onExit(execute, (exit) =>
        Effect.andThen(
          Effect.sync(() => {
            execution.endMillis = nowMillis()
            // What failed may heal, and what was interrupted is no result.
            if (exit._tag === "Failure" || !exit.value.ok || read.freshnessMillis === undefined) forget()
            if (exit._tag === "Success") settle(exit.value, "upstream")
          }),
          Deferred.done(execution.outcome, exit)
        )
      )
    })

  return {
    run: (read, execute, settle) =>
      Effect.suspend(() => {
        const known = executions.get(read.key)
        if (known === undefined || !isTrue(known, read)) {
          return Effect.asVoid(begin(read, execute, settle))
        }
        const source = known.endMillis === undefined ? "shared" : "memory"
        return Effect.map(Deferred.await(known.outcome), (outcome) => settle(outcome, source))
      }),
    written: (footprint) => {
      writes.push(footprint)
    }
  }
}
