import { assert, describe, it } from "@effect/vitest"

import * as Buckets from "../../src/stats/Buckets.ts"
import * as Stats from "../../src/stats/Stats.ts"
import { run, sample } from "../support/Figures.ts"

const minute = 60_000
const buckets = Buckets.of(10 * minute, 13 * minute, minute)
const at = (index: number, more = 0) => 10 * minute + index * minute + more

describe("Stats", () => {
  it("puts each run into the bucket in which it ended, and none of outside", () => {
    const runs = [run(at(0) - 1), run(at(0)), run(at(0, minute - 1)), run(at(2)), run(at(3))]
    const stats = Stats.make(buckets, runs, [], false)
    assert.deepStrictEqual(stats.at, [at(0), at(1), at(2)])
    assert.deepStrictEqual(stats.runs.total, [2, 0, 1])
  })

  it("takes quantiles of answered runs, and none where there were none", () => {
    const runs = [
      ...[100, 200, 300].map((wallMillis, index) => run(at(0, index), { wallMillis })),
      run(at(0, 9), { wallMillis: 90_000, outcome: "failed" }),
      run(at(2), { wallMillis: 5, outcome: "stopped" })
    ]
    const { durations, kinds, runs: counts } = Stats.make(buckets, runs, [], false)
    assert.deepStrictEqual(durations.p50Millis, [200, null, null])
    assert.deepStrictEqual(durations.p95Millis, [290, null, null])
    assert.deepStrictEqual(counts.failed, [1, 0, 0])
    assert.deepInclude(kinds[0], { runs: 5, failed: 1, p50Millis: 200 })
  })

  it("tells kinds by how a question was answered and what it needed, whatever the order and the source", () => {
    const tool = (name: string, source: "upstream" | "memory" = "upstream") => ({
      name,
      source,
      calls: 1,
      failed: 0,
      millis: 1
    })
    const runs = [
      run(at(0), { tools: [tool("b"), tool("a")] }),
      run(at(1), { tools: [tool("a", "memory"), tool("b")] }),
      run(at(1), { route: "model", tools: [] }),
      run(at(1), { route: "memory", tools: [] }),
      run(at(1), { route: null, tools: [] })
    ]
    assert.deepStrictEqual(
      Stats.make(buckets, runs, [], false).kinds.map(({ kind, runs, tools }) => `${kind} (${runs}; ${tools.join()})`),
      ["rules: a, b (2; a,b)", "model: no tools (1; )", "memory (1; )", "undecided: no tools (1; )"]
    )
  })

  it("adds up the rarest kinds where there are many", () => {
    const runs = Array.from({ length: 20 }, (_, index) =>
      run(at(0), { tools: [{ name: `tool_${index}`, source: "upstream", calls: 1, failed: 0, millis: 1 }] })
    )
    const { kinds } = Stats.make(buckets, runs, [], false)
    assert.strictEqual(kinds.length, 13)
    assert.deepInclude(kinds.at(-1), { kind: "others", runs: 8 })
  })

  it("says what was saved: what a call takes that asks, less what it took; nothing of tools that never asked", () => {
    const runs = [
      run(at(0), { tools: [{ name: "look", source: "upstream", calls: 2, failed: 0, millis: 100 }] }),
      run(at(1), {
        tools: [
          { name: "look", source: "memory", calls: 3, failed: 0, millis: 6 },
          { name: "other", source: "foreseen", calls: 1, failed: 0, millis: 1 }
        ],
        overlapMillis: 30
      })
    ]
    const { saved, toolCalls, tools } = Stats.make(buckets, runs, [], false)
    assert.deepStrictEqual(saved, { rememberedMillis: [0, 144, 0], parallelMillis: [0, 30, 0] })
    assert.deepStrictEqual(tools[0], { name: "look", calls: 5, failed: 0, meanMillis: 50 })
    assert.deepInclude(toolCalls[1], { source: "memory", calls: 3, series: [0, 3, 0] })
  })

  it("shares time out among its components, of the runs that were profiled", () => {
    const none = {
      "start-up": 0,
      routing: 0,
      "tool-selection": 0,
      "tool-definitions": 0,
      prompt: 0,
      "model-wait": 0,
      decoding: 0,
      tools: 0,
      queueing: 0,
      approval: 0,
      overhead: 0
    }
    const runs = [
      run(at(0), { componentMillis: { ...none, tools: 30, decoding: 10 } }),
      run(at(1), { componentMillis: { ...none, decoding: 60 } }),
      run(at(1))
    ]
    const { components, profiledRuns } = Stats.make(buckets, runs, [], false)
    assert.strictEqual(profiledRuns, 2)
    assert.deepStrictEqual(components, [
      { component: "decoding", millis: 70, share: 0.7, series: [10, 60, 0] },
      { component: "tools", millis: 30, share: 0.3, series: [30, 0, 0] }
    ])
  })

  it("counts by what counters grew, by process, also where one began anew", () => {
    const reads = (atMillis: number, memory: number, origin: string) =>
      sample(atMillis, { origin, cacheReads: { memory } })
    const samples = [
      // Began before the range: what it counted before its first sample here is not the range's.
      reads(at(0), 100, "5-old"),
      reads(at(1), 110, "5-old"),
      // Began in it.
      reads(at(1), 7, `${at(0, 10)}-new`),
      reads(at(2), 9, `${at(0, 10)}-new`),
      // Counts that fell are counts of another life.
      reads(at(2, 5), 4, "5-old")
    ]
    const { cacheReads } = Stats.make(buckets, [], samples, false)
    assert.deepInclude(cacheReads[0], { source: "memory", reads: 23, series: [0, 17, 6] })
  })

  it("shows the worst of each bucket, the newest state of a breaker, and null where nothing was seen", () => {
    const plex = (breaker: number) => ({ plex: { breaker, opened: 1, failed: 0, requests: 4, reused: 3 } })
    const samples = [
      sample(at(0, 1), { rssBytes: 10, cpuSeconds: 1, upstreams: plex(0) }),
      sample(at(0, 30_000), { rssBytes: 30, cpuSeconds: 4, upstreams: plex(2) }),
      sample(at(2, 1), { rssBytes: 20, cpuSeconds: 4, upstreams: plex(1) })
    ]
    const { process, upstreams } = Stats.make(buckets, [], samples, false)
    assert.deepStrictEqual(process.rssBytes, [30, null, 20])
    assert.deepStrictEqual(process.heapBytes, [null, null, null])
    assert.closeTo(process.cpuShare[0] ?? 0, 0.1, 0.001)
    assert.deepInclude(upstreams[0], { name: "plex", breaker: "half-open", level: [2, null, 1] })
  })

  it("is of the same shape where nothing was ever asked", () => {
    const stats = Stats.make(buckets, [], [], false)
    assert.deepStrictEqual([stats.kinds, stats.components, stats.upstreams, stats.cacheReads], [[], [], [], []])
    assert.strictEqual(stats.modelCalls.mean, null)
  })
})

describe("Buckets", () => {
  it("are few and round where none are asked for, and cover the range", () => {
    for (const range of [1, 60_000, 3_600_000, 86_400_000, 30 * 86_400_000, 4e11]) {
      const buckets = Buckets.of(1_700_000_123_456, 1_700_000_123_456 + range)
      assert.isAtMost(buckets.count, 98)
      assert.isAtMost(buckets.fromMillis, 1_700_000_123_456)
      assert.isAtLeast(buckets.toMillis, 1_700_000_123_456 + range)
      assert.strictEqual(buckets.fromMillis % buckets.bucketMillis, 0)
    }
  })
})
