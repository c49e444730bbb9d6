import { replyMillis } from "@callsheet/testkit/scripted/Timing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { tagged } from "../fixtures.ts"
import { outcome, plan, planOf, written } from "./planning.ts"
import { from, step } from "./plans.ts"
import { destroying, pace, type Play, reading, Trouble, writing } from "./stage.ts"

/** All of these touch what their key names. */
const tools = [reading("look"), writing("change"), destroying("destroy")]

/** The message that hands in `steps` ends. */
const ended = (steps: Parameters<typeof planOf>[0]) => replyMillis(planOf(steps), pace)

const failing: Play["act"] = ({ key, millis }) =>
  Effect.andThen(
    Effect.sleep(millis),
    key === "broken" ? Effect.fail(new Trouble({ sentence: "It is broken.", isRetryable: false })) : Effect.void
  )

describe("a step whose input is not there yet", () => {
  it.effect("makes what comes after it wait only until its input says what it touches", () =>
    Effect.gen(function* () {
      const steps = [
        step("a", "look", { key: "a", millis: 4000 }),
        step("w", "change", { key: from("a", "parts", 0), millis: 500 }),
        step("same", "look", { key: "a1" }),
        step("other", "look", { key: "z" })
      ]
      const { lines } = yield* plan(steps, { tools })
      const known = (written(steps)[0] ?? 0) + 4000
      assert.isAbove(known, ended(steps))
      assert.deepStrictEqual(lines.slice(1), [
        `${known} end look a`,
        `${known} start change a1`,
        `${known} start look z`,
        `${known + 40} end look z`,
        `${known + 500} end change a1`,
        `${known + 500} start look a1`,
        `${known + 540} end look a1`
      ])
    })
  )

  it.effect("says what it touches before it is approved", () =>
    Effect.gen(function* () {
      const steps = [
        step("a", "look", { key: "a", millis: 4000 }),
        step("w", "destroy", { key: from("a", "parts", 0) }),
        step("other", "look", { key: "z" })
      ]
      const { events, lines } = yield* plan(steps, { tools })
      const known = (written(steps)[0] ?? 0) + 4000
      assert.strictEqual(tagged(events, "ApprovalNeeded")[0]?.atMillis, known)
      assert.include(lines, `${known} start look z`)
    })
  )

  it.effect("says what it touches before the message has ended", () =>
    Effect.gen(function* () {
      const steps = [
        step("a", "look", { key: "a", millis: 10 }),
        step("w", "change", { key: from("a", "parts", 0) }),
        step("other", "look", { key: "z" }),
        step("last", "look", { key: "last", note: "x".repeat(400) })
      ]
      const { lines } = yield* plan(steps, { tools })
      const times = written(steps)
      assert.include(lines, `${times[2]} start look z`)
      assert.include(lines, `${ended(steps)} start change a1`)
    })
  )

  it.effect("fails as soon as one of the steps that it refers to has failed", () =>
    Effect.gen(function* () {
      const steps = [
        step("bad", "look", { key: "broken", millis: 4000 }),
        step("slow", "look", { key: "slow", millis: 9000 }),
        step("w", "change", { key: from("bad", "key"), note: from("slow", "key") }),
        step("other", "look", { key: "z" })
      ]
      const { events, lines } = yield* plan(steps, { tools, act: failing })
      const failed = (written(steps)[0] ?? 0) + 4000
      const settled = tagged(events, "ToolSettled").find(({ callId }) => callId.endsWith(".w"))
      assert.deepStrictEqual([settled?.atMillis, settled?.problem], [failed, 'not run: step "bad" failed'])
      assert.include(lines, `${failed} start look z`)
    })
  )

  it.effect("touches nothing where it does not fit its tool", () =>
    Effect.gen(function* () {
      const steps = [step("w", "change", { key: 7 }), step("r", "look", { key: "7", millis: 10 })]
      const { lines, ...ran } = yield* plan(steps, { tools })
      assert.strictEqual(lines[0], `${written(steps)[1]} start look 7`)
      assert.deepInclude(outcome(ran), { results: { r: { key: "7", parts: ["71", "72", "73"] } } })
    })
  )
})

describe("the elements of a for-each step", () => {
  it.effect("stand in its place one by one: what comes after waits only for those that touch the same", () =>
    Effect.gen(function* () {
      const elements = [
        { key: "a", millis: 900 },
        { key: "b", millis: 50 },
        { key: "a", millis: 300 }
      ]
      const steps = [
        step("before", "look", { key: "b", millis: 3000 }),
        step("w", "change", { key: from("$item", "key"), millis: from("$item", "millis") }, elements),
        step("a", "look", { key: "a" }),
        step("z", "look", { key: "z" })
      ]
      const { lines } = yield* plan(steps, { tools })
      const [before = 0, , , z] = written(steps)
      const end = ended(steps)
      assert.deepStrictEqual(lines, [
        `${before} start look b`,
        `${z} start look z`,
        `${end} start change a`,
        `${(z ?? 0) + 40} end look z`,
        `${end + 900} end change a`,
        `${end + 900} start change a`,
        `${end + 1200} end change a`,
        `${end + 1200} start look a`,
        `${end + 1240} end look a`,
        `${before + 3000} end look b`,
        `${before + 3000} start change b`,
        `${before + 3050} end change b`
      ])
    })
  )

  it.effect("that came before are waited for by those of a later one, each by its own", () =>
    Effect.gen(function* () {
      const steps = [
        step("list", "look", { key: "k", millis: 4000, parts: 2 }),
        step("w", "change", { key: from("$item"), millis: 100 }, from("list", "parts")),
        step("v", "change", { key: from("$item"), millis: 10 }, ["k2", "x"])
      ]
      const { lines } = yield* plan(steps, { tools })
      const known = (written(steps)[0] ?? 0) + 4000
      assert.deepStrictEqual(lines.slice(1), [
        `${known} end look k`,
        `${known} start change k1`,
        `${known} start change k2`,
        `${known} start change x`,
        `${known + 10} end change x`,
        `${known + 100} end change k1`,
        `${known + 100} end change k2`,
        `${known + 100} start change k2`,
        `${known + 110} end change k2`
      ])
    })
  )

  it.effect("fail alone where a path leads nowhere for them", () =>
    Effect.gen(function* () {
      const steps = [
        step("each", "look", { key: from("$item", "key") }, [{ key: "x" }, { name: "y" }]),
        step("all", "look", { key: "all", note: from("each", "*", "key") })
      ]
      const ran = yield* plan(steps, { tools })
      assert.include(ran.lines.join("\n"), "end look all")
      const problems = tagged(ran.events, "ToolSettled").flatMap(({ callId, problem }) =>
        problem === null ? [] : [[callId, problem]]
      )
      assert.deepStrictEqual(problems, [
        ["call_0_0.each[1]", 'element 1: "key" of "$item": it has no key; it has name']
      ])
    })
  )
})
