import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"

import * as InFlight from "../../src/schedule/InFlight.ts"

/** Runs named by letters, each of which gives its letter once `gate` is open; "ran a", "a joined". */
const stage = Effect.gen(function* () {
  const inFlight = InFlight.make<string>()
  const gate = yield* Deferred.make<void>()
  const lines: Array<string> = []
  const begin = (letter: string, more: Partial<InFlight.Own<string, never>> = {}) =>
    Effect.forkChild(
      inFlight.run("key", {
        execute: Effect.suspend(() => {
          lines.push(`ran ${letter}`)
          return Effect.as(Deferred.await(gate), letter)
        }),
        isAbandoned: () => false,
        joined: () => void lines.push(`${letter} joined`),
        take: (theirs) => `${theirs}'s`,
        ...more
      }),
      { startImmediately: true }
    )
  return { begin, lines, open: Deferred.succeed(gate, undefined) }
})

describe("what is under way", () => {
  it.effect("runs once for all who come before it ends, and again for who comes after", () =>
    Effect.gen(function* () {
      const { begin, lines, open } = yield* stage
      const fibers = [yield* begin("a"), yield* begin("b"), yield* begin("c")]
      yield* open
      assert.deepStrictEqual(yield* Fiber.joinAll(fibers), ["a", "a's", "a's"])
      assert.strictEqual(yield* Fiber.join(yield* begin("d")), "d")
      assert.deepStrictEqual(lines, ["ran a", "b joined", "c joined", "ran d"])
    })
  )

  it.effect("is run by the next one where it is interrupted, and by nobody else where the others leave", () =>
    Effect.gen(function* () {
      const { begin, lines, open } = yield* stage
      const [a, b, c, d] = [yield* begin("a"), yield* begin("b"), yield* begin("c"), yield* begin("d")]
      yield* Fiber.interrupt(c)
      yield* Fiber.interrupt(a)
      yield* open
      assert.deepStrictEqual(yield* Fiber.joinAll([b, d]), ["b", "b's"])
      assert.deepStrictEqual(lines, ["ran a", "b joined", "c joined", "d joined", "ran b", "d joined"])
    })
  )

  it.effect("is not shared once its run gave it up, nor with who cannot use it", () =>
    Effect.gen(function* () {
      const { begin, lines, open } = yield* stage
      const fibers = [
        yield* begin("a", { isAbandoned: () => lines.length > 0 }),
        yield* begin("b"),
        yield* begin("c", { take: () => undefined })
      ]
      yield* open
      assert.deepStrictEqual(yield* Fiber.joinAll(fibers), ["a", "b", "c"])
      assert.deepStrictEqual(lines, ["ran a", "ran b", "c joined", "ran c"])
    })
  )
})
