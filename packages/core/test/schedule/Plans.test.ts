import { timeline } from "@callsheet/testkit/scripted/Timing"
import { Approval, type ApprovalRequest } from "@callsheet/core/schedule/Approval"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { tagged } from "../fixtures.ts"
import { from, step } from "./plans.ts"
import { destroying, pace, play, type Play, reading, told, writing } from "./stage.ts"

const tools = [reading("look"), writing("change"), destroying("erase")]

type Steps = ReadonlyArray<ReturnType<typeof step>>

const planOf = (steps: Steps) => ({ text: "", calls: [{ name: "run_plan", input: { steps } }] })

/** A run whose model first hands in `steps`. */
const plan = (steps: Steps, more: Partial<Play> = {}) =>
  play({ tools, policy: { plans: true }, replies: [planOf(steps)], ...more })

/** When the model has written each of `steps`. */
const written = (steps: Steps): ReadonlyArray<number> => {
  let text = ""
  const arrivals = timeline(planOf(steps), pace).map(({ atMillis, delta }) => {
    text += delta
    return { atMillis, length: text.length }
  })
  return steps.map((_, index) => {
    const end = JSON.stringify({ steps: steps.slice(0, index + 1) }).length - "]}".length
    return arrivals.find(({ length }) => length >= end)?.atMillis ?? Infinity
  })
}

/** What the model read of the plan that it handed in at turn `turn`. */
const outcome = ({ views }: { readonly views: Parameters<typeof told>[0][] }, turn = 0) => told(views[turn + 1])[0]

describe("plans", () => {
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
        [0, 1000, 1000, 1000, 1040].map((later, index) => `${a + later} start look ${["a", "a1", "a2", "a3", "a3"][index]}`)
      )
      assert.deepStrictEqual(outcome(played), { results: { c: { key: "a3", parts: ["a31", "a32", "a33"] } }, failures: {} })
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
        step("c", "look", { key: from("$item", "key"), parts: 0 }, from("b"))
      ]
      const played = yield* plan(steps, { act: (doing) => (doing.key === "a2" ? failing({ ...doing, key: "broken" }) : failing(doing)) })
      assert.deepStrictEqual(outcome(played), {
        results: { c: [{ key: "a1", parts: [] }, { key: "a3", parts: [] }] },
        failures: {}
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
})
