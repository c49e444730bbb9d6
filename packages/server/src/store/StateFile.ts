/**
 * StateFile: the SQLite file of this installation's state, whichever concern reads and writes it. A boundary to `node:sqlite`, which
 * answers at once and throws.
 */
import { mkdirSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"

import * as SqliteFile from "@callsheet/cache/store/SqliteFile"

/** Marks a file as ours. No other is written to. */
const applicationId = 0x43_53_48_52

/** Of the file's layout; a file of another is not written to either. Tables and columns may be added without a new one. */
const layout = 2

/** SQLite blocks the process for a lock, so only for a moment. What is still locked out then waits asleep. */
const busyMillis = 5

/** Pages after which SQLite copies its log on its own, which waits for the disk: 64 MB. Before that it is done where no run is under way. */
const logPages = 16_384

/** The file is a database, and not ours. */
class NotOurs extends Error {}

const prepare = (database: DatabaseSync, tables: (database: DatabaseSync) => void) => {
  const pragma = (name: string) => SqliteFile.number(database.prepare(`PRAGMA ${name}`).get(), name)
  const count = database.prepare("SELECT count(*) AS count FROM sqlite_schema")
  const isEmpty = () => SqliteFile.number(count.get(), "count") === 0
  if (pragma("application_id") !== applicationId && !isEmpty()) throw new NotOurs("it holds something else")
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${logPages}`)
  database.exec("BEGIN IMMEDIATE")
  if (isEmpty()) database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${layout}`)
  const found = pragma("user_version")
  if (found === layout) tables(database)
  database.exec("COMMIT")
  if (found !== layout) throw new NotOurs("another version of callsheet wrote it")
  database.exec(`PRAGMA busy_timeout = ${busyMillis}`)
}

/** Opens the file at `path`, or makes it and its folder; `tables` makes what is missing of a concern's own. Throws. */
export const open = (path: string, tables: (database: DatabaseSync) => void): DatabaseSync => {
  mkdirSync(dirname(path), { recursive: true })
  const database = new DatabaseSync(path, { timeout: 1000 })
  try {
    prepare(database, tables)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** All of `run` or nothing of it. */
export const transaction = <A>(database: DatabaseSync, run: () => A): A => {
  database.exec("BEGIN IMMEDIATE")
  try {
    const value = run()
    database.exec("COMMIT")
    return value
  } catch (cause) {
    if (database.isTransaction) database.exec("ROLLBACK")
    throw cause
  }
}
