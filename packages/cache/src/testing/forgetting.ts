/**
 * Cases: what is forgotten when something is written, and what is not put back.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict"

import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import { Cache } from "../Cache.ts"
import * as Read from "../Read.ts"
import * as ReadLog from "../ReadLog.ts"
import { token } from "../store/Versions.ts"
import type { Case, Subject } from "../testing.ts"
import { virtual } from "./remembering.ts"
import { pass, settle, type Upstream, upstream, Value } from "./upstream.ts"

/** A read that is made of one of `inner`. */
const madeOf = (inner: Upstream) =>
  Read.make(`test/${token()}`, {
    version: 1,
    identity: Read.everyone,
    argument: Schema.Struct({}),
    result: Value,
    freshness: { fresh: "1 day" },
    lookup: () => inner.read.get({ id: 1 })
  })

export const forgetting = (subject: Subject): ReadonlyArray<Case> => [
  virtual(
    subject,
    "forgets by tag, by key and all",
    Effect.gen(function* () {
      const cache = yield* Cache
      const { read } = upstream()
      const turns = Effect.map(Effect.all([read.get({ id: 1 }), read.get({ id: 2 })]), (values) =>
        values.map(({ turn }) => turn)
      )
      deepStrictEqual(yield* turns, [1, 2])
      yield* cache.invalidate({ tags: [`${read.name}/1`] })
      deepStrictEqual(yield* turns, [3, 2])
      yield* cache.invalidate({ keys: [read.key({ id: 2 })] })
      deepStrictEqual(yield* turns, [3, 4])
      yield* cache.invalidate({ tags: [read.name] })
      deepStrictEqual(yield* turns, [5, 6])
      yield* cache.invalidate({ all: true })
      deepStrictEqual(yield* turns, [7, 8])
    })
  ),
  virtual(
    subject,
    "never serves what a tag has outdated, stale or not",
    Effect.gen(function* () {
      const cache = yield* Cache
      const { read } = upstream({ freshness: { fresh: "1 hour", stale: "1 day" } })
      yield* read.get({ id: 1 })
      yield* pass("2 hours")
      yield* cache.invalidate({ tags: [read.name] })
      strictEqual((yield* read.get({ id: 1 })).turn, 2)
    })
  ),
  virtual(
    subject,
    "does not let a read that began before a write share with, or overwrite, one that began after",
    Effect.gen(function* () {
      const cache = yield* Cache
      const source = upstream()
      const gate = yield* Deferred.make<void>()
      source.before = Deferred.await(gate)
      const before = yield* Effect.forkChild(source.read.get({ id: 1 }), { startImmediately: true })
      yield* settle(Effect.repeat(Effect.yieldNow, { until: () => source.calls() === 1 }))
      yield* settle(cache.invalidate({ tags: [source.read.name] }))
      source.before = Effect.void
      strictEqual((yield* settle(source.read.get({ id: 1 }))).turn, 2)
      yield* Deferred.succeed(gate, undefined)
      strictEqual((yield* Fiber.join(before)).turn, 1)
      yield* cache.flush
      strictEqual((yield* settle(source.read.get({ id: 1 }))).turn, 2)
      // Nor in the store, where there is one.
      const elsewhere = yield* Effect.provide(source.read.get({ id: 1 }), subject.layer, { local: true })
      strictEqual(elsewhere.turn, subject.shared === undefined ? 3 : 2)
    })
  ),
  virtual(
    subject,
    "does not share what waits for a read that began before a write",
    Effect.gen(function* () {
      const cache = yield* Cache
      const inner = upstream()
      const outer = madeOf(inner)
      const gate = yield* Deferred.make<void>()
      inner.before = Deferred.await(gate)
      const before = yield* Effect.forkChild(outer.get({}), { startImmediately: true })
      yield* settle(Effect.repeat(Effect.yieldNow, { until: () => inner.calls() === 1 }))
      yield* settle(cache.invalidate({ tags: [inner.read.name] }))
      inner.before = Effect.void
      const after = yield* Effect.forkChild(outer.get({}), { startImmediately: true })
      // Until it waits for the other, or is served.
      yield* settle(Effect.sleep("200 millis"))
      yield* Deferred.succeed(gate, undefined)
      strictEqual((yield* settle(Fiber.join(before))).turn, 1)
      strictEqual((yield* settle(Fiber.join(after))).turn, 2)
      strictEqual((yield* settle(outer.get({}))).turn, 2)
    })
  ),
  virtual(
    subject,
    "forgets what was made from what is forgotten, and lets it live no longer",
    Effect.gen(function* () {
      const cache = yield* Cache
      const inner = upstream({ freshness: { fresh: "10 minutes", stale: "1 hour" } })
      const outer = madeOf(inner)
      strictEqual((yield* outer.get({})).turn, 1)
      yield* cache.invalidate({ tags: [`${inner.read.name}/1`] })
      strictEqual((yield* outer.get({})).turn, 2)
      strictEqual((yield* outer.get({})).turn, 2)
      yield* pass("71 minutes")
      strictEqual((yield* outer.get({})).turn, 3)
    })
  ),
  virtual(
    subject,
    "remembers what came about elsewhere as long as what it was made from is true",
    Effect.gen(function* () {
      const cache = yield* Cache
      const source = upstream()
      const answer = upstream({ freshness: { fresh: "1 day" } })
      deepStrictEqual(yield* cache.peek(answer.read, { id: 1 }), Option.none())
      const log = ReadLog.make()
      yield* Effect.provideService(source.read.get({ id: 1 }), ReadLog.CurrentReadLog, log)
      yield* cache.remember(answer.read, { id: 1 }, { id: 1, turn: 7 }, log.records)
      deepStrictEqual(yield* cache.peek(answer.read, { id: 1 }), Option.some({ id: 1, turn: 7 }))
      yield* cache.invalidate({ tags: [source.read.name] })
      deepStrictEqual(yield* cache.peek(answer.read, { id: 1 }), Option.none())
      // What was read before the write is no ground to remember anything on after it.
      yield* cache.remember(answer.read, { id: 1 }, { id: 1, turn: 8 }, log.records)
      deepStrictEqual(yield* cache.peek(answer.read, { id: 1 }), Option.none())
      strictEqual(answer.calls(), 0)
    })
  ),
  virtual(
    subject,
    "remembers what was made since it was looked for in vain, and not where that was outdated meanwhile",
    Effect.gen(function* () {
      const cache = yield* Cache
      const { calls, read } = upstream({ freshness: { fresh: "1 hour" } })
      const first = yield* cache.recall(read, { id: 1 })
      deepStrictEqual(first.value, Option.none())
      yield* pass("10 minutes")
      yield* first.remember({ id: 1, turn: 7 }, [])
      const second = yield* cache.recall(read, { id: 1 })
      deepStrictEqual(second.value, Option.some({ id: 1, turn: 7 }))
      // Its time counts from when it was asked for.
      ok(second.record.remainingMillis <= 50 * 60_000)
      deepStrictEqual(second.record.versions, first.record.versions)

      yield* cache.invalidate({ tags: [read.name] })
      const before = yield* cache.recall(read, { id: 1 })
      deepStrictEqual(before.value, Option.none())
      yield* pass("10 millis")
      yield* cache.invalidate({ tags: [read.name] })
      yield* before.remember({ id: 1, turn: 8 }, [])
      const after = yield* cache.recall(read, { id: 1 })
      deepStrictEqual(after.value, Option.none())
      // What was begun later was remembered first, and stays.
      yield* after.remember({ id: 1, turn: 9 }, [])
      yield* before.remember({ id: 1, turn: 8 }, [])
      deepStrictEqual((yield* cache.recall(read, { id: 1 })).value, Option.some({ id: 1, turn: 9 }))
      strictEqual(calls(), 0)
    })
  ),
  virtual(
    subject,
    "lets what was recalled live no longer than what it was made from",
    Effect.gen(function* () {
      const cache = yield* Cache
      const source = upstream({ freshness: { fresh: "5 minutes" } })
      const whole = upstream({ freshness: { fresh: "1 day" } })
      const remember = Effect.gen(function* () {
        const log = ReadLog.make()
        const recalled = yield* cache.recall(whole.read, { id: 1 })
        yield* Effect.provideService(source.read.get({ id: 1 }), ReadLog.CurrentReadLog, log)
        yield* recalled.remember({ id: 1, turn: 7 }, log.records)
      })
      const isKnown = Effect.map(cache.recall(whole.read, { id: 1 }), ({ value }) => Option.isSome(value))
      yield* remember
      strictEqual(yield* isKnown, true)
      yield* pass("301 seconds")
      strictEqual(yield* isKnown, false)
      yield* remember
      strictEqual(yield* isKnown, true)
      yield* cache.invalidate({ tags: [source.read.name] })
      strictEqual(yield* isKnown, false)
    })
  )
]
