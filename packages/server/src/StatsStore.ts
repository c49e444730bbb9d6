/**
 * StatsStore: what is kept of runs and of the process for longer than the runs themselves: figures, by which a trend is known. State,
 * not a cache. They hold nothing that was said, so they stay when a conversation is forgotten.
 *
 * **Details**
 *
 * `addRun` and `addSample` never wait and never fail.
 *
 * `@callsheet/server/testing/stats` says what a store promises.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"

import type { StoreFailed } from "./RunError.ts"
import type { RunFigures } from "./stats/RunFigures.ts"
import type { Sample } from "./stats/Sample.ts"

/** How much is kept; the oldest goes first. */
export interface Bounds {
  readonly keepRuns: Duration.Duration
  readonly keepSamples: Duration.Duration
  readonly runs: number
  readonly samples: number
}

export const standardBounds: Bounds = {
  keepRuns: Duration.days(90),
  keepSamples: Duration.days(30),
  runs: 200_000,
  samples: 50_000
}

/** From `fromMillis` on and before `toMillis`, since 1970. */
export interface Range {
  readonly fromMillis: number
  readonly toMillis: number
}

export class StatsStore extends Context.Service<
  StatsStore,
  {
    readonly addRun: (figures: RunFigures) => void
    readonly addSample: (sample: Sample) => void
    /** Of runs that ended in the range, the newest first, at most `limit`; those before `offset` of them left out. */
    readonly runs: (
      range: Range,
      offset: number,
      limit: number
    ) => Effect.Effect<ReadonlyArray<RunFigures>, StoreFailed>
    /** Those of the range, the newest first; where there are more than `most`, about so many, spread over all of it. */
    readonly samples: (range: Range, most: number) => Effect.Effect<ReadonlyArray<Sample>, StoreFailed>
  }
>()("@callsheet/server/StatsStore") {}
