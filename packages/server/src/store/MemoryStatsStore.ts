/**
 * MemoryStatsStore: figures in the memory of this process, until it ends.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import type { RunFigures } from "../stats/RunFigures.ts"
import type { Sample } from "../stats/Sample.ts"
import { type Bounds, type Range, StatsStore, standardBounds } from "../StatsStore.ts"

/** Some 10 MB at most. */
const standard: Bounds = { ...standardBounds, runs: 10_000, samples: 2_880 }

/** Entries in the order of their time, the oldest forgotten. */
const makeLog = <A>(timeOf: (entry: A) => number, keep: Duration.Duration, most: number, clock: Clock.Clock) => {
  const keepMillis = Duration.toMillis(keep)
  let entries: Array<A> = []
  const tidy = () => {
    const deadMillis = clock.currentTimeMillisUnsafe() - keepMillis
    const first = entries.findIndex((entry) => timeOf(entry) > deadMillis)
    const alive = first < 0 ? entries.length : first
    const cut = Math.max(alive, entries.length - most)
    if (cut > 0) entries = entries.slice(cut)
  }
  return {
    add: (entry: A) => {
      entries.push(entry)
      // Not each time, since a slice costs what is left.
      if (entries.length > most * 1.1 || (entries[0] !== undefined && entries.length % 100 === 0)) tidy()
    },
    read: ({ fromMillis, toMillis }: Range, offset: number, limit: number) =>
      Effect.sync((): ReadonlyArray<A> => {
        tidy()
        return entries
          .filter((entry) => timeOf(entry) >= fromMillis && timeOf(entry) < toMillis)
          .toSorted((one, other) => timeOf(other) - timeOf(one))
          .slice(offset, offset + limit)
      })
  }
}

export const make = (bounds: Partial<Bounds> = {}): Effect.Effect<StatsStore["Service"]> =>
  Effect.clockWith((clock) => {
    const { keepRuns, keepSamples, runs: mostRuns, samples: mostSamples } = { ...standard, ...bounds }
    const runs = makeLog(({ endedAtMillis }: RunFigures) => endedAtMillis, keepRuns, mostRuns, clock)
    const samples = makeLog(({ atMillis }: Sample) => atMillis, keepSamples, mostSamples, clock)
    return Effect.succeed({
      addRun: runs.add,
      addSample: samples.add,
      runs: runs.read,
      samples: (range, most) =>
        Effect.map(samples.read(range, 0, mostSamples), (found) => {
          const step = Math.max(1, Math.ceil(found.length / most))
          return found.filter((_, index) => index % step === 0)
        })
    })
  })

export const layer = (bounds: Partial<Bounds> = {}): Layer.Layer<StatsStore> => Layer.effect(StatsStore, make(bounds))
