/**
 * StateFile: state in one SQLite file that several processes may share. The boundary to `node:sqlite`, which answers at once and
 * throws.
 *
 * Unlike a cache's, what it holds cannot be fetched again: a file that is damaged, or of something else, is left as it is, and
 * what is written is on the disk before it counts as written.
 */
import { DatabaseSync, type SQLInputValue } from "node:sqlite"

import * as SqliteFile from "@callsheet/cache/store/SqliteFile"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Predicate from "effect/Predicate"
import * as Schedule from "effect/Schedule"

/** Marks a file as ours. No other is written to. */
const applicationId = 0x43_53_48_53

/** Of the file's layout; a file of another is not written to either. */
const layout = 1

/** How long SQLite may block the process for a lock. What is still locked out then waits asleep. */
const busyMillis = 20
const whileBusy = Schedule.spaced("20 millis").pipe(Schedule.upTo({ times: 50 }))

/** The file is a database, and not ours. */
class NoState extends Error {
  readonly errcode = 26
}

const open = (path: string) => {
  const database = new DatabaseSync(path, { timeout: busyMillis })
  try {
    prepare(database)
    return { database, identity: SqliteFile.identityOf(path), statements: prepared(database) }
  } catch (cause) {
    database.close()
    throw cause
  }
}

const prepare = (database: DatabaseSync) => {
  const pragma = (name: string) => SqliteFile.number(database.prepare(`PRAGMA ${name}`).get(), name)
  const tables = database.prepare("SELECT count(*) AS count FROM sqlite_schema")
  const isOurs = () => {
    if (pragma("application_id") === applicationId) return true
    if (SqliteFile.number(tables.get(), "count") > 0) throw new NoState("it holds something else")
    return false
  }
  isOurs()
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304")
  database.exec("BEGIN IMMEDIATE")
  if (!isOurs()) {
    database.exec("CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${layout}`)
  }
  if (pragma("user_version") !== layout) throw new NoState("another version of callsheet wrote it")
  database.exec("COMMIT")
}

const prepared = (database: DatabaseSync) => ({
  get: database.prepare("SELECT value FROM state WHERE key = ?"),
  set: database.prepare("INSERT OR REPLACE INTO state VALUES (?, ?)"),
  remove: database.prepare("DELETE FROM state WHERE key = ?"),
  clear: database.prepare("DELETE FROM state"),
  clearPrefix: database.prepare("DELETE FROM state WHERE substr(key, 1, length(?1)) = ?1"),
  count: database.prepare("SELECT count(*) AS count FROM state"),
  keys: database.prepare("SELECT key FROM state")
})
type Statements = ReturnType<typeof prepared>

/** One sentence that says what happened and what to do. */
const sentence = (path: string, cause: unknown): string => {
  const why = cause instanceof Error ? cause.message.replaceAll(/\s+/g, " ") : "unknown error"
  const code = Predicate.hasProperty(cause, "errcode") && Predicate.isNumber(cause.errcode) ? cause.errcode & 0xff : 0
  const advice: Readonly<Record<number, string>> = {
    5: "another process holds it for too long: try again",
    11: "the file is damaged: stop what uses it, and put a copy of it back or move it away",
    13: "the disk is full: make room",
    26: "the file is no state of this version: choose another path in CALLSHEET_STATE"
  }
  return `The state in ${path} failed (${why}): ${advice[code] ?? "check the path in CALLSHEET_STATE and its rights"}.`
}

const bytesOf = (value: unknown): Uint8Array | undefined => {
  if (value instanceof Uint8Array) return value
  return typeof value === "string" ? new TextEncoder().encode(value) : undefined
}
const textOf = (value: unknown): string | undefined =>
  value instanceof Uint8Array ? Base64.encode(value) : SqliteFile.textOf(value)

/**
 * The state in the file at `path`, made with its folder if need be, while the scope is open. A `modify` is one transaction.
 *
 * Fails, as each of its methods may, with a sentence that says what to do.
 */
export const make = Effect.fnUntraced(function* (path: string) {
  const failure = (method: string) => (cause: unknown) =>
    new KeyValueStore.KeyValueStoreError({ method, message: sentence(path, cause), cause })
  const isBusy = ({ cause }: KeyValueStore.KeyValueStoreError) => SqliteFile.isBusy(cause)

  let file: ReturnType<typeof open> | undefined
  const close = () => {
    file?.database.close()
    file = undefined
  }
  /** A file that was deleted, or replaced, is let go for the one that is there now: what is written to it would be lost. */
  const current = () => {
    if (file !== undefined && SqliteFile.identityOf(path) !== file.identity) close()
    return (file ??= open(path))
  }
  yield* Effect.addFinalizer(() => Effect.sync(close))

  const attempt = <A>(method: string, run: (statements: Statements, database: DatabaseSync) => A) =>
    Effect.try({
      try: () => {
        const { database, statements } = current()
        return run(statements, database)
      },
      catch: failure(method)
    }).pipe(Effect.retry({ schedule: whileBusy, while: isBusy }))
  const valueOf = ({ get }: Statements, key: string): SQLInputValue | undefined => get.get(key)?.["value"]
  /** Reads and writes a value while no other process does. */
  const modify = <A extends SQLInputValue>(
    key: string,
    read: (value: unknown) => A | undefined,
    change: (value: A) => A
  ) =>
    attempt("modify", (statements, database) => {
      database.exec("BEGIN IMMEDIATE")
      try {
        const before = read(valueOf(statements, key))
        const after = before === undefined ? undefined : change(before)
        if (after !== undefined) statements.set.run(key, after)
        database.exec("COMMIT")
        return after
      } catch (cause) {
        if (database.isTransaction) database.exec("ROLLBACK")
        throw cause
      }
    })

  const files = yield* FileSystem.FileSystem
  const { dirname } = yield* Path.Path
  yield* Effect.mapError(files.makeDirectory(dirname(path), { recursive: true }), failure("open"))
  yield* attempt("open", () => undefined)
  return KeyValueStore.make({
    get: (key) => attempt("get", (statements) => textOf(valueOf(statements, key))),
    getUint8Array: (key) => attempt("get", (statements) => bytesOf(valueOf(statements, key))),
    set: (key, value) => Effect.asVoid(attempt("set", ({ set }) => set.run(key, value))),
    remove: (key) => Effect.asVoid(attempt("remove", ({ remove }) => remove.run(key))),
    clear: Effect.asVoid(attempt("clear", ({ clear }) => clear.run())),
    clearPrefix: (prefix) => Effect.asVoid(attempt("clear", ({ clearPrefix }) => clearPrefix.run(prefix))),
    size: attempt("size", ({ count }) => SqliteFile.number(count.get(), "count")),
    keys: attempt("keys", ({ keys }) => keys.all().map((row) => SqliteFile.text(row, "key") ?? "")),
    modify: (key, change) => modify(key, textOf, change),
    modifyUint8Array: (key, change) => modify(key, bytesOf, change)
  })
})
