/**
 * Store: where values and versions outlive a process, or at least a read. Behind it memory, a SQLite file or Redis.
 *
 * **Names and versions.** What a value was made from is a list of names (`Names`); each name has a version, a random token.
 * A value is stamped with the versions that its names had *before* its upstream was asked, and is true only while all of
 * them still are. Replacing a name's version outdates whatever was stamped with it, wherever that is kept:
 *
 * ```
 *   name      version   value stamped
 *   #radarr   k3f9..    k3f9..          true
 *   #radarr   9a0c..    k3f9..          outdated, whoever holds it and however late it arrives
 * ```
 *
 * A version is never a counter: one that was evicted would begin again, and bring the dead back.
 */
import type * as Clock from "effect/Clock"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export type Kind = "memory" | "sqlite" | "redis"

/** What is known of a read's names, and of its value where that was asked for. */
export interface Seen {
  /** In the order of the names. */
  readonly versions: ReadonlyArray<string>
  /** As it was written, outdated or not; `undefined` where there is none. */
  readonly text: string | undefined
  /** Whether the store gave these versions; false while something else stands in for it, and nothing may be written by them. */
  readonly isStored: boolean
}

/** A value to keep, with what it depends on. */
export interface Write {
  readonly key: string
  readonly text: string
  readonly names: ReadonlyArray<string>
  readonly versions: ReadonlyArray<string>
  /** When nobody wants it any more, in milliseconds of Unix time. */
  readonly deadAtMillis: number
}

export interface Size {
  /** Values that are kept; in Redis they are counted one by one. */
  readonly entries: number
  /** Of the file, or of the whole Redis server. */
  readonly bytes: number
}

export interface Store {
  readonly kind: Kind
  /** Whether values outlive this process, so that `write` is worth its while. */
  readonly keepsValues: boolean
  /** How long, from the moment it is asked for, another process may still use a version that was replaced meanwhile. */
  readonly leaseMillis: number
  /** As `look`, where that can be told at once, without waiting for anyone. */
  lookNow(names: ReadonlyArray<string>, key: string | undefined, clock: Clock.Clock): Seen | undefined
  /** The versions of `names`, and the text under `key` where one is given. */
  look(names: ReadonlyArray<string>, key: string | undefined): Effect.Effect<Seen, StoreError>
  /** Keeps each value whose versions are still current, and drops the others: what was read before never overwrites what came after. */
  write(writes: ReadonlyArray<Write>): Effect.Effect<void, StoreError>
  /** Gives each of `names` a new version; done when every later `look` anywhere but under a lease sees it. */
  replace(names: ReadonlyArray<string>): Effect.Effect<void, StoreError>
  /** Frees the room of all values. They must be outdated before. */
  readonly clear: Effect.Effect<void, StoreError>
  readonly size: Effect.Effect<Size, StoreError>
}

/** The store did not do it: broken, out of reach, too slow or full. No read fails for it. */
export class StoreError extends Schema.TaggedError<StoreError>()("StoreError", {
  store: Schema.Literals(["memory", "sqlite", "redis"]),
  /** One clear sentence, without credentials. */
  message: Schema.String,
  /** True where another process holds it for a moment. */
  isBusy: Schema.Boolean
}) {}
