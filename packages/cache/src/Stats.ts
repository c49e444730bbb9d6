/**
 * Stats: what the cache did since it was made, and what it holds.
 */
import type { Source } from "./ReadLog.ts"
import type { Kind } from "./store/Store.ts"

export interface Stats {
  readonly reads: ReadCounts
  /** The same for each read by its name. */
  readonly byRead: Readonly<Record<string, ReadCounts>>
  readonly memory: {
    readonly entries: number
    readonly bytes: number
    readonly limitBytes: number
    readonly evictions: number
  }
  readonly store: StoreStats
  readonly invalidations: number
}

export interface ReadCounts {
  /** Reads answered, by where from. `shared` are the stampedes avoided. */
  readonly sources: Readonly<Record<Source, number>>
  /** Of the reads answered by memory or store, those past their fresh time. */
  readonly stale: number
  /** Of what memory or store answered: together, and the oldest. */
  readonly ageMillis: number
  readonly maxAgeMillis: number
  /** What the upstreams took, when they were asked, for all that was not asked again. */
  readonly savedMillis: number
  readonly refreshes: number
  /** Refreshes that failed or took too long. */
  readonly failedRefreshes: number
}

export interface StoreStats {
  readonly kind: Kind
  /** `undefined` where the store does not say. */
  readonly entries: number | undefined
  readonly bytes: number | undefined
  /** Why the store is not used at present, in a sentence. */
  readonly problem: string | undefined
  /** What the store was asked and did not do. */
  readonly failures: number
  /** What it was not asked, because it had failed before. */
  readonly skipped: number
  /** Values that were not written since too many were waiting. */
  readonly dropped: number
  /** Names whose new version could not be stored yet. */
  readonly pending: number
}

export type Counts = { -readonly [K in keyof ReadCounts]: K extends "sources" ? Record<Source, number> : ReadCounts[K] }

export const zero = (): Counts => ({
  sources: { memory: 0, store: 0, shared: 0, upstream: 0 },
  stale: 0,
  ageMillis: 0,
  maxAgeMillis: 0,
  savedMillis: 0,
  refreshes: 0,
  failedRefreshes: 0
})

export const sum = (all: Iterable<ReadCounts>): ReadCounts => {
  const total = zero()
  for (const counts of all) {
    for (const source of ["memory", "store", "shared", "upstream"] as const) {
      total.sources[source] += counts.sources[source]
    }
    total.stale += counts.stale
    total.ageMillis += counts.ageMillis
    total.maxAgeMillis = Math.max(total.maxAgeMillis, counts.maxAgeMillis)
    total.savedMillis += counts.savedMillis
    total.refreshes += counts.refreshes
    total.failedRefreshes += counts.failedRefreshes
  }
  return total
}
