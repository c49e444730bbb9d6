/**
 * QueryLog: a file with a line of JSON for each run, and the files that it was before. Several processes may write it at once.
 *
 * **Details**
 *
 * A line is one write at the file's end (`O_APPEND`), so that no two run into one another. A file that would grow past 5 MB
 * becomes `FILE.1`, that one `FILE.2`, and so on to `FILE.4`; what was that is gone. Files are for their owner's eyes alone.
 *
 * **Gotchas**
 *
 * Whoever makes room holds `FILE.lock` meanwhile, and looks at the size once more, so that two processes do not both do it.
 * Others do not wait: they write to whichever file has the name. The lock of a process that was killed is taken away after a
 * minute; where two notice that at once, the oldest file may go one turn early, and no line of the others is lost.
 */
import * as ByteSize from "effect/ByteSize"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Schema from "effect/Schema"

import { failed } from "../ExitError.ts"
import { Line, type QueryRecord } from "./QueryRecord.ts"

/** Of one file. */
const maxBytes = 5_000_000

const olderFiles = 4

/** Longer than renaming five files takes anywhere. */
const lockMillis = 60_000

const encoder = new TextEncoder()

/** The file's names, the newest first. */
export const names = (path: string): ReadonlyArray<string> => [
  path,
  ...Array.from({ length: olderFiles }, (_, index) => `${path}.${index + 1}`)
]

const isNotFound = (error: PlatformError) => error.reason._tag === "NotFound"

/** What there is under `path`; `undefined` where nothing is. */
const look = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  return yield* Effect.catchIf(files.stat(path), isNotFound, () => Effect.undefined)
})

/** Whether `path` is a file without room for `bytes` more. What is no file (a pipe, a device) is not written to. */
const isFull = Effect.fnUntraced(function* (path: string, bytes: number) {
  const info = yield* look(path)
  if (info === undefined) return false
  if (info.type !== "File") return yield* failed(`${path} is no file`)
  return ByteSize.toBigInt(info.size) + BigInt(bytes) > BigInt(maxBytes)
})

/** Takes the lock that is held over `path` away, if it is old. */
const unlock = Effect.fnUntraced(function* (lock: string) {
  const files = yield* FileSystem.FileSystem
  const held = yield* look(lock)
  const since = Option.getOrUndefined(held?.mtime ?? Option.none())
  if (since !== undefined && (yield* Clock.currentTimeMillis) - since.getTime() > lockMillis) {
    yield* files.remove(lock, { force: true })
  }
})

/** Makes room for `bytes` under `path`, unless another process is at it. */
const rotate = Effect.fnUntraced(function* (path: string, bytes: number) {
  const files = yield* FileSystem.FileSystem
  const lock = `${path}.lock`
  const held = yield* Effect.option(files.writeFileString(lock, "", { flag: "wx", mode: 0o600 }))
  if (Option.isNone(held)) return yield* unlock(lock)
  yield* Effect.gen(function* () {
    if (!(yield* isFull(path, bytes))) return
    const all = names(path)
    for (let index = all.length - 1; index > 0; index--) {
      const [from, to] = [all[index - 1], all[index]]
      if (from === undefined || to === undefined) continue
      yield* Effect.catchIf(files.rename(from, to), isNotFound, () => Effect.void)
    }
  }).pipe(Effect.ensuring(Effect.ignore(files.remove(lock, { force: true }))))
}, Effect.uninterruptible)

/**
 * Makes the folder `path`, and those it lies in, for their owner alone. Step by step, since Node's own way tries for ever where
 * a file system makes no folders and says that there is none to make them in, as /proc does.
 */
const makeFolder = (path: string): Effect.Effect<void, PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const { dirname } = yield* Path.Path
    const files = yield* FileSystem.FileSystem
    const make = files.makeDirectory(path, { mode: 0o700 })
    yield* Effect.catchIf(make, isNotFound, (error) =>
      dirname(path) === path ? Effect.fail(error) : Effect.andThen(makeFolder(dirname(path)), make)
    )
  }).pipe(
    Effect.catchIf(
      ({ reason }) => reason._tag === "AlreadyExists",
      () => Effect.void
    )
  )

/** Adds a line for `record` to the log at `path`, whose folder is made where there is none. */
export const append = Effect.fnUntraced(function* (path: string, record: QueryRecord) {
  const { dirname } = yield* Path.Path
  const files = yield* FileSystem.FileSystem
  const line = `${yield* Effect.orDie(Schema.encodeEffect(Line)(record))}\n`
  const bytes = encoder.encode(line)
  yield* makeFolder(dirname(path))
  if (yield* isFull(path, bytes.length)) yield* rotate(path, bytes.length)
  yield* files.writeFile(path, bytes, { flag: "a", mode: 0o600 })
})

/** What a log holds. */
export interface Contents {
  /** In the order in which the runs began. */
  readonly records: ReadonlyArray<QueryRecord>
  /** Lines that hold no record: damaged, or of another version. */
  readonly unreadable: number
}

/**
 * Reads the log at `path`, with the files that it was before.
 *
 * The newest comes first, and no file twice: one that is renamed meanwhile has another name, and is the same.
 */
export const read = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const decode = Schema.decodeUnknownOption(Line)
  const seen = new Set<bigint>()
  const records: Array<QueryRecord> = []
  let unreadable = 0
  for (const name of names(path)) {
    const info = yield* look(name)
    if (info === undefined) continue
    const id = Option.getOrUndefined(info.ino)
    if (id !== undefined && seen.has(id)) continue
    if (id !== undefined) seen.add(id)
    for (const line of (yield* files.readFileString(name)).split("\n")) {
      if (line.trim() === "") continue
      const record = decode(line)
      if (Option.isSome(record)) records.push(record.value)
      else unreadable++
    }
  }
  records.sort((a, b) => a.at.epochMilliseconds - b.at.epochMilliseconds)
  return { records, unreadable } satisfies Contents
})
