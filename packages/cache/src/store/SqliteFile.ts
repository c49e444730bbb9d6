/**
 * SqliteFile: the file behind `SqliteStore`: its tables, its statements, and what its errors mean. The package's boundary to
 * `node:sqlite`, which answers at once and throws.
 */
import { mkdirSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite"

import * as Predicate from "effect/Predicate"

import * as Versions from "./Versions.ts"

export interface SqliteFile {
  /** As `identityOf` told when it was opened. */
  readonly identity: string | undefined
  readonly database: DatabaseSync
  readonly statements: Statements
}

/** Marks a file as ours. No other is written to. */
const applicationId = 0x43_53_48_43

/** Of the file's layout; a file of another is emptied. */
const layout = 1

const tables = `
  DROP TABLE IF EXISTS entry; DROP TABLE IF EXISTS replaced; DROP TABLE IF EXISTS base;
  CREATE TABLE entry (key TEXT PRIMARY KEY, text TEXT NOT NULL, dead_at INTEGER NOT NULL, used_at INTEGER NOT NULL);
  CREATE INDEX entry_dead_at ON entry (dead_at);
  CREATE INDEX entry_used_at ON entry (used_at);
  CREATE TABLE replaced (seq INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, version TEXT NOT NULL);
  CREATE TABLE base (version TEXT NOT NULL);
`

/** How long SQLite may block the process for a lock: at the opening, and later. */
const openBusyMillis = 1000
const busyMillis = 20

/** Opens the file at `path`, or makes it and its folder. Throws. */
export const open = (path: string): SqliteFile => {
  mkdirSync(dirname(path), { recursive: true })
  const database = new DatabaseSync(path, { timeout: openBusyMillis })
  try {
    prepare(database)
    return { identity: identityOf(path), database, statements: prepared(database) }
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** Which file is at `path` now; `undefined` where there is none. Throws where it may not be looked at. */
export const identityOf = (path: string): string | undefined => {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats && `${stats.dev}:${stats.ino}`
}

const prepare = (database: DatabaseSync) => {
  const pragma = (name: string) => number(database.prepare(`PRAGMA ${name}`).get(), name)
  const isEmpty = () => number(database.prepare("SELECT count(*) AS count FROM sqlite_schema").get(), "count") === 0
  if (pragma("application_id") !== applicationId && !isEmpty()) throw new NoCache("it holds something else")
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 4194304")
  database.exec("BEGIN IMMEDIATE")
  if (pragma("user_version") !== layout) {
    database.exec(tables)
    database.prepare("INSERT INTO base VALUES (?)").run(Versions.token())
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${layout}`)
  }
  database.exec(`COMMIT; PRAGMA busy_timeout = ${busyMillis}`)
}

const prepared = (database: DatabaseSync) => {
  const statement = (sql: string): StatementSync => database.prepare(sql)
  return {
    dataVersion: values(statement("PRAGMA data_version")),
    pages: statement("PRAGMA page_count"),
    freePages: statement("PRAGMA freelist_count"),
    pageSize: statement("PRAGMA page_size"),
    base: statement("SELECT version FROM base"),
    setBase: statement("UPDATE base SET version = ?"),
    replacedSince: statement("SELECT seq, name, version FROM replaced WHERE seq > ?"),
    countReplaced: statement("SELECT count(*) AS count FROM replaced"),
    replace: statement("INSERT OR REPLACE INTO replaced (name, version) VALUES (?, ?)"),
    removeReplaced: statement("DELETE FROM replaced"),
    get: values(
      statement("SELECT (SELECT data_version FROM pragma_data_version), (SELECT text FROM entry WHERE key = ?)")
    ),
    insert: statement("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)"),
    touch: statement("UPDATE entry SET used_at = ? WHERE key = ?"),
    remove: statement("DELETE FROM entry WHERE key = ?"),
    removeDead: statement("DELETE FROM entry WHERE key IN (SELECT key FROM entry WHERE dead_at < ? LIMIT ?)"),
    oldest: statement("SELECT key FROM entry ORDER BY used_at LIMIT ?"),
    removeAll: statement("DELETE FROM entry"),
    countEntries: statement("SELECT count(*) AS count FROM entry")
  }
}
export type Statements = ReturnType<typeof prepared>

type Row = Record<string, SQLInputValue> | undefined

export const numberOf = (value: unknown): number => (typeof value === "number" ? value : 0)
export const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)
export const number = (from: Row, column: string): number => numberOf(from?.[column])
export const text = (from: Row, column: string): string | undefined => textOf(from?.[column])

/** Gives rows as arrays, which is a microsecond faster; for what every read runs. */
const values = (statement: StatementSync): StatementSync => {
  statement.setReturnArrays(true)
  return statement
}

/** The first row of a statement made by `values`. */
export const row = (statement: StatementSync, ...parameters: ReadonlyArray<SQLInputValue>): ReadonlyArray<unknown> => {
  const found: unknown = statement.get(...parameters)
  return Array.isArray(found) ? found : []
}

/** The file is a database, and not ours. */
class NoCache extends Error {
  readonly errcode = 26
}

/** SQLite's own error code, without its extension. */
const codeOf = (cause: unknown): number =>
  Predicate.hasProperty(cause, "errcode") && Predicate.isNumber(cause.errcode) ? cause.errcode & 0xff : 0

/** Whether another process holds the file. */
export const isBusy = (cause: unknown): boolean => codeOf(cause) === 5

/** One sentence that says what happened and what to do. */
export const sentence = (path: string, cause: unknown): string => {
  const why = cause instanceof Error ? cause.message.replaceAll(/\s+/g, " ") : "unknown error"
  const advice: Readonly<Record<number, string>> = {
    5: "another process holds it for too long: try again",
    11: "the file is damaged: stop what uses it and delete it",
    13: "the disk or the cache is full: make room",
    14: "the file cannot be opened: check the path in CALLSHEET_CACHE and its rights",
    26: "the file is no cache: choose another path in CALLSHEET_CACHE"
  }
  return `The cache in ${path} failed (${why}): ${advice[codeOf(cause)] ?? "check the path in CALLSHEET_CACHE and its rights"}.`
}
