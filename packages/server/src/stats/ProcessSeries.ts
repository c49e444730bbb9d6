/**
 * ProcessSeries: samples of processes as series: what they took, and what they counted in each bucket. Pure.
 */
import * as Buckets from "./Buckets.ts"
import type { Sample, Upstream } from "./Sample.ts"

/** From one sample of a process to its next. */
interface Pair {
  readonly before: Sample | undefined
  readonly now: Sample
}

/** An origin says when its process began, so that what it counted before its first sample in sight can be told from what is new. */
export const originOf = (startedAtMillis: number, id: string): string => `${startedAtMillis}-${id}`

const beganAt = (origin: string): number => Number(/^\d+/.exec(origin)?.[0] ?? 0)

/**
 * Each sample with the one before it of the same process. The first of one that began in the range counts from 0; of one that began
 * before, there is nothing to compare with.
 */
const pairsOf = ({ fromMillis }: Buckets.Buckets, samples: ReadonlyArray<Sample>): ReadonlyArray<Pair> => {
  const last = new Map<string, Sample>()
  return samples
    .toSorted((one, other) => one.atMillis - other.atMillis)
    .flatMap((now) => {
      const before = last.get(now.origin)
      last.set(now.origin, now)
      return before === undefined && beganAt(now.origin) < fromMillis ? [] : [{ before, now }]
    })
}

const greatest = (values: ReadonlyArray<number | null>): number | null =>
  values.reduce<number | null>(
    (most, value) => (value !== null && (most === null || value > most) ? value : most),
    null
  )

const breakers = ["closed", "half-open", "open"] as const

export const of = (buckets: Buckets.Buckets, samples: ReadonlyArray<Sample>) => {
  const pairs = pairsOf(buckets, samples)
  const atOf = ({ atMillis }: Sample) => atMillis
  const gauge = (of: (sample: Sample) => number | null) =>
    Buckets.series(buckets, samples, atOf, (some) => greatest(some.map(of)))
  /** What a counter grew by. One that fell began anew. */
  const counter = (of: (sample: Sample) => number | undefined) =>
    Buckets.series(
      buckets,
      pairs,
      ({ now }) => now.atMillis,
      (some) =>
        some.reduce((sum, { before, now }) => {
          const [from, to] = [before === undefined ? 0 : (of(before) ?? 0), of(now) ?? 0]
          return sum + (to >= from ? to - from : to)
        }, 0)
    )
  const cpuShare = Buckets.series(
    buckets,
    pairs,
    ({ now }) => now.atMillis,
    (some) => {
      let seconds = 0
      let millis = 0
      for (const { before, now } of some) {
        if (before?.cpuSeconds == null || now.cpuSeconds === null) continue
        seconds += Math.max(0, now.cpuSeconds - before.cpuSeconds)
        millis += now.atMillis - before.atMillis
      }
      return millis > 0 ? (1000 * seconds) / millis : null
    }
  )
  const names = new Set(samples.flatMap(({ upstreams }) => Object.keys(upstreams)))
  const newest = samples.reduce<Sample | undefined>(
    (newest, sample) => (newest === undefined || sample.atMillis > newest.atMillis ? sample : newest),
    undefined
  )
  const upstreams = [...names].sort().map((name) => {
    const count = (of: (upstream: Upstream) => number) =>
      counter(({ upstreams }) => {
        const upstream = upstreams[name]
        return upstream === undefined ? undefined : of(upstream)
      })
    const level = newest?.upstreams[name]?.breaker ?? null
    return {
      name,
      breaker: level === null ? null : (breakers[level] ?? null),
      level: gauge(({ upstreams }) => upstreams[name]?.breaker ?? null),
      opened: count(({ opened }) => opened),
      requests: count(({ requests }) => requests),
      reused: count(({ reused }) => reused),
      failed: count(({ failed }) => failed)
    }
  })
  const sources = ["memory", "store", "shared", "upstream"] as const
  const cacheReads = sources
    .map((source) => ({ source, series: counter(({ cacheReads }) => cacheReads[source]) }))
    .map(({ series, source }) => ({ source, reads: series.reduce((sum, reads) => sum + reads, 0), series }))
  return {
    upstreams,
    cacheReads: samples.length === 0 ? [] : cacheReads,
    process: {
      rssBytes: gauge(({ rssBytes }) => rssBytes),
      heapBytes: gauge(({ heapBytes }) => heapBytes),
      eventLoopP99Millis: gauge(({ eventLoopP99Millis }) => eventLoopP99Millis),
      cpuShare
    }
  }
}
