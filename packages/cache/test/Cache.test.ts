import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Result, Schema, Scope } from "effect"
import { TestClock } from "effect/testing"

import { Cache } from "../src/Cache.ts"
import * as Read from "../src/Read.ts"
import * as ReadLog from "../src/ReadLog.ts"
import { Down, Missing, upstream } from "../src/testing/upstream.ts"

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

  it.effect("counts what was made elsewhere, and tells the reader's log of it", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      const { read } = upstream({ name: "test/elsewhere" })
      const outer = ReadLog.make()
      const inner = ReadLog.make(outer)
      yield* Effect.gen(function* () {
        const { record, remember } = yield* cache.recall(read, { id: 1 })
        assert.deepInclude(record, { source: "upstream", remainingMillis: 3_600_000 })
        yield* TestClock.adjust("2 seconds")
        yield* remember({ id: 1, turn: 1 }, [])
        yield* cache.recall(read, { id: 1 })
      }).pipe(Effect.provideService(ReadLog.CurrentReadLog, inner))
      for (const { records } of [inner, outer]) {
        assert.deepStrictEqual(
          records.map(({ source }) => source),
          ["upstream", "memory"]
        )
      }
      const counts = (yield* cache.stats).byRead["test/elsewhere"]
      assert.deepInclude(counts, { sources: { memory: 1, store: 0, shared: 0, upstream: 1 }, savedMillis: 2000 })
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("recalls a remembered final failure as one", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      const source = upstream()
      source.before = Effect.fail(new Missing({ id: 1 }))
      yield* Effect.exit(source.read.get({ id: 1 }))
      assert.deepStrictEqual(
        yield* Effect.exit(cache.recall(source.read, { id: 1 })),
        Exit.fail(new Missing({ id: 1 }))
      )
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("forgets by a tag in whatever form of Unicode it is written", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      let calls = 0
      const read = Read.make("test/unicode", {
        ...common,
        argument: Schema.Struct({ name: Schema.String }),
        result: Schema.Int,
        tags: ({ name }) => [name],
        lookup: () => Effect.sync(() => ++calls)
      })
      assert.strictEqual(yield* read.get({ name: "caf\u00e9" }), 1)
      assert.strictEqual(yield* read.get({ name: "cafe\u0301" }), 1)
      yield* cache.invalidate({ tags: ["cafe\u0301"] })
      assert.strictEqual(yield* read.get({ name: "cafe\u0301" }), 2)
      yield* cache.invalidate({ tags: ["caf\u00e9"] })
      assert.strictEqual(yield* read.get({ name: "cafe\u0301" }), 3)
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("interrupts who reads when its scope closes, or after", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const cache = Context.get(yield* Layer.buildWithScope(Layer.fresh(Cache.layerMemory()), scope), Cache)
      const source = upstream({ freshness: { fresh: "1 hour", stale: "1 hour" } })
      yield* cache.read(source.read, { id: 1 })
      source.before = Effect.never
      const waiting = yield* Effect.forkChild(cache.read(source.read, { id: 2 }), { startImmediately: true })
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(waiting)))
      assert.isTrue(Exit.hasInterrupts(yield* Effect.exit(cache.read(source.read, { id: 3 }))))
      // What it has is still served, though not refreshed.
      yield* TestClock.adjust("90 minutes")
      assert.strictEqual((yield* cache.read(source.read, { id: 1 })).turn, 1)
      assert.strictEqual(source.calls(), 2)
    })
  )

  it.effect("remembers nothing that was made in place of a read that was interrupted", () =>
    Effect.gen(function* () {
      const inner = upstream()
      const outer = Read.make("test/impatient", {
        ...common,
        argument: Schema.Struct({}),
        result: Schema.Int,
        lookup: () =>
          inner.read.get({ id: 1 }).pipe(
            Effect.map(({ turn }) => turn),
            Effect.timeoutOrElse({ duration: "1 second", orElse: () => Effect.succeed(-1) })
          )
      })
      inner.before = Effect.never
      const first = yield* Effect.forkChild(outer.get({}))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(first), -1)
      inner.before = Effect.void
      assert.strictEqual(yield* outer.get({}), 2)
      assert.strictEqual(yield* outer.get({}), 2)
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("counts what a value was made from as a part of its size", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      const [part, whole] = [upstream(), upstream()]
      const log = ReadLog.make()
      for (let id = 0; id < 100; id++) yield* cache.remember(part.read, { id }, { id, turn: 0 }, [])
      yield* Effect.forEach(Array.from({ length: 100 }), (_, id) => part.read.get({ id })).pipe(
        Effect.provideService(ReadLog.CurrentReadLog, log)
      )
      const before = (yield* cache.stats).memory.bytes
      yield* cache.remember(whole.read, { id: 1 }, { id: 1, turn: 0 }, log.records)
      // A key and a tag of each part, of some 50 characters, and their versions.
      assert.isAbove((yield* cache.stats).memory.bytes - before, 100 * 150)
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("remembers as ever when the clock was set back", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      const { calls, read } = upstream()
      yield* TestClock.setTime(7_200_000)
      yield* read.get({ id: 1 })
      yield* TestClock.setTime(3_600_000)
      yield* cache.invalidate({ tags: [read.name] })
      for (let turn = 0; turn < 10; turn++) yield* read.get({ id: 1 })
      assert.strictEqual(calls(), 2)
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("tells what was counted until then", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      const { read } = upstream()
      yield* read.get({ id: 1 })
      const { byRead } = yield* cache.stats
      yield* read.get({ id: 1 })
      assert.strictEqual(byRead[read.name]?.sources.memory, 0)
    }).pipe(Effect.provide(Cache.layerMemory()))
  )
})
