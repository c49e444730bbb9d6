import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Scope } from "effect"
import { CircuitBreaker } from "effect/persistence"
import { TestClock } from "effect/testing"

import * as Guard from "../../src/store/Guard.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { type Store, StoreError } from "../../src/store/Store.ts"

const broken = new StoreError({ store: "redis", isBusy: false, message: "It is broken." })

/** A store that works until it is told not to, with a lease of 50 ms. */
const breakable = () => {
  const store = MemoryStore.make()
  const state = { isBroken: false, asked: 0 }
  const may = <A>(effect: Effect.Effect<A, StoreError>) =>
    Effect.suspend(() => {
      state.asked++
      return state.isBroken ? Effect.fail(broken) : effect
    })
  const wrapped: Store = {
    ...store,
    leaseMillis: 50,
    lookNow: () => undefined,
    look: (names, key) => may(store.look(names, key)),
    replace: (names) => may(store.replace(names))
  }
  return { state, store: wrapped }
}

const breakers = CircuitBreaker.layerStoreMemory()
const versions = (guard: Guard.Guard, ...names: ReadonlyArray<string>) =>
  Effect.map(guard.look(names, undefined), (seen) => seen.versions)

describe("Guard", () => {
  it.effect("puts versions of its own, new every 50 ms, in place of those of a broken store", () =>
    Effect.gen(function* () {
      const { state, store } = breakable()
      const guard = yield* Guard.make(store)
      const before = yield* versions(guard, "#a")
      state.isBroken = true
      const first = yield* versions(guard, "#a")
      assert.notDeepEqual(first, before)
      yield* TestClock.adjust("49 millis")
      assert.deepStrictEqual(yield* versions(guard, "#a"), first)
      yield* TestClock.adjust("1 millis")
      assert.notDeepEqual(yield* versions(guard, "#a"), first)
      assert.isFalse((yield* guard.look(["#a"], undefined)).isStored)
    }).pipe(Effect.provide(breakers))
  )

  it.effect("outdates what a replacement names, and nothing else, while the store is broken", () =>
    Effect.gen(function* () {
      const { state, store } = breakable()
      const guard = yield* Guard.make(store)
      state.isBroken = true
      const before = yield* versions(guard, "#a", "#b")
      const fiber = yield* Effect.forkChild(guard.replace(["#a"]), { startImmediately: true })
      const after = yield* versions(guard, "#a", "#b")
      assert.notStrictEqual(after[0], before[0])
      assert.strictEqual(after[1], before[1])
      yield* TestClock.adjust("1 second")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("52 millis")
      yield* Fiber.join(fiber)
      const later = yield* versions(guard, "#a", "#b")
      assert.notStrictEqual(later[0], after[0])
      assert.notStrictEqual(later[1], after[1])
      state.isBroken = false
    }).pipe(Effect.provide(breakers))
  )

  it.effect("waits a second, at most, for a replacement that a store does not take at once", () =>
    Effect.gen(function* () {
      const { state, store } = breakable()
      const guard = yield* Guard.make(store)
      const before = yield* versions(guard, "#a")
      state.isBroken = true
      const fiber = yield* Effect.forkChild(guard.replace(["#a"]), { startImmediately: true })
      state.isBroken = false
      yield* TestClock.adjust("300 millis")
      yield* Fiber.join(fiber)
      assert.strictEqual(guard.counts().pending, 0)
      assert.notDeepEqual(yield* versions(guard, "#a"), before)
    }).pipe(Effect.provide(breakers))
  )

  it.effect("stops asking after three failures, tries again, and goes on as before when the store is well", () =>
    Effect.gen(function* () {
      const { state, store } = breakable()
      const guard = yield* Guard.make(store)
      const before = yield* versions(guard, "#a")
      state.isBroken = true
      for (let turn = 0; turn < 10; turn++) yield* versions(guard, "#a")
      assert.strictEqual(state.asked, 1 + 3)
      assert.deepInclude(guard.counts(), { failures: 3, skipped: 7, problem: "It is broken." })
      state.isBroken = false
      yield* TestClock.adjust("250 millis")
      assert.deepStrictEqual(yield* versions(guard, "#a"), before)
      assert.isUndefined(guard.counts().problem)
    }).pipe(Effect.provide(breakers))
  )

  it.effect("returns from a replacement a lease after it was stored", () =>
    Effect.gen(function* () {
      const { store } = breakable()
      const guard = yield* Guard.make(store)
      const before = yield* versions(guard, "#a", "#b")
      const fiber = yield* Effect.forkChild(guard.replace(["#a"]), { startImmediately: true })
      // Timers may be a little early.
      yield* TestClock.adjust("51 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(fiber)
      const after = yield* versions(guard, "#a", "#b")
      assert.notStrictEqual(after[0], before[0])
      assert.strictEqual(after[1], before[1])
    }).pipe(Effect.provide(breakers))
  )

  it.effect("passes over names whose replacement could not be stored until it is", () =>
    Effect.gen(function* () {
      const { state, store } = breakable()
      const guard = yield* Guard.make({ ...store, look: MemoryStore.make().look })
      const before = yield* versions(guard, "#a", "#b")
      state.isBroken = true
      yield* Effect.forkChild(guard.replace(["#a"]), { startImmediately: true })
      const during = yield* guard.look(["#a", "#b"], undefined)
      assert.notStrictEqual(during.versions[0], before[0])
      assert.strictEqual(during.versions[1], before[1])
      assert.isFalse(during.isStored)
      assert.strictEqual(guard.counts().pending, 1)
      state.isBroken = false
      yield* TestClock.adjust("1 second")
      assert.strictEqual(guard.counts().pending, 0)
      assert.isTrue((yield* guard.look(["#a", "#b"], undefined)).isStored)
      // Nothing is nothing to store.
      const { asked } = state
      yield* Effect.forkChild(guard.replace([]), { startImmediately: true })
      assert.strictEqual(state.asked, asked)
    }).pipe(Effect.provide(breakers))
  )

  it.effect("stores no more than everything for any number of names, and keeps them no longer", () =>
    Effect.gen(function* () {
      const { state, store } = breakable()
      const guard = yield* Guard.make(store)
      const before = yield* versions(guard, "*", "#0", "#1999")
      state.isBroken = true
      const names = Array.from({ length: 2_000 }, (_, index) => `#${index}`)
      for (const name of names) yield* Effect.forkChild(guard.replace([name]), { startImmediately: true })
      assert.isAtMost(guard.counts().pending, 1_000)
      state.isBroken = false
      const during = yield* versions(guard, "*", "#0", "#1999")
      assert.notStrictEqual(during[0], before[0])
      yield* TestClock.adjust("1 second")
      assert.strictEqual(guard.counts().pending, 0)
      const after = yield* versions(guard, "*", "#0", "#1999")
      for (const [index, version] of after.entries()) assert.notStrictEqual(version, before[index])
    }).pipe(Effect.provide(breakers))
  )

  it.effect("tries once more when its scope closes, for a second, and then ends its tries", () =>
    Effect.gen(function* () {
      for (const isWell of [true, false]) {
        const { state, store } = breakable()
        const scope = yield* Scope.make()
        const guard = yield* Scope.provide(Guard.make(store), scope)
        const before = yield* versions(guard, "#a")
        state.isBroken = true
        yield* Effect.forkChild(guard.replace(["#a"]), { startImmediately: true })
        yield* TestClock.adjust("1 second")
        const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
        state.isBroken = !isWell
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(closing)
        state.isBroken = false
        const [after] = (yield* store.look(["#a"], undefined)).versions
        assert.strictEqual(after !== before[0], isWell)
        const { asked } = state
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(state.asked, asked)
      }
    }).pipe(Effect.provide(Layer.fresh(breakers)))
  )
})
