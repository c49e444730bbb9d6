import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Result, Schema } from "effect"
import { TestClock } from "effect/testing"

import type { BatchLookup } from "../src/Batch.ts"
import { Cache } from "../src/Cache.ts"
import * as Read from "../src/Read.ts"

interface Argument {
  readonly id: number
}

const batch = (lookup: BatchLookup<Argument, number, never, never>["lookup"]) =>
  Read.make("test/batch", {
    version: 1,
    identity: Read.everyone,
    argument: Schema.Struct({ id: Schema.Int }),
    result: Schema.Int,
    freshness: { fresh: "1 hour" },
    tags: () => ["test/batch"],
    batch: { lookup }
  })

const answer = (args: ReadonlyArray<Argument>) => args.map(({ id }) => Result.succeed(id))

describe("Batch", () => {
  it.effect("takes no result for anyone's where there are too few or too many", () =>
    Effect.gen(function* () {
      let last = 3
      const read = batch((args) => Effect.sync(() => answer(args.concat(args)).slice(1, last)))
      for (last of [3, 6]) {
        const exits = yield* Effect.forkChild(
          Effect.forEach([1, 2, 3], (id) => Effect.exit(read.get({ id })), { concurrency: 3 })
        )
        yield* TestClock.adjust("2 millis")
        assert.deepStrictEqual(
          (yield* Fiber.join(exits)).map((exit) => Exit.hasDies(exit)),
          [true, true, true]
        )
      }
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("asks once for what was asked for before and after a change", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      const asked: Array<ReadonlyArray<number>> = []
      const read = batch((args) =>
        Effect.sync(() => {
          asked.push(args.map(({ id }) => id))
          return answer(args)
        })
      )
      const before = yield* Effect.forkChild(read.get({ id: 1 }), { startImmediately: true })
      yield* cache.invalidate({ tags: ["test/batch"] })
      const after = yield* Effect.forkChild(
        Effect.forEach([1, 2], (id) => read.get({ id }), { concurrency: 2 }),
        { startImmediately: true }
      )
      yield* TestClock.adjust("2 millis")
      assert.strictEqual(yield* Fiber.join(before), 1)
      assert.deepStrictEqual(yield* Fiber.join(after), [1, 2])
      assert.deepStrictEqual(asked, [[1, 2]])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("is interrupted when the last who waits for it leaves", () =>
    Effect.gen(function* () {
      let isInterrupted = false
      const read = batch(() =>
        Effect.onInterrupt(Effect.never, () =>
          Effect.sync(() => {
            isInterrupted = true
          })
        )
      )
      const one = yield* Effect.forkChild(read.get({ id: 1 }), { startImmediately: true })
      const two = yield* Effect.forkChild(read.get({ id: 2 }), { startImmediately: true })
      yield* TestClock.adjust("2 millis")
      yield* Fiber.interrupt(one)
      assert.isFalse(isInterrupted)
      yield* Fiber.interrupt(two)
      assert.isTrue(isInterrupted)
    }).pipe(Effect.provide(Cache.layerMemory()))
  )
})
