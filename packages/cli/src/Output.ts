/**
 * Output: what becomes of a program whose output cannot be written any more.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"

import { ExitError, failed } from "./ExitError.ts"

/** Whoever read the output has gone (`| head -1`). Nothing is said; the status is that of a process ended by SIGPIPE. */
export class OutputClosed extends Schema.TaggedError<OutputClosed>()("OutputClosed", {}) {
  override get [Runtime.errorExitCode](): number {
    return 141
  }
}

const failure = (error: NodeJS.ErrnoException): OutputClosed | ExitError =>
  error.code === "EPIPE"
    ? new OutputClosed({})
    : failed(`The output cannot be written (${error.code ?? error.message}): check where it goes.`)

/**
 * Runs `program`, whose output `stream` takes, and ends with it once everything is written.
 *
 * The first write that fails, wherever in the program, interrupts it and is what it fails with. Later ones, which a stream
 * may tell long after, say nothing new: so the listener stays for as long as the stream.
 */
export const watched =
  (stream: NodeJS.WritableStream) =>
  <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E | OutputClosed | ExitError, R> =>
    Effect.gen(function* () {
      const broken = yield* Deferred.make<never, OutputClosed | ExitError>()
      stream.on("error", (error) => Deferred.doneUnsafe(broken, Effect.fail(failure(error))))
      const written = Effect.callback<void>((resume) => {
        stream.write("", (error) => {
          // An error ends the race below, as soon as the stream tells of it.
          if (!error) resume(Effect.void)
        })
      })
      const ended = Effect.flatten(Effect.tap(Effect.exit(program), () => written))
      return yield* Effect.raceFirst(ended, Deferred.await(broken))
    })
