import { assert, describe, it } from "@effect/vitest"
import { Cause, Context, Effect, Exit, Layer, Scope } from "effect"
import { KeyValueStore } from "effect/persistence"
import { TestClock } from "effect/testing"

import { Estimates } from "../../src/explain/Estimates.ts"
import * as EstimateTally from "../../src/explain/EstimateTally.ts"
import { dice, household, runs } from "./simulated.ts"

const setting = { model: "m" }
const all = runs(household, 12, dice(1))

/** A process over `store`, and what ends it. */
const start = Effect.fnUntraced(function* (store: KeyValueStore.KeyValueStore) {
  const scope = yield* Scope.make()
  const context = yield* Layer.buildWithScope(
    Layer.fresh(Layer.provide(Estimates.layer, Layer.succeed(KeyValueStore.KeyValueStore, store))),
    scope
  )
  const estimates = Context.get(context, Estimates)
  return {
    estimates,
    /** The estimate at the start of each. */
    follow: (from: number, to: number) =>
      Effect.forEach(all.slice(from, to), (events) =>
        Effect.map(estimates.follow(setting), ({ take }) => events.map(take)[0])
      ),
    runs: Effect.map(estimates.table, (table) => {
      const tally = table.get('["route"]')
      return tally === undefined ? 0 : Math.round(EstimateTally.total(tally) * 100) / 100
    }),
    end: Scope.close(scope, Exit.void)
  }
})

const memory = Effect.map(Layer.build(Layer.fresh(KeyValueStore.layerMemory)), (context) =>
  Context.get(context, KeyValueStore.KeyValueStore)
)
const broken = new KeyValueStore.KeyValueStoreError({ method: "any", message: "The disk is gone." })

describe("Estimates", () => {
  it.effect("tells nothing of the first five runs, and an estimate of the sixth", () =>
    Effect.gen(function* () {
      const estimates = yield* Estimates
      const told = yield* Effect.forEach(all.slice(0, 6), (events) =>
        Effect.map(
          estimates.follow(setting),
          ({ take }) => events.map(take).filter((told) => told !== undefined).length
        )
      )
      assert.deepStrictEqual(told.slice(0, 5), [0, 0, 0, 0, 0])
      assert.isAbove(told[5] ?? 0, 0)
      assert.isAbove((yield* estimates.stats).tallies, 10)
    }).pipe(Effect.provide(Estimates.layerMemory))
  )

  it.effect("writes behind, and at the end, what the next process reads", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const one = yield* start(store)
      yield* one.follow(0, 3)
      assert.strictEqual(yield* store.size, 0)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* store.size, 1)
      yield* one.follow(3, 6)
      yield* one.end
      const other = yield* start(store)
      assert.strictEqual(yield* other.runs, 6)
      assert.isDefined((yield* other.follow(6, 7))[0])
    })
  )

  it.effect("counts each run once, whichever processes share the store, and however often they write", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const [one, other] = [yield* start(store), yield* start(store)]
      for (const [from, process] of [one, other, one, other].entries()) {
        yield* process.follow(from, from + 1)
        yield* TestClock.adjust("2 seconds")
      }
      assert.strictEqual(yield* other.runs, 4)
      assert.strictEqual(yield* one.runs, 3)
      assert.strictEqual(yield* (yield* start(store)).runs, 4)
    })
  )

  it.effect("begins anew where what is kept is damaged", () =>
    Effect.gen(function* () {
      const store = yield* memory
      yield* store.set("estimates", "{")
      const one = yield* start(store)
      assert.strictEqual(yield* one.runs, 0)
      assert.strictEqual((yield* one.estimates.stats).failures, 1)
      yield* one.follow(0, 2)
      yield* one.end
      assert.strictEqual(yield* (yield* start(store)).runs, 2)
    })
  )

  it.effect("goes on where the store fails or does not answer, and writes it all once that is over", () =>
    Effect.gen(function* () {
      const store = yield* memory
      let isBroken = true
      const whole = <A>(effect: Effect.Effect<A, KeyValueStore.KeyValueStoreError>) =>
        Effect.suspend(() => (isBroken ? Effect.failCause(Cause.combine(Cause.fail(broken), Cause.die("!"))) : effect))
      const one = yield* start({
        ...store,
        get: () => Effect.never,
        set: (key, value) => whole(store.set(key, value)),
        modify: (key, change) => whole(store.modify(key, change))
      })
      yield* Effect.forkScoped(one.follow(0, 2), { startImmediately: true })
      assert.strictEqual((yield* one.estimates.stats).failures, 0)
      yield* TestClock.adjust("100 millis")
      assert.strictEqual((yield* one.estimates.stats).failures, 1)
      assert.strictEqual(yield* one.runs, 2)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* one.estimates.stats).failures, 2)
      isBroken = false
      yield* one.follow(2, 3)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* (yield* start(store)).runs, 3)
    })
  )
})
