/**
 * RunFile: the file behind `SqliteRunStore`: its tables and statements. The package's boundary to `node:sqlite`, which answers
 * at once and throws.
 */
import type { DatabaseSync } from "node:sqlite"

import * as SqliteFile from "@callsheet/cache/store/SqliteFile"
import { EndReason, Route } from "@callsheet/core/AgentEvent"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import { Entry, isLast, of } from "../Entry.ts"
import type { Place } from "../Places.ts"
import * as RunResult from "../RunResult.ts"
import type { Begun, Bounds, RunRecord } from "../RunStore.ts"
import * as StateFile from "./StateFile.ts"

const tables = `
  CREATE TABLE IF NOT EXISTS run (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, question TEXT NOT NULL, conversation TEXT, owner TEXT NOT NULL,
    started_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, ended_at INTEGER, state INTEGER NOT NULL DEFAULT 0,
    last_seq INTEGER NOT NULL DEFAULT -1, bytes INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX IF NOT EXISTS run_ended_at ON run (ended_at);
  CREATE INDEX IF NOT EXISTS run_state ON run (state, seen_at);
  CREATE INDEX IF NOT EXISTS run_started_at ON run (started_at, id);
  CREATE INDEX IF NOT EXISTS run_conversation ON run (conversation) WHERE conversation IS NOT NULL;
  CREATE TABLE IF NOT EXISTS event (
    run INTEGER NOT NULL, seq INTEGER NOT NULL, tag TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (run, seq)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS trace (run INTEGER PRIMARY KEY, data TEXT NOT NULL);
`

/** What a run came to; added to the table, as a file of before may lack it. */
const resultColumns = { route: "TEXT", answer: "TEXT", reason: "TEXT", problem: "TEXT", wall_millis: "REAL" } as const

const makeTables = (database: DatabaseSync) => {
  database.exec(tables)
  const there = new Set(
    database
      .prepare("PRAGMA table_info(run)")
      .all()
      .map((row) => row["name"])
  )
  for (const [name, type] of Object.entries(resultColumns)) {
    if (!there.has(name)) database.exec(`ALTER TABLE run ADD COLUMN ${name} ${type}`)
  }
}

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
  | { readonly _tag: "Trace"; readonly runId: string; readonly trace: string }

/** Opens the file at `path` for the process `owner`, or makes it and its folder. Throws, as all of its methods do. */
export const open = (path: string, owner: string, bounds: Bounds) => {
  const database = StateFile.open(path, makeTables)
  try {
    return over(database, owner, bounds)
  } catch (cause) {
    database.close()
    throw cause
  }
}

const routeOf = Schema.decodeUnknownOption(Route)
const reasonOf = Schema.decodeUnknownOption(EndReason)

const over = (database: DatabaseSync, owner: string, bounds: Bounds) => {
  const statement = (sql: string) => database.prepare(sql)
  const begin = statement(
    "INSERT OR IGNORE INTO run (id, question, conversation, owner, started_at, seen_at) VALUES (?, ?, ?, ?, ?, ?)"
  )
  const find = statement("SELECT * FROM run WHERE id = ?")
  const stand = statement("SELECT n, state, bytes, route, answer, reason, problem, wall_millis FROM run WHERE id = ?")
  const append = statement("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?)")
  const grown = statement("UPDATE run SET last_seq = ?, bytes = bytes + ? WHERE n = ?")
  const ended = statement("UPDATE run SET state = ?, ended_at = ? WHERE n = ?")
  const told = statement("UPDATE run SET route = ?, answer = ?, reason = ?, problem = ?, wall_millis = ? WHERE n = ?")
  const list = statement(
    "SELECT * FROM run WHERE (started_at, id) < (?, ?) AND (ended_at IS NULL OR ended_at > ?) ORDER BY started_at DESC, id DESC LIMIT ?"
  )
  const ofConversation = statement("SELECT n FROM run WHERE conversation = ? AND ended_at IS NOT NULL")
  const beat = statement("UPDATE run SET seen_at = ? WHERE state = 0 AND owner = ?")
  const lost = statement("SELECT * FROM run WHERE state = 0 AND seen_at < ? AND owner <> ? LIMIT 100")
  const read = statement(
    `SELECT seq, tag, data FROM event WHERE run = (SELECT n FROM run WHERE id = ?) AND seq > ? ORDER BY seq LIMIT ${pageEntries}`
  )
  const addTrace = statement("INSERT OR IGNORE INTO trace VALUES (?, ?)")
  const trace = statement("SELECT data FROM trace WHERE run = (SELECT n FROM run WHERE id = ?)")
  const version = statement("PRAGMA data_version")
  const sums = statement("SELECT count(*) AS runs, coalesce(sum(bytes), 0) AS bytes FROM run")
  const oldest = statement("SELECT n, bytes, ended_at FROM run WHERE ended_at IS NOT NULL ORDER BY ended_at LIMIT 100")
  const removeEvents = statement("DELETE FROM event WHERE run = ?")
  const removeTrace = statement("DELETE FROM trace WHERE run = ?")
  const removeRun = statement("DELETE FROM run WHERE n = ?")

  type Row = ReturnType<typeof find.get>

  const resultOf = (row: Row): RunResult.RunResult => ({
    route: Option.getOrNull(routeOf(row?.["route"])),
    answer: SqliteFile.text(row, "answer") ?? null,
    reason: Option.getOrNull(reasonOf(row?.["reason"])),
    problem: SqliteFile.text(row, "problem") ?? null,
    wallMillis: row?.["wall_millis"] === null ? null : SqliteFile.number(row, "wall_millis")
  })

  const recordOf = (row: Row): RunRecord => ({
    runId: SqliteFile.text(row, "id") ?? "",
    question: SqliteFile.text(row, "question") ?? "",
    conversationId: SqliteFile.text(row, "conversation") ?? null,
    startedAtMillis: SqliteFile.number(row, "started_at"),
    state: states[SqliteFile.number(row, "state")] ?? "failed",
    endedAtMillis: row?.["ended_at"] === null ? null : SqliteFile.number(row, "ended_at"),
    lastSeq: SqliteFile.number(row, "last_seq"),
    ...resultOf(row)
  })

  const appendAll = (runId: string, entries: ReadonlyArray<Entry>, nowMillis: number) => {
    const row = stand.get(runId)
    // Another process took it for lost, or it is kept no longer.
    if (row === undefined || SqliteFile.number(row, "state") !== 0) return
    const n = SqliteFile.number(row, "n")
    const before = SqliteFile.number(row, "bytes")
    const known = resultOf(row)
    let result = known
    let bytes = 0
    for (const entry of entries) {
      result = RunResult.add(result, entry)
      const isEnd = isLast(entry)
      const size = entry.data.length + entryBytes
      if (isEnd || before + bytes + size <= bounds.runBytes) {
        append.run(n, entry.seq, entry.tag, entry.data)
        bytes += size
      }
      if (isEnd) ended.run(entry.tag === "RunFinished" ? 1 : 2, nowMillis, n)
    }
    grown.run(entries.at(-1)?.seq ?? -1, bytes, n)
    const { answer, problem, reason, route, wallMillis } = result
    if (result !== known) told.run(route, answer, reason, problem, wallMillis, n)
  }

  const keepTrace = (runId: string, text: string) => {
    const row = find.get(runId)
    if (row === undefined || SqliteFile.number(row, "bytes") + text.length > bounds.runBytes) return
    const n = SqliteFile.number(row, "n")
    if (addTrace.run(n, text).changes > 0) grown.run(SqliteFile.number(row, "last_seq"), text.length, n)
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

  const transaction = <A>(run: () => A): A => StateFile.transaction(database, run)
  const remove = (n: number) => {
    removeEvents.run(n)
    removeTrace.run(n)
    removeRun.run(n)
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
          } else if (write._tag === "Begin") {
            const { conversationId, question, runId, startedAtMillis } = write.run
            begin.run(runId, question, conversationId, owner, startedAtMillis, nowMillis)
          }
        }
        for (const [runId, entries] of added) appendAll(runId, entries, nowMillis)
        for (const write of writes) if (write._tag === "Trace") keepTrace(write.runId, write.trace)
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
    /** Those that began before `before`, the newest first, without what ended by `deadMillis`. */
    list: (before: Place, limit: number, deadMillis: number): ReadonlyArray<RunRecord> =>
      list.all(before.atMillis, before.id, deadMillis, limit).map(recordOf),
    /** Forgets the runs of a conversation that are over. */
    forget: (conversationId: string): void =>
      transaction(() => {
        for (const row of ofConversation.all(conversationId)) remove(SqliteFile.number(row, "n"))
      }),
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
    trace: (runId: string): string | undefined => SqliteFile.text(trace.get(runId), "data"),
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
          remove(n)
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
