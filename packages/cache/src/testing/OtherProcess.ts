/**
 * OtherProcess: the parent's side of `worker.ts`.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"

import * as Effect from "effect/Effect"

const worker = join(import.meta.dirname, "worker.ts")

/** A process of `worker` with these arguments, once it is under way; killed at the end of the scope, if it still runs. */
export const start = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, [worker, ...args], { stdio: ["ignore", "pipe", "inherit"] })),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  const said: Array<string> = []
  const lines = createInterface({ input: child.stdout })
  lines.on("line", (line) => said.push(line))
  // After the exit, and all that it said.
  const closed = once(child, "close")
  yield* Effect.raceFirst(
    Effect.promise(() => once(lines, "line")),
    Effect.andThen(
      Effect.promise(() => closed),
      Effect.die(new Error("The other process ended before it was under way."))
    )
  )
  return {
    kill: Effect.sync(() => child.kill("SIGKILL")),
    /** Its last line, once it has ended. */
    ended: Effect.map(
      Effect.promise(() => closed),
      () => said.at(-1) ?? ""
    )
  }
})
