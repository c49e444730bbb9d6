import { assert, describe, it } from "@effect/vitest"
import { Cause, Clock, Duration, Effect, Fiber, Random } from "effect"
import { TestClock } from "effect/testing"

import * as Retry from "../../src/schedule/Retry.ts"
import { settle } from "../fixtures.ts"
import { failed, final, ok, type Result, script, throttled, transient, withTimers } from "./trouble.ts"

const anyTime = { remainingMillis: () => Infinity }
const plainly = Effect.provideService(Retry.Jitter, false)

/** What comes of it, how often it is made again, and how long it waits in between. */
const retried = <R>(attempt: Effect.Effect<Result, never, R>, rules: Retry.Rules) =>
  Effect.suspend(() => {
    let begun = 0
    let waitedMillis = 0
    let endMillis: number | undefined
    const now = Clock.currentTimeMillis
    const watched = Effect.gen(function* () {
      begun++
      waitedMillis += (yield* now) - (endMillis ?? (yield* now))
      const outcome = yield* attempt
      endMillis = yield* now
      return outcome
    })
    return Effect.map(
      Retry.run(watched, () => watched, rules),
      (outcome) => ({ outcome, repeats: begun - 1, waitedMillis })
    )
  })

describe("Retry.run", () => {
  it.effect("does not touch a success", () =>
    Effect.gen(function* () {
      const { attempt, lines } = yield* script([5, ok()])
      const made = yield* settle(retried(attempt, anyTime))
      assert.deepStrictEqual(made, { outcome: ok(), repeats: 0, waitedMillis: 0 })
      assert.deepStrictEqual(lines, ["0 start 1", "5 end 1"])
    })
  )

  it.effect("does not repeat a failure that is final", () =>
    Effect.gen(function* () {
      const { attempt, lines } = yield* script([5, final])
      const made = yield* settle(retried(attempt, anyTime))
      assert.deepStrictEqual(made, { outcome: final, repeats: 0, waitedMillis: 0 })
      assert.deepStrictEqual(lines, ["0 start 1", "5 end 1"])
    })
  )

  it.effect("repeats what may heal after 100 ms, then after 200 ms, and then gives up", () =>
    Effect.gen(function* () {
      const { attempt, lines } = yield* script([5, transient])
      const made = yield* settle(plainly(retried(attempt, anyTime)))
      assert.deepStrictEqual(made, { outcome: transient, repeats: 2, waitedMillis: 300 })
      assert.deepStrictEqual(lines, ["0 start 1", "5 end 1", "105 start 2", "110 end 2", "310 start 3", "315 end 3"])
    })
  )

  it.effect("stops at a success, and at a failure that is final", () =>
    Effect.gen(function* () {
      for (const end of [ok(), final]) {
        const { attempt } = yield* script([5, transient], [5, end])
        const made = yield* settle(plainly(retried(attempt, anyTime)))
        assert.deepStrictEqual(made, { outcome: end, repeats: 1, waitedMillis: 100 })
      }
    })
  )

  it.effect("repeats a time-out", () =>
    Effect.gen(function* () {
      const { attempt } = yield* script([5, failed(new Cause.TimeoutError("too long"))], [5, ok()])
      assert.strictEqual((yield* settle(retried(attempt, anyTime))).repeats, 1)
    })
  )

  it.effect("repeats as often as it is told to", () =>
    Effect.gen(function* () {
      for (const [maxRepeats, waitedMillis] of [
        [0, 0],
        [4, 1500]
      ] as const) {
        const { attempt } = yield* script([5, transient])
        const made = yield* settle(plainly(retried(attempt, { ...anyTime, maxRepeats })))
        assert.deepStrictEqual(made, { outcome: transient, repeats: maxRepeats, waitedMillis })
      }
    })
  )

  it.effect("waits as long as the upstream asks, where that is longer", () =>
    Effect.gen(function* () {
      const { attempt, lines } = yield* script([5, throttled("2 seconds")], [5, throttled("1 milli")], [5, ok()])
      const made = yield* settle(plainly(retried(attempt, anyTime)))
      assert.deepStrictEqual(made, { outcome: ok(), repeats: 2, waitedMillis: 2200 })
      assert.deepStrictEqual(lines.slice(2), ["2005 start 2", "2010 end 2", "2210 start 3", "2215 end 3"])
    })
  )

  it.effect("waits 30 s if it is asked to, and not longer", () =>
    Effect.gen(function* () {
      for (const [wish, repeats] of [
        [Duration.seconds(30), 1],
        [Duration.millis(30_001), 0]
      ] as const) {
        const { attempt } = yield* script([0, throttled(wish)], [0, ok()])
        assert.strictEqual((yield* settle(plainly(retried(attempt, anyTime)))).repeats, repeats)
      }
    })
  )

  it.effect("starts no wait that lasts until the deadline or beyond", () =>
    Effect.gen(function* () {
      for (const [remaining, repeats] of [
        [101, 1],
        [100, 0],
        [-5, 0]
      ] as const) {
        const { attempt } = yield* script([5, transient], [5, ok()])
        const made = yield* settle(plainly(retried(attempt, { remainingMillis: () => remaining })))
        assert.strictEqual(made.repeats, repeats)
      }
    })
  )

  it.effect("varies its waits by a fifth where jitter is on", () =>
    Effect.gen(function* () {
      const waits: Array<number> = []
      for (let n = 0; n < 50; n++) {
        const { attempt } = yield* script([5, transient])
        waits.push((yield* settle(retried(attempt, { ...anyTime, maxRepeats: 1 }))).waitedMillis)
      }
      assert.isTrue(waits.every((millis) => millis >= 80 && millis <= 120))
      assert.isTrue(Math.max(...waits) - Math.min(...waits) > 20)
    }).pipe(Random.withSeed("jitter"))
  )

  it.effect("leaves no timer and no attempt behind when it is interrupted, anywhere", () =>
    withTimers((timers) =>
      Effect.gen(function* () {
        for (let n = 0; n < 300; n++) {
          const { attempt, running } = yield* script([50, transient])
          const fiber = yield* Effect.forkChild(retried(attempt, anyTime))
          yield* TestClock.adjust(yield* Random.nextIntBetween(0, 500))
          yield* Fiber.interrupt(fiber)
          assert.deepStrictEqual([timers(), running()], [0, 0])
        }
      }).pipe(Random.withSeed("retry"))
    )
  )
})
