/**
 * Truth: what the upstream of two processes holds, as whole numbers in a file that both may read and write; and a load of
 * reads and writes over it that counts stale reads.
 *
 * Each key has one writer. A write counts the key's value up, invalidates it, and then raises its floor to that value; a
 * read that begins after that must not give less.
 */
import { closeSync, openSync, readSync, writeSync } from "node:fs"

import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"

import { Cache } from "../Cache.ts"
import * as Read from "../Read.ts"

const keys = 64
/** Readers of a process; so many reads are under way in it at a time. */
const readers = 8
/** Reads between two writes of a reader. */
const readsPerWrite = 20

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

/** Makes `reads` reads, and writes of the keys whose number is `parity` modulo 2. */
export const load = (path: string, reads: number, parity: number) =>
  Effect.scoped(
    Effect.gen(function* () {
      const file = yield* open(path)
      const cache = yield* Cache
      const random = yield* Random.Random
      let stale = 0
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
      const reader = (own: number) =>
        Effect.gen(function* () {
          for (let turn = left--; turn > 0; turn = left--) {
            const key = Math.floor(random.nextDoubleUnsafe() * keys)
            const floor = number(file, 2 * key + 1)
            if ((yield* cache.read(read, { key })) < floor) stale++
            // Each reader writes keys of its own.
            if (turn % readsPerWrite === 0) yield* write(2 * own + parity)
          }
        })
      yield* Effect.forEach(
        Array.from({ length: readers }, (_, own) => own),
        reader,
        { concurrency: readers, discard: true }
      )
      return { stale, invalidations }
    })
  )
