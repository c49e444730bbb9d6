import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Result, Schema } from "effect"
import { TestClock } from "effect/testing"

import { Cache } from "../src/Cache.ts"
import * as Read from "../src/Read.ts"
import * as ReadLog from "../src/ReadLog.ts"
import { Down, upstream } from "../src/testing/upstream.ts"

const common = { version: 1, identity: Read.everyone, freshness: { fresh: "1 hour" } } as const

describe("Cache", () => {
  it.effect("counts where answers came from, their age, and what was saved", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      const source = upstream({ name: "test/counted" })
      source.before = Effect.sleep("100 millis")
      const two = yield* Effect.forkChild(
        Effect.all([source.read.get({ id: 1 }), source.read.get({ id: 1 })], { concurrency: 2 })
      )
      yield* TestClock.adjust("100 millis")
      yield* Fiber.join(two)
      yield* TestClock.adjust("1 minute")
      yield* source.read.get({ id: 1 })
      const { byRead, memory, reads, store } = yield* cache.stats
      assert.deepStrictEqual(reads, {
        sources: { memory: 1, store: 0, shared: 1, upstream: 1 },
        stale: 0,
        ageMillis: 60_100,
        maxAgeMillis: 60_100,
        savedMillis: 200,
        refreshes: 0,
        failedRefreshes: 0
      })
      assert.deepStrictEqual(byRead["test/counted"], reads)
      assert.strictEqual(memory.entries, 1)
      assert.strictEqual(store.kind, "memory")
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("keeps the old value when its refresh fails, and pauses before the next", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      const source = upstream({ freshness: { fresh: "1 minute", stale: "1 hour" } })
      yield* source.read.get({ id: 1 })
      source.before = Effect.fail(new Down())
      yield* TestClock.adjust("2 minutes")
      for (let turn = 0; turn < 5; turn++) {
        assert.strictEqual((yield* source.read.get({ id: 1 })).turn, 1)
        yield* TestClock.adjust("1 second")
      }
      assert.strictEqual(source.calls(), 2)
      yield* source.read.get({ id: 1 })
      assert.strictEqual(source.calls(), 3)
      assert.strictEqual((yield* cache.stats).reads.failedRefreshes, 2)
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("refreshes a popular value before its time, once", () =>
    Effect.gen(function* () {
      const { calls, read } = upstream({ freshness: { fresh: "100 minutes" } })
      yield* read.get({ id: 1 })
      yield* TestClock.adjust("90 minutes")
      for (let second = 0; second < 599; second++) {
        yield* read.get({ id: 1 })
        yield* TestClock.adjust("1 second")
      }
      assert.strictEqual(calls(), 2)
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("does not share a read whose own reads were outdated on the way", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      const inner = upstream()
      const gate = yield* Deferred.make<void>()
      const reached = yield* Deferred.make<void>()
      const outer = Read.make("test/outer", {
        ...common,
        argument: Schema.Struct({}),
        result: Schema.Int,
        lookup: Effect.fnUntraced(function* () {
          const { turn } = yield* inner.read.get({ id: 1 })
          yield* Deferred.succeed(reached, undefined)
          yield* Deferred.await(gate)
          return turn
        })
      })
      const before = yield* Effect.forkChild(outer.get({}))
      yield* Deferred.await(reached)
      yield* cache.invalidate({ tags: [inner.read.name] })
      const after = yield* Effect.forkChild(outer.get({}))
      yield* TestClock.adjust("1 second")
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* Fiber.join(before), 1)
      assert.strictEqual(yield* Fiber.join(after), 2)
      assert.strictEqual(yield* outer.get({}), 2)
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("remembers nothing that was made in spite of a failure that may heal", () =>
    Effect.gen(function* () {
      const inner = upstream()
      let calls = 0
      const outer = Read.make("test/partial", {
        ...common,
        argument: Schema.Struct({}),
        result: Schema.Int,
        lookup: () => Effect.sync(() => ++calls).pipe(Effect.tap(() => Effect.ignore(inner.read.get({ id: 1 }))))
      })
      inner.before = Effect.fail(new Down())
      assert.strictEqual(yield* outer.get({}), 1)
      inner.before = Effect.void
      assert.strictEqual(yield* outer.get({}), 2)
      assert.strictEqual(yield* outer.get({}), 2)
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("hands a batch's failures to those they belong to, and its reads to all", () =>
    Effect.gen(function* () {
      const inner = upstream()
      const read = Read.make("test/batch", {
        ...common,
        argument: Schema.Struct({ id: Schema.Int }),
        result: Schema.Int,
        tags: ({ id }) => [`test/batch/${id}`],
        batch: {
          lookup: Effect.fnUntraced(function* (args) {
            yield* inner.read.get({ id: 1 })
            return args.map(({ id }) => (id === 2 ? Result.fail(new Down()) : Result.succeed(id)))
          })
        }
      })
      const log = ReadLog.make()
      const all = yield* Effect.forkChild(
        Effect.forEach([1, 2, 3], (id) => Effect.exit(read.get({ id })), { concurrency: 3 }).pipe(
          Effect.provideService(ReadLog.CurrentReadLog, log)
        )
      )
      yield* TestClock.adjust("2 millis")
      assert.deepStrictEqual(
        (yield* Fiber.join(all)).map(({ _tag }) => _tag),
        ["Success", "Failure", "Success"]
      )
      assert.deepStrictEqual(
        log.records.map(({ remainingMillis, tags }) => [tags.length, remainingMillis > 0]),
        [
          [3, true],
          [3, false],
          [3, true]
        ]
      )
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("shares a bug with all who wait, and asks again", () =>
    Effect.gen(function* () {
      const source = upstream()
      source.before = Effect.die("bug")
      const exits = yield* Effect.forEach([1, 1], (id) => Effect.exit(source.read.get({ id })), { concurrency: 2 })
      assert.isTrue(exits.every(({ _tag }) => _tag === "Failure"))
      source.before = Effect.void
      assert.isAbove((yield* source.read.get({ id: 1 })).turn, 1)
    }).pipe(Effect.provide(Cache.layerMemory()))
  )
})
