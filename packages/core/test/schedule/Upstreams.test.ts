import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Random } from "effect"
import { TestClock } from "effect/testing"

import * as Upstreams from "../../src/schedule/Upstreams.ts"
import { settle } from "../fixtures.ts"
import { failed, final, ok, type Result, script, throttled, transient, withTimers } from "./trouble.ts"

const refused = (sentence: string): Result => failed(undefined, sentence)

/** Each call of `plex` comes out as `outcome`, at once. */
const plex = Effect.map(Upstreams.make, (upstreams) => ({
  upstreams,
  state: upstreams.state("plex"),
  call: (outcome: Result) => upstreams.guard("plex", Effect.succeed(outcome), refused)
}))

describe("the circuit of an upstream", () => {
  it.effect("opens after five failures in a row that may heal, and says so to the model", () =>
    Effect.gen(function* () {
      const { call, state, upstreams } = yield* plex
      for (let n = 0; n < 5; n++) assert.deepStrictEqual(yield* call(transient), transient)
      yield* TestClock.adjust(500)
      let hasRun = false
      const guarded = upstreams.guard(
        "plex",
        Effect.sync(() => {
          hasRun = true
          return ok()
        }),
        refused
      )
      assert.strictEqual((yield* guarded).text, "plex is unavailable for about 10 s; do without it.")
      assert.isFalse(hasRun)
      assert.deepStrictEqual(yield* state, {
        _tag: "Open",
        key: "plex",
        retryAfter: Duration.millis(9500),
        consecutiveOpenings: 1
      })
    })
  )

  it.effect("stays closed where a success or a final failure comes between", () =>
    Effect.gen(function* () {
      const { call, state } = yield* plex
      for (const between of [ok(), final]) {
        for (let n = 0; n < 4; n++) yield* call(transient)
        yield* call(between)
      }
      for (let n = 0; n < 4; n++) yield* call(transient)
      assert.strictEqual((yield* state)._tag, "Closed")
    })
  )

  it.effect("counts neither throttling, nor a fault of the call, nor a handler that broke, either way", () =>
    Effect.gen(function* () {
      const { call, state } = yield* plex
      const fault = failed({ isRetryable: true, reason: { _tag: "ToolParameterValidationError" } })
      for (let n = 0; n < 10; n++) {
        yield* settle(call(throttled("1 milli")))
        yield* call(fault)
        yield* call(failed(undefined))
      }
      assert.strictEqual((yield* state)._tag, "Closed")
      for (let n = 0; n < 4; n++) yield* call(transient)
      yield* call(fault)
      yield* call(transient)
      assert.strictEqual((yield* state)._tag, "Open")
    })
  )

  it.effect("lets one call try again after 10 s, and others only once that one has succeeded", () =>
    Effect.gen(function* () {
      const { call, state, upstreams } = yield* plex
      for (let n = 0; n < 5; n++) yield* call(transient)
      yield* TestClock.adjust(9999)
      assert.isFalse((yield* call(ok())).ok)
      yield* TestClock.adjust(1)
      const { attempt } = yield* script([50, ok()])
      const trial = yield* Effect.forkChild(upstreams.guard("plex", attempt, refused))
      yield* TestClock.adjust(10)
      assert.strictEqual(
        (yield* call(ok())).text,
        "plex was unavailable and is being tried again; do without it for now."
      )
      yield* TestClock.adjust(40)
      assert.isTrue((yield* Fiber.join(trial)).ok)
      assert.strictEqual((yield* state)._tag, "Closed")
      assert.isTrue((yield* call(ok())).ok)
    })
  )

  it.effect("opens for twice as long each time the trial fails, up to 5 minutes", () =>
    Effect.gen(function* () {
      const { call } = yield* plex
      for (let n = 0; n < 5; n++) yield* call(transient)
      for (const seconds of [10, 20, 40, 80, 160, 300, 300]) {
        assert.strictEqual((yield* call(ok())).text, Upstreams.unavailable("plex", Duration.seconds(seconds)))
        yield* TestClock.adjust(Duration.seconds(seconds))
        yield* call(transient)
      }
    })
  )

  it.effect("stays open for as long as the upstream asks, where that is longer", () =>
    Effect.gen(function* () {
      const { call } = yield* plex
      const failure = failed({ isRetryable: true, retryAfter: Duration.seconds(42) })
      for (let n = 0; n < 5; n++) yield* call(failure)
      assert.strictEqual((yield* call(ok())).text, "plex is unavailable for about 42 s; do without it.")
    })
  )

  it.effect("is its own: the others' stay closed", () =>
    Effect.gen(function* () {
      const { call, upstreams } = yield* plex
      for (let n = 0; n < 5; n++) yield* call(transient)
      assert.isTrue((yield* upstreams.guard("tmdb", Effect.succeed(ok()), refused)).ok)
    })
  )

  it.effect("frees the trial where it is interrupted", () =>
    Effect.gen(function* () {
      const { call, upstreams } = yield* plex
      for (let n = 0; n < 5; n++) yield* call(transient)
      yield* TestClock.adjust("10 seconds")
      const trial = yield* Effect.forkChild(upstreams.guard("plex", Effect.never, refused))
      yield* TestClock.adjust(1)
      yield* Fiber.interrupt(trial)
      assert.isTrue((yield* call(ok())).ok)
    })
  )
})

describe("the rate of an upstream", () => {
  /** When a call that comes now begins. */
  const beginsAt = (upstreams: Upstreams.Upstreams, upstream = "plex") =>
    Effect.gen(function* () {
      const { attempt, lines } = yield* script([0, ok()])
      yield* upstreams.guard(upstream, attempt, refused)
      return Number(lines[0]?.split(" ")[0])
    })

  it.effect("rests as long as a throttled call was told, for all calls of the upstream and no others", () =>
    Effect.gen(function* () {
      const { call, upstreams } = yield* plex
      assert.deepStrictEqual(yield* call(throttled("3 seconds")), throttled("3 seconds"))
      yield* TestClock.adjust(500)
      const begun = yield* settle(
        Effect.all([beginsAt(upstreams), beginsAt(upstreams), beginsAt(upstreams, "tmdb")], {
          concurrency: "unbounded"
        })
      )
      assert.deepStrictEqual(begun, [3000, 3000, 500])
    })
  )

  it.effect("rests 1 s where it was not told how long", () =>
    Effect.gen(function* () {
      const { call, upstreams } = yield* plex
      yield* call(failed({ isRetryable: true, status: 429 }))
      assert.strictEqual(yield* settle(beginsAt(upstreams)), 1000)
    })
  )

  it.effect("keeps to what it learned: as many calls in that time as went before it throttled again", () =>
    Effect.gen(function* () {
      const { call, upstreams } = yield* plex
      yield* call(throttled("1 second"))
      // Four come while it rests and go after that, the fifth is throttled: four in two seconds are allowed.
      const resting = yield* Effect.forkChild(
        Effect.all(
          Array.from({ length: 4 }, () => beginsAt(upstreams)),
          { concurrency: "unbounded" }
        )
      )
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(resting), [1000, 1000, 1000, 1000])
      yield* call(throttled("2 seconds"))
      const begun = yield* settle(
        Effect.all(
          Array.from({ length: 6 }, () => beginsAt(upstreams)),
          { concurrency: "unbounded" }
        )
      )
      assert.deepStrictEqual(begun, [3000, 3000, 3000, 3000, 5000, 5000])
    })
  )

  it.effect("is not waited for where the circuit is open", () =>
    Effect.gen(function* () {
      const { call, upstreams } = yield* plex
      for (let n = 0; n < 4; n++) yield* call(transient)
      for (const result of [[5, throttled("1 minute")] as const, [10, transient] as const]) {
        const { attempt } = yield* script(result)
        yield* Effect.forkChild(upstreams.guard("plex", attempt, refused))
      }
      yield* TestClock.adjust(10)
      assert.strictEqual((yield* call(ok())).text, "plex is unavailable for about 10 s; do without it.")
    })
  )
})

describe("Upstreams.guard", () => {
  it.effect("leaves no timer and no attempt behind when it is interrupted, anywhere", () =>
    withTimers((timers) =>
      Effect.gen(function* () {
        const upstreams = yield* Upstreams.make
        for (let n = 0; n < 300; n++) {
          const { attempt, running } = yield* script([20, n % 4 === 0 ? throttled("30 millis") : ok()])
          const fiber = yield* Effect.forkChild(upstreams.guard("plex", attempt, refused))
          yield* TestClock.adjust(yield* Random.nextIntBetween(0, 60))
          yield* Fiber.interrupt(fiber)
          assert.deepStrictEqual([timers(), running()], [0, 0])
        }
      }).pipe(Random.withSeed("upstreams"))
    )
  )
})
