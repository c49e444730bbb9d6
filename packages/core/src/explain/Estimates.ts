/**
 * Estimates: the table of what this installation's own runs took, kept in the state, and an estimator of each run by it.
 *
 * **Details**
 *
 * Nothing here fails. What is kept is read at the start, for which the first run may wait, `loadLimit` at most. It is written
 * behind: what was learned since the last time is added to what is stored, in one step, so that of processes that share a store
 * each adds its own, once. A store that does not take it is counted, and tried again with what is learned next.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Semaphore from "effect/Semaphore"

import type { AgentEvent } from "../AgentEvent.ts"
import type { Estimate } from "./Estimate.ts"
import type * as EstimateLesson from "./EstimateLesson.ts"
import * as EstimateTable from "./EstimateTable.ts"
import * as Estimator from "./Estimator.ts"

/** The first run waits no longer for what is kept. */
const loadLimit = Duration.millis(100)
/** What was learned in the meantime is written together. */
const saveDelay = Duration.seconds(2)
/** At the end, what is not written yet has this long. */
const lastLimit = Duration.seconds(1)

const key = "estimates"

export interface Stats {
  /** Quantities that are kept. */
  readonly tallies: number
  /** How often the store could not be read or written, or held what is no table. */
  readonly failures: number
}

/** Follows one run: see `Estimator`. */
export interface Following {
  /** Takes the run's next event into account; at the last one the run is learned from. Never waits. */
  take(event: AgentEvent): Estimate | undefined
  at(atMillis: number): Estimate | null
}

export class Estimates extends Context.Service<
  Estimates,
  {
    /** Follows a run from its beginning. */
    follow(setting: EstimateLesson.Setting): Effect.Effect<Following>
    /** All that is known now. */
    readonly table: Effect.Effect<EstimateTable.EstimateTable>
    readonly stats: Effect.Effect<Stats>
  }
>()("@callsheet/core/explain/Estimates") {
  /** In the context's store. */
  static readonly layer: Layer.Layer<Estimates, never, KeyValueStore.KeyValueStore> = Layer.effect(
    Estimates,
    Effect.suspend(() => make)
  )
  /** In this process, until it ends. */
  static readonly layerMemory: Layer.Layer<Estimates> = Layer.provide(Estimates.layer, KeyValueStore.layerMemory)
}

const make = Effect.gen(function* () {
  const store = yield* KeyValueStore.KeyValueStore
  const changed = yield* Latch.make(false)
  const saving = yield* Semaphore.make(1)
  /** What is stored, as it was last seen, with `learned`; and what of it is not stored yet. */
  let table = EstimateTable.empty
  let learned = EstimateTable.empty
  let failures = 0

  const failed = (what: string, cause: Cause.Cause<unknown>) =>
    Effect.suspend(() => {
      failures++
      return Effect.logDebug(what, cause)
    })
  const unreadable = Cause.fail("It is damaged, or of another version.")

  const load = Effect.gen(function* () {
    const text = yield* Effect.timeout(store.get(key), loadLimit)
    if (text === undefined) return
    const stored = EstimateTable.decode(text)
    if (Option.isNone(stored)) return yield* failed("The estimates that were kept are not read.", unreadable)
    table = EstimateTable.merge(stored.value, learned, yield* Clock.currentTimeMillis)
  }).pipe(Effect.catchCause((cause) => failed("The estimates that were kept cannot be read.", cause)))
  const loading = yield* Effect.forkScoped(load, { startImmediately: true })
  const loaded = Fiber.await(loading)

  const save = Effect.gen(function* () {
    if (learned.size === 0) return
    const nowMillis = yield* Clock.currentTimeMillis
    const own = learned
    learned = EstimateTable.empty
    yield* Effect.gen(function* () {
      let merged = own
      const kept = yield* store.modify(key, (text) => {
        merged = EstimateTable.merge(
          Option.getOrElse(EstimateTable.decode(text), () => EstimateTable.empty),
          own,
          nowMillis
        )
        return EstimateTable.encode(merged)
      })
      if (kept === undefined) yield* store.set(key, EstimateTable.encode(own))
      table = EstimateTable.merge(merged, learned, nowMillis)
    }).pipe(
      Effect.onExit((exit) =>
        exit._tag === "Success"
          ? Effect.void
          : Effect.sync(() => {
              learned = EstimateTable.merge(own, learned, nowMillis)
            })
      ),
      Effect.catchCause((cause) => failed("The estimates cannot be kept.", cause))
    )
  }).pipe(saving.withPermit)

  yield* changed.await.pipe(
    Effect.andThen(Effect.sleep(saveDelay)),
    Effect.andThen(changed.close),
    Effect.andThen(save),
    Effect.forever,
    Effect.forkScoped
  )
  yield* Effect.addFinalizer(() => Effect.timeoutOption(Effect.interruptible(save), lastLimit))

  const learn = (seen: ReadonlyArray<EstimateTable.Seen>, nowMillis: number) => {
    if (seen.length === 0) return
    learned = EstimateTable.learn(learned, seen, nowMillis)
    table = EstimateTable.learn(table, seen, nowMillis)
    changed.openUnsafe()
  }
  const follow = (setting: EstimateLesson.Setting) =>
    Effect.clockWith((clock) => {
      const estimator = Estimator.make(table, setting)
      return Effect.succeed<Following>({
        at: estimator.at,
        take: (event) => {
          const estimate = estimator.take(event)
          const isLast = event._tag === "RunFinished" || event._tag === "RunFailed"
          if (isLast) learn(estimator.lesson(), clock.currentTimeMillisUnsafe())
          return estimate
        }
      })
    })

  return Estimates.of({
    follow: (setting) => Effect.andThen(loaded, follow(setting)),
    table: Effect.map(loaded, () => table),
    stats: Effect.sync(() => ({ tallies: table.size, failures }))
  })
})
