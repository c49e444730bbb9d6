import { assert, describe, it } from "vitest"

import * as Says from "../../src/dashboards/Says.ts"
import type { Stats } from "../../src/wire/Stats.ts"

const none: Stats = {
  from: 0,
  to: 3_600_000,
  bucket: 3_600_000,
  at: [0],
  isPartial: false,
  runs: { total: [0], failed: [0] },
  durations: { p50Millis: [null], p95Millis: [null] },
  kinds: [],
  components: [],
  profiledRuns: 0,
  modelCalls: { mean: null, series: [null] },
  tokens: { input: [0], cachedInput: [0], output: [0] },
  toolCalls: [],
  cacheReads: [],
  saved: { rememberedMillis: [0], parallelMillis: [0] },
  tools: [],
  upstreams: [],
  process: { rssBytes: [null], heapBytes: [null], eventLoopP99Millis: [null], cpuShare: [null] }
}

const all = [
  Says.durations,
  Says.runs,
  Says.components,
  Says.modelCalls,
  Says.saved,
  Says.cache,
  Says.memory,
  Says.eventLoop,
  Says.tokens
]

describe("Says", () => {
  it("is a sentence also where nothing was ever seen", () => {
    for (const says of all) {
      const text = says(none)
      assert.match(text, /^[^]*\.$/)
      assert.notMatch(text, /NaN|Infinity|null|undefined/)
    }
  })

  it("says what there was, with units", () => {
    const some: Stats = {
      ...none,
      runs: { total: [4], failed: [1] },
      durations: { p50Millis: [120], p95Millis: [2_300] },
      components: [{ component: "decoding", millis: 900, share: 0.6, series: [900] }],
      profiledRuns: 2,
      cacheReads: [
        { source: "memory", reads: 30, series: [30] },
        { source: "upstream", reads: 10, series: [10] }
      ],
      process: { ...none.process, rssBytes: [120_000_000], heapBytes: [40_000_000] }
    }
    assert.match(Says.durations(some), /120 ms or less, nineteen of twenty 2.3 s or less; 4 questions/)
    assert.strictEqual(Says.runs(some), "4 questions, 1 of them failed (25 %).")
    assert.match(Says.components(some), /60 %, is decoding. Of 2 questions that were looked at of 4\./)
    assert.strictEqual(Says.cache(some), "75 % of 40 reads were not asked anew.")
    assert.strictEqual(Says.memory(some), "120 MB now, 40 MB of it the heap.")
  })

  it("names kinds, breakers and changes in words and signs", () => {
    assert.strictEqual(Says.kind({ kind: "model: a_b", route: "model", tools: ["a_b"] }), "by the model: a b")
    assert.strictEqual(Says.kind({ kind: "others", route: null, tools: [] }), "all others")
    assert.match(Says.breaker("open"), /^○ not asked/)
    const change = {
      sinceMillis: 0,
      beforeMillis: 120,
      nowMillis: 310,
      shiftMillis: 190,
      interval: [1, 2],
      p: 0.01
    } as const
    assert.match(Says.change({ ...change, verdict: "regression" }, 0), /^▲ slower since .+: 120 ms → 310 ms$/)
    assert.match(Says.change({ ...change, verdict: "improvement" }, 0), /^▼ faster/)
    assert.strictEqual(Says.change(null, 0), "steady")
  })
})
