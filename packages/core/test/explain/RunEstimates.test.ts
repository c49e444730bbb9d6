import type { AgentEvent } from "@callsheet/core/AgentEvent"
import { Estimates } from "@callsheet/core/explain/Estimates"
import * as RunSummary from "@callsheet/core/explain/RunSummary"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { play, reading, writing } from "../schedule/stage.ts"

const tools = [reading("look"), writing("write")]
const call = (key: string, millis: number) => ({ name: "look", input: { key, millis } })
/** Two steps with a tool between them, and an answer. */
const one = (millis: number) =>
  Effect.map(
    play({ tools, replies: [{ calls: [call("a", millis)] }, { text: "It is so. ".repeat(8) }] }),
    ({ events }) => events
  )
const history = Effect.forEach([300, 320, 900, 310, 340, 290, 305, 330], one)

const estimatesOf = (events: ReadonlyArray<AgentEvent>) =>
  events.flatMap((event, index) =>
    event._tag === "EstimateChanged" ? [{ event, before: events[index - 1]?._tag }] : []
  )

describe("estimates of a run", () => {
  it.effect("are not told without history, and not without the service", () =>
    Effect.gen(function* () {
      const without = yield* one(300)
      assert.lengthOf(estimatesOf(without), 0)
      const [first] = yield* Effect.provide(history, Estimates.layerMemory)
      assert.deepStrictEqual(
        first?.map(({ _tag, seq }) => [_tag, seq]),
        without.map(({ _tag, seq }) => [_tag, seq])
      )
      assert.strictEqual(without.reduce(RunSummary.add, RunSummary.initial).estimateMillis, null)
    })
  )

  it.effect(
    "come right after what changed them, stamped without a gap, first at the beginning and never after the end",
    () =>
      Effect.gen(function* () {
        yield* history
        const events = yield* one(310)
        assert.deepStrictEqual(
          events.map(({ seq }) => seq),
          events.map((_, index) => index)
        )
        const told = estimatesOf(events)
        assert.isAtLeast(told.length, 1)
        assert.include(["RunStarted", "Routed"], told[0]?.before)
        assert.strictEqual(events.at(-1)?._tag, "RunFinished")
        for (const { event } of told) {
          assert.isAtMost(event.lowMillis, event.remainingMillis)
          assert.isAtMost(event.remainingMillis, event.highMillis)
          assert.isAtLeast(event.lowMillis, 0)
          assert.isAtLeast(event.runs, 5)
        }
        const first = told[0]?.event ?? assert.fail()
        const trueMillis = (events.at(-1)?.atMillis ?? 0) - first.atMillis
        assert.isAtMost(first.lowMillis, trueMillis)
        assert.isAtLeast(first.highMillis, trueMillis)
        const summary = events.reduce(RunSummary.add, RunSummary.initial)
        assert.strictEqual(summary.estimateMillis, first.remainingMillis)
      }).pipe(Effect.provide(Estimates.layerMemory))
  )

  it.effect(
    "are corrected as a tool turns out to take longer than usual, and by nothing that they say themselves",
    () =>
      Effect.gen(function* () {
        yield* history
        const events = yield* one(5_000)
        const told = estimatesOf(events)
        const end = events.at(-1)?.atMillis ?? 0
        const first = told[0]?.event ?? assert.fail()
        const last = told.at(-1)?.event ?? assert.fail()
        const wrong = (event: typeof first) => Math.abs(end - event.atMillis - event.remainingMillis)
        assert.isAbove(wrong(first), 3_000)
        assert.isBelow(wrong(last), 300)
        assert.isEmpty(told.filter(({ before }) => before === "EstimateChanged"))
      }).pipe(Effect.provide(Estimates.layerMemory))
  )

  it.effect("are learned once a run, though they stand among its events", () =>
    Effect.gen(function* () {
      yield* history
      const estimates = yield* Estimates
      const following = yield* estimates.follow({ model: "script" })
      const events = yield* one(310)
      const last = events.length - 1
      const own = events.slice(0, last).flatMap((event) => following.take(event) ?? [])
      assert.deepStrictEqual(
        own.map(({ remainingMillis }) => remainingMillis),
        estimatesOf(events).map(({ event }) => event.remainingMillis)
      )
    }).pipe(Effect.provide(Estimates.layerMemory))
  )

  it.effect("harm no run where they break", () =>
    Effect.gen(function* () {
      const events = yield* one(310)
      assert.strictEqual(events.at(-1)?._tag, "RunFinished")
      assert.isEmpty(estimatesOf(events))
    }).pipe(
      Effect.provideService(Estimates, {
        follow: () =>
          Effect.succeed({
            take: () => {
              throw new Error("broken")
            },
            at: () => null
          }),
        table: Effect.die("unused"),
        stats: Effect.die("unused")
      })
    )
  )
})
