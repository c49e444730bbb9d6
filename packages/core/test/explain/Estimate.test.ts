import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { AgentEvent } from "../../src/AgentEvent.ts"
import * as Estimate from "../../src/explain/Estimate.ts"
import * as EstimateForecast from "../../src/explain/EstimateForecast.ts"
import * as EstimateRun from "../../src/explain/EstimateRun.ts"
import * as EstimateTable from "../../src/explain/EstimateTable.ts"
import { constant, dice, either, household, logNormal, runs, type World } from "./simulated.ts"

const setting = { model: "m" }

const learned = (all: ReadonlyArray<ReadonlyArray<AgentEvent>>, table = EstimateTable.empty) =>
  all.reduce((table, events) => Estimate.learn(table, events, setting, 0), table)

const household200 = learned(runs(household, 200, dice(1)))

const estimateOf = (table: EstimateTable.EstimateTable, events: ReadonlyArray<AgentEvent>, own = setting) =>
  Estimate.of(table, events, own) ?? assert.fail("There is no estimate.")

/** The events up to the `nth` that is a `tag`. */
const until = (events: ReadonlyArray<AgentEvent>, tag: AgentEvent["_tag"], nth = 1) => {
  let left = nth
  const index = events.findIndex(({ _tag }) => _tag === tag && --left === 0)
  return index < 0 ? assert.fail(`There is no ${tag}.`) : events.slice(0, index + 1)
}

/** A run that a model decides. */
const byModel = (seed: number) =>
  runs(household, 20, dice(seed)).find((all) => all.some(({ _tag }) => _tag === "StepStarted")) ?? assert.fail()

/** A world of one kind, in which all but the tool takes a known time. */
const tooling = (tools: World["tools"], steps: ReadonlyArray<ReadonlyArray<string>>): World => ({
  tools,
  firstToken: constant(300),
  calling: constant(100),
  answering: constant(400),
  kinds: [{ question: "what is it", steps: () => steps }]
})

const Seed = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))

describe("Estimate", () => {
  it("says nothing before five runs, of another agent's, and once a run has ended", () => {
    const all = runs(household, 6, dice(2))
    const [last = []] = all.slice(-1)
    assert.isNull(Estimate.of(learned(all.slice(0, 4)), last.slice(0, 1), setting))
    const table = learned(all.slice(0, 5))
    assert.strictEqual(Estimate.of(table, last.slice(0, 1), setting)?.runs, 5)
    assert.isNull(Estimate.of(table, last, setting))
    const other = last.slice(0, 1).map((event) => (event._tag === "RunStarted" ? { ...event, agent: "other" } : event))
    assert.isNull(Estimate.of(table, other, setting))
    assert.isNull(Estimate.of(table, [], setting))
  })

  it("knows to the millisecond, nearly, what always takes the same", () => {
    const world = tooling({ look: constant(200) }, [["look"]])
    const roll = dice(3)
    const table = learned(runs(world, 100, roll))
    const [events = []] = runs(world, 1, roll)
    for (const tag of ["RunStarted", "StepStarted", "ToolStarted", "ToolSettled"] as const) {
      const begun = until(events, tag)
      const left = (events.at(-1)?.atMillis ?? 0) - (begun.at(-1)?.atMillis ?? 0)
      assert.approximately(estimateOf(table, begun).remainingMillis, left, 0.1 * left, tag)
    }
  })

  it("does not let a call end at once that has outlived the quick ones", () => {
    const world = tooling({ queue: either(0.8, constant(50), logNormal(4_000, 0.05)) }, [["queue"]])
    const roll = dice(4)
    const table = learned(runs(world, 100, roll))
    const begun = until(runs(world, 1, roll)[0] ?? [], "ToolStarted")
    const run = EstimateRun.of(begun)
    const after = (millis: number) =>
      Estimate.at(table, run, setting, run.atMillis + millis) ?? assert.fail("There is no estimate.")
    // Then the answer: 700 ms.
    assert.isBelow(after(0).remainingMillis, 900)
    assert.isAbove(after(300).remainingMillis, 3_500)
    assert.isAbove(after(300).lowMillis, 2_500)
    assert.approximately(after(3_000).remainingMillis, 1_700, 300)
    // Longer than anything before it.
    assert.isAbove(after(20_000).remainingMillis, 3_000)
  })

  it("waits for the longest of the calls that run side by side, and of many equal ones for longer", () => {
    const tools = { quick: constant(20), slow: constant(1_500), varied: logNormal(300, 0.8) }
    const roll = dice(5)
    const table = ["quick", "slow", "varied"].reduce(
      (table, name) => learned(runs(tooling(tools, [[name]]), 60, roll), table),
      EstimateTable.empty
    )
    const remaining = (...names: ReadonlyArray<string>) => {
      const events = until(runs(tooling(tools, [names]), 1, dice(6))[0] ?? [], "StepStarted")
      const call = (name: string, seq: number) =>
        ({
          _tag: "ToolStarted",
          runId: "run",
          seq,
          atMillis: 400,
          step: 0,
          callId: `call_${seq}`,
          name,
          input: {}
        }) as const
      return estimateOf(table, [...events, ...names.map(call)]).remainingMillis
    }
    assert.approximately(remaining("quick", "slow"), 1_500 + 700, 200)
    assert.approximately(remaining("quick", "quick"), 20 + 700, 120)
    assert.isAbove(remaining("varied", "varied", "varied", "varied"), 1.3 * remaining("varied"))
  })

  it("takes a run that has had more steps than any other to be near its end", () => {
    const roll = dice(7)
    const table = learned(runs(tooling({ look: constant(100) }, [["look"]]), 50, roll))
    const [long = []] = runs(
      tooling(
        { look: constant(100) },
        Array.from({ length: 9 }, () => ["look"])
      ),
      1,
      roll
    )
    const { highMillis, lowMillis } = estimateOf(table, until(long, "StepStarted", 8))
    assert.isAbove(lowMillis, 300)
    assert.isBelow(highMillis, 4_000)
  })

  it("learns of a run that failed or was out of time what tools took, and no more", () => {
    const events = byModel(8)
    const end = { runId: "run", seq: events.length, atMillis: 60_000 }
    const failed = { _tag: "RunFailed", ...end, problem: "It broke.", isRetryable: false } as const
    const cut = { _tag: "RunFinished", ...end, answer: "", steps: 1, reason: "deadline" } as const
    for (const last of [failed, cut]) {
      const parts = [...learned([[...events.slice(0, -1), last]]).keys()].map((key) => key.split('"')[1])
      assert.deepStrictEqual([...new Set(parts)], ["tool"])
    }
    assert.strictEqual(learned([events.slice(0, -1)]).size, 0)
  })

  it("keeps no name of a tool that the model made up, and waits for nothing that was foreseen", () => {
    const events = byModel(9)
    const begun = until(events, "StepStarted")
    const call = { runId: "run", atMillis: 5, step: 0 }
    const figures = { startMillis: 5, millis: 0, queueMillis: 0, retries: 0, source: "upstream" }
    const named = { _tag: "ToolSettled", seq: 90, callId: "call_x", name: "invented" }
    const madeUp = { ...call, ...named, ...figures, ok: false, problem: "There is no such tool." }
    const settled = Schema.decodeUnknownSync(AgentEvent)(madeUp)
    assert.notInclude(EstimateTable.encode(learned([[...begun, settled, ...events.slice(begun.length)]])), "invented")
    const foreseen = { ...call, _tag: "ToolStarted", seq: 91, callId: "foreseen_0", name: "queue", input: {} } as const
    const last = { ...foreseen, atMillis: begun.at(-1)?.atMillis ?? 0 }
    assert.deepStrictEqual(estimateOf(household200, [...begun, last]), estimateOf(household200, begun))
  })

  it("waits for a person as long as people take, and learns that", () => {
    const world = tooling({ write: constant(100) }, [["write"]])
    const roll = dice(10)
    const approved = (events: ReadonlyArray<AgentEvent>) => {
      const at = events.findIndex(({ _tag }) => _tag === "ToolStarted")
      const needed = events[at]
      if (needed?._tag !== "ToolStarted") return assert.fail()
      const later = events.slice(at).map((event) => ({ ...event, atMillis: event.atMillis + 8_000 }))
      return [...events.slice(0, at), { ...needed, _tag: "ApprovalNeeded" } as const, ...later]
    }
    const table = learned(runs(world, 40, roll).map(approved))
    const begun = until(approved(runs(world, 1, roll)[0] ?? []), "ApprovalNeeded")
    assert.approximately(estimateOf(table, begun).remainingMillis, 8_000 + 800, 900)
  })

  it("knows that rules may come to nothing, and a model is asked after all", () => {
    const roll = dice(11)
    const world = tooling({ look: constant(100) }, [["look"]])
    const asked = runs(world, 40, roll)
    const ruled = (events: ReadonlyArray<AgentEvent>): ReadonlyArray<AgentEvent> => {
      const routed = events.find(({ _tag }) => _tag === "Routed")
      if (routed?._tag !== "Routed") return assert.fail()
      const later = events.slice(1).map((event) => ({ ...event, atMillis: event.atMillis + 50 }))
      return [...events.slice(0, 1), { ...routed, route: "rules" }, ...later]
    }
    const table = learned(asked.map(ruled))
    const begun = until(ruled(runs(world, 1, roll)[0] ?? []), "Routed")
    assert.approximately(estimateOf(table, begun).remainingMillis, 50 + 400 + 100 + 700, 150)
  })

  it("goes by the model that is asked, where it is known, and by all others where it is not", () => {
    const roll = dice(12)
    const world = tooling({}, [])
    const slower = { ...world, answering: constant(4_000) }
    const both = runs(world, 40, roll).reduce(
      (table, events) => Estimate.learn(table, events, { model: "quick" }, 0),
      runs(slower, 40, roll).reduce(
        (table, events) => Estimate.learn(table, events, { model: "slow" }, 0),
        EstimateTable.empty
      )
    )
    const begun = until(runs(world, 1, roll)[0] ?? [], "StepStarted")
    const of = (model: string) => estimateOf(both, begun, { model })
    assert.approximately(of("quick").remainingMillis, 700, 100)
    assert.approximately(of("slow").remainingMillis, 4_300, 400)
    assert.isBelow(of("new").lowMillis, 900)
    assert.isAbove(of("new").highMillis, 4_000)
  })

  it.prop(
    "is never negative, in order, the same each time, and within the deadline, at any moment of any run",
    [Seed, Schema.Literals([1, 500, 3_000])],
    ([seed, deadlineMillis]) => {
      const [events = []] = runs(household, 1, dice(seed))
      const cut = { ...setting, deadlineMillis }
      for (const run of Estimate.moments(events)) {
        for (const late of [0, 137, 60_000]) {
          const at = run.atMillis + late
          const estimate = Estimate.at(household200, run, setting, at) ?? assert.fail()
          assert.isAtLeast(estimate.lowMillis, 0)
          assert.isAtLeast(estimate.remainingMillis, estimate.lowMillis)
          assert.isAtLeast(estimate.highMillis, estimate.remainingMillis)
          assert.isTrue(Number.isFinite(estimate.highMillis))
          assert.deepStrictEqual(Estimate.at(household200, run, setting, at), estimate)
          const high = Estimate.at(household200, run, cut, at)?.highMillis ?? assert.fail()
          assert.isAtMost(high, Math.max(0, deadlineMillis - at) + 0.5)
        }
      }
    },
    { arbitrary: { runs: 40 } }
  )

  it.prop(
    "does not break on any events in any order",
    [Schema.Array(AgentEvent)],
    ([events]) => {
      const begun = [
        { _tag: "RunStarted", runId: "r", seq: 0, atMillis: 0, agent: "simulated", question: "" } as const,
        ...events
      ]
      const estimate = Estimate.of(household200, begun, setting)
      if (estimate !== null) assert.isAtLeast(estimate.lowMillis, 0)
      Estimate.learn(household200, begun, setting, 0)
    },
    { arbitrary: { runs: 200 } }
  )

  it("shrinks, over many runs, by the time that passes: what it expects in all stays the same", () => {
    const roll = dice(13)
    const table = learned(runs(household, 300, roll))
    /** What a forecast expects in all, on average of runs that are so far. */
    const atShares = new Map<EstimateForecast.Stage, Array<{ left: number; all: number; truth: number }>>()
    for (const events of runs(household, 300, roll)) {
      const truth = events.at(-1)?.atMillis ?? 0
      const seen = new Set<EstimateForecast.Stage>()
      for (const run of Estimate.moments(events)) {
        const stage = EstimateForecast.stageOf(run)
        const left = Estimate.at(table, run, setting, run.atMillis)?.remainingMillis ?? assert.fail()
        if (run.firstRoute === "rules" || seen.has(stage)) continue
        seen.add(stage)
        atShares.set(stage, [...(atShares.get(stage) ?? []), { left, all: left + run.atMillis, truth }])
      }
    }
    const mean = (stage: EstimateForecast.Stage, of: "left" | "all" | "truth") => {
      const all = atShares.get(stage) ?? assert.fail(stage)
      return all.reduce((sum, one) => sum + one[of], 0) / all.length
    }
    const inOrder = ["waiting", "calling", "between", "speaking"] as const
    const left = inOrder.map((stage) => mean(stage, "left"))
    assert.deepStrictEqual(
      left,
      left.toSorted((one, other) => other - one)
    )
    for (const stage of inOrder) assert.approximately(mean(stage, "all") / mean(stage, "truth"), 1, 0.15, stage)
  })

  it("holds no more of a long run than of a short one", () => {
    const roll = dice(14)
    const world = tooling(
      { look: constant(1) },
      Array.from({ length: 200 }, () => ["look", "look", "look"])
    )
    const [events = []] = runs(world, 1, roll)
    const run = EstimateRun.of(events)
    assert.isAtMost(run.steps.length, 64)
    assert.isAtMost(run.tools.length, 256)
    assert.lengthOf(run.running, 0)
  })
})
