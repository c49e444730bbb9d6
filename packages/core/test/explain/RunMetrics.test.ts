import { Cache } from "@callsheet/cache/Cache"
import * as RunMetrics from "@callsheet/core/explain/RunMetrics"
import * as ServiceMetrics from "@callsheet/core/explain/ServiceMetrics"
import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Shared from "@callsheet/core/schedule/Shared"
import { turns } from "@callsheet/testkit/scripted/Script"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric } from "effect"

import { agent, calls, realistic, reads, routed, settle, world } from "../fixtures.ts"
import { ask, makeWorld } from "../household.ts"
import { type Doing, play, reading, Trouble } from "../schedule/stage.ts"

/** A registry of its own. */
const counted = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.provideService(effect, Metric.MetricRegistry, new Map())

/** All metrics of `id` as "attribute attribute": a counter's or gauge's value, or count and sum of a histogram. */
const metric = (id: string) =>
  Effect.map(Metric.snapshot, (all) =>
    Object.fromEntries(
      all
        .filter((metric) => metric.id === id)
        .map((metric) => {
          const { unit: _, ...attributes } = { ...metric.attributes }
          const key = Object.values(attributes).join(" ")
          const round = (value: number) => Math.round(value * 1e6) / 1e6
          switch (metric.type) {
            case "Counter":
              return [key, Number(metric.state.count)]
            case "Gauge":
              return [key, Number(metric.state.value)]
            case "Histogram":
              return [key, [metric.state.count, round(metric.state.sum)]]
            default:
              return [key, metric.type]
          }
        })
    )
  )

/** `effect` with its runs counted. */
const observed = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provide(effect, RunMetrics.layer)

describe("metrics of runs", () => {
  it.effect("count a run by its agent, route and end, with its model calls and steps", () =>
    Effect.gen(function* () {
      const { wallMillis } = yield* observed(settle(agent().ask("Which?")))
      assert.deepStrictEqual(yield* metric("callsheet.runs"), { "test model answered": 1 })
      assert.deepStrictEqual(yield* metric("callsheet.run.duration"), { "test model": [1, wallMillis / 1000] })
      assert.deepStrictEqual(yield* metric("callsheet.run.model_calls"), { "test model": [1, 2] })
      assert.deepStrictEqual(yield* metric("callsheet.run.steps"), { "test model": [1, 2] })
    }).pipe(
      counted,
      Effect.provide(world(turns([{ text: "", calls: calls("look", "a") }, { text: "Done." }]), realistic))
    )
  )

  it.effect("count what rules answer and what fails", () =>
    Effect.gen(function* () {
      const answerable = { calls: reads("look", "b"), render: () => "It is b." }
      yield* observed(settle(routed({ answerable, confidence: 1, complexity: "simple" }).ask("Which?")))
      yield* Effect.flip(observed(settle(agent().ask(" "))))
      assert.deepStrictEqual(yield* metric("callsheet.runs"), { "test rules answered": 1, "test none failed": 1 })
      assert.deepStrictEqual((yield* metric("callsheet.run.model_calls"))["test rules"], [1, 0])
    }).pipe(counted, Effect.provide(world(turns([{ text: "Done." }]))))
  )

  it.effect("count a model call's time, first token, tokens and their rate", () =>
    Effect.gen(function* () {
      const { modelCalls } = yield* observed(settle(agent().ask("Which?")))
      const [call] = modelCalls
      const { firstTokenMillis, inputTokens, millis, outputTokens } = { ...call }
      assert.deepStrictEqual(yield* metric("gen_ai.client.operation.duration"), {
        "chat scripted script": [1, (millis ?? 0) / 1000]
      })
      assert.deepStrictEqual(yield* metric("gen_ai.client.token.usage"), {
        "chat scripted script input": [1, inputTokens],
        "chat scripted script output": [1, outputTokens]
      })
      assert.deepStrictEqual(yield* metric("callsheet.model.time_to_first_token"), {
        "scripted script": [1, (firstTokenMillis ?? 0) / 1000]
      })
      const seconds = ((millis ?? 0) - (firstTokenMillis ?? 0)) / 1000
      const rate = Math.round(((outputTokens ?? 0) / seconds) * 1e6) / 1e6
      assert.deepStrictEqual(yield* metric("callsheet.model.tokens_per_second"), { "scripted script": [1, rate] })
    }).pipe(
      counted,
      Effect.provide(world(turns([{ text: "Done, and this is a sentence of some length." }]), realistic))
    )
  )

  it.effect("leave the rate out where a message asks for calls, whose first token nobody sees", () =>
    Effect.gen(function* () {
      yield* observed(play({ tools: [reading("look")], replies: [{ calls: calls("look", "a", "b") }] }))
      assert.deepStrictEqual(yield* metric("callsheet.model.tokens_per_second"), { "scripted script": [1, 200] })
    }).pipe(counted)
  )

  it.effect("count a tool call by its source and outcome, its time, its wait for a place and its retries", () =>
    Effect.gen(function* () {
      const one = reading("look").annotate(Annotations.Concurrency, 1).annotate(Annotations.Freshness, "1 hour")
      const act = ({ attempt, key, millis }: Doing) =>
        Effect.andThen(
          Effect.sleep(millis),
          key === "b" && attempt === 1 ? Effect.fail(new Trouble({ sentence: "No.", isRetryable: true })) : Effect.void
        )
      const replies = [{ calls: calls("look", "a", "b", "a") }]
      yield* observed(play({ tools: [one], replies, act }))
      assert.deepStrictEqual(yield* metric("callsheet.tool.calls"), {
        "look upstream ok": 2,
        "look memory ok": 1
      })
      assert.deepStrictEqual(yield* metric("callsheet.tool.retries"), { look: 1 })
      assert.deepStrictEqual(yield* metric("callsheet.tool.queue_wait"), { look: [3, 0.01] })
      assert.deepStrictEqual(yield* metric("callsheet.tool.duration"), { look: [3, 0.04 + 0.18] })
    }).pipe(counted)
  )

  it.effect("count tools that a model invents as one", () =>
    Effect.gen(function* () {
      const names = Array.from({ length: 50 }, (_, index) => `invented_${index}`)
      yield* observed(
        play({ tools: [reading("look")], replies: [{ calls: names.flatMap((name) => calls(name, "a")) }] })
      )
      assert.deepStrictEqual(yield* metric("callsheet.tool.calls"), { "_OTHER upstream failed": 50 })
      assert.deepStrictEqual(Object.keys(yield* metric("callsheet.tool.duration")), ["_OTHER"])
    }).pipe(counted)
  )

  it.effect("are none where nobody observes", () =>
    Effect.gen(function* () {
      yield* settle(agent().ask("Which?"))
      assert.deepStrictEqual(yield* metric("callsheet.runs"), {})
    }).pipe(counted, Effect.provide(world(turns([{ text: "Done." }]))))
  )
})

describe("metrics of services", () => {
  it.effect("tell the circuit of each upstream that was asked", () =>
    Effect.gen(function* () {
      const { upstreams } = yield* Shared.Shared
      const { refresh } = yield* ServiceMetrics.make
      yield* refresh
      assert.deepStrictEqual(yield* metric("callsheet.upstream.breaker"), {})
      const failure = { isRetryable: true }
      const asked = (ok: boolean, upstream: string) =>
        upstreams.guard(upstream, Effect.succeed({ ok, failure: ok ? undefined : failure }), () => ({
          ok: false,
          failure
        }))
      yield* asked(true, "up")
      for (let time = 0; time < 5; time++) yield* asked(false, "down")
      yield* refresh
      assert.deepStrictEqual(yield* metric("callsheet.upstream.breaker"), { up: 0, down: 2 })
    }).pipe(counted, Effect.provideServiceEffect(Shared.Shared, Shared.make))
  )

  it.effect("tell what the cache answered, and count nothing twice", () =>
    Effect.gen(function* () {
      const household = makeWorld()
      const { refresh } = yield* ServiceMetrics.make
      const policy = { rememberAnswers: false }
      yield* ask("browse a", { world: household, policy })
      yield* refresh
      yield* refresh
      assert.deepInclude(yield* metric("callsheet.cache.reads"), { upstream: 1, memory: 0 })
      yield* ask("peruse a", { world: household, policy })
      yield* refresh
      assert.deepInclude(yield* metric("callsheet.cache.reads"), { upstream: 1, memory: 1 })
    }).pipe(counted, Effect.provide(Cache.layerMemory()))
  )
})
