/**
 * Truth: what the upstream of two processes holds, as whole numbers in a file that both may read and write; and a load of
 * reads and writes over it that counts stale reads.
 *
 * Each key has one writer. A write counts the key's value up, invalidates it, and then raises its floor to that value; a
 * read that begins after that must not give less.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"

import { Cache } from "../Cache.ts"
import * as Read from "../Read.ts"
import * as OtherProcess from "./OtherProcess.ts"

const keys = 64
/** Readers of a process; so many reads are under way in it at a time. */
const readers = 8
/** Reads between two writes of a reader. */
const readsPerWrite = 20

/** What came of a load. */
const Found = Schema.Struct({
  /** Reads that gave less than what an invalidation had returned for before they began. */
  stale: Schema.Int,
  /** Reads of keys that had been invalidated before: only these could be stale. */
  exposed: Schema.Int,
  failed: Schema.Int,
  invalidations: Schema.Int
})

const FoundText = Schema.fromJsonString(Found)

export const encode = Schema.encodeSync(FoundText)
const decode = Schema.decodeSync(FoundText)

export interface Load {
  /** Of the file, from `file`. */
  readonly path: string
  readonly reads: number
  /** Of the keys that this process writes. */
  readonly parity: 0 | 1
  /** Reads that begin each second, however many are under way; without it a reader begins one when it has ended the last. */
  readonly perSecond?: number
  /** Called as each read ends. */
  readonly onRead?: () => void
}

/** The path of a truth in a folder that goes with the scope. */
export const file = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "callsheet-truth-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => join(folder, "truth")
)

const open = (path: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const file = openSync(path, "a+")
      closeSync(file)
      return openSync(path, "r+")
    }),
    (file) => Effect.sync(() => closeSync(file))
  )

const number = (file: number, position: number): number => {
  const bytes = Buffer.alloc(4)
  return readSync(file, bytes, 0, 4, position * 4) === 4 ? bytes.readUInt32LE() : 0
}

const setNumber = (file: number, position: number, value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  writeSync(file, bytes, 0, 4, position * 4)
}

/** Makes reads of all keys, and writes of its own. */
export const load = ({ onRead, parity, path, perSecond, reads }: Load) =>
  Effect.scoped(
    Effect.gen(function* () {
      const file = yield* open(path)
      const cache = yield* Cache
      const random = yield* Random.Random
      const below = (end: number) => Math.floor(random.nextDoubleUnsafe() * end)
      let stale = 0
      let exposed = 0
      let failed = 0
      let invalidations = 0
      let left = reads
      const read = Read.make("test/truth", {
        version: 1,
        identity: path,
        argument: Schema.Struct({ key: Schema.Int }),
        result: Schema.Int,
        freshness: { fresh: "1 minute" },
        tags: ({ key }) => [`test/truth/${key}`],
        // As an upstream: what it gives may be older than its answer.
        lookup: ({ key }) =>
          Effect.suspend(() => {
            const value = number(file, 2 * key)
            return Effect.as(Effect.sleep(random.nextDoubleUnsafe() * 3), value)
          })
      })
      const write = (key: number) =>
        Effect.gen(function* () {
          const value = number(file, 2 * key) + 1
          setNumber(file, 2 * key, value)
          yield* cache.invalidate({ tags: [`test/truth/${key}`] })
          setNumber(file, 2 * key + 1, value)
          invalidations++
        })
      const readOne = Effect.gen(function* () {
        const key = below(keys)
        const floor = number(file, 2 * key + 1)
        if (floor > 0) exposed++
        const exit = yield* Effect.exit(cache.read(read, { key }))
        onRead?.()
        if (Exit.isFailure(exit)) failed++
        else if (exit.value < floor) stale++
      })
      const reader = (own: number) =>
        Effect.gen(function* () {
          for (let turn = left--; turn > 0; turn = left--) {
            yield* readOne
            // Each reader writes keys of its own.
            if (turn % readsPerWrite === 0) yield* write(2 * (own + readers * below(keys / readers / 2)) + parity)
          }
        })
      const inTurn = Effect.forEach(
        Array.from({ length: readers }, (_, own) => own),
        reader,
        { concurrency: readers, discard: true }
      )
      /** A key has one writer at a time. */
      const written = new Set<number>()
      const writeNext = (turn: number) =>
        Effect.suspend(() => {
          const key = 2 * ((turn / readsPerWrite) % (keys / 2)) + parity
          if (written.has(key)) return Effect.void
          written.add(key)
          return Effect.ensuring(
            write(key),
            Effect.sync(() => void written.delete(key))
          )
        })
      const arriving = Effect.fnUntraced(function* (perSecond: number) {
        const under = yield* FiberSet.make()
        const startMillis = yield* Clock.currentTimeMillis
        for (let turn = 0; turn < reads;) {
          const due = Math.min(reads, (((yield* Clock.currentTimeMillis) - startMillis) * perSecond) / 1_000)
          for (; turn < due; turn++) {
            yield* FiberSet.run(under, readOne)
            if (turn % readsPerWrite === 0) yield* FiberSet.run(under, writeNext(turn))
          }
          yield* Effect.sleep("2 millis")
        }
        yield* FiberSet.awaitEmpty(under)
      })
      yield* perSecond === undefined ? inTurn : arriving(perSecond)
      return { stale, exposed, failed, invalidations }
    })
  )

/** The same load here and in another process at a time, on a store that they share; `store` as `CALLSHEET_CACHE` names it. */
export const loadTwice = Effect.fnUntraced(function* (store: string, ours: Omit<Load, "path" | "parity">) {
  const path = yield* file
  const other = yield* OtherProcess.start("load", store, path, String(ours.reads), String(ours.perSecond ?? ""))
  const one = yield* load({ ...ours, path, parity: 0 })
  const two = decode(yield* other.ended)
  return {
    stale: one.stale + two.stale,
    exposed: one.exposed + two.exposed,
    failed: one.failed + two.failed,
    invalidations: one.invalidations + two.invalidations
  }
})
