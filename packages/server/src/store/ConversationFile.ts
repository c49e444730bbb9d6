/**
 * ConversationFile: the tables and statements behind `SqliteConversationStore`, in the file that runs are kept in too. The package's
 * boundary to `node:sqlite`, which answers at once and throws.
 */
import type { DatabaseSync } from "node:sqlite"

import * as SqliteFile from "@callsheet/cache/store/SqliteFile"

import type { Bounds, ConversationRecord } from "../ConversationStore.ts"
import * as Exchange from "../Exchange.ts"
import type { Place } from "../Places.ts"
import * as StateFile from "./StateFile.ts"

const tables = `
  CREATE TABLE IF NOT EXISTS exchange (
    n INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, parent TEXT, conversation TEXT, question TEXT NOT NULL, answer TEXT NOT NULL,
    reason TEXT NOT NULL, at INTEGER NOT NULL, used_at INTEGER NOT NULL, bytes INTEGER NOT NULL, prompt_bytes INTEGER NOT NULL,
    text TEXT NOT NULL, summary TEXT
  );
  CREATE INDEX IF NOT EXISTS exchange_used_at ON exchange (used_at);
  CREATE INDEX IF NOT EXISTS exchange_conversation ON exchange (conversation) WHERE conversation IS NOT NULL;
  CREATE TABLE IF NOT EXISTS open_call (id TEXT NOT NULL, exchange INTEGER NOT NULL, PRIMARY KEY (id, exchange)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS open_call_exchange ON open_call (exchange);
  CREATE TABLE IF NOT EXISTS conversation (
    id TEXT PRIMARY KEY, newest TEXT NOT NULL, question TEXT NOT NULL, started_at INTEGER NOT NULL, at INTEGER NOT NULL,
    turns INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS conversation_at ON conversation (at, id);
  CREATE INDEX IF NOT EXISTS conversation_newest ON conversation (newest);
`

/** Beside its messages, what an exchange takes. */
const exchangeBytes = 500

/** Opens the file at `path`, or makes it and its folder. Throws, as all of its methods do. */
export const open = (path: string, bounds: Bounds, keepMillis: number) => {
  const database = StateFile.open(path, (database) => database.exec(tables))
  try {
    return over(database, bounds, keepMillis)
  } catch (cause) {
    database.close()
    throw cause
  }
}

const over = (database: DatabaseSync, bounds: Bounds, keepMillis: number) => {
  const statement = (sql: string) => database.prepare(sql)
  const insert = statement(
    "INSERT OR IGNORE INTO exchange (run, parent, conversation, question, answer, reason, at, used_at, bytes, prompt_bytes, text, summary) " +
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
  )
  const insertCall = statement("INSERT OR IGNORE INTO open_call VALUES (?, ?)")
  const newest = statement(
    "INSERT INTO conversation VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT (id) DO UPDATE SET newest = excluded.newest, at = excluded.at, turns = turns + 1"
  )
  const find = statement("SELECT * FROM exchange WHERE run = ? AND used_at > ?")
  const calls = statement("SELECT id FROM open_call WHERE exchange = ?")
  const used = statement("UPDATE exchange SET used_at = ? WHERE run = ?")
  const summarize = statement(
    "UPDATE exchange SET summary = ?, bytes = bytes + ? - coalesce(length(summary), 0) WHERE run = ?"
  )
  const ofCall = statement(
    "SELECT run FROM exchange WHERE n = (SELECT max(exchange) FROM open_call WHERE id = ?) AND used_at > ?"
  )
  const isUsed = "EXISTS (SELECT 1 FROM exchange WHERE run = newest AND used_at > ?)"
  const conversation = statement(`SELECT * FROM conversation WHERE id = ? AND ${isUsed}`)
  const list = statement(
    `SELECT * FROM conversation WHERE (at, id) < (?, ?) AND ${isUsed} ORDER BY at DESC, id DESC LIMIT ?`
  )
  const sums = statement("SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes FROM exchange")
  const oldest = statement("SELECT n, run, bytes, used_at FROM exchange ORDER BY used_at, n LIMIT 100")
  const ofConversation = statement("SELECT n FROM exchange WHERE conversation = ?")
  const remove = statement("DELETE FROM exchange WHERE n = ?")
  const removeCalls = statement("DELETE FROM open_call WHERE exchange = ?")
  const removeNewest = statement("DELETE FROM conversation WHERE newest = ?")
  const removeConversation = statement("DELETE FROM conversation WHERE id = ?")

  type Row = ReturnType<typeof find.get>

  const textOf = (row: Row, column: string) => SqliteFile.text(row, column) ?? ""
  const exchangeOf = (row: Row): Exchange.Exchange => ({
    runId: textOf(row, "run"),
    parentId: SqliteFile.text(row, "parent") ?? null,
    conversationId: SqliteFile.text(row, "conversation") ?? null,
    question: textOf(row, "question"),
    answer: textOf(row, "answer"),
    reason: textOf(row, "reason"),
    atMillis: SqliteFile.number(row, "at"),
    text: textOf(row, "text"),
    promptBytes: SqliteFile.number(row, "prompt_bytes"),
    openCalls: calls.all(SqliteFile.number(row, "n")).map((call) => textOf(call, "id")),
    summary: SqliteFile.text(row, "summary") ?? null
  })
  const recordOf = (row: Row): ConversationRecord => ({
    conversationId: textOf(row, "id"),
    question: textOf(row, "question"),
    newestRunId: textOf(row, "newest"),
    startedAtMillis: SqliteFile.number(row, "started_at"),
    atMillis: SqliteFile.number(row, "at"),
    turns: SqliteFile.number(row, "turns")
  })
  const finder = (nowMillis: number) => (runId: string) => {
    const row = find.get(runId, nowMillis - keepMillis)
    return row === undefined ? undefined : exchangeOf(row)
  }
  const drop = (n: number) => {
    remove.run(n)
    removeCalls.run(n)
  }
  const transaction = <A>(run: () => A): A => StateFile.transaction(database, run)

  return {
    close: () => database.close(),
    keep: (exchange: Exchange.Exchange, nowMillis: number) =>
      transaction(() => {
        const {
          answer,
          atMillis,
          conversationId,
          openCalls,
          parentId,
          promptBytes,
          question,
          reason,
          runId,
          summary,
          text
        } = exchange
        const bytes = exchangeBytes + text.length + question.length + answer.length
        const { changes, lastInsertRowid: n } = insert.run(
          runId,
          parentId,
          conversationId,
          question,
          answer,
          reason,
          atMillis,
          nowMillis,
          bytes,
          promptBytes,
          text,
          summary
        )
        if (changes === 0) return
        for (const callId of openCalls) insertCall.run(callId, n)
        if (conversationId !== null) newest.run(conversationId, runId, question, atMillis, atMillis)
      }),
    find: (runId: string, nowMillis: number) => finder(nowMillis)(runId),
    chain: (runId: string, nowMillis: number) => {
      const found = Exchange.chain(finder(nowMillis), runId)
      if (found.length > 0) transaction(() => found.forEach((exchange) => used.run(nowMillis, exchange.runId)))
      return found
    },
    back: (runId: string, limit: number, nowMillis: number) => [...Exchange.back(finder(nowMillis), runId).take(limit)],
    summarize: (runId: string, summary: string) => transaction(() => summarize.run(summary, summary.length, runId)),
    conversation: (conversationId: string, nowMillis: number) => {
      const row = conversation.get(conversationId, nowMillis - keepMillis)
      return row === undefined ? undefined : recordOf(row)
    },
    ofCall: (callId: string, nowMillis: number) => SqliteFile.text(ofCall.get(callId, nowMillis - keepMillis), "run"),
    list: (before: Place, limit: number, nowMillis: number) =>
      list.all(before.atMillis, before.id, nowMillis - keepMillis, limit).map(recordOf),
    remove: (conversationId: string) =>
      transaction(() => {
        for (const row of ofConversation.all(conversationId)) drop(SqliteFile.number(row, "n"))
        return removeConversation.run(conversationId).changes !== 0
      }),
    /** Forgets what is past its time or too much; true where there is more to forget. */
    tidy: (nowMillis: number): boolean =>
      transaction(() => {
        const sum = sums.get()
        let count = SqliteFile.number(sum, "count")
        let bytes = SqliteFile.number(sum, "bytes")
        const found = oldest.all()
        for (const row of found) {
          const isDead = SqliteFile.number(row, "used_at") <= nowMillis - keepMillis
          if (!isDead && count <= bounds.exchanges && bytes <= bounds.bytes) return false
          drop(SqliteFile.number(row, "n"))
          removeNewest.run(textOf(row, "run"))
          count--
          bytes -= SqliteFile.number(row, "bytes")
        }
        return found.length > 0
      })
  }
}
