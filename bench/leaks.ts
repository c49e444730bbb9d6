/**
 * `node bench/leaks.ts`: 10,000 runs left at random moments, twice. Prints what it counted; status 1 where something is left.
 *
 * In one process with its model: what began has ended, no place, fiber or timer is left, and the heap grew by less than 2 MB
 * from the 2,000th run to the last (the test that makes 2,000 of them). Over HTTP: no socket, timer or listener is left.
 */
import { spawnSync } from "node:child_process"
import { isDeepStrictEqual } from "node:util"

import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

import * as Sockets from "./leaks/Sockets.ts"

const runs = 10_000

const inProcess = Effect.sync(() => {
  const args = ["vitest", "run", "--config", "vitest.workspace.ts", "--project", "core", "leaks.test"]
  const { status } = spawnSync("npx", args, {
    cwd: new URL("..", import.meta.url),
    env: { ...process.env, CALLSHEET_LEAK_RUNS: String(runs) },
    stdio: "inherit"
  })
  return status === 0
})

const overHttp = Effect.gen(function* () {
  const { after, before, finished, runs: made } = yield* Sockets.leave(runs)
  yield* Console.log(`Over HTTP: ${made} runs, ${made - finished} of them left before their end.`)
  yield* Console.log(`Open before: ${JSON.stringify(before)}\nOpen after:  ${JSON.stringify(after)}`)
  return isDeepStrictEqual(after, before)
})

const check = Effect.gen(function* () {
  const isClean = [yield* overHttp, yield* inProcess].every(Boolean)
  if (!isClean) yield* Effect.sync(() => void (process.exitCode = 1))
})

NodeRuntime.runMain(check)
