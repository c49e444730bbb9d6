import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Latch, Result, Schema } from "effect"
import { TestClock } from "effect/testing"

import { Cache } from "../src/Cache.ts"
import * as Read from "../src/Read.ts"
import * as ReadAhead from "../src/ReadAhead.ts"
import { Down, upstream } from "../src/testing/upstream.ts"

const minute = Duration.toMillis("1 minute")

const common = { version: 1, identity: Read.everyone, freshness: { fresh: "1 hour" } } as const

/** Reads ahead what is to last for `minutes`. The clock of a test begins at 0. */
const ahead = <A, E, R>(read: Effect.Effect<A, E, R>, minutes: number, own = ReadAhead.make(minutes * minute)) =>
  Effect.provideService(read, ReadAhead.CurrentReadAhead, own)

describe("reading ahead", () => {
  it.effect("asks the upstream only for what is stale, or will be dead", () =>
    Effect.gen(function* () {
      const source = upstream({ freshness: { fresh: "2 minutes", stale: "8 minutes" } })
      const read = source.read.get({ id: 1 })
      yield* read
      yield* TestClock.adjust("1 minute")
      yield* ahead(read, 9)
      assert.strictEqual(source.calls(), 1)
      assert.strictEqual((yield* ahead(read, 11)).turn, 2)
      yield* TestClock.adjust("3 minutes")
      assert.strictEqual((yield* ahead(read, 5)).turn, 3)
      assert.strictEqual((yield* read).turn, 3)
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("leaves what is stale to those who ask, where the upstream fails", () =>
    Effect.gen(function* () {
      const source = upstream({ freshness: { fresh: "2 minutes", stale: "8 minutes" } })
      const read = source.read.get({ id: 1 })
      yield* read
      yield* TestClock.adjust("3 minutes")
      source.before = Effect.fail(new Down())
      assert.isTrue(Result.isFailure(yield* Effect.result(ahead(read, 9))))
      assert.strictEqual((yield* read).turn, 1)
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("is seen by the lookup, and over when somebody waits for the same", () =>
    Effect.gen(function* () {
      const seen = yield* Deferred.make<ReadAhead.ReadAhead | undefined>()
      const goOn = yield* Latch.make()
      const inner = Read.make("test/inner", {
        ...common,
        argument: Schema.Int,
        result: Schema.Int,
        lookup: (id) =>
          Effect.gen(function* () {
            yield* Deferred.succeed(seen, yield* ReadAhead.CurrentReadAhead)
            yield* goOn.await
            return id
          })
      })
      const outer = Read.make("test/outer", {
        ...common,
        argument: Schema.Int,
        result: Schema.Int,
        lookup: (id) => inner.get(id)
      })
      const own = ReadAhead.make(minute)
      const first = yield* Effect.forkChild(ahead(outer.get(1), 1, own))
      assert.strictEqual(yield* Deferred.await(seen), own)
      const second = yield* Effect.forkChild(ahead(outer.get(1), 1), { startImmediately: true })
      assert.isFalse(own.wanted.isOpen())
      const asked = yield* Effect.forkChild(inner.get(1), { startImmediately: true })
      assert.isTrue(own.wanted.isOpen())
      yield* goOn.open
      assert.deepStrictEqual(yield* Effect.forEach([first, second, asked], Fiber.join, { concurrency: 3 }), [1, 1, 1])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("is not what a batch of several is for", () =>
    Effect.gen(function* () {
      const seen: Array<readonly [number, boolean]> = []
      const read = Read.make("test/batch", {
        ...common,
        argument: Schema.Int,
        result: Schema.Int,
        batch: {
          lookup: (ids) =>
            Effect.map(ReadAhead.CurrentReadAhead, (ahead) => {
              seen.push([ids.length, ahead !== undefined])
              return ids.map((id) => Result.succeed(id))
            })
        }
      })
      const all = yield* Effect.forkChild(Effect.all([ahead(read.get(1), 1), read.get(2)], { concurrency: 2 }))
      yield* TestClock.adjust("2 millis")
      yield* Fiber.join(all)
      const one = yield* Effect.forkChild(ahead(read.get(3), 1))
      yield* TestClock.adjust("2 millis")
      yield* Fiber.join(one)
      assert.deepStrictEqual(seen, [
        [2, false],
        [1, true]
      ])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )
})
