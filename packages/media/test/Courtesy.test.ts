import * as ReadAhead from "@callsheet/cache/ReadAhead"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"

import { Lanes } from "../src/Courtesy.ts"

/** Requests of 100 ms to one server, with the virtual time at which each began, in ms. */
const server = Effect.gen(function* () {
  const { pass } = (yield* Lanes)("http://server.test:1/base")
  const begun: Array<string> = []
  const request = (name: string, ahead?: ReadAhead.ReadAhead) =>
    Effect.gen(function* () {
      begun.push(`${name} ${yield* Effect.clockWith((clock) => clock.currentTimeMillis)}`)
      yield* Effect.sleep("100 millis")
    }).pipe(pass, Effect.provideService(ReadAhead.CurrentReadAhead, ahead), (request) =>
      Effect.forkChild(request, { startImmediately: true })
    )
  return { begun, request }
})

const ahead = () => ReadAhead.make(0)

/** Lanes of the test's own. */
const alone = Effect.provideServiceEffect(
  Lanes,
  Effect.sync(() => Lanes.defaultValue())
)

describe("Courtesy", () => {
  it.effect("lets whoever waits go first, and two at a time who read ahead", () =>
    Effect.gen(function* () {
      const { begun, request } = yield* server
      yield* request("ahead 1", ahead())
      yield* request("ahead 2", ahead())
      yield* request("ahead 3", ahead())
      yield* TestClock.adjust("50 millis")
      yield* request("asked 1")
      yield* request("asked 2")
      yield* TestClock.adjust("80 millis")
      yield* request("asked 3")
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(begun, [
        "ahead 1 0",
        "ahead 2 0",
        "asked 1 50",
        "asked 2 50",
        "asked 3 130",
        "ahead 3 230"
      ])
    }).pipe(alone)
  )

  it.effect("makes nobody wait who begins to want what is read ahead", () =>
    Effect.gen(function* () {
      const { begun, request } = yield* server
      const own = ahead()
      yield* request("asked")
      yield* request("ahead", own)
      yield* request("other", ahead())
      yield* TestClock.adjust("10 millis")
      yield* own.wanted.open
      yield* TestClock.adjust("1 second")
      // It is a request like others from then on, and the other one waits for it.
      assert.deepStrictEqual(begun, ["asked 0", "ahead 10", "other 110"])
      assert.strictEqual(own.requests, 1)
    }).pipe(alone)
  )

  it.effect("counts nobody who has left, and knows servers apart", () =>
    Effect.gen(function* () {
      const { begun, request } = yield* server
      const asked = yield* request("asked")
      const left = yield* request("left", ahead())
      yield* Fiber.interrupt(left)
      yield* Fiber.interrupt(asked)
      yield* request("ahead", ahead())
      yield* request("asked again")
      const other = (yield* Lanes)("http://server.test:2")
      yield* other.pass(Effect.void).pipe(Effect.provideService(ReadAhead.CurrentReadAhead, ahead()))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(begun, ["asked 0", "ahead 0", "asked again 0"])
    }).pipe(alone)
  )
})
