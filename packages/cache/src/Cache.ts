/**
 * Cache: reads that are batched, remembered, and forgotten when what they were made from changes.
 *
 * Layers: `layerMemory`; `layer`, in the store that a configuration names; `layerConfig`, that of `CALLSHEET_CACHE`.
 */
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"

import * as CacheConfig from "./CacheConfig.ts"
import * as MemoryTable from "./memory/MemoryTable.ts"
import * as MostAsked from "./MostAsked.ts"
import * as Names from "./Names.ts"
import type { Read } from "./Read.ts"
import * as Reading from "./Reading.ts"
import type { ReadRecord } from "./ReadLog.ts"
import type { Slot } from "./Slot.ts"
import * as Stats from "./Stats.ts"
import * as Guard from "./store/Guard.ts"
import * as MemoryStore from "./store/MemoryStore.ts"
import type { Store } from "./store/Store.ts"
import * as WriteBehind from "./WriteBehind.ts"

/** What to forget; at least one of them. */
export interface Change {
  /** Every value with one of these tags. */
  readonly tags?: ReadonlyArray<string>
  /** Single values, by `Read.key`. */
  readonly keys?: ReadonlyArray<string>
  readonly all?: boolean
}

export interface Recalled<A> {
  readonly value: Option.Option<A>
  /** What the value depends on and how long it is fresh. Where there is none: the same, of one that is made from now on. */
  readonly record: ReadRecord
  /** Whether its versions are those of the store. They change by themselves where it is broken. */
  readonly isStored: boolean
  /**
   * Remembers `value`, made since `recall` was called from what `records` tell of: as `Cache.remember`, and for nobody where
   * something that it depends on was outdated since then.
   */
  remember(value: A, records: ReadonlyArray<ReadRecord>): Effect.Effect<void>
}

export interface Options {
  /** What memory may hold, as it estimates it. 64 MiB by default. */
  readonly memoryBytes?: number
  /** How large the file may grow, its log apart. 256 MiB by default. Redis has its own `maxmemory`. */
  readonly fileBytes?: number
}

const MiB = 1024 * 1024

export class Cache extends Context.Service<
  Cache,
  {
    /**
     * The value of `read` for `input`: from memory, the store, an equal read under way, or the upstream.
     *
     * Fails as the lookup does. A store that is broken, slow or full is passed over. Interrupted, it leaves those who share
     * it alone; the last one to leave interrupts the lookup.
     */
    read<Input, A, E, R>(read: Read<Input, A, E, R>, input: Input): Effect.Effect<A, E, R>
    /** What is remembered and still fresh; never asks the upstream. Fails with a remembered final failure. */
    peek<Input, A, E, R>(read: Read<Input, A, E, R>, input: Input): Effect.Effect<Option.Option<A>, E>
    /**
     * What is remembered and still fresh, and otherwise a way to remember what the caller makes in its place: for what has no
     * lookup that the cache could run. Never asks the upstream, and shares nothing with equal reads under way. Fails with a
     * remembered final failure.
     */
    recall<Input, A, E, R>(read: Read<Input, A, E, R>, input: Input): Effect.Effect<Recalled<A>, E>
    /**
     * Remembers a value that came about elsewhere, made from the reads in `records` (`ReadLog`): no longer than the shortest
     * of their lives, and until something that one of them depends on changes.
     */
    remember<Input, A, E, R>(
      read: Read<Input, A, E, R>,
      input: Input,
      value: A,
      records: ReadonlyArray<ReadRecord>
    ): Effect.Effect<void>
    /**
     * Forgets what `change` names, here and in every process that shares the store.
     *
     * When it returns, no read that begins anywhere gives what was there before, and none that began before will put it
     * back. It takes a little over 50 ms where the store is Redis. Call it after a write that ended in any way: it may have been done.
     */
    invalidate(change: Change): Effect.Effect<void>
    /** Has it counted from now on how often each value of `reads` is asked for, but where it lives for less than five minutes. */
    watch(reads: ReadonlyArray<MostAsked.Watched>): Effect.Effect<void>
    /**
     * The values of what is watched that were asked for most, the most asked first, each more than once: in this process, and
     * where the store lasts in those before it. Counts are halved every week. `identity` is whose they are: they are kept for it.
     */
    mostAsked(identity: Redacted.Redacted): Effect.Effect<ReadonlyArray<MostAsked.Again>>
    /** Whether there may be values that this process did not make since it began. */
    readonly isLasting: boolean
    /** Waits until all that is remembered has reached the store. */
    readonly flush: Effect.Effect<void>
    readonly stats: Effect.Effect<Stats.Stats>
  }
>()("@callsheet/cache/Cache") {
  /** In this process only. */
  static readonly layerMemory = (options: Options = {}): Layer.Layer<Cache> =>
    layerOf(() => Effect.sync(MemoryStore.make), options)

  /** In the store that `config` names; what a store needs is loaded only where it is used. */
  static readonly layer = (config: CacheConfig.CacheConfig, options: Options = {}): Layer.Layer<Cache> => {
    switch (config.store) {
      case "memory":
        return Cache.layerMemory(options)
      case "sqlite":
        return layerOf(
          () =>
            Effect.flatMap(
              Effect.promise(() => import("./store/SqliteStore.ts")),
              (SqliteStore) => SqliteStore.make(config.path, options.fileBytes ?? 256 * MiB)
            ),
          options
        )
      case "redis":
        return layerOf(
          () =>
            Effect.flatMap(
              Effect.promise(() => import("./store/RedisStore.ts")),
              (RedisStore) => RedisStore.make(config.url)
            ),
          options
        )
    }
  }

  /** From `CALLSHEET_CACHE`. */
  static readonly layerConfig: Layer.Layer<Cache, Config.ConfigError> = Layer.unwrap(
    Effect.map(CacheConfig.config, (config) => Cache.layer(config))
  )
}

const layerOf = (store: () => Effect.Effect<Store, never, Scope.Scope>, options: Options): Layer.Layer<Cache> =>
  Layer.effect(
    Cache,
    Effect.flatMap(Effect.suspend(store), (store) => make(store, options))
  ).pipe(Layer.provide(CircuitBreaker.layerStoreMemory()))

const make = Effect.fnUntraced(function* (store: Store, options: Options) {
  const guard = yield* Guard.make(store)
  const memory = MemoryTable.make<Slot>(options.memoryBytes ?? 64 * MiB)
  const writer = yield* WriteBehind.make(guard.write)
  const asked = MostAsked.make()
  const reading = yield* Reading.make(guard, memory, writer, asked.note)
  let invalidations = 0

  return Cache.of({
    read: (read, input) => Effect.suspend(() => reading.read(read.ask(input))),
    peek: (read, input) =>
      Effect.suspend(() => reading.peek(read.ask(input))).pipe(
        Effect.flatMap((exit) => (exit === undefined ? Effect.succeedNone : Effect.asSome(exit)))
      ),
    recall: <Input, A, E, R>(read: Read<Input, A, E, R>, input: Input) =>
      Effect.suspend(() => reading.recall(read.ask(input))).pipe(
        Effect.flatMap(({ exit, isStored, record, remember }) => {
          const recalled = (value: Option.Option<A>): Recalled<A> => ({
            value,
            record,
            isStored,
            remember: (value, records) => remember(Exit.succeed(value), records)
          })
          return exit === undefined
            ? Effect.succeed(recalled(Option.none()))
            : Effect.map(exit, (a) => recalled(Option.some(a)))
        })
      ),
    remember: (read, input, value, records) =>
      Effect.suspend(() => reading.remember(read.ask(input), Exit.succeed(value), records)),
    invalidate: ({ all = false, keys = [], tags = [] }) =>
      Effect.suspend(() => {
        invalidations++
        if (all) memory.clear()
        for (const key of keys) memory.delete(key)
        const names = all ? [Names.all] : [...keys.map(Names.ofKey), ...tags.map(Names.ofTag)]
        return Effect.andThen(guard.replace(names), all ? guard.clear : Effect.void)
      }),
    watch: (reads) => Effect.sync(() => asked.watch(reads)),
    mostAsked: (identity) => asked.all(reading, Redacted.value(identity)),
    isLasting: store.keepsValues,
    flush: writer.flush,
    stats: Effect.map(guard.size, (size): Stats.Stats => {
      const { failures, pending, problem, skipped } = guard.counts()
      return {
        reads: Stats.sum(reading.counts.values()),
        // Copies: what is counted later is not in them.
        byRead: Object.fromEntries([...reading.counts].map(([name, counts]) => [name, Stats.sum([counts])])),
        memory: memory.usage,
        store: {
          kind: store.kind,
          entries: size?.entries,
          bytes: size?.bytes,
          problem,
          failures,
          skipped,
          dropped: writer.dropped(),
          pending
        },
        invalidations
      }
    })
  })
})
