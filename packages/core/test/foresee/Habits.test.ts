import { assert, describe, it } from "@effect/vitest"
import { Cause, Context, Effect, Exit, Layer, Logger, type LogLevel, Redacted, References, Scope } from "effect"
import { Tool } from "effect/ai"
import { KeyValueStore } from "effect/persistence"
import { TestClock } from "effect/testing"

import { Habits } from "../../src/foresee/Habits.ts"
import * as QuestionShape from "../../src/foresee/QuestionShape.ts"
import { Identity } from "../../src/Identity.ts"

const shape = QuestionShape.of("what is new", undefined) ?? assert.fail()
const reading = (name: string) => Tool.make(name).annotate(Tool.Readonly, true)
const asked = { shape, steps: [], tools: { read: reading("read"), list: reading("list") } }
const run = (...names: ReadonlyArray<string>) =>
  ({
    ...asked,
    steps: [names.map((name) => ({ name, parameters: {}, ok: true, value: null }))],
    reason: "answered"
  }) as const

const as = (identity: string | Redacted.Redacted | undefined) => Effect.provideService(Identity, identity)

/** A process over `store`, and what ends it. */
const start = Effect.fnUntraced(function* (store: KeyValueStore.KeyValueStore) {
  const scope = yield* Scope.make()
  const context = yield* Layer.buildWithScope(
    Layer.fresh(Layer.provide(Habits.layer, Layer.succeed(KeyValueStore.KeyValueStore, store))),
    scope
  )
  const habits = Context.get(context, Habits)
  return {
    habits,
    learn: (...names: ReadonlyArray<string>) => as("home")(Effect.repeat(habits.learn(run(...names)), { times: 1 })),
    foreseen: as("home")(Effect.map(habits.predict(asked), (guesses) => guesses.map(({ call }) => call.name).sort())),
    end: Scope.close(scope, Exit.void)
  }
})

const memory = Effect.map(Layer.build(Layer.fresh(KeyValueStore.layerMemory)), (context) =>
  Context.get(context, KeyValueStore.KeyValueStore)
)

const broken = new KeyValueStore.KeyValueStoreError({ method: "any", message: "The disk is gone." })

describe("Habits", () => {
  it.effect("learns for each identity by itself, and for nobody where there is none", () =>
    Effect.gen(function* () {
      const habits = yield* Habits
      const secret = Redacted.make("secret")
      for (const name of ["read", "read"]) {
        yield* as(secret)(habits.learn(run(name)))
        yield* as(undefined)(habits.learn(run(name)))
      }
      assert.lengthOf(yield* as("secret")(habits.predict(asked)), 1)
      for (const other of ["", "Secret", undefined]) assert.lengthOf(yield* as(other)(habits.predict(asked)), 0)
      assert.strictEqual((yield* habits.stats).habits, 1)
    }).pipe(Effect.provide(Habits.layerMemory))
  )

  it.effect("tells how often guesses were of use, and lets rest what seldom is", () =>
    Effect.gen(function* () {
      const habits = yield* Habits
      assert.isUndefined((yield* habits.stats).hitRate)
      yield* habits.learn(run("read"))
      yield* habits.learn(run("read"))
      const [guess = assert.fail()] = yield* habits.predict(asked)
      for (const wasRight of [true, false, false, false]) yield* habits.judge(guess, wasRight)
      assert.deepStrictEqual(yield* habits.stats, {
        habits: 1,
        resting: 1,
        hits: 1,
        misses: 3,
        hitRate: 0.25,
        failures: 0
      })
      assert.lengthOf(yield* habits.predict(asked), 0)
      yield* TestClock.adjust("1 hour")
      assert.lengthOf(yield* habits.predict(asked), 1)
    }).pipe(as("home"), Effect.provide(Habits.layerMemory))
  )

  it.effect("writes behind, and at the end, what the next process reads; whose it is cannot be read", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const one = yield* start(store)
      yield* one.learn("read")
      assert.strictEqual(yield* store.size, 0)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* store.size, 1)
      assert.notInclude((yield* store.keys).join(), "home")
      yield* one.learn("read", "list")
      yield* one.end
      assert.deepStrictEqual(yield* (yield* start(store)).foreseen, ["list", "read"])
    })
  )

  it.effect("knows what another process over the same store has learned, once it has written itself", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const [one, other] = [yield* start(store), yield* start(store)]
      yield* one.learn("read")
      yield* other.learn("list")
      yield* TestClock.adjust("2 seconds")
      yield* one.learn("read")
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* (yield* start(store)).foreseen, ["list", "read"])
      assert.deepStrictEqual(yield* one.foreseen, ["list", "read"])
    })
  )

  it.effect("begins anew where what is kept is damaged, and says so to who looks closely only", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const one = yield* start(store)
      yield* one.learn("read")
      yield* one.end
      const [key = assert.fail()] = yield* store.keys
      yield* store.set(key, "{")
      const told: Array<[LogLevel.LogLevel, string]> = []
      const logger = Logger.make<unknown, void>(({ logLevel, message }) => void told.push([logLevel, String(message)]))
      const other = yield* start(store)
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* other.foreseen, [])
        yield* other.learn("list")
      }).pipe(Effect.provide(Logger.layer([logger])), Effect.provideService(References.MinimumLogLevel, "Debug"))
      assert.deepStrictEqual(
        told.map(([level]) => level),
        ["Debug"]
      )
      assert.include(told[0]?.[1] ?? "", "The habits that were kept are not read.")
      assert.strictEqual((yield* other.habits.stats).failures, 1)
      yield* other.end
      assert.deepStrictEqual(yield* (yield* start(store)).foreseen, ["list"])
    })
  )

  it.effect("goes on where the store fails, and writes it all once that is over", () =>
    Effect.gen(function* () {
      const store = yield* memory
      let isBroken = true
      const whole = <A>(effect: Effect.Effect<A, KeyValueStore.KeyValueStoreError>) =>
        Effect.suspend(() => (isBroken ? Effect.failCause(Cause.combine(Cause.fail(broken), Cause.die("!"))) : effect))
      const one = yield* start({
        ...store,
        get: (key) => whole(store.get(key)),
        set: (key, value) => whole(store.set(key, value)),
        modify: (key, change) => whole(store.modify(key, change))
      })
      yield* one.learn("read")
      assert.deepStrictEqual(yield* one.foreseen, ["read"])
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* one.habits.stats).failures, 2)
      isBroken = false
      yield* one.learn("read", "list")
      yield* TestClock.adjust("2 seconds")
      yield* one.end
      assert.deepStrictEqual(yield* (yield* start(store)).foreseen, ["list", "read"])
    })
  )

  it.effect("waits for no store that hangs: not a question for long, nor the end", () =>
    Effect.gen(function* () {
      const store = yield* memory
      const one = yield* start({ ...store, get: () => Effect.never, modify: () => Effect.never })
      const first = yield* Effect.forkChild(one.learn("read"))
      yield* TestClock.adjust("100 millis")
      yield* Effect.yieldNow
      assert.isDefined(first.pollUnsafe())
      assert.deepStrictEqual(yield* one.foreseen, ["read"])
      yield* TestClock.adjust("3 seconds")
      const end = yield* Effect.forkChild(one.end)
      yield* TestClock.adjust("1 second")
      yield* Effect.yieldNow
      assert.isDefined(end.pollUnsafe())
    })
  )

  it.effect("holds the habits of so many identities, and reads those of others again", () =>
    Effect.gen(function* () {
      const { habits } = yield* start(yield* memory)
      for (let owner = 0; owner < 150; owner++) {
        yield* as(`owner ${owner}`)(Effect.andThen(habits.learn(run("read")), habits.learn(run("read"))))
      }
      assert.strictEqual((yield* habits.stats).habits, 150)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* habits.stats).habits, 100)
      assert.lengthOf(yield* as("owner 0")(habits.predict(asked)), 1)
    })
  )
})
