/**
 * The conformance suite: what a store of runs promises, whichever it is. Plain effects on the real clock, for any test runner:
 *
 * ```ts
 * for (const { name, run } of conformance(subject)) it.live(name, () => Effect.scoped(run))
 * ```
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

import type { StoreFailed } from "./RunError.ts"
import { type Bounds, RunStore } from "./RunStore.ts"
import { begin, check, checkEqual, entries, keep, readAll } from "./testing/events.ts"

export interface Subject {
  /** An empty store with these bounds. */
  readonly make: (bounds: Partial<Bounds>) => Layer.Layer<RunStore, StoreFailed>
  /** The same store as each of several processes sees it; none where it is one process's own. */
  readonly shared: (() => Layer.Layer<RunStore, StoreFailed>) | undefined
}

export interface Case {
  readonly name: string
  /** Dies where the promise is not kept. */
  readonly run: Effect.Effect<void, StoreFailed, Scope.Scope>
}

const build = (layer: Layer.Layer<RunStore, StoreFailed>) =>
  Effect.map(Layer.build(Layer.fresh(layer)), (services) => Context.get(services, RunStore))

const keeping = ({ make }: Subject): ReadonlyArray<Case> => [
  {
    name: "gives a run's entries as they were, in order, after any of them",
    run: Effect.gen(function* () {
      const store = yield* build(make({}))
      const all = entries("run_a", 1500, true)
      yield* begin(store, "run_a")
      for (const entry of all) store.append("run_a", [entry])
      for (const after of [-1, 0, 511, 512, 1000, 1498, 1499, 2000]) {
        yield* checkEqual(yield* readAll(store, "run_a", after), all.slice(after + 1), `After ${after}`)
      }
    })
  },
  {
    name: "knows how a run stands",
    run: Effect.gen(function* () {
      const store = yield* build(make({}))
      yield* begin(store, "run_a")
      const before = yield* store.find("run_a")
      yield* check(before?.state === "running" && before.lastSeq === -1, "It has begun and nothing more.")
      store.append("run_a", entries("run_a", 3, false))
      const within = yield* store.find("run_a")
      yield* check(within?.lastSeq === 2 && within.endedAtMillis === null, "It has three entries.")
      store.append("run_a", entries("run_a", 1, true, 3))
      const after = yield* store.find("run_a")
      yield* check(after?.state === "finished" && after.endedAtMillis !== null, "It is over.")
      yield* check(after?.question === "What is run_a?", "Its question is kept.")
    })
  },
  {
    name: "keeps the trace of a run beside it, the first that is given",
    run: Effect.gen(function* () {
      const store = yield* build(make({}))
      yield* keep(store, "run_a", 3)
      yield* keep(store, "run_b", 3)
      store.keepTrace("run_a", "the trace")
      store.keepTrace("run_a", "another")
      store.keepTrace("run_c", "of no run")
      yield* check((yield* store.trace("run_a")) === "the trace", "It is there.")
      yield* check((yield* store.trace("run_b")) === undefined, "The other has none.")
      yield* check((yield* store.trace("run_c")) === undefined, "There is no such run.")
    })
  },
  {
    name: "gives nothing of a run that it does not know",
    run: Effect.gen(function* () {
      const store = yield* build(make({}))
      store.append("run_b", entries("run_b", 3, true))
      yield* store.flush
      yield* check((yield* store.find("run_b")) === undefined, "It was never begun.")
      yield* check((yield* store.read("run_b", -1)).length === 0, "It has no entries.")
    })
  },
  {
    name: "keeps runs apart that go on side by side",
    run: Effect.gen(function* () {
      const store = yield* build(make({}))
      const ids = Array.from({ length: 20 }, (_, index) => `run_${index}`)
      for (const id of ids) yield* begin(store, id)
      for (let seq = 0; seq < 50; seq++) for (const id of ids) store.append(id, entries(id, 1, seq === 49, seq))
      for (const id of ids) {
        yield* checkEqual(yield* readAll(store, id), [...entries(id, 49, false), ...entries(id, 1, true, 49)], id)
      }
    })
  }
]

const bounded = ({ make }: Subject): ReadonlyArray<Case> => [
  {
    name: "forgets a run that is over once its time is past, and not before",
    run: Effect.gen(function* () {
      const store = yield* build(make({ keep: Duration.millis(300) }))
      yield* begin(store, "run_b")
      yield* keep(store, "run_a", 3)
      yield* check((yield* store.find("run_a")) !== undefined, "Its time is not past.")
      yield* Effect.sleep(350)
      yield* check((yield* store.find("run_a")) === undefined, "Its time is past.")
      yield* check((yield* store.find("run_b")) !== undefined, "The other is not over.")
    })
  },
  {
    name: "keeps no trace that is too much for its run",
    run: Effect.gen(function* () {
      const store = yield* build(make({ runBytes: 20_000 }))
      yield* keep(store, "run_a", 3)
      store.keepTrace("run_a", "x".repeat(20_000))
      yield* check((yield* store.trace("run_a")) === undefined, "It is not there.")
      yield* check((yield* readAll(store, "run_a")).length === 3, "The run is.")
    })
  },
  {
    name: "keeps of a run with too many events as many as may be, and its end",
    run: Effect.gen(function* () {
      const store = yield* build(make({ runBytes: 20_000 }))
      yield* keep(store, "run_a", 1000)
      const found = yield* readAll(store, "run_a")
      yield* check(found.length > 10 && found.length < 400, `${found.length} are kept.`)
      yield* check(found.at(-1)?.seq === 999 && found.at(-1)?.tag === "RunFinished", "Its end is kept.")
      yield* check(
        found.slice(0, -1).every(({ seq }, index) => seq === index),
        "The first are kept, without gaps."
      )
    })
  }
]

const sharing = (shared: () => Layer.Layer<RunStore, StoreFailed>): ReadonlyArray<Case> => [
  {
    name: "shows another process a run as it goes on, and wakes who waits for more",
    run: Effect.gen(function* () {
      const [here, there] = [yield* build(shared()), yield* build(shared())]
      yield* begin(here, "run_shown")
      here.append("run_shown", entries("run_shown", 1, false))
      yield* here.flush
      yield* check((yield* there.read("run_shown", -1)).length === 1, "The first entry is there.")
      for (let seq = 1; seq < 10; seq++) {
        const waiting = yield* Effect.forkChild(there.changed, { startImmediately: true })
        here.append("run_shown", entries("run_shown", 1, seq === 9, seq))
        yield* Fiber.join(waiting)
        while ((yield* there.read("run_shown", seq - 1)).length === 0) yield* there.changed
      }
      yield* check((yield* there.find("run_shown"))?.state === "finished", "It is over.")
    })
  },
  {
    name: "outlives the process that kept it",
    run: Effect.gen(function* () {
      yield* Effect.scoped(Effect.flatMap(build(shared()), (store) => keep(store, "run_outlives", 700)))
      const store = yield* build(shared())
      yield* checkEqual(yield* readAll(store, "run_outlives"), entries("run_outlives", 700, true), "After its end")
    })
  }
]

export const conformance = (subject: Subject): ReadonlyArray<Case> => [
  ...keeping(subject),
  ...bounded(subject),
  ...(subject.shared === undefined ? [] : sharing(subject.shared))
]
