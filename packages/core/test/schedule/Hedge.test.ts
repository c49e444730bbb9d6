import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Random } from "effect"
import { TestClock } from "effect/testing"

import * as Hedge from "../../src/schedule/Hedge.ts"
import * as Timings from "../../src/schedule/Timings.ts"
import { settle } from "../fixtures.ts"
import { final, ok, script, transient, withTimers } from "./trouble.ts"

/** Timings of a tool `look` whose calls took at most 10 ms each, the last two `millis`. */
const known = (millis = 40, calls = 20) => {
  const timings = Timings.makeUnsafe()
  for (let n = 0; n < calls; n++) timings.record("look", n < calls - 2 ? Math.min(10, millis) : millis)
  return timings
}
const anyTime = () => Infinity
const first = ok("first")
const second = ok("second")

describe("Hedge.run", () => {
  it.effect("starts a second attempt after the tool's 95th percentile, and the first success wins", () =>
    Effect.gen(function* () {
      const { attempt, lines } = yield* script([600, first], [30, second])
      assert.deepStrictEqual(yield* settle(Hedge.run("look", attempt, () => attempt, known(), anyTime)), second)
      assert.deepStrictEqual(lines, ["0 start 1", "40 start 2", "70 end 2", "70 stop 1"])
    })
  )

  it.effect("interrupts the second where the first succeeds before it", () =>
    Effect.gen(function* () {
      const { attempt, lines } = yield* script([60, first], [30, second])
      assert.deepStrictEqual(yield* settle(Hedge.run("look", attempt, () => attempt, known(), anyTime)), first)
      assert.deepStrictEqual(lines, ["0 start 1", "40 start 2", "60 end 1", "60 stop 2"])
    })
  )

  it.effect("ends only after the finalizers of the loser", () =>
    Effect.gen(function* () {
      let isFirst = true
      const attempt = Effect.suspend(() => {
        if (!isFirst) return Effect.delay(Effect.succeed(second), 10)
        isFirst = false
        return Effect.onInterrupt(Effect.never, () => Effect.sleep(25))
      })
      const endedAt = Effect.andThen(
        Hedge.run("look", attempt, () => attempt, known(), anyTime),
        Clock.currentTimeMillis
      )
      assert.strictEqual(yield* settle(endedAt), 40 + 10 + 25)
    })
  )

  it.effect("starts none where the first settles in time", () =>
    Effect.gen(function* () {
      for (const outcome of [first, transient]) {
        const { attempt, lines } = yield* script([39, outcome])
        assert.deepStrictEqual(yield* settle(Hedge.run("look", attempt, () => attempt, known(), anyTime)), outcome)
        assert.strictEqual(lines.length, 2)
      }
    })
  )

  it.effect("lets the other decide where one fails, whichever it is", () =>
    Effect.gen(function* () {
      for (const [one, other, outcome] of [
        [[50, transient], [30, second], second],
        [[90, first], [10, transient], first],
        [[50, transient], [30, final], final],
        [[90, final], [30, transient], final]
      ] as const) {
        const { attempt, lines } = yield* script(one, other)
        assert.deepStrictEqual(yield* settle(Hedge.run("look", attempt, () => attempt, known(), anyTime)), outcome)
        assert.strictEqual(lines.filter((line) => line.includes("end")).length, 2)
      }
    })
  )

  it.effect("starts none of a tool that is hardly known, nor of one that is mostly fast", () =>
    Effect.gen(function* () {
      for (const timings of [Timings.makeUnsafe(), known(40, 19), known(9)]) {
        const { attempt, lines } = yield* script([600, first])
        assert.deepStrictEqual(yield* settle(Hedge.run("look", attempt, () => attempt, timings, anyTime)), first)
        assert.deepStrictEqual(lines, ["0 start 1", "600 end 1"])
        yield* TestClock.setTime(0)
      }
    })
  )

  it.effect("starts none where less time remains than the second would need", () =>
    Effect.gen(function* () {
      for (const [deadlineMillis, attempts] of [
        [80, 2],
        [79, 1]
      ] as const) {
        yield* TestClock.setTime(0)
        const clock = yield* Clock.Clock
        const { attempt, lines } = yield* script([60, first], [30, second])
        const remaining = () => deadlineMillis - clock.currentTimeMillisUnsafe()
        assert.deepStrictEqual(yield* settle(Hedge.run("look", attempt, () => attempt, known(), remaining)), first)
        assert.strictEqual(lines.filter((line) => line.includes("start")).length, attempts)
      }
    })
  )

  it.effect("starts none where it is turned off", () =>
    Effect.gen(function* () {
      const { attempt, lines } = yield* script([600, first], [30, second])
      const run = Hedge.run("look", attempt, () => attempt, known(), anyTime)
      assert.deepStrictEqual(yield* settle(Effect.provideService(run, Hedge.Enabled, false)), first)
      assert.strictEqual(lines.length, 2)
    })
  )

  it.effect("hedges at most 5 % of a tool's calls", () =>
    Effect.gen(function* () {
      const timings = { ...known(), quantile: () => 40 }
      let attempts = 0
      const attempt = Effect.suspend(() => {
        attempts++
        return Effect.delay(Effect.succeed(first), 45)
      })
      const runs = Array.from({ length: 980 }, () => Hedge.run("look", attempt, () => attempt, timings, anyTime))
      yield* settle(Effect.all(runs, { discard: true }))
      // With the 20 that were known before, 999 calls were recorded when the last began.
      assert.strictEqual(attempts - 980, 49)
    })
  )

  it.effect("records each success from the start of its own attempt, and no failure", () =>
    Effect.gen(function* () {
      const recorded: Array<readonly [string, number]> = []
      const timings = { ...known(), record: (tool: string, millis: number) => void recorded.push([tool, millis]) }
      for (const results of [
        [[600, first] as const, [30, second] as const],
        [[25, first] as const],
        [[25, final] as const]
      ]) {
        const { attempt } = yield* script(...results)
        yield* settle(Hedge.run("look", attempt, () => attempt, timings, anyTime))
      }
      assert.deepStrictEqual(recorded, [
        ["look", 30],
        ["look", 25]
      ])
    })
  )

  it.effect("leaves no timer and no attempt behind when it is interrupted, anywhere", () =>
    withTimers((timers) =>
      Effect.gen(function* () {
        for (let n = 0; n < 300; n++) {
          const { attempt, running } = yield* script([100, n % 3 === 0 ? transient : first])
          const fiber = yield* Effect.forkChild(Hedge.run("look", attempt, () => attempt, known(), anyTime))
          yield* TestClock.adjust(yield* Random.nextIntBetween(0, 160))
          yield* Fiber.interrupt(fiber)
          assert.deepStrictEqual([timers(), running()], [0, 0])
        }
      }).pipe(Random.withSeed("hedge"))
    )
  )
})
