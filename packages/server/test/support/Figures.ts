/**
 * Figures: runs and samples that are made up.
 */
import type { RunFigures } from "../../src/stats/RunFigures.ts"
import type { Sample } from "../../src/stats/Sample.ts"

export const run = (endedAtMillis: number, more: Partial<RunFigures> = {}): RunFigures => ({
  runId: `run_${endedAtMillis}`,
  startedAtMillis: endedAtMillis - 100,
  endedAtMillis,
  route: "rules",
  outcome: "answered",
  wallMillis: 100,
  modelCalls: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  tools: [{ name: "look", source: "upstream", calls: 1, failed: 0, millis: 40 }],
  overlapMillis: 0,
  componentMillis: null,
  ...more
})

export const sample = (atMillis: number, more: Partial<Sample> = {}): Sample => ({
  atMillis,
  origin: "0-a",
  rssBytes: null,
  heapBytes: null,
  eventLoopP99Millis: null,
  cpuSeconds: null,
  upstreams: {},
  cacheReads: {},
  ...more
})

/** Numbers from 0 to 1, the same each time (mulberry32). */
export const random = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
}
