/**
 * Cases: what is remembered, for how long, and how often the upstream is asked. Long, for it is a list.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict"

import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

import { Cache } from "../Cache.ts"
import * as Read from "../Read.ts"
import * as ReadLog from "../ReadLog.ts"
import { token } from "../store/Versions.ts"
import type { Case, Subject } from "../testing.ts"
import { Down, Missing, pass, settle, upstream, Value } from "./upstream.ts"

/** A case in virtual time, on one cache. */
export const virtual = (
  { layer }: Subject,
  name: string,
  run: Effect.Effect<void, unknown, Cache | Scope.Scope>
): Case => ({
  name,
  time: "virtual",
  run: Effect.orDie(settle(Effect.provide(run, layer)))
})

export const remembering = (subject: Subject): ReadonlyArray<Case> => [
  virtual(
    subject,
    "asks the upstream once for equal arguments, defaults filled",
    Effect.gen(function* () {
      const { calls, read } = upstream()
      deepStrictEqual(yield* read.get({ id: 1 }), { id: 1, turn: 1 })
      deepStrictEqual(yield* read.get({ language: "en", id: 1 }), { id: 1, turn: 1 })
      deepStrictEqual(yield* read.get({ id: 1, language: "de" }), { id: 1, turn: 2 })
      strictEqual(calls(), 2)
    })
  ),
  virtual(
    subject,
    "makes one request of a thousand concurrent misses of one key",
    Effect.gen(function* () {
      const { calls, read } = upstream()
      const all = Array.from({ length: 1000 }, () => read.get({ id: 1 }))
      // All at once is what is tried.
      deepStrictEqual(new Set(yield* Effect.all(all, { concurrency: "unbounded" })).size > 0, true)
      strictEqual(calls(), 1)
    })
  ),
  virtual(
    subject,
    "makes one request of the misses in one window, whoever asks",
    Effect.gen(function* () {
      const batches: Array<number> = []
      const name = `test/${token()}`
      const read = Read.make(name, {
        version: 1,
        identity: Read.everyone,
        argument: Schema.Struct({ id: Schema.Int }),
        result: Value,
        freshness: { fresh: "1 hour" },
        batch: {
          lookup: (args) =>
            Effect.sync(() => {
              batches.push(args.length)
              return args.map(({ id }) => Result.succeed({ id, turn: 1 }))
            })
        }
      })
      const values = yield* Effect.forEach(
        Array.from({ length: 1000 }, (_, index) => index % 100),
        (id) => read.get({ id }),
        { concurrency: "unbounded" }
      )
      ok(values.every((value, index) => value.id === index % 100))
      ok(batches.length <= 2, `${batches.length} requests`)
      strictEqual(
        batches.reduce((sum, size) => sum + size, 0),
        100
      )
    })
  ),
  virtual(
    subject,
    "serves a value past its time at once, refreshes it once in the background, and forgets it at its end",
    Effect.gen(function* () {
      const source = upstream({ freshness: { fresh: "1 hour", stale: "1 hour" } })
      const { calls, read } = source
      yield* read.get({ id: 1 })
      source.before = Effect.sleep("100 millis")
      yield* pass("90 minutes")
      const stale = yield* Effect.all([read.get({ id: 1 }), read.get({ id: 1 })], { concurrency: 2 })
      deepStrictEqual(
        stale.map(({ turn }) => turn),
        [1, 1]
      )
      yield* pass("1 second")
      strictEqual((yield* read.get({ id: 1 })).turn, 2)
      strictEqual(calls(), 2)
      yield* pass("121 minutes")
      strictEqual((yield* read.get({ id: 1 })).turn, 3)
    })
  ),
  virtual(
    subject,
    "gives a refresh up after its limit and serves the old value until its end",
    Effect.gen(function* () {
      const source = upstream({ freshness: { fresh: "1 hour", stale: "1 hour" } })
      yield* source.read.get({ id: 1 })
      source.before = Effect.never
      yield* pass("61 minutes")
      strictEqual((yield* source.read.get({ id: 1 })).turn, 1)
      yield* pass("31 seconds")
      source.before = Effect.void
      strictEqual((yield* source.read.get({ id: 1 })).turn, 1)
      yield* pass("1 second")
      strictEqual((yield* source.read.get({ id: 1 })).turn, 3)
    })
  ),
  virtual(
    subject,
    "keeps a final failure for its short time and never one that may heal",
    Effect.gen(function* () {
      const source = upstream()
      source.before = Effect.fail(new Down())
      deepStrictEqual(yield* Effect.flip(source.read.get({ id: 1 })), new Down())
      source.before = Effect.fail(new Missing({ id: 1 }))
      deepStrictEqual(yield* Effect.flip(source.read.get({ id: 1 })), new Missing({ id: 1 }))
      deepStrictEqual(yield* Effect.flip(source.read.get({ id: 1 })), new Missing({ id: 1 }))
      strictEqual(source.calls(), 2)
      source.before = Effect.void
      yield* pass("61 seconds")
      strictEqual((yield* source.read.get({ id: 1 })).turn, 3)
    })
  ),
  virtual(
    subject,
    "leaves those who share a read alone when the first is interrupted, and interrupts it when the last is",
    Effect.gen(function* () {
      const source = upstream()
      const gate = yield* Deferred.make<void>()
      const started = yield* Deferred.make<void>()
      let isInterrupted = false
      source.before = Effect.andThen(Deferred.succeed(started, undefined), Deferred.await(gate)).pipe(
        Effect.onInterrupt(() =>
          Effect.sync(() => {
            isInterrupted = true
          })
        )
      )
      const first = yield* Effect.forkChild(source.read.get({ id: 1 }))
      yield* Deferred.await(started)
      const second = yield* Effect.forkChild(source.read.get({ id: 1 }), { startImmediately: true })
      const cache = yield* Cache
      yield* cache.stats
      yield* Fiber.interrupt(first)
      strictEqual(isInterrupted, false)
      yield* Deferred.succeed(gate, undefined)
      strictEqual((yield* Fiber.join(second)).turn, 1)
      source.before = Effect.onInterrupt(Effect.never, () =>
        Effect.sync(() => {
          isInterrupted = true
        })
      )
      const only = yield* Effect.forkChild(source.read.get({ id: 2 }))
      yield* Effect.repeat(Effect.yieldNow, { until: () => source.calls() === 2 })
      yield* Fiber.interrupt(only)
      strictEqual(isInterrupted, true)
    })
  ),
  virtual(
    subject,
    "keeps a value of 10 MB",
    Effect.gen(function* () {
      let calls = 0
      const read = Read.make(`test/${token()}`, {
        version: 1,
        identity: Read.everyone,
        argument: Schema.Struct({}),
        result: Schema.Struct({ text: Schema.String }),
        freshness: { fresh: "1 hour" },
        lookup: () =>
          Effect.sync(() => {
            calls++
            return { text: "x".repeat(10_000_000) }
          })
      })
      yield* read.get({})
      yield* Effect.flatMap(Cache, (cache) => cache.flush)
      // Another memory, where there is a store behind it.
      yield* Effect.provide(read.get({}), subject.layer, { local: true })
      strictEqual((yield* read.get({})).text.length, 10_000_000)
      strictEqual(calls, subject.shared === undefined ? 2 : 1)
    })
  ),
  virtual(
    subject,
    "reads a value whose schema changed as a miss",
    Effect.gen(function* () {
      const name = `test/${token()}`
      const common = { version: 1, identity: Read.everyone, freshness: { fresh: "1 hour" } } as const
      const argument = Schema.Struct({})
      const before = Read.make(name, {
        ...common,
        argument,
        result: Schema.Struct({ year: Schema.Int }),
        lookup: () => Effect.succeed({ year: 1995 })
      })
      const after = Read.make(name, {
        ...common,
        argument,
        // What was written before would decode, wrongly.
        result: Schema.Struct({ year: Schema.Int, title: Schema.optionalKey(Schema.String) }),
        lookup: () => Effect.succeed({ year: 1995, title: "Heat" })
      })
      strictEqual(before.key({}), after.key({}))
      yield* before.get({})
      yield* Effect.flatMap(Cache, (cache) => cache.flush)
      deepStrictEqual(yield* Effect.provide(after.get({}), subject.layer, { local: true }), {
        year: 1995,
        title: "Heat"
      })
      deepStrictEqual(yield* after.get({}), { year: 1995, title: "Heat" })
    })
  ),
  virtual(
    subject,
    "keeps what two identities read apart",
    Effect.gen(function* () {
      const name = `test/${token()}`
      const household = (identity: string) =>
        Read.make(name, {
          version: 1,
          identity,
          argument: Schema.Struct({}),
          result: Schema.String,
          freshness: { fresh: "1 hour" },
          lookup: () => Effect.succeed(identity)
        })
      strictEqual(yield* household("ours").get({}), "ours")
      strictEqual(yield* household("theirs").get({}), "theirs")
    })
  ),
  virtual(
    subject,
    "tells what the reads of an effect did",
    Effect.gen(function* () {
      const { read } = upstream({ name: `test/log/${token()}` })
      const log = ReadLog.make()
      const reads = Effect.all([read.get({ id: 1 }), read.get({ id: 1 })], { concurrency: 1 })
      yield* Effect.provideService(reads, ReadLog.CurrentReadLog, log)
      deepStrictEqual(
        log.records.map(({ source, tags }) => [source, tags[0]]),
        [
          ["upstream", `${read.name}/1`],
          ["memory", `${read.name}/1`]
        ]
      )
      ok(log.records.every(({ remainingMillis }) => remainingMillis > 3_500_000 && remainingMillis <= 3_600_000))
    })
  ),
  virtual(
    subject,
    "stays within its bound of bytes, whatever the number of keys",
    Effect.gen(function* () {
      const cache = yield* Cache
      const { read } = upstream()
      yield* Effect.forEach(
        Array.from({ length: subject.keys }, (_, id) => id),
        (id) => cache.remember(read, { id }, { id, turn: 0 }, []),
        { concurrency: 1000, discard: true }
      )
      const { memory } = yield* cache.stats
      ok(memory.bytes <= memory.limitBytes, `${memory.bytes} of ${memory.limitBytes}`)
      ok(memory.entries > 0)
      const exit = yield* Effect.exit(read.get({ id: subject.keys + 1 }))
      ok(Exit.isSuccess(exit))
    })
  )
]
