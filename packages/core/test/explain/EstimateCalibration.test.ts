import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import type { AgentEvent } from "../../src/AgentEvent.ts"
import * as Estimate from "../../src/explain/Estimate.ts"
import * as EstimateCalibration from "../../src/explain/EstimateCalibration.ts"
import * as EstimateTable from "../../src/explain/EstimateTable.ts"
import { play, reading } from "../schedule/stage.ts"
import { constant, type Dice, dice, either, household, logNormal, pareto, runs, type World } from "./simulated.ts"

const setting = { model: "m" }

const learned = (all: ReadonlyArray<ReadonlyArray<AgentEvent>>, table = EstimateTable.empty) =>
  all.reduce((table, events) => Estimate.learn(table, events, setting, 0), table)

const judged = (table: EstimateTable.EstimateTable, all: ReadonlyArray<ReadonlyArray<AgentEvent>>) =>
  all.flatMap((events) => EstimateCalibration.judge(table, events, setting))

const rowOf = (rows: ReadonlyArray<EstimateCalibration.Row>, stage: string) =>
  rows.find((row) => row.stage === stage) ?? assert.fail(`There is no row of ${stage}.`)

const assertHolds = ({ stage, within }: EstimateCalibration.Row, what: string, least = 0.7) => {
  assert.isAtLeast(within, least, `${what}: ${stage}`)
  assert.isAtMost(within, 0.93, `${what}: ${stage}`)
}

const heavy: World = {
  ...household,
  tools: {
    ...household.tools,
    library: pareto(50, 1.1),
    search: either(0.5, constant(5), logNormal(4_000, 0.2))
  }
}
/** The estimates of 60 runs by what 100 before them taught, in two installations: one is luckier than another. */
const heldOut = (world: World) =>
  EstimateCalibration.report(
    [11, 12].flatMap((seed) => {
      const roll = dice(seed)
      return judged(learned(runs(world, 100, roll)), runs(world, 60, roll))
    })
  )

/** All of one run is slow or quick together. */
const paced: World = { ...household, pace: logNormal(1, 0.5) }

describe("the range of an estimate", () => {
  for (const [name, world] of Object.entries({ household, heavy, paced })) {
    it(`holds in 70 to 93 % of held-out runs, at the start and after each event: ${name}`, () => {
      const rows = heldOut(world)
      assert.lengthOf(rows, 9)
      for (const row of rows) assertHolds(row, name)
      // What is known at an event helps.
      assert.isBelow(rowOf(rows, "speaking").rangeMillis, 0.6 * rowOf(rows, "opening").rangeMillis)
      assert.approximately(rowOf(rows, "all").later, 0.5, 0.1)
    })
  }

  it("holds where a model always takes the same, and what is known exactly is never missed", () => {
    const world: World = {
      ...household,
      firstToken: constant(400),
      calling: constant(150),
      answering: constant(600)
    }
    const rows = heldOut(world)
    assertHolds(rowOf(rows, "all"), "steady")
    assertHolds(rowOf(rows, "opening"), "steady")
    // Only the answer remains, as long as ever.
    assert.isAbove(rowOf(rows, "speaking").within, 0.9)
    assert.isBelow(rowOf(rows, "speaking").rangeMillis, 50)
  })

  it("holds, too, while a service becomes slower from run to run", () => {
    const roll = dice(21)
    const recorded = Array.from({ length: 150 }, (_, index) => {
      const slower = 1 + index / 75
      const drifting: World = { ...household, pace: constant(slower) }
      return { events: runs(drifting, 1, roll)[0] ?? [], setting, endedAtMillis: index * 60_000 }
    })
    const { judgements } = EstimateCalibration.replay(EstimateTable.empty, recorded)
    const rows = EstimateCalibration.report(judgements)
    assertHolds(rowOf(rows, "all"), "drift", 0.75)
    assertHolds(rowOf(rows, "opening"), "drift")
  })

  it("is wide where little is known: too wide rather than too narrow", () => {
    const rows = EstimateCalibration.report(
      [31, 32, 33, 34, 35, 36, 37, 38].flatMap((seed) => {
        const roll = dice(seed)
        return judged(learned(runs(household, 8, roll)), runs(household, 15, roll))
      })
    )
    assert.isAtLeast(rowOf(rows, "all").within, 0.8)
    assert.isAtLeast(rowOf(rows, "opening").within, 0.8)
  })

  it.effect("holds in scripted runs of an agent on the test clock", () =>
    Effect.gen(function* () {
      const tools = ["look", "list"].map(reading)
      const slow = either(0.7, logNormal(40, 0.3), logNormal(900, 0.2))
      const reply = (roll: Dice) => ({
        calls: Array.from({ length: 1 + Math.floor(roll() * 3) }, (_, index) => ({
          name: roll() < 0.5 ? "look" : "list",
          input: { key: `${index}`, millis: Math.round(slow(roll)) }
        }))
      })
      const one = (roll: Dice) => {
        const replies = Array.from({ length: 1 + Math.floor(roll() * 3) }, () => reply(roll))
        const said = { text: "word ".repeat(10 + Math.floor(roll() * 60)) }
        return Effect.map(play({ tools, replies: [...replies, said] }), ({ events }) => events)
      }
      const roll = dice(41)
      const all = yield* Effect.forEach(Array.from({ length: 160 }), () => one(roll))
      const rows = EstimateCalibration.report(judged(learned(all.slice(0, 100)), all.slice(100)))
      assertHolds(rowOf(rows, "all"), "scripted")
      assertHolds(rowOf(rows, "opening"), "scripted")
      for (const row of rows) assert.isAtLeast(row.within, 0.7, row.stage)
    })
  )
})

describe("EstimateCalibration", () => {
  const judgement = (trueMillis: number, stage = "lead") => ({
    stage,
    trueMillis,
    estimate: { remainingMillis: 100, lowMillis: 50, highMillis: 200, runs: 9 }
  })

  it("reports how often the true time was inside the range, and how far from the median", () => {
    const times = [40, 60, 90, 150, 300]
    const judgements = [...times.map((millis) => judgement(millis)), judgement(100, "calling")]
    const [all, lead, calling] = EstimateCalibration.report(judgements)
    assert.deepStrictEqual(lead, {
      stage: "lead",
      estimates: 5,
      within: 0.6,
      below: 0.2,
      above: 0.2,
      later: 0.4,
      errorMillis: 50,
      rangeMillis: 150
    })
    assert.strictEqual(all?.estimates, 6)
    assert.strictEqual(calling?.within, 1)
    assert.deepStrictEqual(EstimateCalibration.report([]), [])
  })

  it("judges no run that failed or has not ended, and none before there is history", () => {
    const [events = []] = runs(household, 1, dice(51))
    const table = learned(runs(household, 20, dice(52)))
    assert.isAbove(EstimateCalibration.judge(table, events, setting).length, 0)
    assert.lengthOf(EstimateCalibration.judge(table, events.slice(0, -1), setting), 0)
    assert.lengthOf(EstimateCalibration.judge(EstimateTable.empty, events, setting), 0)
  })

  it("replays runs by what those before them taught", () => {
    const all = runs(household, 12, dice(53))
    const recorded = all.map((events) => ({ events, setting, endedAtMillis: 0 }))
    const { judgements, table } = EstimateCalibration.replay(EstimateTable.empty, recorded)
    assert.deepStrictEqual(table, learned(all))
    const after = (count: number) => judged(learned(all.slice(0, count)), all.slice(count, count + 1))
    assert.deepStrictEqual(
      judgements,
      all.flatMap((_, index) => after(index))
    )
  })
})
