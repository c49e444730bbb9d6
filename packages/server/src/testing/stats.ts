/**
 * The conformance suite of a store of figures, as `@callsheet/server/testing` is of one of runs.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

import type { StoreFailed } from "../RunError.ts"
import type { RunFigures } from "../stats/RunFigures.ts"
import type { Sample } from "../stats/Sample.ts"
import { type Bounds, StatsStore } from "../StatsStore.ts"
import { check } from "./events.ts"

export interface Subject {
  /** An empty store with these bounds. */
  readonly make: (bounds: Partial<Bounds>) => Layer.Layer<StatsStore, StoreFailed>
  /** The same store as each of several processes sees it; none where it is one process's own. */
  readonly shared: (() => Layer.Layer<StatsStore, StoreFailed>) | undefined
}

export interface Case {
  readonly name: string
  /** Dies where the promise is not kept. */
  readonly run: Effect.Effect<void, StoreFailed, Scope.Scope>
}

const build = (layer: Layer.Layer<StatsStore, StoreFailed>) =>
  Effect.map(Layer.build(Layer.fresh(layer)), (services) => Context.get(services, StatsStore))

const figures = (runId: string, endedAtMillis: number): RunFigures => ({
  runId,
  startedAtMillis: endedAtMillis - 120,
  endedAtMillis,
  route: "rules",
  outcome: "answered",
  wallMillis: 120,
  modelCalls: 1,
  inputTokens: 300,
  cachedInputTokens: 0,
  outputTokens: 20,
  tools: [{ name: "look", source: "memory", calls: 2, failed: 0, millis: 1.5 }],
  overlapMillis: 0,
  componentMillis: null
})

const sample = (atMillis: number): Sample => ({
  atMillis,
  origin: "1-a",
  rssBytes: 1e8,
  heapBytes: null,
  eventLoopP99Millis: 2,
  cpuSeconds: 3,
  upstreams: { plex: { breaker: 0, opened: 1, failed: 0, requests: 5, reused: 4 } },
  cacheReads: { memory: 10 }
})

const same = (found: unknown, expected: unknown) => JSON.stringify(found) === JSON.stringify(expected)

const keeping = ({ make, shared }: Subject): ReadonlyArray<Case> => [
  {
    name: "gives figures as they were, of the range that is asked for, the newest first",
    run: Effect.gen(function* () {
      const store = yield* build(make({}))
      const now = yield* Clock.currentTimeMillis
      for (const index of [0, 1, 2, 3, 4]) store.addRun(figures(`run_${index}`, now + index))
      const found = yield* store.runs({ fromMillis: now + 1, toMillis: now + 4 }, 0, 10)
      yield* check(
        same(
          found,
          [3, 2, 1].map((index) => figures(`run_${index}`, now + index))
        ),
        "From the first on, and not the last."
      )
      const second = yield* store.runs({ fromMillis: now, toMillis: now + 5 }, 1, 2)
      yield* check(
        same(
          second.map(({ runId }) => runId),
          ["run_3", "run_2"]
        ),
        "So many, after so many."
      )
    })
  },
  {
    name: "gives samples in the same way",
    run: Effect.gen(function* () {
      const store = yield* build(make({}))
      const now = yield* Clock.currentTimeMillis
      for (const index of [0, 1, 2]) store.addSample(sample(now + index))
      const found = yield* store.samples({ fromMillis: now, toMillis: now + 2 }, 10)
      yield* check(same(found, [sample(now + 1), sample(now)]), "Two of three.")
    })
  },
  {
    name: "thins samples out over all of a range where there are more than are wanted",
    run: Effect.gen(function* () {
      const store = yield* build(make({}))
      const now = yield* Clock.currentTimeMillis
      for (let index = 0; index < 2_000; index++) store.addSample(sample(now + index))
      const found = yield* store.samples({ fromMillis: now, toMillis: now + 2_000 }, 200)
      yield* check(found.length >= 100 && found.length <= 300, `About 200, rather than ${found.length}.`)
      const places = found.map(({ atMillis }) => Math.floor((atMillis - now) / 500))
      for (const quarter of [0, 1, 2, 3]) {
        const count = places.filter((place) => place === quarter).length
        yield* check(count >= 25 && count <= 75, `A quarter of them each, rather than ${count}.`)
      }
    })
  },
  {
    name: "keeps the newest where there are too many",
    run: Effect.gen(function* () {
      const store = yield* build(make({ runs: 10 }))
      const now = yield* Clock.currentTimeMillis
      for (let index = 0; index < 200; index++) store.addRun(figures(`run_${index}`, now + index))
      const found = yield* store.runs({ fromMillis: now, toMillis: now + 1000 }, 0, 1)
      yield* check(found[0]?.runId === "run_199", "The newest is there.")
    })
  },
  ...(shared === undefined
    ? []
    : [
        {
          name: "shows another process what was kept, and outlives the one that kept it",
          run: Effect.gen(function* () {
            const now = yield* Clock.currentTimeMillis
            const range = { fromMillis: now, toMillis: now + 10 }
            const there = yield* build(shared())
            yield* Effect.scoped(
              Effect.map(build(shared()), (here) => {
                here.addRun(figures("run_shared", now))
                here.addSample(sample(now))
              })
            )
            yield* check((yield* there.runs(range, 0, 10)).length === 1, "Its run is there.")
            yield* check((yield* there.samples(range, 10)).length === 1, "Its sample, too.")
          })
        }
      ])
]

const forgetting = ({ make }: Subject): ReadonlyArray<Case> => [
  {
    name: "forgets what is past its time, once it is begun anew at the latest",
    run: Effect.gen(function* () {
      const layer = make({ keepRuns: Duration.minutes(1) })
      const store = yield* build(layer)
      const now = yield* Clock.currentTimeMillis
      store.addRun(figures("run_old", now - 120_000))
      for (let index = 0; index < 100; index++) store.addRun(figures(`run_${index}`, now))
      const found = yield* store.runs({ fromMillis: 0, toMillis: now + 1 }, 100, 10)
      yield* check(found.length <= 1, "No more than what was not tidied yet.")
    })
  }
]

export const conformance = (subject: Subject): ReadonlyArray<Case> => [...keeping(subject), ...forgetting(subject)]
