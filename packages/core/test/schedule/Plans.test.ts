import * as Agent from "@callsheet/core/Agent"
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import type { ModelPart } from "@callsheet/core/model/ModelStream"
import { Approval, type ApprovalRequest } from "@callsheet/core/schedule/Approval"
import { replyMillis } from "@callsheet/testkit/scripted/Timing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schema, SchemaGetter, Stream } from "effect"

import { tagged } from "../fixtures.ts"
import { outcome, plan, planOf, tools, written } from "./planning.ts"
import { from, step } from "./plans.ts"
import { editing, model, pace, play, type Play, reading, told, troupe, Trouble, writing } from "./stage.ts"

/** Fails what has the key "broken". */
const failing: Play["act"] = ({ key, millis }) =>
  Effect.andThen(
    Effect.sleep(millis),
    key === "broken" ? Effect.fail(new Trouble({ sentence: "It is broken.", isRetryable: false })) : Effect.void
  )

/** Calls that started and did not settle. */
const unsettled = (events: ReadonlyArray<AgentEvent>) => {
  const settled = new Set(tagged(events, "ToolSettled").map(({ callId }) => callId))
  return tagged(events, "ToolStarted").filter(({ callId }) => !settled.has(callId))
}

/** A provider that gives every call the same id. */
const oneId = editing(
  (stream) => (request) =>
    Stream.map(stream(request), (part): ModelPart => {
      if (part._tag === "CallDelta") return { ...part, id: "same" }
      return part._tag === "Call" ? { ...part, call: { ...part.call, id: "same" } } : part
    })
)

describe("plans of a provider that gives every call one id", () => {
  it.effect("run their writes once each, in the same message and in later ones", () =>
    Effect.gen(function* () {
      const plan = (...keys: ReadonlyArray<string>) =>
        keys.map((key) => ({ name: "run_plan", input: { steps: [step("w", "change", { key })] } }))
      const { lines, views } = yield* play({
        tools: [writing("change")],
        policy: { plans: true },
        through: oneId,
        replies: [{ calls: plan("x", "y") }, { calls: plan("z") }]
      })
      assert.deepStrictEqual(
        lines.filter((line) => line.includes("start")).map((line) => line.slice(-1)),
        ["x", "y", "z"]
      )
      assert.deepStrictEqual([told(views[1]).length, told(views[2]).length], [2, 1])
    })
  )
})

describe("plans", () => {
  it.effect("are refused to an agent whose own toolkit has a tool of that name", () =>
    Effect.gen(function* () {
      const { toolkit } = troupe([reading("run_plan")])
      const agent = Agent.make({ name: "test", instructions: "", toolkit, policy: { plans: true } })
      const exit = yield* Effect.exit(
        Effect.provide(
          agent.ask("Go"),
          model(() => ({ text: "Done.", calls: [] }))
        )
      )
      assert.include(String(exit), "A tool of this agent is named run_plan")
    })
  )

  it.effect("steps start while the plan still streams in", () =>
    Effect.gen(function* () {
      const steps = [step("a", "look", { key: "a" }), step("b", "look", { key: "b" }), step("c", "look", { key: "c" })]
      const { lines } = yield* plan(steps)
      const [a = 0, b = 0, c = 0] = written(steps)
      // Each step is 44 bytes, with what stands between: 11 tokens or 110 ms.
      assert.deepStrictEqual([b - a, c - b], [110, 110])
      assert.deepStrictEqual(
        lines.filter((line) => line.includes("start")),
        [`${a} start look a`, `${b} start look b`, `${c} start look c`]
      )
    })
  )

  it.effect("independent branches do not wait for each other", () =>
    Effect.gen(function* () {
      const steps = [
        step("a", "look", { key: "a", millis: 1000 }),
        step("b", "look", { key: from("a", "parts", 0) }),
        step("c", "look", { key: "c", millis: 3000 }),
        step("d", "look", { key: from("c", "parts", 0) })
      ]
      const { finished, lines } = yield* plan(steps)
      const [a = 0, , c = 0] = written(steps)
      assert.deepStrictEqual(lines, [
        `${a} start look a`,
        `${c} start look c`,
        `${a + 1000} end look a`,
        `${a + 1000} start look a1`,
        `${a + 1040} end look a1`,
        `${c + 3000} end look c`,
        `${c + 3000} start look c1`,
        `${c + 3040} end look c1`
      ])
      assert.strictEqual(finished?.atMillis, c + 3040 + 110)
    })
  )

  it.effect("a chain of four as one plan takes one model call and exactly its critical path", () =>
    Effect.gen(function* () {
      const steps = [
        step("a", "look", { key: "k", millis: 500 }),
        step("b", "look", { key: from("a", "parts", 0), millis: 500 }),
        step("c", "look", { key: from("b", "parts", 0), millis: 500 }),
        step("d", "look", { key: from("c", "parts", 0), millis: 500 })
      ]
      const { finished, lines, views } = yield* plan(steps)
      const [a = 0] = written(steps)
      assert.deepStrictEqual(
        lines.filter((line) => line.includes("start")),
        [`${a} start look k`, `${a + 500} start look k1`, `${a + 1000} start look k11`, `${a + 1500} start look k111`]
      )
      assert.strictEqual(views.length, 2)
      assert.strictEqual(finished?.atMillis, a + 2000 + 110)
    })
  )

  it.effect("a step may refer to one that is written after it", () =>
    Effect.gen(function* () {
      const steps = [step("b", "look", { key: from("a", "parts", 0) }), step("a", "look", { key: "a" })]
      const { lines } = yield* plan(steps)
      const [, a = 0] = written(steps)
      assert.deepStrictEqual(lines, [
        `${a} start look a`,
        `${a + 40} end look a`,
        `${a + 40} start look a1`,
        `${a + 80} end look a1`
      ])
    })
  )

  it.effect("a for-each step runs for all elements side by side, and gives the list of results", () =>
    Effect.gen(function* () {
      const steps = [
        step("a", "look", { key: "a", millis: 1000 }),
        step("b", "look", { key: from("$item") }, from("a", "parts")),
        step("c", "look", { key: from("b", 2, "key") })
      ]
      const played = yield* plan(steps)
      const [a = 0] = written(steps)
      assert.deepStrictEqual(
        played.lines.filter((line) => line.includes("start")),
        [0, 1000, 1000, 1000, 1040].map(
          (later, index) => `${a + later} start look ${["a", "a1", "a2", "a3", "a3"][index]}`
        )
      )
      assert.deepStrictEqual(outcome(played), {
        results: { c: { key: "a3", parts: ["a31", "a32", "a33"] } },
        failures: {}
      })
    })
  )

  it.effect("a for-each step over an empty list gives an empty list", () =>
    Effect.gen(function* () {
      const steps = [
        step("a", "look", { key: "a", parts: 0 }),
        step("b", "look", { key: from("$item") }, from("a", "parts"))
      ]
      assert.deepStrictEqual(outcome(yield* plan(steps)), { results: { b: [] }, failures: {} })
    })
  )

  it.effect("a plan whose steps have all ended before it is written to its end is done then", () =>
    Effect.gen(function* () {
      const steps = [step("a", "look", { key: "quick", parts: 0 })]
      const played = yield* plan(steps, { act: () => Effect.void })
      const endMillis = replyMillis(planOf(steps), pace)
      assert.isBelow(written(steps)[0] ?? Infinity, endMillis)
      assert.deepStrictEqual(outcome(played), { results: { a: { key: "quick", parts: [] } }, failures: {} })
      assert.strictEqual(played.finished?.atMillis, endMillis + 110)
    })
  )

  it.effect("what has not ended when its step's time is over is a failure, and what has is still a result", () =>
    Effect.gen(function* () {
      const steps = [
        step("a", "look", { key: "a" }),
        step("b", "look", { key: from("$item"), parts: 0 }, from("a", "parts")),
        step("c", "look", { key: "slow" }),
        step("d", "look", { key: from("c", "key") })
      ]
      const played = yield* plan(steps, {
        policy: { plans: true, stepLimit: Duration.seconds(9) },
        act: ({ key }) => Effect.sleep(key === "slow" || key === "a2" ? 60_000 : 40)
      })
      const late = "It did not end within the time that the run has."
      assert.deepStrictEqual(outcome(played), {
        results: { b: [{ key: "a1", parts: [] }, { error: late }, { key: "a3", parts: [] }] },
        failures: { c: late, d: late }
      })
      assert.deepStrictEqual(
        played.lines.filter((line) => line.includes("stop")),
        ["9000 stop look a2", "9000 stop look slow"]
      )
      assert.deepStrictEqual(unsettled(played.events), [])
    })
  )

  it.effect("$literal hands an object on that looks like a reference", () =>
    Effect.gen(function* () {
      const steps = [step("a", "look", { key: "a", note: { $literal: from("b", "x") } })]
      const { events } = yield* plan(steps)
      assert.deepStrictEqual(tagged(events, "ToolStarted")[0]?.input, { key: "a", note: from("b", "x") })
    })
  )

  it.effect("a failed step fails only its dependents", () =>
    Effect.gen(function* () {
      const steps = [
        step("a", "look", { key: "a" }),
        step("lost", "look", { key: from("b", "key") }),
        step("b", "look", { key: "broken" }),
        step("c", "look", { key: from("a", "parts", 1) })
      ]
      const played = yield* plan(steps, { act: failing })
      assert.deepStrictEqual(outcome(played), {
        results: { c: { key: "a2", parts: ["a21", "a22", "a23"] } },
        failures: { lost: 'not run: step "b" failed', b: "It is broken." }
      })
    })
  )

  it.effect("a for-each step fails only where its elements do", () =>
    Effect.gen(function* () {
      const steps = [
        step("a", "look", { key: "a" }),
        step("b", "look", { key: from("$item"), parts: 1 }, from("a", "parts")),
        step("c", "look", { key: from("$item", "key"), parts: 0, note: 1 }, from("b"))
      ]
      const played = yield* plan(steps, {
        act: (doing) => failing({ ...doing, key: doing.key === "a2" ? "broken" : "" })
      })
      assert.deepStrictEqual(outcome(played), {
        results: {
          c: [
            { key: "a1", parts: [] },
            { key: "a3", parts: [] }
          ]
        },
        failures: { b: "1 of 3 elements failed, the first with: It is broken." }
      })
    })
  )

  it.effect("the result holds leaves and failures, and nothing in between", () =>
    Effect.gen(function* () {
      const steps = [
        step("a", "look", { key: "a" }),
        step("b", "look", { key: from("a", "parts", 0), parts: 0 }),
        step("c", "look", { key: "broken" })
      ]
      const played = yield* plan(steps, { act: failing })
      assert.deepStrictEqual(outcome(played), {
        results: { b: { key: "a1", parts: [] } },
        failures: { c: "It is broken." }
      })
    })
  )

  for (const [fault, faulty, words] of [
    ["an unknown tool", step("f", "lok"), 'step "f": no tool "lok"; the tools are look, change, erase, list'],
    [
      "an unknown id",
      step("f", "look", { key: from("z", "key") }),
      'step "f": input.key: no step "z"; the steps are w'
    ],
    ["a cycle", step("f", "look", { key: from("f", "key") }), 'step "f": input.key: a step cannot use its own result'],
    [
      "a path that the shape cannot have",
      step("f", "look", { key: from("w", "title") }),
      'step "f": input.key: "title" of step "w": it has no title; it has key, parts'
    ],
    [
      "JSON kinds that cannot fit",
      step("f", "look", { key: from("w", "parts") }),
      'step "f": input.key: "parts" of step "w" is string[]; look wants string'
    ]
  ] as const) {
    it.effect(`${fault} is told in words that the model can mend, and nothing that writes ran`, () =>
      Effect.gen(function* () {
        const whole = [step("w", "change", { key: "w" }), step("m", "look", { key: "m" })]
        const played = yield* play({
          tools,
          policy: { plans: true },
          replies: [planOf([step("w", "change", { key: "w" }), faulty]), planOf(whole)]
        })
        assert.deepStrictEqual(outcome(played), {
          results: {},
          failures: { w: "not run: the plan has faults, so nothing in it that writes ran", f: words }
        })
        // Mended, it runs.
        assert.deepStrictEqual(
          played.lines.map((line) => line.replace(/^\d+ /, "")),
          ["start look m", "start change w", "end look m", "end change w"]
        )
      })
    )
  }

  it.effect("steps that wait for each other are told", () =>
    Effect.gen(function* () {
      const steps = [step("f", "look", { key: from("g", "key") }), step("g", "look", { key: from("f", "key") })]
      const played = yield* plan(steps)
      assert.deepStrictEqual(outcome(played), {
        results: {},
        failures: {
          f: 'step "f": these steps wait for each other: f -> g -> f',
          g: "not run: what it refers to has a fault"
        }
      })
      assert.deepStrictEqual(played.lines, [])
    })
  )

  it.effect("an input that only its parameter Schema can refuse is that step's failure, when it is resolved", () =>
    Effect.gen(function* () {
      const steps = [
        step("a", "look", { key: "a" }),
        step("b", "look", { key: "b", parts: 0.5 }),
        step("c", "look", { key: from("a", "parts", 0), parts: 0 })
      ]
      const played = yield* plan(steps)
      const text = JSON.stringify(outcome(played))
      assert.match(text, /"results":\{"c":\{"key":"a1","parts":\[\]\}\}/)
      assert.match(text, /"failures":\{"b":"[^"]*Invalid parameters for tool 'look'/)
    })
  )

  it.effect("a plan that is not JSON, or is no plan, is told", () =>
    Effect.gen(function* () {
      const { lines, views } = yield* play({
        tools,
        policy: { plans: true },
        replies: [{ calls: [{ name: "run_plan", input: { step: [] } }] }]
      })
      assert.match(JSON.stringify(told(views[1])), /steps/)
      assert.deepStrictEqual(lines, [])
    })
  )

  it.effect("an approval inside a plan shows the resolved input, and makes its dependents wait alone", () =>
    Effect.gen(function* () {
      const steps = [
        step("a", "look", { key: "a", millis: 1000 }),
        step("e", "erase", { key: from("a", "parts", 0) }),
        step("b", "list", { key: from("a", "parts", 1) }),
        step("c", "look", { key: from("e", "parts", 2) })
      ]
      const asked: Array<ApprovalRequest> = []
      const yes = (request: ApprovalRequest) =>
        Effect.as(
          Effect.andThen(
            Effect.sync(() => asked.push(request)),
            Effect.sleep(5000)
          ),
          true
        )
      const { events, lines } = yield* Effect.provideService(plan(steps), Approval, yes)
      const request = { callId: "call_0_0.e", name: "erase", input: { key: "a1" } }
      assert.deepStrictEqual(asked, [request])
      const [needed] = tagged(events, "ApprovalNeeded")
      assert.deepStrictEqual({ callId: needed?.callId, name: needed?.name, input: needed?.input }, request)
      const [a = 0] = written(steps)
      assert.strictEqual(needed?.atMillis, a + 1000)
      assert.deepStrictEqual(lines, [
        `${a} start look a`,
        `${a + 1000} end look a`,
        `${a + 1000} start list a2`,
        `${a + 1040} end list a2`,
        `${a + 6000} start erase a1`,
        `${a + 6040} end erase a1`,
        `${a + 6040} start look a13`,
        `${a + 6080} end look a13`
      ])
    })
  )

  it.effect("51 steps are one too many: what began is settled, and the model is told", () =>
    Effect.gen(function* () {
      const steps = Array.from({ length: 51 }, (_, index) =>
        step(`s${index}`, "look", { key: `${index}`, millis: 90_000 })
      )
      const played = yield* plan([step("w", "change", { key: "w" }), ...steps.slice(1)])
      assert.deepStrictEqual(outcome(played), { error: "the plan has 51 steps; at most 50 are allowed" })
      assert.notInclude(played.lines.join(), "change")
      assert.deepStrictEqual(unsettled(played.events), [])
    })
  )

  it.effect("50 steps and 100 elements run; for 101 elements the step fails with words", () =>
    Effect.gen(function* () {
      const rest = Array.from({ length: 47 }, (_, index) => step(`s${index}`, "look", { key: `${index}`, parts: 0 }))
      const steps = [
        step("a", "look", { key: "a", parts: 100 }),
        step("b", "look", { key: from("$item"), parts: 0 }, from("a", "parts")),
        step("c", "look", { key: "c", parts: 101 }),
        ...rest
      ]
      const played = yield* plan(steps, { policy: { plans: true, toolConcurrency: 200 } })
      assert.strictEqual(played.lines.filter((line) => line.includes("start")).length, 149)
      const over = yield* plan([
        step("c", "look", { key: "c", parts: 101 }),
        step("d", "look", { key: from("$item") }, from("c", "parts"))
      ])
      assert.deepStrictEqual(outcome(over), {
        results: {},
        failures: { d: "forEach has 101 elements; at most 100 are allowed" }
      })
    })
  )
})

/** A tool whose parameters take a second to be read. */
const slowly = (tool: ReturnType<typeof writing>) => {
  const { fields } = tool.parametersSchema
  const key = Schema.String.pipe(
    Schema.decode({
      decode: SchemaGetter.transformEffect((text: string) => Effect.as(Effect.sleep(1000), text)),
      encode: SchemaGetter.passthrough()
    })
  )
  return tool.setParameters(Schema.Struct({ ...fields, key }))
}

describe("a plan with a fault", () => {
  const faulty = step("bad", "nothing")

  it.effect("runs no element of a write for each, though its elements take their time to be read", () =>
    Effect.gen(function* () {
      const keys = ["a", "b", "c", "d", "e"]
      const slow = step("r", "look", { key: "r", millis: 20_000 })
      const { lines } = yield* plan([slow, step("w", "change", { key: from("$item") }, keys), faulty], {
        tools: [reading("look"), slowly(writing("change"))]
      })
      assert.deepStrictEqual(
        lines.map((line) => line.replace(/^\d+ /, "")),
        ["start look r", "end look r"]
      )
    })
  )

  it.effect("asks nobody to approve what it refused", () =>
    Effect.gen(function* () {
      const { events } = yield* plan([step("e", "erase", { key: "e" }), faulty])
      assert.isEmpty(tagged(events, "ApprovalNeeded"))
    })
  )

  it.effect("is one that names its steps twice: nothing of either list that writes runs", () =>
    Effect.gen(function* () {
      const one = JSON.stringify([step("w", "change", { key: "x" })])
      const other = JSON.stringify([step("r", "look", { key: "y" })])
      const { lines, views } = yield* play({
        tools,
        policy: { plans: true },
        replies: [planOf([step("placeholder", "look", { key: "z" })])],
        through: saying(`{"steps":${one},"steps":${other}}`)
      })
      assert.isEmpty(lines.filter((line) => line.includes("change")))
      assert.include(JSON.stringify(told(views[1])), 'names \\"steps\\" twice')
    })
  )
})

/** A provider whose call has `text` for its arguments, in one piece. */
const saying = (text: string) =>
  editing(
    (stream) => (request) =>
      Stream.flatMap(stream(request), (part): Stream.Stream<ModelPart> => {
        if (part._tag === "CallDelta") return Stream.empty
        if (part._tag !== "Call") return Stream.make(part)
        const call = { ...part.call, inputText: text, input: JSON.parse(text) }
        return Stream.make<[ModelPart, ModelPart]>(
          { _tag: "CallDelta", id: call.id, delta: text },
          { _tag: "Call", call }
        )
      })
  )
