/**
 * CacheStore: where what is remembered is kept, and how much of it, in words.
 */
import { Cache } from "@callsheet/cache/Cache"
import type * as CacheConfig from "@callsheet/cache/CacheConfig"
import * as Effect from "effect/Effect"
import * as UrlParams from "effect/http/UrlParams"
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
      return `Redis at ${UrlParams.redactUrl(Redacted.value(config.url))}`
  }
}

export interface Size {
  readonly entries: number
  /** Of the file, or of all that is in Redis. */
  readonly bytes: number
}

/** The size of the store; fails where it cannot be used. */
export const sizeOf = Effect.fnUntraced(function* (place: string) {
  const { store } = yield* Effect.flatMap(Cache, ({ stats }) => stats)
  if (store.problem !== undefined || store.entries === undefined) {
    return yield* failed(`${place} cannot be used: ${store.problem ?? "it does not say what it holds."}`)
  }
  return { entries: store.entries, bytes: store.bytes ?? 0 }
})

export const values = (count: number): string => `${count} value${count === 1 ? "" : "s"}`

export const sizeText = ({ bytes, entries }: Size): string => `${values(entries)}, ${(bytes / 1e6).toFixed(1)} MB`
