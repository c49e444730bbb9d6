import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { Cache } from "@callsheet/cache/Cache"
import { upstream } from "@callsheet/cache/testing/upstream"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Context, Effect, Fiber, Layer } from "effect"
import { KeyValueStore } from "effect/persistence"

import * as State from "../src/State.ts"

/** In a folder that goes with the scope. */
const file = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "callsheet-state-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => join(folder, "deep", "state.db")
)

const provider = (value: string | undefined) =>
  ConfigProvider.layer(ConfigProvider.fromUnknown(value === undefined ? {} : { CALLSHEET_STATE: value }))

/** The state that a process has which is told `value`. */
const open = (value: string | undefined) =>
  Effect.map(
    Layer.build(Layer.fresh(Layer.provide(State.layer, [provider(value), NodeServices.layer]))),
    Context.get(KeyValueStore.KeyValueStore)
  )

const problem = (value: string) => Effect.map(Effect.flip(Effect.scoped(open(value))), String)

describe("State", () => {
  it.effect("reads memory and a file", () =>
    Effect.gen(function* () {
      const read = (value: string | undefined) => Effect.provide(State.config, provider(value))
      assert.deepStrictEqual(yield* read(undefined), { store: "memory" })
      assert.deepStrictEqual(yield* read(" memory "), { store: "memory" })
      assert.deepStrictEqual(yield* read("sqlite:/var/lib/state.db"), { store: "sqlite", path: "/var/lib/state.db" })
    })
  )

  it.effect("says what to write where it names no state", () =>
    Effect.gen(function* () {
      for (const wrong of ["sqlite:", "state.db", "redis://localhost"]) {
        assert.include(yield* problem(wrong), "CALLSHEET_STATE names no state: write memory or sqlite:PATH.")
      }
    })
  )

  it.live("keeps text and bytes, in memory as in a file", () =>
    Effect.gen(function* () {
      for (const value of [undefined, `sqlite:${yield* file}`]) {
        const state = yield* open(value)
        assert.isUndefined(yield* state.get("a"))
        yield* state.set("a", "1")
        yield* state.set("a", "é")
        yield* state.set("b", new Uint8Array([255, 0]))
        assert.deepStrictEqual([yield* state.get("a"), yield* state.get("b")], ["é", "/wA="])
        assert.deepStrictEqual(Array.from((yield* state.getUint8Array("a")) ?? []), [195, 169])
        assert.deepStrictEqual(Array.from((yield* state.getUint8Array("b")) ?? []), [255, 0])
        assert.strictEqual(yield* state.modify("a", (text) => `${text}!`), "é!")
        assert.isUndefined(yield* state.modify("none", () => "x"))
        assert.deepStrictEqual(
          Array.from((yield* state.modifyUint8Array("b", (bytes) => bytes.slice(0, 1))) ?? []),
          [255]
        )
        for (const key of ["c_1", "c_2", "cx1"]) yield* state.set(key, key)
        yield* state.clearPrefix("c_")
        yield* state.remove("b")
        assert.deepStrictEqual([...(yield* state.keys)].sort(), ["a", "cx1"])
        assert.strictEqual(yield* state.size, 2)
        yield* state.clear
        assert.isTrue(yield* state.isEmpty)
      }
    })
  )

  it.live("is there for the next process, and for those of the same time", () =>
    Effect.gen(function* () {
      const value = `sqlite:${yield* file}`
      yield* Effect.scoped(Effect.flatMap(open(value), (state) => state.set("count", "0")))
      const states = yield* Effect.all([open(value), open(value)])
      yield* Effect.forEach(
        Array.from({ length: 40 }, (_, index) => states[index % 2] ?? states[0]),
        (state) => state.modify("count", (text) => String(Number(text) + 1)),
        { concurrency: 40, discard: true }
      )
      assert.strictEqual(yield* states[0].get("count"), "40")
    })
  )

  it.live("waits for another that writes, asleep", () =>
    Effect.gen(function* () {
      const path = yield* file
      const state = yield* open(`sqlite:${path}`)
      const other = new DatabaseSync(path)
      other.exec("BEGIN IMMEDIATE; INSERT INTO state VALUES ('a', '1')")
      const waiting = yield* Effect.forkChild(
        state.modify("a", (text) => `${text}2`),
        { startImmediately: true }
      )
      assert.isUndefined(waiting.pollUnsafe())
      other.exec("COMMIT")
      other.close()
      assert.strictEqual(yield* Fiber.join(waiting), "12")
    })
  )

  it.live("leaves a file as it is that is none of its own, and says what to do", () =>
    Effect.gen(function* () {
      const path = yield* file
      mkdirSync(dirname(path))
      const refused = Effect.fnUntraced(function* (pattern: RegExp) {
        const before = readFileSync(path)
        assert.match(yield* problem(`sqlite:${path}`), pattern)
        assert.isTrue(before.equals(readFileSync(path)))
        rmSync(path)
      })
      const advice =
        /The state in .* failed \(.*\): the file is no state of this version: choose another path in CALLSHEET_STATE\.$/

      writeFileSync(path, "Notes about films, which are no database. ".repeat(100))
      yield* refused(advice)
      const foreign = new DatabaseSync(path)
      foreign.exec("CREATE TABLE state (key TEXT, value TEXT)")
      foreign.close()
      yield* refused(advice)
      const { read } = upstream()
      yield* Effect.flatMap(Cache, (cache) => cache.read(read, { id: 1 })).pipe(
        Effect.provide(Cache.layer({ store: "sqlite", path }))
      )
      yield* refused(advice)
      yield* Effect.scoped(open(`sqlite:${path}`))
      const later = new DatabaseSync(path)
      later.exec("PRAGMA user_version = 2")
      later.close()
      yield* refused(/another version of callsheet wrote it/)
    })
  )

  it.live("says so where a file is damaged, and does not begin anew", () =>
    Effect.gen(function* () {
      const path = yield* file
      const write = Effect.flatMap(open(`sqlite:${path}`), (state) =>
        Effect.forEach(Array.from({ length: 50 }).keys(), (key) => state.set(`${key}`, "x".repeat(2_000)), {
          concurrency: 1
        })
      )
      yield* Effect.scoped(write)
      const bytes = readFileSync(path)
      writeFileSync(path, bytes.fill(7, 4_096))
      const state = yield* open(`sqlite:${path}`)
      const error = yield* Effect.flip(state.get("1"))
      assert.match(
        error.message,
        /the file is damaged: stop what uses it, and put a copy of it back or move it away\.$/
      )
      assert.isTrue(bytes.equals(readFileSync(path)))
    })
  )

  it.live("goes over to the file that is there when its own was deleted", () =>
    Effect.gen(function* () {
      const path = yield* file
      const state = yield* open(`sqlite:${path}`)
      yield* state.set("a", "1")
      for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true })
      yield* state.set("b", "2")
      assert.deepStrictEqual(yield* (yield* open(`sqlite:${path}`)).keys, ["b"])
    })
  )
})
