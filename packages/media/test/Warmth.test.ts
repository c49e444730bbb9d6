import { Cache } from "@callsheet/cache/Cache"
import * as Read from "@callsheet/cache/Read"
import * as ReadLog from "@callsheet/cache/ReadLog"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Metric, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"

import { Warmth } from "../src/Warmth.ts"

const fact = Read.make("test/fact", {
  version: 1,
  identity: Read.everyone,
  argument: Schema.Int,
  result: Schema.Int,
  freshness: { fresh: "1 minute", stale: "1 hour" },
  lookup: Effect.succeed
})

/** The answer to a question that reads these facts. */
const answer = (...ids: ReadonlyArray<number>) => Stream.mapEffect(Stream.fromIterable(ids), (id) => fact.get(id))

const ask = (...ids: ReadonlyArray<number>) =>
  Effect.flatMap(Warmth, (warmth) => Stream.runCollect(warmth.question(answer(...ids))))

const shares = Effect.flatMap(Warmth, ({ shares }) => shares)

const Both = Layer.merge(Warmth.layer, Cache.layerMemory())

describe("Warmth", () => {
  it.effect("is the share of questions of which no read waited for its upstream", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* ask(1), [1])
      yield* ask(1)
      yield* TestClock.adjust("2 minutes")
      // Old, and refreshed behind its back.
      yield* ask(1, 1)
      yield* ask(1, 2)
      yield* ask()
      assert.deepStrictEqual(yield* shares, { first: { warm: 0, all: 1 }, all: { warm: 2, all: 4 } })
      const counted = (yield* Metric.snapshot).map(({ attributes, id, state }) => [id, { ...attributes }, state])
      const incremental = true
      assert.sameDeepMembers(counted, [
        [
          "callsheet.questions",
          { "callsheet.question.first": "true", "callsheet.question.warm": "false" },
          { count: 1, incremental }
        ],
        [
          "callsheet.questions",
          { "callsheet.question.first": "false", "callsheet.question.warm": "true" },
          { count: 2, incremental }
        ],
        [
          "callsheet.questions",
          { "callsheet.question.first": "false", "callsheet.question.warm": "false" },
          { count: 1, incremental }
        ]
      ])
    }).pipe(Effect.provide(Both), Effect.provideService(Metric.MetricRegistry, new Map()))
  )

  it.effect("takes for a first one whichever comes after ten minutes without any", () =>
    Effect.gen(function* () {
      for (let turn = 0; turn < 3; turn++) {
        yield* ask(1)
        yield* TestClock.adjust("9 minutes")
      }
      yield* TestClock.adjust("1 minute")
      yield* ask(1)
      assert.deepStrictEqual((yield* shares).first, { warm: 1, all: 2 })
    }).pipe(Effect.provide(Both))
  )

  it.effect("takes no read from whoever else looks at it", () =>
    Effect.gen(function* () {
      const log = ReadLog.make()
      yield* Effect.provideService(ask(1, 2), ReadLog.CurrentReadLog, log)
      assert.deepStrictEqual(
        log.records.map(({ source }) => source),
        ["upstream", "upstream"]
      )
    }).pipe(Effect.provide(Both))
  )
})
