/**
 * ResultStore: the full texts of results that a model was shown compact, by reference. Within the run, and beyond it where
 * there is a `Cache` and an `Identity`.
 */
import type { Cache } from "@callsheet/cache/Cache"
import * as Read from "@callsheet/cache/Read"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import type { Remembered } from "./Remembered.ts"

export interface ResultStore {
  /** Keeps `text`. A reference stands for one text only. */
  readonly set: (reference: string, text: string) => Effect.Effect<void>
  /** `undefined` where it is gone, or never was. */
  readonly get: (reference: string) => Effect.Effect<string | undefined>
}

/** What one run keeps, in bytes. */
const runBytes = 32 * 1024 * 1024

/** A string takes at most 2 bytes for each of its units. */
const sizeOf = (text: string): number => 2 * text.length

/** In memory, up to `limitBytes`: beyond that those leave that were set first. The last one stays, whatever its size. */
export const inMemory = (limitBytes: number): ResultStore => {
  const texts = new Map<string, string>()
  let bytes = 0
  const forget = (reference: string, text: string) => {
    texts.delete(reference)
    bytes -= sizeOf(text)
  }
  return {
    set: (reference, text) =>
      Effect.sync(() => {
        // Those that are told again leave last.
        const known = texts.get(reference)
        if (known !== undefined) forget(reference, known)
        texts.set(reference, text)
        bytes += sizeOf(text)
        for (const [oldest, old] of texts) {
          if (bytes <= limitBytes || oldest === reference) break
          forget(oldest, old)
        }
      }),
    get: (reference) => Effect.sync(() => texts.get(reference))
  }
}

const read = Read.make("result", {
  version: 1,
  // In the argument, since one process may serve many.
  identity: Read.everyone,
  argument: Schema.Struct({ identity: Schema.String, reference: Schema.String }),
  result: Schema.String,
  // As long as a conversation may pause. What it says is what was so when the model was shown it, whatever is written since.
  freshness: { fresh: "1 hour" },
  lookup: () => Effect.die(new Error("A result is not looked up."))
})

/** For an hour, for all runs of `identity`. */
const inCache = (cache: Cache["Service"], identity: string): ResultStore => ({
  set: (reference, text) => cache.remember(read, { identity, reference }, text, []),
  get: (reference) => Effect.map(cache.peek(read, { identity, reference }), Option.getOrUndefined)
})

/** `near`, and what is not there in `far`. What was never set here was told to another run, which `elsewhere` is told of. */
const layered = (near: ResultStore, far: ResultStore, elsewhere: () => void): ResultStore => {
  const told = new Set<string>()
  return {
    set: (reference, text) => {
      told.add(reference)
      return Effect.andThen(near.set(reference, text), far.set(reference, text))
    },
    get: (reference) =>
      Effect.filterOrElse(
        near.get(reference),
        (text) => text !== undefined,
        () => {
          if (!told.has(reference)) elsewhere()
          return far.get(reference)
        }
      )
  }
}

/** For one run. */
export const make = (remembered: Remembered | undefined): ResultStore => {
  const near = inMemory(runBytes)
  if (remembered?.identity === undefined) return near
  return layered(near, inCache(remembered.cache, remembered.identity), remembered.readElsewhere)
}
