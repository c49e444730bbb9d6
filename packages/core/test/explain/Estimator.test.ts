import { assert, describe, it } from "@effect/vitest"

import type { AgentEvent } from "../../src/AgentEvent.ts"
import * as Estimate from "../../src/explain/Estimate.ts"
import * as EstimateTable from "../../src/explain/EstimateTable.ts"
import * as Estimator from "../../src/explain/Estimator.ts"
import { constant, dice, household, type Kind, run, runs } from "./simulated.ts"

const setting = { model: "m" }
const table = runs(household, 100, dice(1)).reduce(
  (table, events) => Estimate.learn(table, events, setting, 0),
  EstimateTable.empty
)

const long: Kind = { question: "all of it", steps: () => Array.from({ length: 300 }, () => ["search", "search"]) }
const follow = (events: ReadonlyArray<AgentEvent>, of = table) => {
  const estimator = Estimator.make(of, setting)
  const told = events.flatMap((event) => {
    const estimate = estimator.take(event)
    return estimate === undefined ? [] : [{ event, estimate }]
  })
  return { estimator, told }
}

describe("Estimator", () => {
  it("tells the estimate at the start, and then where it has changed, as `Estimate.of` has it", () => {
    for (const events of runs(household, 30, dice(2))) {
      const { told } = follow(events)
      assert.strictEqual(told[0]?.event._tag, "RunStarted")
      for (const { estimate, event } of told) {
        assert.deepStrictEqual(estimate, Estimate.of(table, events.slice(0, event.seq + 1), setting))
      }
      for (const [index, { event }] of told.entries()) {
        const before = told[index - 1]
        if (before !== undefined) assert.isAtLeast(event.atMillis - before.event.atMillis, 100)
      }
    }
  })

  it("does not tell again what follows from what was told", () => {
    const steady = { ...household, tools: { look: constant(300) }, firstToken: constant(400) }
    const world = { ...steady, calling: constant(100), answering: constant(500) }
    const kind: Kind = { question: "what is it", steps: () => [["look"], ["look"]] }
    const roll = dice(3)
    const known = Array.from({ length: 100 }, () => run(world, kind, roll)).reduce(
      (table, events) => Estimate.learn(table, events, setting, 0),
      EstimateTable.empty
    )
    assert.isAtMost(follow(run(world, kind, roll), known).told.length, 4)
  })

  it("tells a bounded number of estimates, however long the run", () => {
    const { estimator, told } = follow(run(household, long, dice(4)).slice(0, -1))
    assert.isAbove(told.length, 5)
    assert.isAtMost(told.length, Estimator.maxTold)
    // It was too long to be followed to the end.
    assert.isNull(estimator.at(1e9))
    assert.lengthOf(estimator.lesson(), 0)
  })

  it("estimates as time passes without an event, until the run has ended", () => {
    const [events = []] = runs(household, 1, dice(5))
    const { estimator } = follow(events.slice(0, 1))
    const at = (millis: number) => estimator.at(millis)?.remainingMillis ?? assert.fail()
    assert.isAbove(at(10_000), 0)
    // Never as of before what was seen.
    assert.strictEqual(at(-5), at(0))
    const ended = follow(events)
    assert.isNull(ended.estimator.at(10_000))
  })

  it("teaches what the run's events teach", () => {
    for (const events of runs(household, 10, dice(6))) {
      const { estimator } = follow(events)
      assert.deepStrictEqual(estimator.lesson(), Estimate.lesson(table, events, setting))
    }
  })

  it("tells nothing without history, and learns all the same", () => {
    const [events = []] = runs(household, 1, dice(7))
    const { estimator, told } = follow(events, EstimateTable.empty)
    assert.lengthOf(told, 0)
    assert.isAbove(estimator.lesson().length, 0)
  })
})
