import { spawn } from "node:child_process"
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { NodeFileSystem, NodePath } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"

import * as QueryLog from "../../src/log/QueryLog.ts"
import { record } from "../support/records.ts"

/** A folder of the test's own, which is gone after it. */
const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "callsheet-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const appended = (path: string, name: string, count: number) =>
  new Promise<number | null>((ended) => {
    const program = new URL("../support/appender.ts", import.meta.url)
    spawn(process.execPath, [fileURLToPath(program), path, name, String(count)], { stdio: "inherit" }).on(
      "close",
      ended
    )
  })

it.layer(Layer.merge(NodeFileSystem.layer, NodePath.layer))("QueryLog", (it) => {
  it.effect("gives back what was added, from a folder made for it, which nobody else may read", () =>
    Effect.gen(function* () {
      const root = yield* folder
      const path = join(root, "state", "callsheet", "queries.jsonl")
      yield* QueryLog.append(path, record({ runId: "a", question: 'line\nbreak \u2028 and "quotes"' }))
      yield* QueryLog.append(path, record({ runId: "b" }))
      const { records, unreadable } = yield* QueryLog.read(path)
      assert.deepStrictEqual([records.map(({ runId }) => runId), unreadable], [["a", "b"], 0])
      assert.deepStrictEqual(records[1], record({ runId: "b" }))
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)
      assert.strictEqual(statSync(join(root, "state")).mode & 0o777, 0o700)
    })
  )

  it.effect("says so where no folder can be made, and does not try for ever", () =>
    Effect.gen(function* () {
      // Makes none, and says that the one above is missing.
      const error = yield* Effect.flip(QueryLog.append("/proc/callsheet/queries.jsonl", record({})))
      assert.include(error.message, "/proc/callsheet")
    })
  )

  it.effect("keeps four older files of 5 MB, and nothing beside them", () =>
    Effect.gen(function* () {
      const root = yield* folder
      const path = join(root, "queries.jsonl")
      const long = record({ problem: "x".repeat(1_000_000) })
      for (let index = 0; index < 32; index++) yield* QueryLog.append(path, { ...long, runId: String(index) })
      assert.deepStrictEqual(readdirSync(root).sort(), QueryLog.names("queries.jsonl"))
      for (const name of QueryLog.names(path)) assert.isAtMost(statSync(name).size, 5_000_000)
      // Of eight files' worth the last is half full, and three are gone.
      const { records } = yield* QueryLog.read(path)
      const kept = records.map(({ runId }) => Number(runId)).sort((a, b) => a - b)
      assert.deepStrictEqual(
        kept,
        Array.from({ length: 20 }, (_, index) => index + 12)
      )
    })
  )

  it.effect("loses no line of several processes that write and make room at once", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "queries.jsonl")
      const names = ["a", "b", "c", "d"]
      const statuses = yield* Effect.promise(() => Promise.all(names.map((name) => appended(path, name, 200))))
      assert.deepStrictEqual(statuses, [0, 0, 0, 0])
      const { records, unreadable } = yield* QueryLog.read(path)
      assert.strictEqual(unreadable, 0)
      const ids = new Set(records.map(({ runId }) => runId))
      assert.deepStrictEqual([records.length, ids.size], [800, 800])
      assert.isAbove(readdirSync(join(path, "..")).length, 3)
    })
  )

  it.effect("writes on while another process makes room, and takes the lock of a dead one away", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "queries.jsonl")
      writeFileSync(path, `${"x".repeat(4_999_990)}\n`)
      writeFileSync(`${path}.lock`, "")
      utimesSync(`${path}.lock`, 0, 0)
      yield* QueryLog.append(path, record())
      assert.lengthOf(readFileSync(path, "utf8").trimEnd().split("\n"), 2)
      yield* TestClock.adjust("2 minutes")
      yield* QueryLog.append(path, record())
      yield* QueryLog.append(path, record())
      assert.lengthOf(readFileSync(path, "utf8").trimEnd().split("\n"), 1)
      assert.lengthOf(readFileSync(`${path}.1`, "utf8").trimEnd().split("\n"), 3)
    })
  )

  it.effect("counts lines that are damaged or of another version, and reads the others", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "queries.jsonl")
      yield* QueryLog.append(path, record({ runId: "a" }))
      const line = readFileSync(path, "utf8").trimEnd()
      const wrong = ["", "{", line.slice(0, -9), line.replace('"version":1', '"version":2'), "null", "[]"]
      writeFileSync(path, [...wrong, line, line.replace(/"at":"[^"]*"/, '"at":"soon"')].join("\n"))
      const { records, unreadable } = yield* QueryLog.read(path)
      assert.deepStrictEqual([records.length, unreadable], [1, 6])
    })
  )

  it.effect("fails where it cannot be written, and leaves what is no file alone", () =>
    Effect.gen(function* () {
      const root = yield* folder
      writeFileSync(join(root, "file"), "")
      symlinkSync("/dev/full", join(root, "device"))
      const problem = (path: string) =>
        Effect.map(Effect.flip(QueryLog.append(path, record())), ({ message }) => message)
      assert.match(yield* problem(join(root, "file", "queries.jsonl")), /file/)
      assert.match(yield* problem(join(root, "device")), /no file/)
      assert.match(yield* problem(root), /no file/)
    })
  )
})
