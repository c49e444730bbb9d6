import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"

import * as WriteBehind from "../../src/store/WriteBehind.ts"

describe("WriteBehind", () => {
  it.effect("takes at once what a slow store writes later, in batches and in order", () =>
    Effect.gen(function* () {
      const batches: Array<ReadonlyArray<number>> = []
      const behind = yield* WriteBehind.make((items: ReadonlyArray<number>) =>
        Effect.andThen(
          Effect.sleep("10 seconds"),
          Effect.sync(() => batches.push(items))
        )
      )
      for (let item = 0; item < 9000; item++) assert.isTrue(behind.offer(item, 10, false))
      assert.deepStrictEqual(batches, [])
      yield* TestClock.adjust("31 seconds")
      assert.deepStrictEqual(
        batches.map(({ length }) => length),
        [4000, 4000, 1000]
      )
      assert.deepStrictEqual(
        batches.flat(),
        Array.from({ length: 9000 }, (_, item) => item)
      )
    })
  )

  it.effect("gathers for longer after a batch that took long, and no longer than a quarter of a second", () =>
    Effect.gen(function* () {
      const begun: Array<number> = []
      let tookMillis = 0
      const behind = yield* WriteBehind.make(() =>
        Effect.andThen(
          Effect.clockWith((clock) => Effect.sync(() => begun.push(clock.currentTimeMillisUnsafe()))),
          Effect.suspend(() => Effect.sleep(tookMillis))
        )
      )
      for (const [took, waitedMillis] of [
        [0, 20],
        [5, 20],
        [1000, 100],
        [0, 250],
        [0, 20]
      ] as const) {
        tookMillis = took
        behind.offer("a", 1, false)
        const fromMillis = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual((begun.at(-1) ?? 0) - fromMillis, waitedMillis)
      }
    })
  )

  it.effect("lets who asks wait for what was taken by then, and for nothing later", () =>
    Effect.gen(function* () {
      let written = 0
      const behind = yield* WriteBehind.make((items: ReadonlyArray<number>) =>
        Effect.andThen(
          Effect.sleep("1 second"),
          Effect.sync(() => (written += items.length))
        )
      )
      yield* behind.flush
      behind.offer(0, 10, false)
      const flushed = yield* Effect.forkChild(behind.flush, { startImmediately: true })
      yield* TestClock.adjust("500 millis")
      assert.isUndefined(flushed.pollUnsafe())
      behind.offer(1, 10, false)
      yield* TestClock.adjust("600 millis")
      yield* Fiber.join(flushed)
      assert.strictEqual(written, 1)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(written, 2)
    })
  )

  it.effect("gives up what is too much, but not what is needed", () =>
    Effect.gen(function* () {
      const behind = yield* WriteBehind.make<string>(() => Effect.sleep("1 hour"))
      const large = 20 * 1024 * 1024
      assert.deepStrictEqual(
        [behind.offer("a", large, false), behind.offer("b", large, false), behind.offer("c", large, true)],
        [true, false, true]
      )
      yield* TestClock.adjust("3 hours")
    })
  )
})
