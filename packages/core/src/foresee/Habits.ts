/**
 * Habits: what this installation's own runs taught about which calls follow upon which, for each `Identity` its own, kept in the
 * state. A source of guesses; whoever has no such service guesses by the question alone.
 *
 * **Details**
 *
 * Nothing here fails. What is kept is read when an identity is first asked for, which may wait for `loadLimit`, and written
 * behind, together with what other processes have learned since. A store that does not take it is counted, and tried again
 * with what is learned next.
 */
import * as Key from "@callsheet/cache/Key"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Redacted from "effect/Redacted"
import * as Semaphore from "effect/Semaphore"

import { Identity } from "../Identity.ts"
import * as Habit from "./Habit.ts"
import * as HabitTable from "./HabitTable.ts"

export interface Stats {
  /** Of the identities in memory. */
  readonly habits: number
  /** Those of them that were wrong too often, and are not used for a while. */
  readonly resting: number
  /** Guesses that were of use, and that were not, since the start. */
  readonly hits: number
  readonly misses: number
  /** `hits` of all that were judged, 0-1; `undefined` where none was. */
  readonly hitRate: number | undefined
  /** How often the store could not be read or written, or held what is no table. */
  readonly failures: number
}

/** A question waits so long for what is kept, once. */
const loadLimit = Duration.millis(100)
/** What was learned in the meantime is written together. */
const saveDelay = Duration.seconds(2)
/** At the end, what is not written yet has this long. */
const lastLimit = Duration.seconds(1)

/** Identities whose habits are in memory. */
const maxOwners = 100

interface Owner {
  table: HabitTable.HabitTable
  /** Whether it holds what is not written yet. */
  isChanged: boolean
}

export class Habits extends Context.Service<
  Habits,
  {
    /**
     * The calls that are likely next in a run, the likeliest first, at most `HabitTable.maxGuesses`. Never one that was made
     * already; none without an `Identity`.
     */
    predict(asked: HabitTable.Asked): Effect.Effect<ReadonlyArray<HabitTable.Guess>>
    /**
     * Learns from a run that the model has ended.
     *
     * **Gotchas**
     *
     * The steps are what the model asked for. A read that was made before it asked, and stood in its prompt, belongs to them
     * only once something tells that it was of use; else a guess would confirm itself, and would not be forgotten. A run that
     * rules or memory answered says nothing of what a model asks for.
     */
    learn(run: HabitTable.Run): Effect.Effect<void>
    /** Tells whether a guess was of use, once it was tried. */
    judge(guess: HabitTable.Guess, wasRight: boolean): Effect.Effect<void>
    readonly stats: Effect.Effect<Stats>
  }
>()("@callsheet/core/foresee/Habits") {
  /** In the context's store. */
  static readonly layer: Layer.Layer<Habits, never, KeyValueStore.KeyValueStore> = Layer.effect(
    Habits,
    Effect.suspend(() => make)
  )
  /** In this process, until it ends. */
  static readonly layerMemory: Layer.Layer<Habits> = Layer.provide(Habits.layer, KeyValueStore.layerMemory)
}

const keyOf = (identity: string | Redacted.Redacted): string =>
  `habits/${Key.digest(Redacted.isRedacted(identity) ? String(Redacted.value(identity)) : identity)}`

const make = Effect.gen(function* () {
  const store = yield* KeyValueStore.KeyValueStore
  const changed = yield* Latch.make(false)
  const saving = yield* Semaphore.make(1)
  /** The one asked for last comes last. */
  const owners = new Map<string, Owner>()
  let hits = 0
  let misses = 0
  let failures = 0

  const failed = (what: string, cause: Cause.Cause<unknown>) =>
    Effect.suspend(() => {
      failures++
      return Effect.logDebug(what, cause)
    })
  const unreadable = Cause.fail("It is damaged, or of another version.")

  const load = Effect.fnUntraced(
    function* (key: string) {
      const text = yield* store.get(key)
      if (text === undefined) return HabitTable.empty
      const table = HabitTable.decode(text)
      if (Option.isSome(table)) return table.value
      yield* failed("The habits that were kept are not read.", unreadable)
      return HabitTable.empty
    },
    Effect.timeout(loadLimit),
    Effect.catchCause((cause) =>
      Effect.as(failed("The habits that were kept cannot be read.", cause), HabitTable.empty)
    )
  )

  /** Those that have nothing to write may go, the one not asked for longest first. */
  const trim = (most: number) => {
    for (const [key, { isChanged }] of owners) {
      if (owners.size <= most) return
      if (!isChanged) owners.delete(key)
    }
  }
  const owned = Effect.gen(function* () {
    const identity = yield* Identity
    if (identity === undefined) return undefined
    const key = keyOf(identity)
    const table = owners.get(key)?.table ?? (yield* load(key))
    // Another may have come first.
    const owner = owners.get(key) ?? { table, isChanged: false }
    owners.delete(key)
    trim(maxOwners - 1)
    owners.set(key, owner)
    return owner
  })
  const change = (step: (table: HabitTable.HabitTable, nowMillis: number) => HabitTable.HabitTable) =>
    Effect.gen(function* () {
      const nowMillis = yield* Clock.currentTimeMillis
      const owner = yield* owned
      if (owner === undefined) return
      const before = owner.table
      owner.table = step(before, nowMillis)
      if (owner.table === before) return
      owner.isChanged = true
      changed.openUnsafe()
    })

  const save = Effect.fnUntraced(
    function* (key: string, owner: Owner) {
      const nowMillis = yield* Clock.currentTimeMillis
      owner.isChanged = false
      const written = owner.table
      let merged = written
      const kept = yield* store.modify(key, (text) => {
        const stored = Option.getOrElse(HabitTable.decode(text), () => HabitTable.empty)
        merged = HabitTable.merge(stored, written, nowMillis)
        return HabitTable.encode(merged)
      })
      if (kept === undefined) yield* store.set(key, HabitTable.encode(written))
      owner.table = owner.table === written ? merged : HabitTable.merge(merged, owner.table, nowMillis)
    },
    (effect, _key, owner) =>
      Effect.catchCause(effect, (cause) => {
        owner.isChanged = true
        return failed("The habits cannot be kept.", cause)
      })
  )
  const saveAll = Effect.suspend(() =>
    Effect.forEach(
      Array.from(owners).filter(([, { isChanged }]) => isChanged),
      ([key, owner]) => save(key, owner),
      { concurrency: 1, discard: true }
    )
  ).pipe(Effect.andThen(Effect.sync(() => trim(maxOwners))), saving.withPermit)

  yield* changed.await.pipe(
    Effect.andThen(Effect.sleep(saveDelay)),
    Effect.andThen(changed.close),
    Effect.andThen(saveAll),
    Effect.forever,
    Effect.forkScoped
  )
  yield* Effect.addFinalizer(() => Effect.timeoutOption(Effect.interruptible(saveAll), lastLimit))

  return Habits.of({
    predict: (asked) =>
      Effect.gen(function* () {
        const owner = yield* owned
        if (owner === undefined || owner.table.size === 0) return []
        return HabitTable.predict(owner.table, asked, yield* Clock.currentTimeMillis)
      }),
    learn: (run) => change((table, nowMillis) => HabitTable.learn(table, run, nowMillis)),
    judge: (guess, wasRight) =>
      Effect.suspend(() => {
        if (wasRight) hits++
        else misses++
        return change((table, nowMillis) => HabitTable.judge(table, guess, wasRight, nowMillis))
      }),
    stats: Effect.map(Clock.currentTimeMillis, (nowMillis) => {
      const all = Array.from(owners.values()).flatMap(({ table }) => [...table.values()].flat())
      const resting = all.filter((habit) => Habit.isResting(habit, nowMillis)).length
      const judged = hits + misses
      return { habits: all.length, resting, hits, misses, hitRate: judged === 0 ? undefined : hits / judged, failures }
    })
  })
})
