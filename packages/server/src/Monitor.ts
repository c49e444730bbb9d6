/**
 * Monitor: what is known of how the server does: the figures of its runs and samples of its process, kept in the `StatsStore` (in memory,
 * where the application has none), and the alerts that follow from them.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"

import type { StoreFailed } from "./RunError.ts"
import type * as AlertRules from "./stats/AlertRules.ts"
import * as Alerts from "./stats/Alerts.ts"
import * as Buckets from "./stats/Buckets.ts"
import * as ProcessSeries from "./stats/ProcessSeries.ts"
import * as Regressions from "./stats/Regressions.ts"
import type { RunFigures } from "./stats/RunFigures.ts"
import * as Sample from "./stats/Sample.ts"
import * as Stats from "./stats/Stats.ts"
import { type Range, StatsStore } from "./StatsStore.ts"
import * as MemoryStatsStore from "./store/MemoryStatsStore.ts"

export class Monitor extends Context.Service<
  Monitor,
  {
    /** Takes the figures of a run that is over. Never waits and never fails. */
    readonly addRun: (figures: RunFigures) => void
    /** Whether the next run is to be profiled: so many a second, since that takes a part of a millisecond each. */
    readonly mayProfile: () => boolean
    readonly stats: (buckets: Buckets.Buckets) => Effect.Effect<Stats.Stats, StoreFailed>
    /** Firing ones first, then pending, then those resolved within a day; and how each rule stands. */
    readonly alerts: Effect.Effect<
      {
        readonly atMillis: number
        readonly alerts: ReadonlyArray<Alerts.Alert>
        readonly rules: ReadonlyArray<ReturnType<typeof Alerts.standing>[number]>
      },
      StoreFailed
    >
  }
>()("@callsheet/server/Monitor") {
  static readonly layer: Layer.Layer<Monitor> = Layer.suspend(() => Layer.effect(Monitor, make))
}

const profilesASecond = 20

/** Between two samples that are kept, and between two that are taken since somebody looks, which are not. */
const sampleMillis = 60_000
const lookMillis = 1_000
const alertMillis = 15_000

const hourMillis = 3_600_000
const dayMillis = 24 * hourMillis

/** Figures read for one answer, at most, and at a time: reading them blocks the process. */
const mostRuns = 20_000
/** Spread over the range, where there are more. */
const mostSamples = 6_000
const pageSize = 1_000

/** Of the last hour, for the alerts. */
const mostRecent = 10_000

/** The runs of a range, the newest `most` of them, with room for others between the pages. */
const readRuns = Effect.fnUntraced(function* ({ runs }: StatsStore["Service"], range: Range, most: number) {
  const found: Array<RunFigures> = []
  while (found.length < most) {
    const page = yield* runs(range, found.length, Math.min(pageSize, most - found.length))
    found.push(...page)
    if (page.length < pageSize) break
    yield* Effect.yieldNow
  }
  return found
})

const make = Effect.gen(function* () {
  const store = Option.getOrUndefined(yield* Effect.serviceOption(StatsStore)) ?? (yield* MemoryStatsStore.make())
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  const origin = ProcessSeries.originOf(now(), (yield* Random.nextInt).toString(36))

  let samples: Array<Sample.Sample> = []
  let runs: Array<RunFigures> = []
  let alerts: ReadonlyArray<Alerts.Alert> = []
  let latest: Sample.Sample | undefined
  let profiles = { second: 0, count: 0 }

  /** What the alerts look at; what came before this process is read once. */
  const seen = (): AlertRules.Seen => {
    const nowMillis = now()
    if (runs.length > mostRecent) runs = runs.slice(-mostRecent)
    if ((runs[0]?.endedAtMillis ?? nowMillis) < nowMillis - 2 * hourMillis) {
      runs = runs.filter(({ endedAtMillis }) => endedAtMillis > nowMillis - hourMillis)
    }
    if ((samples[0]?.atMillis ?? nowMillis) < nowMillis - dayMillis - 2 * hourMillis) {
      samples = samples.filter(({ atMillis }) => atMillis > nowMillis - dayMillis - hourMillis)
    }
    return { nowMillis, runs, samples: latest === undefined ? samples : [...samples, latest] }
  }
  const recall = Effect.gen(function* () {
    const toMillis = now()
    samples = (yield* store.samples({ fromMillis: toMillis - dayMillis, toMillis }, mostSamples)).toReversed()
    runs = [
      ...(yield* readRuns(store, { fromMillis: toMillis - hourMillis, toMillis }, mostRecent)).toReversed(),
      ...runs
    ]
  })
  const take = Effect.tap(Sample.take(origin), (taken) =>
    Effect.sync(() => {
      latest = taken
    })
  )
  const sample = Effect.map(take, (taken) => {
    samples.push(taken)
    store.addSample(taken)
  })
  const fresh = Effect.suspend(() =>
    latest !== undefined && now() - latest.atMillis < lookMillis ? Effect.succeed(latest) : take
  )
  const evaluate = Effect.sync(() => {
    alerts = Alerts.next(alerts, seen())
  })

  yield* Effect.catch(recall, ({ message }) => Effect.logWarning(message)).pipe(
    Effect.andThen(
      Effect.all(
        [
          Effect.forever(Effect.andThen(sample, Effect.sleep(sampleMillis))),
          Effect.forever(Effect.andThen(evaluate, Effect.sleep(alertMillis)))
        ],
        { concurrency: 2, discard: true }
      )
    ),
    Effect.forkScoped
  )

  const stats = Effect.fnUntraced(function* (buckets: Buckets.Buckets) {
    const current = yield* fresh
    const { fromMillis, toMillis } = buckets
    const found = yield* readRuns(store, { fromMillis, toMillis }, mostRuns)
    // One that ends between two pages moves the others on by one.
    const runs = [...new Map(found.map((run) => [run.runId, run])).values()]
    const samples = yield* store.samples({ fromMillis, toMillis }, mostSamples)
    return Stats.make(buckets, runs, [...samples, current], found.length === mostRuns)
  })
  /** Looked for at most once a minute: it reads a week. */
  const regressions = yield* Effect.cachedWithTTL(
    Effect.suspend(() => Effect.map(stats(Buckets.of(now() - Regressions.rangeMillis, now())), Regressions.of)),
    "1 minute"
  )

  return Monitor.of({
    addRun: (figures) => {
      runs.push(figures)
      store.addRun(figures)
    },
    mayProfile: () => {
      const second = Math.floor(now() / 1000)
      if (profiles.second !== second) profiles = { second, count: 0 }
      return profiles.count++ < profilesASecond
    },
    stats,
    alerts: Effect.gen(function* () {
      yield* fresh
      yield* evaluate
      const slower = yield* regressions
      const state = slower.length === 0 ? ("ok" as const) : ("firing" as const)
      return {
        atMillis: now(),
        alerts: [...slower, ...alerts],
        rules: [...Alerts.standing(alerts, seen()), { ...Regressions.rule, state }]
      }
    })
  })
})
