/**
 * InFlight: equal reads of several runs that are under way at one time are one: the first runs, and the others take what it
 * gave. Nothing is kept of it.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"

/** One run's part in a read. */
export interface Own<A, R> {
  readonly execute: Effect.Effect<A, never, R>
  /** Whether its run gave it up: what it still does is for nobody. */
  readonly isAbandoned: () => boolean
  /** Called when it begins to wait for another run's. */
  readonly joined: () => void
  /** What it makes of what another gave; `undefined` where that is of no use to it, so that it runs itself. */
  readonly take: (theirs: A) => A | undefined
}

interface Leader<A> {
  readonly isAbandoned: () => boolean
  /** Completed at its end, for those who share it; `undefined` while nobody does. */
  shared: Deferred.Deferred<Exit.Exit<A>> | undefined
}

export interface InFlight<A> {
  /** Runs `own`, or takes what the one gives that runs now under `key`. One that is interrupted leaves the others alone. */
  run<R>(key: string, own: Own<A, R>): Effect.Effect<A, never, R>
}

export const make = <A>(): InFlight<A> => {
  const leaders = new Map<string, Leader<A>>()

  // Followers wait for its end, so there is no moment at which it may be interrupted without telling them.
  const lead = <R>(key: string, { execute, isAbandoned }: Own<A, R>) =>
    Effect.uninterruptibleMask((restore) => {
      const leader: Leader<A> = { isAbandoned, shared: undefined }
      leaders.set(key, leader)
      return Effect.onExit(restore(execute), (exit) => {
        if (leaders.get(key) === leader) leaders.delete(key)
        return leader.shared === undefined ? Effect.void : Deferred.succeed(leader.shared, exit)
      })
    })

  const run = <R>(key: string, own: Own<A, R>): Effect.Effect<A, never, R> =>
    Effect.suspend(() => {
      const known = leaders.get(key)
      if (known === undefined || known.isAbandoned()) return lead(key, own)
      known.shared ??= Deferred.makeUnsafe()
      own.joined()
      return Effect.flatMap(Deferred.await(known.shared), (exit) => {
        // Whoever ran it was stopped, which is no reason to stop those who share it.
        if (exit._tag === "Failure") return run(key, own)
        const taken = own.take(exit.value)
        return taken === undefined ? own.execute : Effect.succeed(taken)
      })
    })

  return { run }
}
