/**
 * ServerProcess: the scripted OpenAI server in a process of its own, so that what it costs is not counted as ours.
 *
 * `start` is the parent's side; `serve` is all that the file it starts has to do.
 */
import { fork } from "node:child_process"

import * as ScriptedServer from "@callsheet/testkit/scripted/ScriptedServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** The base URL of the server that `file` serves, in a new process that ends with the scope. A file that ends at once is a defect. */
export const start = Effect.fnUntraced(function* (file: URL) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => fork(file, { execArgv: [] })),
    (child) => Effect.sync(() => child.kill())
  )
  return yield* Effect.callback<string>((resume) => {
    child.once("message", (baseUrl) => resume(Effect.succeed(String(baseUrl))))
    child.once("exit", (code) => resume(Effect.die(`The model's process ended with status ${code}.`)))
  })
})

/** Serves until the parent lets go. */
export const serve = (options: ScriptedServer.Options): void => {
  process.once("disconnect", () => process.exit())
  const served = Effect.gen(function* () {
    const context = yield* Layer.build(ScriptedServer.ScriptedServer.layer(options))
    process.send?.(Context.get(context, ScriptedServer.ScriptedServer).baseUrl)
    return yield* Effect.never
  })
  NodeRuntime.runMain(Effect.scoped(served))
}
