/**
 * OtherProcess: the parent's side of `worker.ts`.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

import { Effect } from "effect"

const worker = fileURLToPath(new URL("./worker.ts", import.meta.url))

/** A server in another process, once it listens; killed at the end of the scope, if it still runs. */
export const start = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [worker, ...args], {
        stdio: ["ignore", "pipe", "inherit"]
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  const exited = once(child, "exit")
  const [url] = yield* Effect.promise(() => once(createInterface({ input: child.stdout }), "line"))
  return {
    url: String(url),
    kill: (signal: NodeJS.Signals) => Effect.sync(() => child.kill(signal)),
    /** Its exit code, and the signal that ended it. */
    exited: Effect.map(
      Effect.promise(() => exited),
      ([code, signal]) => ({ code: Number(code), signal: String(signal) })
    )
  }
})
