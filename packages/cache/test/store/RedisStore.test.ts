import { assert, describe, it } from "@effect/vitest"
import { createClient } from "@redis/client"
import { Context, Effect, Fiber, Layer, Redacted, Schedule } from "effect"

import { Cache } from "../../src/Cache.ts"
import { upstream } from "../../src/testing/upstream.ts"
import { hasRedis, needsRedis, type RedisServer, redisServer } from "../support/redisServer.ts"

/** A cache as a process of its own has it. */
const process = (server: Pick<RedisServer, "redacted">) =>
  Effect.map(Layer.build(Layer.fresh(Cache.layer({ store: "redis", url: server.redacted }))), (context) =>
    Context.get(context, Cache)
  )

const admin = ({ url }: RedisServer) =>
  Effect.acquireRelease(
    Effect.promise(() =>
      createClient({ url })
        .on("error", () => {})
        .connect()
    ),
    (client) => Effect.sync(() => client.isOpen && client.destroy())
  )

const soon = Schedule.spaced("10 millis")

/** Waits until the store is used again. */
const isBack = (cache: Cache["Service"]) =>
  Effect.repeat(cache.stats, { schedule: soon, until: ({ store }) => store.entries !== undefined })

describe.skipIf(!hasRedis)(`RedisStore${needsRedis}`, () => {
  it.live("serves nothing dead after the server was flushed", () =>
    Effect.gen(function* () {
      const server = yield* redisServer()
      const [ours, theirs] = yield* Effect.all([process(server), process(server)])
      const { read } = upstream()
      assert.strictEqual((yield* theirs.read(read, { id: 1 })).turn, 1)
      const client = yield* admin(server)
      yield* ours.invalidate({ tags: [read.name] })
      yield* Effect.promise(() => client.flushAll())
      assert.strictEqual((yield* theirs.read(read, { id: 1 })).turn, 2)
      yield* theirs.flush
      assert.strictEqual((yield* ours.read(read, { id: 1 })).turn, 2)
    })
  )

  it.live("serves nothing dead after the server began again from an old snapshot", () =>
    Effect.gen(function* () {
      const server = yield* redisServer()
      const ours = yield* process(server)
      const { read } = upstream()
      assert.strictEqual((yield* ours.read(read, { id: 1 })).turn, 1)
      yield* ours.flush
      const client = yield* admin(server)
      yield* Effect.promise(() => client.sendCommand(["SAVE"]))
      yield* ours.invalidate({ tags: [read.name] })
      yield* server.kill
      yield* server.start
      yield* isBack(ours)
      const theirs = yield* process(server)
      // The old value is in the snapshot, and so is the version that it was stamped with.
      assert.isAbove((yield* theirs.stats).store.entries ?? 0, 0)
      assert.strictEqual((yield* theirs.read(read, { id: 1 })).turn, 2)
      yield* theirs.flush
      assert.strictEqual((yield* ours.read(read, { id: 1 })).turn, 2)
    })
  )

  it.live("fails no read while the server is stopped, and uses it again, with nothing stale, when it is back", () =>
    Effect.gen(function* () {
      const server = yield* redisServer()
      const ours = yield* process(server)
      const { calls, read } = upstream()
      const seen: Array<number> = []
      const load = yield* Effect.forkChild(
        Effect.forever(
          Effect.andThen(
            Effect.map(ours.read(read, { id: 1 }), ({ turn }) => seen.push(turn)),
            Effect.yieldNow
          )
        )
      )
      const more = Effect.suspend(() => {
        const { length } = seen
        return Effect.repeat(Effect.void, { schedule: soon, until: () => seen.length > length + 100 })
      })
      yield* more
      yield* server.kill
      yield* more
      const before = calls()
      yield* ours.invalidate({ tags: [read.name] })
      assert.isAbove((yield* ours.read(read, { id: 1 })).turn, before)
      assert.isDefined((yield* ours.stats).store.problem)
      yield* server.start
      yield* isBack(ours)
      yield* more
      yield* Fiber.interrupt(load)
      yield* ours.flush
      // The invalidation that could not be stored is tried again in the background.
      yield* Effect.repeat(ours.stats, { schedule: soon, until: ({ store }) => store.pending === 0 })
      const theirs = yield* process(server)
      assert.strictEqual((yield* theirs.read(read, { id: 1 })).turn, calls())
    })
  )

  it.live("passes over a server that does not answer", () =>
    Effect.gen(function* () {
      const server = yield* redisServer()
      const ours = yield* process(server)
      const { read } = upstream()
      yield* ours.read(read, { id: 1 })
      yield* server.signal("SIGSTOP")
      for (let id = 2; id < 50; id++) yield* ours.read(read, { id })
      const { store } = yield* ours.stats
      assert.match(store.problem ?? "", /does not answer in time/)
      assert.isAbove(store.skipped, 0)
      yield* server.signal("SIGCONT")
      yield* isBack(ours)
      yield* ours.read(read, { id: 100 })
      yield* ours.flush
      const theirs = yield* process(server)
      yield* theirs.read(read, { id: 100 })
      assert.strictEqual((yield* theirs.stats).reads.sources.store, 1)
    })
  )

  it.live("makes one round trip for any number of reads in a window", () =>
    Effect.gen(function* () {
      const server = yield* redisServer()
      const ours = yield* process(server)
      const { read } = upstream()
      const ids = Array.from({ length: 200 }, (_, id) => id)
      yield* Effect.forEach(ids, (id) => ours.read(read, { id }), { concurrency: "unbounded" })
      yield* ours.flush
      const theirs = yield* process(server)
      const client = yield* admin(server)
      yield* Effect.promise(() => client.configResetStat())
      yield* Effect.forEach(ids, (id) => theirs.read(read, { id }), { concurrency: "unbounded" })
      const stats = String(yield* Effect.promise(() => client.info("commandstats")))
      assert.deepStrictEqual(
        stats.match(/cmdstat_\w+:calls=\d+/g)?.filter((line) => !line.includes("config")),
        ["cmdstat_mget:calls=1"]
      )
      assert.strictEqual((yield* theirs.stats).reads.sources.store, 200)
    })
  )

  it.live("reads on when the server is full", () =>
    Effect.gen(function* () {
      const server = yield* redisServer("--maxmemory", "1mb", "--maxmemory-policy", "noeviction")
      const ours = yield* process(server)
      const { calls, read } = upstream()
      for (let id = 0; id < 20; id++) yield* ours.read(read, { id })
      assert.strictEqual(calls(), 20)
      yield* ours.invalidate({ tags: [read.name] })
      assert.isAbove((yield* ours.read(read, { id: 1 })).turn, 20)
      const { store } = yield* ours.stats
      assert.isAbove(store.failures, 0)
      assert.strictEqual(store.pending, 1)
    })
  )

  it.live("reads on without a server, and tells no password", () =>
    Effect.gen(function* () {
      const cache = yield* process({ redacted: Redacted.make("redis://:sesame@127.0.0.1:1") })
      const { calls, read } = upstream()
      yield* cache.read(read, { id: 1 })
      yield* cache.invalidate({ tags: [read.name] })
      yield* cache.read(read, { id: 1 })
      assert.strictEqual(calls(), 2)
      const { problem } = (yield* cache.stats).store
      assert.match(problem ?? "", /^Redis failed \(.*ECONNREFUSED.*\): check that it runs/)
      assert.notInclude(problem ?? "", "sesame")
    })
  )
})
