import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"

import { assert, describe, it } from "@effect/vitest"
import { createClient } from "@redis/client"
import { Context, Effect, Fiber, Layer, Redacted, Schedule, Schema } from "effect"

import { Cache } from "../../src/Cache.ts"
import * as Read from "../../src/Read.ts"
import * as RedisServer from "../../src/testing/RedisServer.ts"
import { upstream } from "../../src/testing/upstream.ts"

/** A cache as a process of its own has it. */
const process = (server: Pick<RedisServer.RedisServer, "redacted">) =>
  Effect.map(Layer.build(Layer.fresh(Cache.layer({ store: "redis", url: server.redacted }))), (context) =>
    Context.get(context, Cache)
  )

const admin = ({ url }: RedisServer.RedisServer) =>
  Effect.acquireRelease(
    Effect.promise(() =>
      createClient({ url })
        .on("error", () => {})
        .connect()
    ),
    (client) => Effect.sync(() => client.isOpen && client.destroy())
  )

/** A way to the server that can be shut: whoever is on it is cut off, and nobody gets in. */
const gate = Effect.fnUntraced(function* (to: number) {
  const sockets = new Set<Socket>()
  let isOpen = true
  const server = createServer((socket) => {
    if (!isOpen) {
      socket.destroy()
      return
    }
    const onward = connect(to, "127.0.0.1")
    for (const [one, other] of [
      [socket, onward],
      [onward, socket]
    ] as const) {
      sockets.add(one)
      one.on("error", () => {}).on("close", () => other.destroy())
      one.pipe(other)
    }
  })
  const shut = Effect.sync(() => {
    isOpen = false
    for (const socket of sockets) socket.destroy()
  })
  yield* Effect.acquireRelease(
    Effect.promise(() => once(server.listen(0, "127.0.0.1"), "listening")),
    () =>
      Effect.andThen(
        shut,
        Effect.sync(() => server.close())
      )
  )
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return { port, shut, open: Effect.sync(() => void (isOpen = true)) }
})

const soon = Schedule.spaced("10 millis")

/** Waits until the store is used again. */
const isBack = (cache: Cache["Service"]) =>
  Effect.repeat(cache.stats, { schedule: soon, until: ({ store }) => store.entries !== undefined })

// Most of their time they wait for a server to be used again.
describe.skipIf(!RedisServer.hasRedis)(`RedisStore${RedisServer.needsRedis}`, { concurrent: true }, () => {
  it.live("serves nothing dead after the server was flushed", () =>
    Effect.gen(function* () {
      const server = yield* RedisServer.make()
      const [ours, theirs] = yield* Effect.all([process(server), process(server)])
      const { read } = upstream()
      assert.strictEqual((yield* theirs.read(read, { id: 1 })).turn, 1)
      const client = yield* admin(server)
      yield* ours.invalidate({ tags: [read.name] })
      yield* Effect.promise(() => client.flushAll())
      assert.strictEqual((yield* theirs.read(read, { id: 1 })).turn, 2)
      yield* theirs.flush
      // On a busy machine the store may be given up for a moment; what is asked anew then is not dead either.
      assert.isAtLeast((yield* ours.read(read, { id: 1 })).turn, 2)
    })
  )

  it.live("serves nothing dead after the server began again from an old snapshot", () =>
    Effect.gen(function* () {
      const server = yield* RedisServer.make()
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
      const again = yield* admin(server)
      assert.isAbove(yield* Effect.promise(() => again.dbSize()), 0)
      assert.strictEqual((yield* theirs.read(read, { id: 1 })).turn, 2)
      yield* theirs.flush
      assert.strictEqual((yield* ours.read(read, { id: 1 })).turn, 2)
    })
  )

  it.live("fails no read while the server is stopped, and uses it again, with nothing stale, when it is back", () =>
    Effect.gen(function* () {
      const server = yield* RedisServer.make()
      const ours = yield* process(server)
      const { calls, read } = upstream()
      const seen: Array<number> = []
      const load = yield* Effect.forkChild(
        Effect.forever(
          Effect.andThen(
            Effect.map(ours.read(read, { id: 1 }), ({ turn }) => seen.push(turn)),
            // As often as can be would take the processor from the tests beside this one.
            Effect.sleep("1 millis")
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

  it.live("serves nothing that another process, still cut off, outdated after the server was back", () =>
    Effect.gen(function* () {
      const server = yield* RedisServer.make()
      const theirWay = yield* gate(server.port)
      const [ours, theirs] = yield* Effect.all([
        process(server),
        process({ redacted: Redacted.make(`redis://127.0.0.1:${theirWay.port}`) })
      ])
      const { calls, read } = upstream()
      yield* server.kill
      yield* theirWay.shut
      yield* server.start
      const client = yield* admin(server)
      // The last that a session says before it is used.
      yield* Effect.repeat(
        Effect.promise(() => client.sendCommand(["CLIENT", "LIST"])),
        { schedule: soon, until: (clients) => String(clients).includes("cmd=script|load") }
      )
      yield* ours.read(read, { id: 1 })
      yield* theirs.invalidate({ tags: [read.name] })
      assert.strictEqual((yield* ours.read(read, { id: 1 })).turn, 2)
      yield* theirWay.open
      yield* Effect.all([isBack(ours), isBack(theirs)])
      assert.strictEqual((yield* theirs.stats).store.pending, 0)
      assert.strictEqual((yield* ours.read(read, { id: 1 })).turn, calls())
    })
  )

  it.live("passes over a server that does not answer", () =>
    Effect.gen(function* () {
      const server = yield* RedisServer.make()
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
      const server = yield* RedisServer.make()
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

  it.live("fetches large values a part at a time, and the small ones before them", () =>
    Effect.gen(function* () {
      const server = yield* RedisServer.make()
      const [ours, theirs] = yield* Effect.all([process(server), process(server)])
      const read = Read.make("test/large", {
        version: 1,
        identity: Read.everyone,
        argument: Schema.Struct({ id: Schema.Int }),
        result: Schema.String,
        freshness: { fresh: "1 hour" },
        lookup: ({ id }) => Effect.succeed(`${id}`.padEnd(id % 2 === 0 ? 300_000 : 3))
      })
      const ids = Array.from({ length: 40 }, (_, id) => id)
      const all = (cache: Cache["Service"]) =>
        Effect.forEach(ids, (id) => cache.read(read, { id }), { concurrency: "unbounded" })
      const values = yield* all(ours)
      yield* ours.flush
      const client = yield* admin(server)
      yield* Effect.promise(() => client.configResetStat())
      assert.deepStrictEqual(yield* all(theirs), values)
      assert.strictEqual((yield* theirs.stats).reads.sources.store, 40)
      // Six megabytes in sevens of three, after one look for all.
      const stats = String(yield* Effect.promise(() => client.info("commandstats")))
      assert.strictEqual(Number(/cmdstat_mget:calls=(\d+)/.exec(stats)?.[1]), 8)
      // Small again, it is found where it was.
      yield* ours.remember(read, { id: 0 }, "small", [])
      yield* ours.flush
      const later = yield* process(server)
      assert.strictEqual(yield* later.read(read, { id: 0 }), "small")
    })
  )

  it.live("takes an answer that came in time though this process had no time for it", () =>
    Effect.gen(function* () {
      const server = yield* RedisServer.make()
      const [ours, theirs] = yield* Effect.all([process(server), process(server)])
      const { read } = upstream()
      yield* ours.read(read, { id: 1 })
      yield* ours.flush
      const reading = yield* Effect.forkChild(theirs.read(read, { id: 1 }), { startImmediately: true })
      // Until it is sent.
      yield* Effect.yieldNow
      yield* Effect.yieldNow
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
      assert.strictEqual((yield* Fiber.join(reading)).turn, 1)
      assert.isUndefined((yield* theirs.stats).store.problem)
    })
  )

  it.live("serves nothing that was outdated on another server while this was its replica", () =>
    Effect.gen(function* () {
      const server = yield* RedisServer.make()
      const ours = yield* process(server)
      const { read } = upstream()
      assert.strictEqual((yield* ours.read(read, { id: 1 })).turn, 1)
      yield* ours.flush
      const client = yield* admin(server)
      // What a replica has from its master when it becomes one again: all of ours, and the master's epoch.
      const [epoch = ""] = yield* Effect.promise(() => client.keys("callsheet:*:epoch"))
      yield* Effect.promise(() => client.set(epoch, "theirs.0000"))
      const theirs = yield* process(server)
      assert.strictEqual((yield* theirs.read(read, { id: 1 })).turn, 2)
      yield* theirs.flush
      // Who stayed connected goes over, and what it replaces on the way is stored where others look.
      yield* ours.invalidate({ tags: [read.name] })
      yield* Effect.repeat(ours.stats, { schedule: soon, until: ({ store }) => store.pending === 0 })
      assert.strictEqual((yield* theirs.read(read, { id: 1 })).turn, 3)
      yield* isBack(ours)
      assert.strictEqual((yield* ours.read(read, { id: 1 })).turn, 3)
    })
  )

  it.live("forgets everywhere though the server is full, and reads on", () =>
    Effect.gen(function* () {
      const server = yield* RedisServer.make("--maxmemory", "8mb", "--maxmemory-policy", "noeviction")
      const [ours, theirs] = yield* Effect.all([process(server), process(server)])
      const { calls, read } = upstream()
      yield* ours.read(read, { id: 1 })
      yield* ours.flush
      assert.strictEqual((yield* theirs.read(read, { id: 1 })).turn, 1)
      const client = yield* admin(server)
      const fill = (index: number) => Effect.tryPromise(() => client.set(`fill:${index}`, "x".repeat(10_000)))
      yield* Effect.exit(Effect.forEach(Array.from({ length: 2_000 }), (_, index) => fill(index), { discard: true }))
      yield* ours.invalidate({ tags: [read.name] })
      assert.strictEqual((yield* ours.stats).store.pending, 0)
      assert.isAbove((yield* theirs.read(read, { id: 1 })).turn, 1)
      assert.isAbove((yield* ours.read(read, { id: 1 })).turn, 1)
      for (let id = 0; id < 20; id++) yield* ours.read(read, { id })
      assert.isAbove(calls(), 20)
      // Values are written behind the reads.
      yield* ours.flush
      assert.isAbove((yield* ours.stats).store.failures, 0)
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
