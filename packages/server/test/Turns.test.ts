import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Scope } from "effect"
import { TestClock } from "effect/testing"

import * as Turns from "../src/Turns.ts"

const take = (turns: Turns.Turns, conversation?: string) =>
  Effect.uninterruptibleMask((restore) => turns.take(conversation, restore))

const end = (scope: Scope.Closeable) => Scope.close(scope, Exit.void)

const limit = Duration.seconds(30)

describe("Turns", () => {
  it.effect("gives so many at once, and the others theirs in the order in which they came", () =>
    Effect.gen(function* () {
      const turns = Turns.make(2, 100, limit)
      const first = yield* take(turns)
      const second = yield* take(turns)
      const order: Array<number> = []
      const scopes: Array<Scope.Closeable> = []
      for (let index = 0; index < 5; index++) {
        yield* Effect.forkChild(
          Effect.map(take(turns), (scope) => {
            order.push(index)
            scopes.push(scope)
          }),
          { startImmediately: true }
        )
      }
      assert.deepStrictEqual(order, [])
      assert.strictEqual(turns.waiting(), 5)
      yield* end(first)
      yield* Effect.yieldNow
      assert.deepStrictEqual(order, [0])
      yield* end(second)
      for (let index = 0; index < 5; index++) {
        yield* Effect.yieldNow
        const scope = scopes[index]
        if (scope !== undefined) yield* end(scope)
      }
      assert.deepStrictEqual(order, [0, 1, 2, 3, 4])
      assert.strictEqual(turns.waiting(), 0)
    })
  )

  it.effect("answers one question of a conversation at a time, which takes no place from others", () =>
    Effect.gen(function* () {
      const turns = Turns.make(2, 100, limit)
      const first = yield* take(turns, "a")
      const waiting = yield* Effect.forkChild(take(turns, "a"), { startImmediately: true })
      const other = yield* take(turns, "b")
      assert.isUndefined(waiting.pollUnsafe())
      yield* end(first)
      const second = yield* Fiber.join(waiting)
      yield* end(second)
      yield* end(other)
    })
  )

  it.effect("forgets who leaves the line, also at the moment of its turn", () =>
    Effect.gen(function* () {
      const turns = Turns.make(1, 100, limit)
      for (let round = 0; round < 50; round++) {
        const held = yield* take(turns, "a")
        const leaving = yield* Effect.forkChild(take(turns, "a"), { startImmediately: true })
        const staying = yield* Effect.forkChild(take(turns, "a"), { startImmediately: true })
        if (round % 2 === 0) {
          yield* Fiber.interrupt(leaving)
          yield* end(held)
        } else {
          yield* end(held)
          yield* Fiber.interrupt(leaving)
          // It may have had its turn before it could leave.
          const exit = leaving.pollUnsafe()
          if (exit !== undefined && Exit.isSuccess(exit)) yield* end(exit.value)
        }
        yield* end(yield* Fiber.join(staying))
      }
      yield* end(yield* take(turns, "a"))
      assert.strictEqual(turns.waiting(), 0)
    })
  )

  it.effect("refuses where too many wait, and who has waited too long", () =>
    Effect.gen(function* () {
      const turns = Turns.make(1, 1, limit)
      const held = yield* take(turns)
      const waiting = yield* Effect.forkChild(Effect.flip(take(turns)), { startImmediately: true })
      const refused = yield* Effect.flip(take(turns))
      assert.strictEqual(refused.reason._tag, "TooManyRuns")
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual((yield* Fiber.join(waiting)).reason._tag, "TooManyRuns")
      yield* end(held)
      yield* end(yield* take(turns))
    })
  )
})
