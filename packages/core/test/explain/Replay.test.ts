import * as Replay from "@callsheet/core/explain/Replay"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Tracer } from "effect"

import { call, graphOf, oneByOneMillis, round, Sketch, toGraph, togetherMillis } from "./graphs.ts"

const written = (id: string, writtenMillis: number, millis = 40) => call(id, { writtenMillis, millis })

describe("a replay", () => {
  it.effect("takes what the model takes, and what of its tools that does not hide", () =>
    Effect.gen(function* () {
      const graph = graphOf([round([written("a", 105, 10), written("b", 110)], { gapMillis: 0.25 }), round()], 1.5)
      // b is written at 110 ms and ends at 150; then the answer.
      assert.strictEqual(yield* Replay.millis(graph), 0.25 + 150 + 120 + 1.5)
    })
  )

  it.effect("starts calls after the message, one at a time, where it is told to", () =>
    Effect.gen(function* () {
      const graph = graphOf([round([written("a", 105, 10), written("b", 110)])])
      assert.strictEqual(yield* Replay.millis(graph, { toolConcurrency: Infinity, startsEarly: false }), 160)
      assert.strictEqual(yield* Replay.millis(graph, { toolConcurrency: 1, startsEarly: true }), 155)
      assert.strictEqual(yield* Replay.millis(graph, Replay.oneByOne), 170)
    })
  )

  it.effect("gives a call what it needs, whichever was written first", () =>
    Effect.gen(function* () {
      const graph = graphOf([round([call("b", { needs: ["a"] }), written("a", 60), call("c", { needs: ["b", "a"] })])])
      assert.strictEqual(yield* Replay.millis(graph), 60 + 3 * 40)
    })
  )

  it.effect("holds a write back until the message has ended, and lets no read of its upstream pass it", () =>
    Effect.gen(function* () {
      const write = call("w", { name: "change", isReadOnly: false, upstream: "radarr" })
      const calls = [write, call("same", { upstream: "radarr" }), call("other", { upstream: "plex", millis: 150 })]
      assert.strictEqual(yield* Replay.millis(graphOf([round(calls)])), 120 + 40 + 40)
    })
  )

  it.effect("runs calls that no model asked for before the model is asked", () =>
    Effect.gen(function* () {
      const graph = graphOf([round([call("a"), call("b", { millis: 70 })], { model: undefined }), round()])
      assert.strictEqual(yield* Replay.millis(graph), 70 + 120)
      assert.strictEqual(yield* Replay.millis(graph, Replay.oneByOne), 110 + 120)
    })
  )

  it.effect("ends whatever a graph says: circles, doubled ids, calls that are not there, times that are none", () =>
    Effect.gen(function* () {
      const times = [Number.NaN, Infinity, -1].map((millis, index) =>
        call(`t${index}`, { millis, writtenMillis: millis, needs: ["nothing"] })
      )
      const circle = [call("a", { needs: ["b"] }), call("b", { needs: ["c"] }), call("c", { needs: ["a", "c"] })]
      const doubled = [call("d", { millis: 150 }), call("d", { needs: ["d"] })]
      const graph = graphOf([round([...times, ...circle, ...doubled], { gapMillis: -5 })], Number.NaN)
      assert.strictEqual(yield* Replay.millis(graph), 190)
    })
  )

  it.effect("leaves the caller's clock alone, and makes no spans", () =>
    Effect.gen(function* () {
      const spans: Array<string> = []
      const tracer = Tracer.make({
        span: (options) => {
          spans.push(options.name)
          return new Tracer.NativeSpan(options)
        }
      })
      const before = yield* Clock.currentTimeMillis
      const millis = yield* Effect.withTracer(Replay.millis(graphOf([round([call("a")]), round()])), tracer)
      assert.strictEqual(millis, 240)
      assert.strictEqual(yield* Clock.currentTimeMillis, before)
      assert.deepStrictEqual(spans, [])
    })
  )

  it.effect("is through 10,000 calls that wait for each other, in one round or in as many", () =>
    Effect.gen(function* () {
      const calls = Array.from({ length: 10_000 }, (_, index) => call(`c${index}`, { needs: [`c${index - 1}`] }))
      assert.strictEqual(yield* Replay.millis(graphOf([round(calls)])), 400_000)
      assert.strictEqual(yield* Replay.millis(graphOf(calls.map((call) => round([call])))), 1_200_000)
    })
  )

  it.effect.prop("takes what it takes on paper", [Sketch], ([sketch]) =>
    Effect.gen(function* () {
      const graph = toGraph(sketch, false)
      assert.strictEqual(yield* Replay.millis(graph), togetherMillis(graph))
      assert.strictEqual(yield* Replay.millis(toGraph(sketch, true), Replay.oneByOne), oneByOneMillis(graph))
    })
  )

  it.effect.prop("is no shorter where a tool takes longer, and no longer than one by one", [Sketch], ([sketch]) =>
    Effect.gen(function* () {
      const graph = toGraph(sketch, true)
      const millis = yield* Replay.millis(graph)
      assert.isAtMost(millis, yield* Replay.millis(graph, Replay.oneByOne))
      const slower = {
        ...graph,
        rounds: graph.rounds.map((round) => ({
          ...round,
          calls: round.calls.map((call) => (call.name === "look" ? { ...call, millis: call.millis + 17 } : call))
        }))
      }
      assert.isAtLeast(yield* Replay.millis(slower), millis)
    })
  )
})
