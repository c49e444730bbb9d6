import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric } from "effect"

import * as Sample from "../../src/stats/Sample.ts"

const count = (id: string, value: number, attributes: Record<string, string> = {}) =>
  Metric.update(Metric.counter(id, { incremental: true, attributes }), value)
const level = (id: string, value: number, attributes: Record<string, string> = {}) =>
  Metric.update(Metric.gauge(id, { attributes }), value)

describe("Sample", () => {
  it.effect("reads what metrics are there, and takes the others for not told", () =>
    Effect.gen(function* () {
      yield* level("process.memory.usage", 5e7, { unit: "By" })
      yield* level("v8js.memory.heap.used", 100, { "v8js.heap.space.name": "old" })
      yield* level("v8js.memory.heap.used", 20, { "v8js.heap.space.name": "new" })
      const plex = { "callsheet.upstream": "plex" }
      yield* count("http.client.connection.opened", 2, plex)
      yield* count("http.client.connection.requests", 1, { ...plex, "http.connection.state": "new" })
      yield* count("http.client.connection.requests", 6, { ...plex, "http.connection.state": "reused" })
      yield* count("http.client.connection.requests", 1, { ...plex, "http.connection.state": "warm" })
      yield* level("callsheet.upstream.breaker", 2, plex)
      yield* count("tls.client.handshakes", 9, { "callsheet.upstream": "model" })
      yield* count("callsheet.cache.reads", 4, { "callsheet.source": "memory" })
      const sample = yield* Sample.take("1-a")
      assert.deepStrictEqual(sample, {
        atMillis: 0,
        origin: "1-a",
        rssBytes: 5e7,
        heapBytes: 120,
        eventLoopP99Millis: null,
        cpuSeconds: null,
        upstreams: { plex: { breaker: 2, opened: 2, failed: 0, requests: 8, reused: 7 } },
        cacheReads: { memory: 4 }
      })
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  )
})
