import type { LookupAddress } from "node:dns"

import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"

import * as Lookup from "../src/Lookup.ts"

type Answer = (error: NodeJS.ErrnoException | null, addresses: ReadonlyArray<LookupAddress>) => void

const addresses: ReadonlyArray<LookupAddress> = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 }
]

/** A look-up whose resolver answers when `answer` is called. */
const setUp = () => {
  const asked: Array<Answer> = []
  const counted: Array<string> = []
  const time = { millis: 0 }
  const made = Lookup.make(
    () => time.millis,
    (source) => counted.push(source),
    (_, answer) => asked.push(answer)
  )
  const look = (all: boolean) =>
    Effect.callback<unknown>((resume) => {
      made.lookup("host", { all }, (error, address, family) =>
        resume(Effect.succeed(error === null ? [address, family] : error.message))
      )
    })
  return { asked, counted, time, look, forget: made.forget }
}

describe("Lookup", () => {
  it.live("fails for a name that nobody knows", () =>
    Effect.gen(function* () {
      const { lookup } = Lookup.make(
        () => 0,
        () => {}
      )
      const code = yield* Effect.callback<string | undefined>((resume) => {
        lookup("nobody.invalid", { all: false }, (error) => resume(Effect.succeed(error?.code)))
      })
      assert.include(["ENOTFOUND", "EAI_AGAIN"], code)
    })
  )

  it.effect("asks once for all who ask at a time, and for ten seconds", () =>
    Effect.gen(function* () {
      const { asked, counted, look, time } = setUp()
      const both = Effect.all([look(true), look(false)], { concurrency: 2 })
      const answered = yield* Effect.forkChild(both, { startImmediately: true })
      asked[0]?.(null, addresses)
      const expected: [unknown, unknown] = [
        [addresses, undefined],
        ["127.0.0.1", 4]
      ]
      assert.deepStrictEqual(yield* Fiber.join(answered), expected)
      time.millis = 9_999
      assert.deepStrictEqual(yield* both, expected)
      assert.strictEqual(asked.length, 1)
      assert.deepStrictEqual(counted, ["resolver", "shared", "shared", "shared"])
      time.millis = 10_000
      const again = yield* Effect.forkChild(look(false), { startImmediately: true })
      assert.strictEqual(asked.length, 2)
      asked[1]?.(null, addresses.slice(1))
      assert.deepStrictEqual(yield* Fiber.join(again), ["::1", 6])
    })
  )

  it.effect("keeps no failure, and nothing that was of no use", () =>
    Effect.gen(function* () {
      const { asked, counted, forget, look } = setUp()
      const both = yield* Effect.forkChild(Effect.all([look(true), look(true)], { concurrency: 2 }), {
        startImmediately: true
      })
      asked[0]?.(new Error("ENOTFOUND"), [])
      assert.deepStrictEqual(yield* Fiber.join(both), ["ENOTFOUND", "ENOTFOUND"])
      assert.deepStrictEqual(counted, ["failed", "failed"])
      for (const turn of [1, 2]) {
        const one = yield* Effect.forkChild(look(true), { startImmediately: true })
        assert.strictEqual(asked.length, turn + 1)
        asked[turn]?.(null, addresses)
        yield* Fiber.join(one)
        forget()
      }
    })
  )
})
