import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schema } from "effect"
import { TestClock } from "effect/testing"

import { Cache } from "../src/Cache.ts"
import * as Read from "../src/Read.ts"
import * as ReadAhead from "../src/ReadAhead.ts"
import { sqliteFile } from "./support/file.ts"

const household = Redacted.make("household")

const Id = Schema.Struct({ id: Schema.Int, on: Schema.optionalKey(Schema.Date) })

const reads = (identity = "ours") => {
  const asked: Array<number> = []
  const common = { version: 1, identity, argument: Id, result: Schema.Int } as const
  const lookup = ({ id }: typeof Id.Type) =>
    Effect.sync(() => {
      asked.push(id)
      return id
    })
  return {
    asked,
    long: Read.make("test/long", { ...common, freshness: { fresh: "1 minute", stale: "10 minutes" }, lookup }),
    short: Read.make("test/short", { ...common, freshness: { fresh: "1 minute" }, lookup })
  }
}

const names = (identity = household) =>
  Effect.map(
    Effect.flatMap(Cache, (cache) => cache.mostAsked(identity)),
    (all) => all.map(({ again, key }) => ({ again, key }))
  )

describe("Cache.mostAsked", () => {
  it.effect("tells what was asked for most of what is watched, and asks for it again", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      const { asked, long, short } = reads()
      yield* long.get({ id: 7 })
      yield* cache.watch([long, short])
      const on = new Date(0)
      for (const id of [1, 2, 3, 2, 2, 1]) {
        yield* long.get({ id, on })
        yield* short.get({ id })
      }
      yield* cache.peek(long, { id: 3, on })
      const all = yield* names()
      assert.deepStrictEqual(
        all.map(({ key }) => key),
        [long.key({ id: 2, on }), long.key({ id: 1, on })]
      )
      asked.length = 0
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* Effect.forEach(all, ({ again }) => again, { concurrency: 1 }), [2, 1])
      assert.deepStrictEqual(asked, [2, 1])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("does not take what is read ahead for what is asked for", () =>
    Effect.gen(function* () {
      const cache = yield* Cache
      const { long } = reads()
      yield* cache.watch([long])
      for (let turn = 0; turn < 9; turn++) {
        yield* Effect.provideService(long.get({ id: 1 }), ReadAhead.CurrentReadAhead, ReadAhead.make(0))
      }
      assert.deepStrictEqual(yield* names(), [])
    }).pipe(Effect.provide(Cache.layerMemory()))
  )

  it.effect("knows what processes before it were asked, where the store lasts, and nothing of other households", () =>
    Effect.gen(function* () {
      const layer = Layer.fresh(Cache.layer({ store: "sqlite", path: yield* sqliteFile }))
      const process = <A, E>(run: Effect.Effect<A, E, Cache>) => Effect.provide(run, layer)
      const { long } = reads()
      yield* process(
        Effect.gen(function* () {
          yield* Effect.flatMap(Cache, ({ watch }) => watch([long]))
          for (const id of [1, 2, 2, 1, 1]) yield* long.get({ id })
          assert.strictEqual((yield* names()).length, 2)
        })
      )
      yield* TestClock.adjust("3 hours")
      const later = reads()
      yield* process(
        Effect.gen(function* () {
          yield* Effect.flatMap(Cache, ({ watch }) => watch([later.long]))
          assert.deepStrictEqual(yield* names(Redacted.make("other")), [])
          const all = yield* names()
          assert.deepStrictEqual(yield* Effect.forEach(all, ({ again }) => again, { concurrency: 1 }), [1, 2])
          assert.deepStrictEqual(later.asked, [1, 2])
        })
      )
      const theirs = reads("theirs")
      yield* process(
        Effect.gen(function* () {
          yield* Effect.flatMap(Cache, ({ watch }) => watch([theirs.long]))
          assert.deepStrictEqual(yield* names(), [])
        })
      )
    })
  )
})
