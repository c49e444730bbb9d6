/**
 * Cases with processes: two that write and read the same (`Truth`), and one that is killed while it writes. In real time.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict"

import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"

import { Cache } from "../Cache.ts"
import type { Case } from "../testing.ts"
import { checked, checkedKeys } from "./checked.ts"
import * as OtherProcess from "./OtherProcess.ts"
import * as Truth from "./Truth.ts"

export const processes = (
  layer: Layer.Layer<Cache>,
  shared: Effect.Effect<string>,
  { reads }: { readonly reads: number }
): ReadonlyArray<Case> => [
  {
    name: `serves no stale read in ${reads} reads of each of two processes that write`,
    time: "real",
    run: Effect.gen(function* () {
      const { exposed, failed, invalidations, stale } = yield* Truth.loadTwice(yield* shared, { reads })
      deepStrictEqual({ stale, failed }, { stale: 0, failed: 0 })
      ok(exposed > 0 && invalidations > 0)
    }).pipe(Effect.provide(layer))
  },
  {
    name: "serves nothing wrong after a process was killed in the middle of a write",
    time: "real",
    run: Effect.gen(function* () {
      // It writes all the time; this is after its first values.
      const other = yield* OtherProcess.start("write", yield* shared)
      yield* other.kill
      yield* other.ended
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
