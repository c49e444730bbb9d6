/**
 * Guarded: what is done with a file that throws, as effects: again while another process holds it, and else a failure in one sentence.
 */
import * as SqliteFile from "@callsheet/cache/store/SqliteFile"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

import { StoreFailed } from "../RunError.ts"

const whileBusy = Schedule.spaced("20 millis").pipe(Schedule.upTo({ times: 100 }))

interface Failure {
  readonly isBusy: boolean
  readonly error: StoreFailed
}

export interface Guarded {
  readonly attempt: <A>(run: () => A) => Effect.Effect<A, StoreFailed>
  /** At the time of now, in milliseconds since 1970. */
  readonly atTime: <A>(run: (nowMillis: number) => A) => Effect.Effect<A, StoreFailed>
}

/** For the file at `path`. */
export const make = (path: string): Guarded => {
  const failure = (cause: unknown): Failure => {
    const why = cause instanceof Error ? cause.message.replaceAll(/\s+/g, " ") : "unknown error"
    const problem = `What is kept of runs, in ${path}, cannot be used (${why}): check the file and its rights.`
    return { isBusy: SqliteFile.isBusy(cause), error: new StoreFailed({ problem }) }
  }
  const attempt = <A>(run: () => A): Effect.Effect<A, StoreFailed> =>
    Effect.try({ try: run, catch: failure }).pipe(
      Effect.retry({ schedule: whileBusy, while: ({ isBusy }) => isBusy }),
      Effect.mapError(({ error }) => error)
    )
  return {
    attempt,
    atTime: (run) => Effect.flatMap(Clock.currentTimeMillis, (nowMillis) => attempt(() => run(nowMillis)))
  }
}

/** What nobody waits for: a failure is for the log. */
export const orLogged = (effect: Effect.Effect<unknown, StoreFailed>): Effect.Effect<void> =>
  Effect.catch(Effect.asVoid(effect), ({ message }) => Effect.logWarning(message))
