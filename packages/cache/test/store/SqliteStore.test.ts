import { rmSync, statSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"

import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer } from "effect"

import { Cache } from "../../src/Cache.ts"
import * as SqliteStore from "../../src/store/SqliteStore.ts"
import { upstream } from "../../src/testing/upstream.ts"
import { sqliteFile } from "../support/file.ts"

const process = (path: string) =>
  Effect.map(Layer.build(Layer.fresh(Cache.layer({ store: "sqlite", path }))), (context) => Context.get(context, Cache))

describe("SqliteStore", () => {
  it.live("keeps its file within the bound and what was used last in it", () =>
    Effect.gen(function* () {
      const path = yield* sqliteFile
      const limitBytes = 4 * 1024 * 1024
      const store = yield* SqliteStore.make(path, limitBytes)
      const names = ["*"]
      const { versions } = yield* store.look(names, undefined)
      const write = (key: string) => ({ key, text: "x".repeat(10_000), names, versions, deadAtMillis: 2 ** 50 })
      for (let turn = 0; turn < 30; turn++) {
        yield* store.look(names, "kept")
        yield* store.write([write("kept"), ...Array.from({ length: 50 }, (_, index) => write(`${turn}/${index}`))])
      }
      assert.isAtMost(statSync(path).size, limitBytes * 1.25)
      assert.isAbove((yield* store.size).entries, 200)
      assert.isDefined((yield* store.look(names, "kept")).text)
      assert.isUndefined((yield* store.look(names, "0/0")).text)
    })
  )

  it.live("lets a large value go for a large one, and no more", () =>
    Effect.gen(function* () {
      const limitBytes = 4 * 1024 * 1024
      const store = yield* SqliteStore.make(yield* sqliteFile, limitBytes)
      const names = ["*"]
      const { versions } = yield* store.look(names, undefined)
      for (let key = 0; key < 9; key++) {
        yield* store.write([{ key: `${key}`, text: "x".repeat(900_000), names, versions, deadAtMillis: 2 ** 50 }])
        if (key >= 3) assert.strictEqual((yield* store.size).entries, 4)
      }
    })
  )

  it.live("comes down to a bound that was lowered, the dead first, and does nothing for long", () =>
    Effect.gen(function* () {
      const path = yield* sqliteFile
      const names = ["*"]
      const write = (versions: ReadonlyArray<string>) => (key: number) => ({
        key: `${key}`,
        text: "x".repeat(2_000),
        names,
        versions,
        deadAtMillis: key < 4_000 ? 1 : 2 ** 50
      })
      const before = yield* SqliteStore.make(path, 2 ** 26)
      const { versions } = yield* before.look(names, undefined)
      yield* before.write(Array.from({ length: 6_000 }, (_, key) => write(versions)(key)))
      const store = yield* SqliteStore.make(path, 2 ** 22)
      let turns = 0
      const others = yield* Effect.forkChild(
        Effect.forever(
          Effect.andThen(
            Effect.yieldNow,
            Effect.sync(() => turns++)
          )
        )
      )
      yield* store.write([write((yield* store.look(names, undefined)).versions)(6_000)])
      yield* Fiber.interrupt(others)
      const { bytes, entries } = yield* store.size
      assert.isAtMost(bytes, 2 ** 22)
      // None of the living had to go before the last of the dead had.
      assert.isAbove(entries, 1_500)
      assert.isAtLeast(turns, 2)
    })
  )

  it.live("goes over to the file that is there when its own was deleted", () =>
    Effect.gen(function* () {
      const path = yield* sqliteFile
      const ours = yield* process(path)
      const { read } = upstream()
      yield* ours.read(read, { id: 1 })
      yield* ours.flush
      for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true })
      const theirs = yield* process(path)
      assert.strictEqual((yield* theirs.read(read, { id: 1 })).turn, 2)
      yield* theirs.invalidate({ tags: [read.name] })
      yield* Effect.sleep("50 millis")
      assert.strictEqual((yield* ours.read(read, { id: 1 })).turn, 3)
      yield* ours.invalidate({ tags: [read.name] })
      assert.strictEqual((yield* theirs.read(read, { id: 1 })).turn, 4)
      // What it replaces is stored where others look.
      for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true })
      const later = yield* process(path)
      assert.strictEqual((yield* later.read(read, { id: 1 })).turn, 5)
      yield* ours.invalidate({ tags: [read.name] })
      assert.strictEqual((yield* later.read(read, { id: 1 })).turn, 6)
    })
  )

  it.live("changes every version, once, when too many names have their own", () =>
    Effect.gen(function* () {
      const path = yield* sqliteFile
      const [ours, theirs] = yield* Effect.all([SqliteStore.make(path, 2 ** 24), SqliteStore.make(path, 2 ** 24)])
      const before = (yield* theirs.look(["#a", "#b"], undefined)).versions
      assert.strictEqual(before[0], before[1])
      yield* ours.replace(Array.from({ length: 20_001 }, (_, index) => `#${index}`))
      assert.deepStrictEqual((yield* theirs.look(["#a", "#b"], undefined)).versions, before)
      yield* ours.replace(["#a"])
      const after = (yield* theirs.look(["#a", "#b", "#1"], undefined)).versions
      assert.strictEqual(new Set(after).size, 1)
      assert.notStrictEqual(after[0], before[0])
    })
  )

  it.live("reads on when the file is damaged, no cache, or cannot be made", () =>
    Effect.gen(function* () {
      const path = yield* sqliteFile
      writeFileSync(path, "This is a letter, not a database. ".repeat(100))
      const foreign = `${path}.notes`
      const notes = new DatabaseSync(foreign)
      notes.exec("CREATE TABLE entry (note TEXT); INSERT INTO entry VALUES ('mine')")
      notes.close()
      const wrongs = [
        [foreign, /holds something else.*is no cache: choose another path/],
        [path, /is no cache: choose another path/],
        [`${path}/cache.db`, /check the path in CALLSHEET_CACHE/]
      ] as const
      const readOn = Effect.fnUntraced(function* ([wrong, advice]: (typeof wrongs)[number]) {
        const cache = yield* process(wrong)
        const { calls, read } = upstream()
        for (let id = 0; id < 10; id++) yield* cache.read(read, { id })
        yield* cache.invalidate({ tags: [read.name] })
        yield* cache.read(read, { id: 1 })
        assert.strictEqual(calls(), 11)
        const { store } = yield* cache.stats
        assert.match(store.problem ?? "", advice)
        assert.isAbove(store.skipped, 0)
      }, Effect.scoped)
      // Each tries once more at its end.
      yield* Effect.forEach(wrongs, readOn, { concurrency: 3, discard: true })
      const unharmed = new DatabaseSync(foreign)
      assert.strictEqual(unharmed.prepare("SELECT note FROM entry").get()?.["note"], "mine")
      unharmed.close()
    })
  )

  it.live("waits for another process's lock, and goes on without it when that lasts", () =>
    Effect.gen(function* () {
      const path = yield* sqliteFile
      const cache = yield* process(path)
      const { read } = upstream()
      yield* cache.read(read, { id: 1 })
      yield* cache.flush
      const other = new DatabaseSync(path)
      other.exec("BEGIN IMMEDIATE")
      const written = yield* Effect.forkChild(cache.invalidate({ tags: [read.name] }), { startImmediately: true })
      assert.isUndefined(written.pollUnsafe())
      // This process knows, whether or not it could be written.
      assert.strictEqual((yield* cache.read(read, { id: 1 })).turn, 2)
      other.exec("ROLLBACK")
      other.close()
      yield* Effect.repeat(Effect.yieldNow, { until: () => written.pollUnsafe() !== undefined })
      const theirs = yield* process(path)
      assert.strictEqual((yield* theirs.read(read, { id: 1 })).turn, 3)
      assert.strictEqual((yield* cache.stats).store.pending, 0)
    })
  )
})
