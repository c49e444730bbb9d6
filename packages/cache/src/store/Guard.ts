/**
 * Guard: a store that may break, seen as one that never fails.
 *
 * What fails is skipped and counted, and after three failures in a row a breaker keeps the store from being asked at all. **In
 * its place** stand versions of the guard's own, new every 50 ms and where one is replaced: equal reads still share one
 * request, and nothing that another process outdated is served for longer than a lease, without anything being written. **New
 * versions** that could not be stored are tried again until they are, and at the end once more; until then the guard's own
 * stand in for them. Too many of them become one of everything.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { identity } from "effect/Function"
import type * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"

import * as Names from "../Names.ts"
import * as Circuit from "./Circuit.ts"
import type { Seen, Size, Store, StoreError, Write } from "./Store.ts"
import * as Versions from "./Versions.ts"

export interface Guard {
  readonly kind: Store["kind"]
  readonly keepsValues: boolean
  /** As `look`, where the store can tell at once. */
  lookNow(names: ReadonlyArray<string>, key: string | undefined, clock: Clock.Clock): Seen | undefined
  look(names: ReadonlyArray<string>, key: string | undefined): Effect.Effect<Seen>
  write(writes: ReadonlyArray<Write>): Effect.Effect<void>
  /**
   * Gives each name a new version. When it returns no process uses the old one; where the store could not take the new one
   * within a second, this process does not, and goes on trying.
   */
  replace(names: ReadonlyArray<string>): Effect.Effect<void>
  readonly clear: Effect.Effect<void>
  readonly size: Effect.Effect<Size | undefined>
  readonly counts: () => GuardCounts
}

export interface GuardCounts {
  readonly problem: string | undefined
  readonly failures: number
  readonly skipped: number
  readonly pending: number
}

const standInMillis = 50

/** Names that may wait for a store that does not take them. */
const maxPending = 1_000

/** At the end, what is pending has this long. */
const lastLimit = Duration.seconds(1)

/** Whoever outdates waits so long for a store that does not take it, since others may still use what it has. */
const storeLimit = Duration.seconds(1)

/** Timers may fire that much too soon. */
const timerMillis = 2

/** Between two tries to store what is pending, beside the rest of its breaker. `RedisStore` waits for both. */
const untilStored = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("500 millis")])

export const make = Effect.fnUntraced(function* (
  store: Store
): Effect.fn.Return<Guard, never, CircuitBreaker.CircuitBreakerStore | Scope.Scope> {
  const scope = yield* Effect.scope
  const breaker = yield* Circuit.makeBreaker("1 second")
  const reading = Circuit.make(breaker, "read")
  const writing = Circuit.make(breaker, "write")
  const replacing = Circuit.make(yield* Circuit.makeBreaker("250 millis"), "replace")

  const pending = new Map<string, number>()
  let generation = 0
  /** Stores what is pending; `undefined` while nothing is. */
  let retrying: Fiber.Fiber<void, StoreError> | undefined
  const standIns = Versions.make("")
  let standInUntilMillis = 0

  // A clock that was set back would make them last.
  const areOver = (nowMillis: number): boolean =>
    nowMillis >= standInUntilMillis || nowMillis < standInUntilMillis - standInMillis
  const standInsAt = (nowMillis: number): Versions.Versions => {
    if (areOver(nowMillis)) {
      standIns.reset(Versions.token())
      standInUntilMillis = nowMillis + standInMillis
    }
    return standIns
  }
  const standInFor = (names: ReadonlyArray<string>) =>
    Effect.map(Clock.currentTimeMillis, (nowMillis): Seen => {
      const versions = names.map(standInsAt(nowMillis).of)
      return { versions, text: undefined, isStored: false }
    })
  const withoutPending = (names: ReadonlyArray<string>, seen: Seen) =>
    names.some((name) => pending.has(name))
      ? Effect.map(Clock.currentTimeMillis, (nowMillis): Seen => ({
          versions: names.map((name, index) =>
            pending.has(name) ? standInsAt(nowMillis).of(name) : (seen.versions[index] ?? "")
          ),
          text: undefined,
          isStored: false
        }))
      : Effect.succeed(seen)

  const outdate = (names: ReadonlyArray<string>, nowMillis: number) => {
    generation++
    for (const name of names) {
      pending.set(name, generation)
      if (!areOver(nowMillis)) standIns.set(name, Versions.token())
    }
  }
  /** Stores new versions of `names`, which are pending. */
  const settle = (names: ReadonlyArray<string>, run: Circuit.Circuit["run"]) =>
    Effect.suspend(() => {
      if (names.length === 0) return Effect.void
      const stored = names.map((name) => [name, pending.get(name)] as const)
      return Effect.map(run(store.replace(names)), () => {
        for (const [name, since] of stored) if (pending.get(name) === since) pending.delete(name)
      })
    })
  const settleAll = (run: Circuit.Circuit["run"]) => Effect.suspend(() => settle([...pending.keys()], run))
  const settleLater = Effect.suspend(() => {
    if (retrying !== undefined) return Effect.void
    return Effect.retry(settleAll(replacing.run), untilStored).pipe(
      Effect.repeat({ until: () => pending.size === 0 }),
      Effect.asVoid,
      Effect.ensuring(
        Effect.sync(() => {
          retrying = undefined
        })
      ),
      // The one who replaces may not be interrupted; this goes on when it has returned.
      Effect.interruptible,
      Effect.forkIn(scope),
      Effect.map((fiber) => {
        if (pending.size > 0) retrying = fiber
      })
    )
  })
  /** Until nothing is pending, or that has taken too long. */
  const untilSettled = Effect.suspend(() =>
    retrying === undefined ? Effect.void : Effect.timeoutOption(Fiber.await(retrying), storeLimit)
  )

  yield* Effect.addFinalizer(() =>
    Effect.retry(settleAll(identity), untilStored).pipe(
      Effect.interruptible,
      Effect.timeoutOption(lastLimit),
      Effect.ignore,
      Effect.andThen(Effect.suspend(() => (pending.size === 0 ? Effect.void : Effect.logWarning(lost))))
    )
  )

  return {
    kind: store.kind,
    keepsValues: store.keepsValues,
    lookNow: (names, key, clock) =>
      pending.size === 0 && reading.isWell() ? store.lookNow(names, key, clock) : undefined,
    look: (names, key) =>
      Effect.matchEffect(reading.run(store.look(names, key)), {
        onSuccess: (seen) => (pending.size === 0 ? Effect.succeed(seen) : withoutPending(names, seen)),
        onFailure: () => standInFor(names)
      }),
    write: (writes) => Effect.ignore(writing.run(store.write(writes))),
    replace: (names) =>
      Effect.uninterruptible(
        Effect.flatMap(Clock.currentTimeMillis, (nowMillis) => {
          outdate(names, nowMillis)
          return Effect.matchEffect(settle(names, replacing.run), {
            onSuccess: () => Effect.succeed(true),
            onFailure: () => {
              if (pending.size > maxPending) {
                pending.clear()
                outdate([Names.all], nowMillis)
              }
              return Effect.as(settleLater, false)
            }
          })
        })
      ).pipe(
        Effect.flatMap((isStored) => (isStored ? Effect.void : untilSettled)),
        Effect.andThen(store.leaseMillis === 0 ? Effect.void : Effect.sleep(store.leaseMillis + timerMillis))
      ),
    clear: Effect.ignore(writing.run(store.clear)),
    size: Effect.catch(reading.run(store.size), () => Effect.undefined),
    counts: () => {
      const sides = [reading, writing, replacing].map((side) => side.counts())
      return {
        problem: sides.find(({ problem }) => problem !== undefined)?.problem?.message,
        failures: sides.reduce((total, { failures }) => total + failures, 0),
        skipped: sides.reduce((total, { skipped }) => total + skipped, 0),
        pending: pending.size
      }
    }
  }
})

const lost =
  "What was outdated could not be stored in the cache: empty it, or other processes may use old values until their time is over."
