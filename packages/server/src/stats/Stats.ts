/**
 * Stats: what a server did over a range of time, from the figures of its runs and the samples of its processes: the body of
 * `GET /v1/stats`. Names that stay: additions are free. Pure.
 *
 * **Details**
 *
 * A series has a value for each bucket; null where nothing was seen in it, 0 of counts. A run lies in the bucket in which it ended.
 * Quantiles are of runs that were answered, between neighbours in proportion (`Quantile`).
 *
 * - `saved.rememberedMillis`: for each call of a tool that did not ask its upstream, what such a call took on average where it did, less
 *   what it took; nothing for a tool that never asked in the range.
 * - `saved.parallelMillis`: by how much the calls of a run, laid end to end, exceed the time that they covered.
 */
import * as Quantile from "@callsheet/core/explain/Quantile"

import * as Buckets from "./Buckets.ts"
import * as Change from "./Change.ts"
import * as ProcessSeries from "./ProcessSeries.ts"
import * as RunFigures from "./RunFigures.ts"
import type { Sample } from "./Sample.ts"

type Figures = RunFigures.RunFigures

const mostKinds = 12
const mostTools = 50

const endOf = ({ endedAtMillis }: Figures) => endedAtMillis
const isAnswered = ({ outcome }: Figures) => outcome === "answered" || outcome === "client-calls"
const isFailed = ({ outcome }: Figures) => outcome === "failed"

const sum = <A>(items: ReadonlyArray<A>, of: (item: A) => number) => items.reduce((total, item) => total + of(item), 0)

const quantileOf = (runs: ReadonlyArray<Figures>, share: number): number | null => {
  const walls = runs.filter(isAnswered).map(({ wallMillis }) => wallMillis)
  return walls.length === 0 ? null : Quantile.of(walls, share)
}

const over = (buckets: Buckets.Buckets, runs: ReadonlyArray<Figures>) => {
  const series = <A>(of: (runs: ReadonlyArray<Figures>) => A) => Buckets.series(buckets, runs, endOf, of)
  return {
    series,
    counts: (of: (run: Figures) => number) => series((some) => sum(some, of)),
    durations: () => ({
      p50Millis: series((some) => quantileOf(some, 0.5)),
      p95Millis: series((some) => quantileOf(some, 0.95))
    })
  }
}

const kindsOf = (buckets: Buckets.Buckets, runs: ReadonlyArray<Figures>) => {
  const groups = [...Map.groupBy(runs, (run) => RunFigures.kindOf(run).kind)].sort(
    ([, one], [, other]) => other.length - one.length
  )
  const changes = Change.of(
    groups
      .slice(0, mostKinds)
      .map(([, runs]) =>
        runs.filter(isAnswered).map(({ endedAtMillis: atMillis, wallMillis }) => ({ atMillis, wallMillis }))
      )
  )
  const told = groups.slice(0, mostKinds).map(([kind, runs], index) => {
    const [first] = runs
    return {
      kind,
      route: first?.route ?? null,
      tools: first === undefined || first.route === "memory" ? [] : RunFigures.kindOf(first).tools,
      ...figuresOf(buckets, runs),
      change: changes[index] ?? null
    }
  })
  const rest = groups.slice(mostKinds).flatMap(([, runs]) => runs)
  return rest.length === 0
    ? told
    : [...told, { kind: "others", route: null, tools: [], ...figuresOf(buckets, rest), change: null }]
}

const figuresOf = (buckets: Buckets.Buckets, runs: ReadonlyArray<Figures>) => {
  const { durations, series } = over(buckets, runs)
  return {
    runs: runs.length,
    failed: runs.filter(isFailed).length,
    p50Millis: quantileOf(runs, 0.5),
    p95Millis: quantileOf(runs, 0.95),
    series: { runs: series(({ length }) => length), ...durations() }
  }
}

const componentsOf = (buckets: Buckets.Buckets, runs: ReadonlyArray<Figures>) => {
  const profiled = runs.flatMap(({ componentMillis, endedAtMillis }) =>
    componentMillis === null ? [] : [{ componentMillis, endedAtMillis }]
  )
  const names = new Set(profiled.flatMap(({ componentMillis }) => Object.keys(componentMillis)))
  const millisOf = (name: string) => (run: (typeof profiled)[number]) =>
    Object.entries(run.componentMillis).find(([component]) => component === name)?.[1] ?? 0
  const all = [...names].map((component) => ({ component, millis: sum(profiled, millisOf(component)) }))
  const whole = sum(all, ({ millis }) => millis)
  const components = all
    .filter(({ millis }) => millis > 0)
    .sort((one, other) => other.millis - one.millis)
    .map(({ component, millis }) => ({
      component,
      millis,
      share: whole > 0 ? millis / whole : 0,
      series: Buckets.series(
        buckets,
        profiled,
        ({ endedAtMillis }) => endedAtMillis,
        (some) => sum(some, millisOf(component))
      )
    }))
  return { components, profiledRuns: profiled.length }
}

const toolsOf = (runs: ReadonlyArray<Figures>) => {
  const calls = runs.flatMap(({ tools }) => tools)
  return Array.from(
    Map.groupBy(calls, ({ name }) => name),
    ([name, some]) => {
      const asked = some.filter(({ source }) => source === "upstream")
      const askedCalls = sum(asked, ({ calls }) => calls)
      return {
        name,
        calls: sum(some, ({ calls }) => calls),
        failed: sum(some, ({ failed }) => failed),
        meanMillis: askedCalls === 0 ? null : sum(asked, ({ millis }) => millis) / askedCalls
      }
    }
  ).sort((one, other) => other.calls - one.calls)
}

const sources = ["upstream", "memory", "store", "shared", "foreseen"] as const

/** The runs and samples of a range, in any order. */
export const make = (
  buckets: Buckets.Buckets,
  given: ReadonlyArray<Figures>,
  samples: ReadonlyArray<Sample>,
  isPartial: boolean
) => {
  const runs = given.toSorted((one, other) => one.endedAtMillis - other.endedAtMillis)
  const { counts, durations, series } = over(buckets, runs)
  const tools = toolsOf(runs)
  const usual = new Map(tools.map(({ meanMillis, name }) => [name, meanMillis]))
  const rememberedOf = (run: Figures) =>
    sum(
      run.tools.filter(({ source }) => source !== "upstream"),
      ({ calls, millis, name }) => Math.max(0, (usual.get(name) ?? 0) * calls - millis)
    )
  const callsFrom = (source: (typeof sources)[number]) => (run: Figures) =>
    sum(
      run.tools.filter((tool) => tool.source === source),
      ({ calls }) => calls
    )
  return {
    from: buckets.fromMillis,
    to: buckets.toMillis,
    bucket: buckets.bucketMillis,
    at: Buckets.beginnings(buckets),
    isPartial,
    runs: { total: series(({ length }) => length), failed: counts((run) => Number(isFailed(run))) },
    durations: durations(),
    kinds: kindsOf(buckets, runs),
    ...componentsOf(buckets, runs),
    modelCalls: {
      mean: runs.length === 0 ? null : sum(runs, ({ modelCalls }) => modelCalls) / runs.length,
      series: series((some) => (some.length === 0 ? null : sum(some, ({ modelCalls }) => modelCalls) / some.length))
    },
    tokens: {
      input: counts(({ inputTokens }) => inputTokens),
      cachedInput: counts(({ cachedInputTokens }) => cachedInputTokens),
      output: counts(({ outputTokens }) => outputTokens)
    },
    toolCalls: sources.map((source) => ({
      source,
      calls: sum(runs, callsFrom(source)),
      series: counts(callsFrom(source))
    })),
    saved: { rememberedMillis: counts(rememberedOf), parallelMillis: counts(({ overlapMillis }) => overlapMillis) },
    tools: tools.slice(0, mostTools),
    ...ProcessSeries.of(buckets, samples)
  }
}
export type Stats = ReturnType<typeof make>
