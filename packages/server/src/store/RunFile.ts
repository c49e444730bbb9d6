/**
 * RunFile: the file behind `SqliteRunStore`: its tables and statements. The package's boundary to `node:sqlite`, which answers
 * at once and throws.
 */
import { mkdirSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"

import * as SqliteFile from "@callsheet/cache/store/SqliteFile"

import { Entry, isLast, of } from "../Entry.ts"
import type { Begun, Bounds, RunRecord } from "../RunStore.ts"

/** Marks a file as ours. No other is written to. */
const applicationId = 0x43_53_48_52

/** Of the file's layout; a file of another is not written to either. */
const layout = 1

const tables = `
  CREATE TABLE run (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, question TEXT NOT NULL, conversation TEXT, owner TEXT NOT NULL,
    started_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, ended_at INTEGER, state INTEGER NOT NULL DEFAULT 0,
    last_seq INTEGER NOT NULL DEFAULT -1, bytes INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX run_ended_at ON run (ended_at);
  CREATE INDEX run_state ON run (state, seen_at);
  CREATE TABLE event (
    run INTEGER NOT NULL, seq INTEGER NOT NULL, tag TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (run, seq)
  ) WITHOUT ROWID;
`

/** SQLite blocks the process for a lock, so only for a moment. What is still locked out then waits asleep. */
const busyMillis = 5

/** Pages after which SQLite copies its log on its own, which waits for the disk: 64 MB. Before that it is done where no run is under way. */
const logPages = 16_384

const pageEntries = 512

/** After so long without a sign of life of its process a run is lost. */
const lostMillis = 10_000

/** Beside its text, what an entry takes. */
const entryBytes = 24

const states = ["running", "finished", "failed"] as const

/** What is to be written of a run. */
export type Write =
  | { readonly _tag: "Begin"; readonly run: Begun }
  | { readonly _tag: "Append"; readonly runId: string; readonly entries: ReadonlyArray<Entry> }

/** The file is a database, and not ours. */
class NoRuns extends Error {}

const prepare = (database: DatabaseSync) => {
  const pragma = (name: string) => SqliteFile.number(database.prepare(`PRAGMA ${name}`).get(), name)
  const count = database.prepare("SELECT count(*) AS count FROM sqlite_schema")
  const isEmpty = () => SqliteFile.number(count.get(), "count") === 0
  if (pragma("application_id") !== applicationId && !isEmpty()) throw new NoRuns("it holds something else")
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${logPages}`)
  database.exec("BEGIN IMMEDIATE")
  if (isEmpty()) {
    database.exec(tables)
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${layout}`)
  }
  const found = pragma("user_version")
  database.exec("COMMIT")
  if (found !== layout) throw new NoRuns("another version of callsheet wrote it")
  database.exec(`PRAGMA busy_timeout = ${busyMillis}`)
}

/** Opens the file at `path` for the process `owner`, or makes it and its folder. Throws, as all of its methods do. */
export const open = (path: string, owner: string, bounds: Bounds) => {
  mkdirSync(dirname(path), { recursive: true })
  const database = new DatabaseSync(path, { timeout: 1000 })
  try {
    prepare(database)
    return over(database, owner, bounds)
  } catch (cause) {
    database.close()
    throw cause
  }
}

const over = (database: DatabaseSync, owner: string, bounds: Bounds) => {
  const statement = (sql: string) => database.prepare(sql)
  const begin = statement(
    "INSERT OR IGNORE INTO run (id, question, conversation, owner, started_at, seen_at) VALUES (?, ?, ?, ?, ?, ?)"
  )
  const find = statement("SELECT * FROM run WHERE id = ?")
  const stand = statement("SELECT n, state, bytes FROM run WHERE id = ?")
  const append = statement("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?)")
  const grown = statement("UPDATE run SET last_seq = ?, bytes = bytes + ? WHERE n = ?")
  const ended = statement("UPDATE run SET state = ?, ended_at = ? WHERE n = ?")
  const beat = statement("UPDATE run SET seen_at = ? WHERE state = 0 AND owner = ?")
  const lost = statement("SELECT * FROM run WHERE state = 0 AND seen_at < ? AND owner <> ? LIMIT 100")
  const read = statement(
    `SELECT seq, tag, data FROM event WHERE run = (SELECT n FROM run WHERE id = ?) AND seq > ? ORDER BY seq LIMIT ${pageEntries}`
  )
  const version = statement("PRAGMA data_version")
  const sums = statement("SELECT count(*) AS runs, coalesce(sum(bytes), 0) AS bytes FROM run")
  const oldest = statement("SELECT n, bytes, ended_at FROM run WHERE ended_at IS NOT NULL ORDER BY ended_at LIMIT 100")
  const removeEvents = statement("DELETE FROM event WHERE run = ?")
  const removeRun = statement("DELETE FROM run WHERE n = ?")

  type Row = ReturnType<typeof find.get>

  const recordOf = (row: Row): RunRecord => ({
    runId: SqliteFile.text(row, "id") ?? "",
    question: SqliteFile.text(row, "question") ?? "",
    conversationId: SqliteFile.text(row, "conversation") ?? null,
    startedAtMillis: SqliteFile.number(row, "started_at"),
    state: states[SqliteFile.number(row, "state")] ?? "failed",
    endedAtMillis: row?.["ended_at"] === null ? null : SqliteFile.number(row, "ended_at"),
    lastSeq: SqliteFile.number(row, "last_seq")
  })

  const appendAll = (runId: string, entries: ReadonlyArray<Entry>, nowMillis: number) => {
    const row = stand.get(runId)
    // Another process took it for lost, or it is kept no longer.
    if (row === undefined || SqliteFile.number(row, "state") !== 0) return
    const n = SqliteFile.number(row, "n")
    const before = SqliteFile.number(row, "bytes")
    let bytes = 0
    for (const entry of entries) {
      const isEnd = isLast(entry)
      const size = entry.data.length + entryBytes
      if (isEnd || before + bytes + size <= bounds.runBytes) {
        append.run(n, entry.seq, entry.tag, entry.data)
        bytes += size
      }
      if (isEnd) ended.run(entry.tag === "RunFinished" ? 1 : 2, nowMillis, n)
    }
    grown.run(entries.at(-1)?.seq ?? -1, bytes, n)
  }

  const endLost = (row: Row, nowMillis: number) => {
    const { lastSeq, runId, startedAtMillis } = recordOf(row)
    const event = of({
      _tag: "RunFailed",
      runId,
      seq: lastSeq + 1,
      atMillis: Math.max(0, nowMillis - startedAtMillis),
      problem: "The process that answered this ended before it was done: ask again.",
      isRetryable: true
    })
    appendAll(runId, [event], nowMillis)
  }

  const transaction = (run: () => void) => {
    database.exec("BEGIN IMMEDIATE")
    try {
      run()
      database.exec("COMMIT")
    } catch (cause) {
      if (database.isTransaction) database.exec("ROLLBACK")
      throw cause
    }
  }

  return {
    close: () => database.close(),
    /** In one transaction, what belongs to a run together. */
    write: (writes: ReadonlyArray<Write>, nowMillis: number) =>
      transaction(() => {
        const added = new Map<string, Array<Entry>>()
        for (const write of writes) {
          if (write._tag === "Append") {
            const entries = added.get(write.runId)
            if (entries === undefined) added.set(write.runId, [...write.entries])
            else entries.push(...write.entries)
          } else {
            const { conversationId, question, runId, startedAtMillis } = write.run
            begin.run(runId, question, conversationId, owner, startedAtMillis, nowMillis)
          }
        }
        for (const [runId, entries] of added) appendAll(runId, entries, nowMillis)
      }),
    find: (runId: string, nowMillis: number): RunRecord | undefined => {
      const row = find.get(runId)
      if (row === undefined) return undefined
      const record = recordOf(row)
      const isLost =
        record.state === "running" &&
        SqliteFile.text(row, "owner") !== owner &&
        SqliteFile.number(row, "seen_at") < nowMillis - lostMillis
      if (!isLost) return record
      transaction(() => endLost(row, nowMillis))
      return recordOf(find.get(runId))
    },
    read: (runId: string, afterSeq: number): ReadonlyArray<Entry> =>
      read
        .all(runId, afterSeq)
        .map(
          (row) =>
            new Entry(
              SqliteFile.number(row, "seq"),
              SqliteFile.text(row, "tag") ?? "",
              SqliteFile.text(row, "data") ?? ""
            )
        ),
    /** Changes when another process has written. */
    version: (): number => SqliteFile.number(version.get(), "data_version"),
    /** Says that this process still runs its runs. */
    beat: (nowMillis: number) => transaction(() => beat.run(nowMillis, owner)),
    /** Ends what is lost, and forgets what is past its time (`keepMillis`) or too much; true where there is more to forget. */
    tidy: (nowMillis: number, keepMillis: number): boolean => {
      let hasMore = false
      transaction(() => {
        for (const row of lost.all(nowMillis - lostMillis, owner)) endLost(row, nowMillis)
        const sum = sums.get()
        let runs = SqliteFile.number(sum, "runs")
        let bytes = SqliteFile.number(sum, "bytes")
        const found = oldest.all()
        for (const row of found) {
          const isDead = SqliteFile.number(row, "ended_at") <= nowMillis - keepMillis
          if (!isDead && runs <= bounds.runs && bytes <= bounds.bytes) return
          const n = SqliteFile.number(row, "n")
          removeEvents.run(n)
          removeRun.run(n)
          runs--
          bytes -= SqliteFile.number(row, "bytes")
        }
        hasMore = found.length > 0
      })
      return hasMore
    },
    /** Copies the log into the file, as far as nobody is in the way. */
    checkpoint: () => database.exec("PRAGMA wal_checkpoint(PASSIVE)")
  }
}
