/**
 * CacheStore: where what is remembered is kept, and how much of it, in words.
 */
import { Cache } from "@callsheet/cache/Cache"
import type * as CacheConfig from "@callsheet/cache/CacheConfig"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Redacted from "effect/Redacted"

import { failed } from "./ExitError.ts"

/** Where it is kept, in words. */
export const placeOf = (config: CacheConfig.CacheConfig): string => {
  switch (config.store) {
    case "memory":
      return "memory"
    case "sqlite":
      return `the file ${config.path}`
    case "redis":
      return `Redis at ${new URL(Redacted.value(config.url)).host}`
  }
}

export interface Size {
  readonly entries: number
  /** Of the file, or of all that is in Redis. */
  readonly bytes: number
}

/** The size of the store that is in use; fails where it cannot be used. */
export const sizeInUse = Effect.fnUntraced(function* (place: string) {
  const { store } = yield* Effect.flatMap(Cache, ({ stats }) => stats)
  if (store.problem !== undefined || store.entries === undefined) {
    return yield* failed(`${place} cannot be used: ${store.problem ?? "it does not say what it holds."}`)
  }
  return { entries: store.entries, bytes: store.bytes ?? 0 }
})

/** Whether there is a store; a file is made when something is remembered, and looking for it makes none. */
export const isThere = (config: CacheConfig.CacheConfig) =>
  config.store === "sqlite"
    ? Effect.flatMap(FileSystem.FileSystem, (files) => Effect.orElseSucceed(files.exists(config.path), () => true))
    : Effect.succeed(true)

/** The size of the store that `config` names; fails where it cannot be used. */
export const sizeOf = Effect.fnUntraced(function* (config: CacheConfig.CacheConfig) {
  if (!(yield* isThere(config))) return { entries: 0, bytes: 0 }
  return yield* Effect.provide(sizeInUse(placeOf(config)), Cache.layer(config))
})

export const values = (count: number): string => `${count} value${count === 1 ? "" : "s"}`

export const sizeText = ({ bytes, entries }: Size): string => `${values(entries)}, ${(bytes / 1e6).toFixed(1)} MB`
