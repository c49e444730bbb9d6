/**
 * Cases with processes: two that write and read the same, and one that is killed while it writes. In real time.
 *
 * The truth that caches remember is a file of whole numbers (`Truth`): what a key is, and what it was at least when the last
 * invalidation returned. A read is stale if it gives less than the second number, as it stood before the read began.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"

import { Cache } from "../Cache.ts"
import type { Case } from "../testing.ts"
import { checked, checkedKeys } from "./checked.ts"
import * as Truth from "./Truth.ts"

const worker = join(import.meta.dirname, "worker.ts")

/** A process of `worker` with these arguments; killed at the end of the scope, if it still runs. */
const start = (...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, [worker, ...args], { stdio: ["ignore", "pipe", "inherit"] })
      const exit = once(child, "exit")
      return {
        child,
        ended: Effect.map(
          Effect.promise(() => exit),
          ([code]: ReadonlyArray<unknown>) => code
        )
      }
    }),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  )

const said = (child: ChildProcess) =>
  Effect.promise(() => (child.stdout === null ? Promise.reject(new Error("no output")) : once(child.stdout, "data")))

const truthFile = Effect.acquireRelease(
  Effect.sync(() => join(mkdtempSync(join(tmpdir(), "callsheet-truth-")), "truth")),
  (path) => Effect.sync(() => rmSync(join(path, ".."), { recursive: true, force: true }))
)

export const processes = (
  layer: Layer.Layer<Cache>,
  shared: Effect.Effect<string>,
  { reads }: { readonly reads: number }
): ReadonlyArray<Case> => [
  {
    name: `serves no stale read in ${reads} reads of each of two processes that write`,
    time: "real",
    run: Effect.gen(function* () {
      const path = yield* truthFile
      const other = yield* start("load", yield* shared, path, String(reads), "1")
      yield* said(other.child)
      const ours = yield* Effect.provide(Truth.load(path, reads, 0), layer)
      deepStrictEqual({ stale: ours.stale, other: yield* other.ended }, { stale: 0, other: 0 })
      ok(ours.invalidations > 0)
    })
  },
  {
    name: "serves nothing wrong after a process was killed in the middle of a write",
    time: "real",
    run: Effect.gen(function* () {
      const { child, ended } = yield* start("write", yield* shared)
      // It writes all the time; this is after its first values.
      yield* said(child)
      child.kill("SIGKILL")
      yield* ended
      const cache = yield* Cache
      let found = 0
      const { isWhole, read } = checked(() => found--)
      for (let id = 0; id < checkedKeys; id++) {
        found++
        ok(isWhole(yield* cache.read(read, { id })), `value ${id} is not whole`)
      }
      ok(found > 0, "nothing was left")
      yield* cache.flush
      strictEqual((yield* cache.stats).store.problem, undefined)
    }).pipe(Effect.provide(layer))
  }
]
