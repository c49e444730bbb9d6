import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { afterAll, assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer } from "effect"

import { RunStore, standardBounds } from "../../src/RunStore.ts"
import { open } from "../../src/store/RunFile.ts"
import * as SqliteRunStore from "../../src/store/SqliteRunStore.ts"
import { entries, keep, readAll } from "../../src/testing/events.ts"

const folder = mkdtempSync(join(tmpdir(), "callsheet-runs-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const build = (layer: ReturnType<typeof SqliteRunStore.layer>) =>
  Effect.map(Layer.build(Layer.fresh(layer)), (services) => Context.get(services, RunStore))

describe("SqliteRunStore", () => {
  it.live("ends a run whose process has given no sign of life, for all who read it", () =>
    Effect.gen(function* () {
      const path = join(folder, "lost.db")
      const began = Date.now() - 60_000
      const dead = open(path, "dead", standardBounds)
      const run = { runId: "run_lost", question: "?", conversationId: null, startedAtMillis: began }
      dead.write(
        [
          { _tag: "Begin", run },
          { _tag: "Append", runId: "run_lost", entries: entries("run_lost", 3, false) }
        ],
        began
      )
      dead.close()
      const store = yield* build(SqliteRunStore.layer(path))
      const record = yield* store.find("run_lost")
      assert.strictEqual(record?.state, "failed")
      const found = yield* readAll(store, "run_lost")
      assert.deepStrictEqual(
        found.map(({ seq, tag }) => [seq, tag]),
        [
          [0, "TextDelta"],
          [1, "TextDelta"],
          [2, "TextDelta"],
          [3, "RunFailed"]
        ]
      )
    })
  )

  it.live("forgets the oldest runs where there are too many", () =>
    Effect.gen(function* () {
      const path = join(folder, "many.db")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const store = yield* build(SqliteRunStore.layer(path))
          for (let index = 0; index < 250; index++) keepNow(store, index)
          yield* store.flush
        })
      )
      yield* build(SqliteRunStore.layer(path, { runs: 10 }))
      const file = open(path, "reader", standardBounds)
      const kept = () =>
        Array.from({ length: 250 }, (_, index) => index).filter((index) => file.find(`run_${index}`, 0) !== undefined)
      // It tidies when it begins.
      while (kept().length > 10) yield* Effect.sleep(1)
      assert.strictEqual(kept().length, 10)
      file.close()
    })
  )

  it.live("reads what was kept before a run told what it came to", () =>
    Effect.gen(function* () {
      const path = join(folder, "before.db")
      const database = new DatabaseSync(path)
      database.exec(`
        PRAGMA application_id = ${0x43_53_48_52}; PRAGMA user_version = 2;
        CREATE TABLE run (
          n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, question TEXT NOT NULL, conversation TEXT, owner TEXT NOT NULL,
          started_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, ended_at INTEGER, state INTEGER NOT NULL DEFAULT 0,
          last_seq INTEGER NOT NULL DEFAULT -1, bytes INTEGER NOT NULL DEFAULT 0
        );
        INSERT INTO run VALUES (1, 'run_before', '?', NULL, 'x', 1, 1, ${Date.now()}, 1, 0, 0)
      `)
      database.close()
      const store = yield* build(SqliteRunStore.layer(path))
      yield* keep(store, "run_after", 3)
      const answers = (yield* store.list({ atMillis: Number.MAX_SAFE_INTEGER, id: "" }, 9)).map(({ answer }) => answer)
      assert.deepStrictEqual(answers, ["done", null])
    })
  )

  it.live("leaves a file alone that is something else, and says so in a sentence", () =>
    Effect.gen(function* () {
      const other = join(folder, "other.db")
      const database = new DatabaseSync(other)
      database.exec("CREATE TABLE theirs (a)")
      database.close()
      const text = join(folder, "text.db")
      writeFileSync(text, "no database at all, but long enough to be looked at as one".repeat(20))
      for (const path of [other, text]) {
        const failed = yield* Effect.flip(Effect.scoped(build(SqliteRunStore.layer(path))))
        assert.match(
          failed.message,
          /^What is kept of runs, in .*, cannot be used \(.*\): check the file and its rights\.$/
        )
      }
    })
  )

  it.live("writes on when another process holds the file for a moment", () =>
    Effect.gen(function* () {
      const path = join(folder, "held.db")
      const store = yield* build(SqliteRunStore.layer(path))
      const other = new DatabaseSync(path)
      other.exec("BEGIN IMMEDIATE")
      const kept = yield* Effect.forkChild(keep(store, "run_a", 5), { startImmediately: true })
      yield* Effect.sleep(150)
      other.exec("COMMIT")
      other.close()
      yield* Fiber.join(kept)
      assert.strictEqual((yield* readAll(store, "run_a")).length, 5)
    })
  )
})

const keepNow = (store: RunStore["Service"], index: number) => {
  const runId = `run_${index}`
  store.begin({ runId, question: "?", conversationId: null, startedAtMillis: index })
  store.append(runId, entries(runId, 2, true))
}
