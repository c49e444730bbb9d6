import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

import * as Agent from "@callsheet/core/Agent"
import * as LanguageModelStream from "@callsheet/core/model/LanguageModelStream"
import * as Annotations from "@callsheet/core/schedule/Annotations"
import { Approval } from "@callsheet/core/schedule/Approval"
import * as PlanTool from "@callsheet/core/schedule/PlanTool"
import * as Shared from "@callsheet/core/schedule/Shared"
import { turns } from "@callsheet/testkit/scripted/Script"
import * as ScriptedModel from "@callsheet/testkit/scripted/ScriptedModel"
import { instant } from "@callsheet/testkit/scripted/Timing"
import { assert, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Layer, Metric, Predicate, Random, Schema, Stream } from "effect"
import { Tool, Toolkit } from "effect/ai"

/** A failure after which a call may be made again. */
class Passing extends Schema.TaggedError<Passing>()("Passing", {}) {
  readonly isRetryable = true
}

const tags: Annotations.Tags = (decoded) => (Predicate.hasProperty(decoded, "key") ? [String(decoded.key)] : [])

const task = (name: string) =>
  Tool.make(name, {
    parameters: Schema.Struct({ key: Schema.String, yields: Schema.Int, note: Schema.optionalKey(Schema.String) }),
    success: Schema.Struct({ key: Schema.String }),
    failure: Passing,
    failureMode: "return"
  })
const reads = (name: string) => task(name).annotate(Tool.Readonly, true).annotate(Annotations.TagsRead, tags)
const writes = (name: string) => task(name).annotate(Annotations.TagsWritten, tags)

/** Every way to wait: for a place, an upstream, a time limit, a hedge, a repeat, a person. */
const toolkit = Toolkit.make(
  reads("look"),
  reads("narrow").annotate(Annotations.Concurrency, 1),
  reads("distant").annotate(Annotations.Upstream, { name: "far", concurrency: 2 }),
  reads("limited").annotate(Annotations.TimeLimit, "1 hour"),
  reads("hedged"),
  reads("failing"),
  writes("change").annotate(Tool.Destructive, false),
  writes("remove")
)

const call = (name: string, key: string, yields: number) => ({ name, input: { key, yields } })
const step = (id: string, tool: string, key: string, after?: string) => {
  const note = after === undefined ? {} : { note: { $from: after, path: ["key"] } }
  return { id, tool, input: { key, yields: 3, ...note } }
}
/** Graphs of calls; `yields` is how often a handler lets others go first, and from 100 on it never ends by itself. */
const graphs = [
  [call("look", "a", 2), call("look", "b", 5), call("look", "a", 2), call("look", "c", 100)],
  [
    call("narrow", "a", 3),
    call("narrow", "b", 3),
    call("narrow", "c", 3),
    call("change", "a", 1),
    call("look", "a", 1)
  ],
  [call("distant", "a", 100), call("distant", "b", 4), call("distant", "c", 2), call("limited", "a", 100)],
  [call("limited", "a", 4), call("hedged", "a", 100), call("failing", "a", 3), call("look", "a", 1)],
  [call("remove", "a", 3), call("look", "b", 3), call("look", "a", 3), call("change", "b", 2)],
  [
    {
      name: PlanTool.name,
      input: {
        steps: [
          step("s1", "look", "a"),
          step("s2", "change", "b", "s1"),
          step("s3", "look", "b", "s2"),
          step("s4", "narrow", "c")
        ]
      }
    }
  ]
]

/** What began and has not ended, and how much of it began at all. */
interface Count {
  begun: number
  open: number
}

const counting = (count: Count) => ({
  begin: () => {
    count.begun++
    count.open++
  },
  end: () => {
    count.open--
  }
})

setFlagsFromString("--expose-gc")
const collectGarbage: unknown = runInNewContext("gc")

const heapBytes = Effect.gen(function* () {
  for (let round = 0; round < 3; round++) {
    yield* Effect.yieldNow
    if (Predicate.isFunction(collectGarbage)) collectGarbage()
  }
  return process.memoryUsage().heapUsed
})

/** `bench/leaks.ts` makes more. */
const runs = Number(process.env["CALLSHEET_LEAK_RUNS"] ?? 2000)
/** After so many, whatever is made once has been made. */
const warmRuns = runs / 5

it.live(
  `${runs} runs that are interrupted anywhere leave no handler, place, fiber or timer behind, and the heap as it was`,
  () =>
    Effect.gen(function* () {
      const handlers: Count = { begun: 0, open: 0 }
      const fibers: Count = { begun: 0, open: 0 }
      const handler = counting(handlers)
      const fiber = counting(fibers)
      const work = ({ key, yields }: { readonly key: string; readonly yields: number }) =>
        Effect.acquireUseRelease(
          Effect.sync(handler.begin),
          () =>
            yields >= 100
              ? Effect.as(Effect.sleep("1 hour"), { key })
              : Effect.as(Effect.repeat(Effect.yieldNow, { times: yields }), { key }),
          () => Effect.sync(handler.end)
        )
      const shared = yield* Shared.make
      for (let sample = 0; sample < 100; sample++) shared.timings.record("hedged", 20)

      const agent = Agent.make({
        name: "leaks",
        instructions: "Answer.",
        toolkit,
        policy: { plans: true, toolConcurrency: 3, runLimit: Duration.hours(2) }
      })
      const models = yield* Effect.forEach(graphs, (calls) =>
        Layer.build(
          LanguageModelStream.layer({ provider: "scripted", model: "script" }).pipe(
            Layer.provide(ScriptedModel.layer({ script: turns([{ calls }, { text: "Done." }]), timing: instant }))
          )
        )
      )
      const services = yield* Layer.build(
        toolkit.toLayer({
          look: work,
          narrow: work,
          distant: work,
          limited: work,
          hedged: work,
          failing: (input) => Effect.andThen(work(input), Effect.fail(new Passing())),
          change: work,
          remove: work
        })
      )
      const ends = { finished: 0, interrupted: 0 }

      const one = Effect.gen(function* () {
        const model = models[yield* Random.nextIntBetween(0, models.length - 1)]
        if (model === undefined) return assert.fail("there is no such graph")
        const yields = yield* Random.nextIntBetween(0, 40)
        const run = yield* Stream.runDrain(agent.run("Go")).pipe(
          Effect.provide(model),
          Effect.provideService(Metric.FiberRuntimeMetrics, {
            recordFiberStart: fiber.begin,
            recordFiberEnd: fiber.end
          }),
          Effect.forkChild
        )
        yield* Effect.repeat(Effect.yieldNow, { times: yields })
        yield* Fiber.interrupt(run)
        const exit = yield* Fiber.await(run)
        if (Exit.isSuccess(exit)) ends.finished++
        else ends.interrupted++
      }).pipe(
        Effect.provide(services),
        Effect.provideService(Shared.Shared, shared),
        Effect.provideService(Approval, () => Effect.as(Effect.sleep("1 hour"), true))
      )

      yield* Effect.repeat(one, { times: 9 })
      const resources = process.getActiveResourcesInfo().length
      yield* Effect.repeat(one, { times: warmRuns - 1 })
      const warmBytes = yield* heapBytes
      yield* Effect.repeat(one, { times: runs - warmRuns - 1 })
      const grownBytes = (yield* heapBytes) - warmBytes

      const opened = process.getActiveResourcesInfo().length - resources
      // The test runner sets a timer of its own now and then.
      assert.isAtMost(opened, 1)
      assert.deepStrictEqual([shared.admission.running, shared.admission.waiting], [0, 0])
      assert.deepStrictEqual([handlers.open, fibers.open], [0, 0])
      assert.isBelow(grownBytes, 2_000_000)
      // And it was about something.
      assert.isAbove(Math.min(ends.finished, ends.interrupted), runs / 10)
      assert.isAbove(Math.min(handlers.begun, fibers.begun), runs)
    }).pipe(Random.withSeed("leaks")),
  100_000
)
