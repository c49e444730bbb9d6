/** What was foreseen, and changed since. */
import { Cache } from "@callsheet/cache/Cache"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"

import { Approval } from "../../src/schedule/Approval.ts"
import { asking, makeWorld, type Setting } from "../household.ts"

/** Foresees a look at "a", waits a minute for leave to erase "b", and then looks "a" up itself. */
const waiting = (setting: Setting) =>
  asking("erase b then look a", {
    ...setting,
    foreseen: [{ name: "look", parameters: { key: "a" } }],
    policy: { foresight: { mostCalls: 6, wait: Duration.zero } }
  }).pipe(Effect.provideService(Approval, () => Effect.as(Effect.sleep("1 minute"), true)))

describe("what was foreseen", () => {
  it.effect("is not served once another run has written what it read", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const run = yield* Effect.forkChild(waiting({ world }), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      const other = yield* Effect.forkChild(asking("change a", { world }), { startImmediately: true })
      yield* TestClock.adjust("2 minutes")
      yield* Fiber.join(other)
      const { answer, sources } = yield* Fiber.join(run)
      assert.strictEqual(world.values.get("a"), 1)
      assert.include(answer, JSON.stringify({ key: "a", value: 1 }))
      assert.deepStrictEqual(sources, ["look upstream", "erase upstream", "look upstream"])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("is served from what is remembered while that is true", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const run = yield* Effect.forkChild(waiting({ world }), { startImmediately: true })
      yield* TestClock.adjust("2 minutes")
      const { sources } = yield* Fiber.join(run)
      assert.deepStrictEqual(sources, ["look upstream", "erase upstream", "look memory"])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )
})
