/**
 * SqliteStore: values and versions in one SQLite file that several processes may share.
 *
 * **Versions.** `PRAGMA data_version` changes when another process has written; only then are the names replaced since read
 * again. **Room.** Pages in use, as SQLite counts them; what expired goes first, then what was not used for longest, a part in
 * each transaction. A value of more than a quarter of the room is not kept. **Place.** A file that was deleted, or replaced, is
 * let go within 50 ms, and at once where something is written, for the one that is there now. **Ends.** WAL and one transaction a batch: a killed process leaves what
 * was there before. Replaced versions are synced to the disk, so that a power cut brings no outdated value back; values are
 * not.
 *
 * SQLite waits for a lock by blocking the whole process, so it may do so for some milliseconds only, and what is still locked
 * out then waits here, asleep.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"

import * as Names from "../Names.ts"
import * as SqliteFile from "./SqliteFile.ts"
import { type Seen, type Size, type Store, StoreError, type Write } from "./Store.ts"
import * as Versions from "./Versions.ts"

/** Keys whose use is noted until the next write. */
const maxTouched = 512
/** What leaves in one transaction where room is wanted: a few milliseconds. */
const evictedRows = 512
const evictedBytes = 16 * 1024 * 1024
/** Between two looks at whether the file is still there, where nothing is written. */
const placeMillis = 50

const whileBusy = Schedule.spaced("20 millis").pipe(Schedule.upTo({ times: 50 }))

/** A store in the file at `path`, whose folder is made if need be, of at most `limitBytes` beside its log (`-wal`). */
export const make = Effect.fnUntraced(function* (
  path: string,
  limitBytes: number
): Effect.fn.Return<Store, never, Scope.Scope> {
  const versions = Versions.make("")
  const touched = new Set<string>()
  let connection: SqliteFile.SqliteFile | undefined
  let baseVersion = ""
  let dataVersion = -1
  let lastSeq = 0
  let placeSeenMillis = 0

  const close = () => {
    connection?.database.close()
    connection = undefined
    baseVersion = ""
    dataVersion = -1
  }
  const isInPlace = (file: SqliteFile.SqliteFile) => SqliteFile.identityOf(path) === file.identity
  const open = (): SqliteFile.SqliteFile => {
    if (connection !== undefined && !isInPlace(connection)) close()
    return (connection ??= SqliteFile.open(path))
  }

  yield* Effect.addFinalizer(() => Effect.sync(close))

  const failure = (cause: unknown) =>
    new StoreError({ store: "sqlite", isBusy: SqliteFile.isBusy(cause), message: SqliteFile.sentence(path, cause) })

  const attempt = <A>(run: (file: SqliteFile.SqliteFile) => A): Effect.Effect<A, StoreError> =>
    Effect.try({ try: () => run(open()), catch: failure })

  const transaction = <A>(run: (statements: SqliteFile.Statements) => A): Effect.Effect<A, StoreError> =>
    attempt(({ database, statements }) => {
      database.exec("BEGIN IMMEDIATE")
      try {
        const result = run(statements)
        database.exec("COMMIT")
        return result
      } catch (cause) {
        if (database.isTransaction) database.exec("ROLLBACK")
        throw cause
      }
    }).pipe(Effect.retry({ schedule: whileBusy, while: (error) => error.isBusy }))

  /** Takes in what others replaced since the last time. */
  const refresh = (
    statements: SqliteFile.Statements,
    current = SqliteFile.numberOf(SqliteFile.row(statements.dataVersion)[0])
  ) => {
    if (current === dataVersion) return
    reload(statements)
    dataVersion = current
  }
  const reload = (statements: SqliteFile.Statements) => {
    const base = SqliteFile.text(statements.base.get(), "version") ?? ""
    if (base !== baseVersion) {
      versions.reset(base)
      baseVersion = base
      lastSeq = 0
    }
    for (const replaced of statements.replacedSince.all(lastSeq)) {
      versions.set(SqliteFile.text(replaced, "name") ?? "", SqliteFile.text(replaced, "version") ?? "")
      lastSeq = Math.max(lastSeq, SqliteFile.number(replaced, "seq"))
    }
  }

  const lookIn = (statements: SqliteFile.Statements, names: ReadonlyArray<string>, key: string | undefined): Seen => {
    // The text is read before the versions: what is outdated in between is found out.
    const [current, found] =
      key === undefined ? SqliteFile.row(statements.dataVersion) : SqliteFile.row(statements.get, key)
    refresh(statements, SqliteFile.numberOf(current))
    if (key !== undefined && touched.size < maxTouched) touched.add(key)
    return { versions: names.map(versions.of), text: SqliteFile.textOf(found), isStored: true }
  }

  const usedBytes = (statements: SqliteFile.Statements): number =>
    (SqliteFile.number(statements.pages.get(), "page_count") -
      SqliteFile.number(statements.freePages.get(), "freelist_count")) *
    SqliteFile.number(statements.pageSize.get(), "page_size")

  /** Whether there is room at the end; otherwise there is more to remove. */
  const makeRoom = (statements: SqliteFile.Statements, nowMillis: number): boolean => {
    const before = usedBytes(statements)
    if (before <= limitBytes) return true
    if (statements.removeDead.run(nowMillis, evictedRows).changes === evictedRows) return false
    const least = Math.max(limitBytes * 0.95, before - evictedBytes)
    const oldest = statements.oldest.all(evictedRows)
    for (const entry of oldest) {
      if (usedBytes(statements) <= least) break
      statements.remove.run(SqliteFile.text(entry, "key") ?? "")
    }
    return oldest.length === 0 || usedBytes(statements) <= limitBytes
  }

  const insert = (
    statements: SqliteFile.Statements,
    { deadAtMillis, key, names, text, versions: stamp }: Write,
    now: number
  ) => {
    if (text.length > limitBytes / 4 || !Names.equal(names.map(versions.of), stamp)) return
    statements.insert.run(key, text, deadAtMillis, now)
  }

  /** In transactions of their own, so that others have their turn in between. */
  const makeMoreRoom = (nowMillis: number): Effect.Effect<void, StoreError> =>
    Effect.yieldNow.pipe(
      Effect.andThen(transaction((statements) => makeRoom(statements, nowMillis))),
      Effect.flatMap((hasRoom) => (hasRoom ? Effect.void : makeMoreRoom(nowMillis)))
    )

  return {
    kind: "sqlite",
    keepsValues: true,
    leaseMillis: 0,
    lookNow: (names, key, clock) => {
      if (connection === undefined) return undefined
      try {
        const nowMillis = clock.currentTimeMillisUnsafe()
        if (Math.abs(nowMillis - placeSeenMillis) >= placeMillis) {
          if (!isInPlace(connection)) return undefined
          placeSeenMillis = nowMillis
        }
        return lookIn(connection.statements, names, key)
      } catch {
        // `look` says what it was.
        return undefined
      }
    },
    look: (names, key) => attempt(({ statements }) => lookIn(statements, names, key)),
    write: (writes) =>
      Effect.flatMap(Clock.currentTimeMillis, (nowMillis) =>
        transaction((statements) => {
          refresh(statements)
          for (const key of touched) statements.touch.run(nowMillis, key)
          touched.clear()
          for (const write of writes) insert(statements, write, nowMillis)
          return makeRoom(statements, nowMillis)
        }).pipe(Effect.flatMap((hasRoom) => (hasRoom ? Effect.void : makeMoreRoom(nowMillis))))
      ),
    replace: (names) =>
      Effect.ensuring(
        Effect.andThen(
          attempt(({ database }) => database.exec("PRAGMA synchronous = FULL")),
          transaction((statements) => {
            if (
              names.includes(Names.all) ||
              SqliteFile.number(statements.countReplaced.get(), "count") > Versions.maxNames
            ) {
              statements.removeReplaced.run()
              statements.setBase.run(Versions.token())
            } else {
              for (const name of names) statements.replace.run(name, Versions.token())
            }
            for (const key of names.map(Names.keyOf)) if (key !== undefined) statements.remove.run(key)
          }).pipe(Effect.andThen(attempt(({ statements }) => reload(statements))))
        ),
        Effect.ignore(attempt(({ database }) => database.exec("PRAGMA synchronous = NORMAL")))
      ),
    clear: transaction((statements) => {
      statements.removeAll.run()
    }),
    size: attempt(({ statements }): Size => ({
      entries: SqliteFile.number(statements.countEntries.get(), "count"),
      bytes: usedBytes(statements)
    }))
  }
})
