import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as Deadline from "../../src/schedule/Deadline.ts"

const calls = (...millis: ReadonlyArray<number>) => millis.map((one) => ({ millis: one }))

const Millis = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20_000 }))
const Moment = Schema.Struct({
  deadline: Schema.Union([Schema.Undefined, Millis]),
  stepLimit: Schema.Union([Schema.Undefined, Millis]),
  modelMillis: Schema.Array(Millis),
  now: Millis,
  later: Millis
})

describe("Deadline", () => {
  it("keeps for the last model call as long as the longest so far, within a tenth and a half of the whole", () => {
    const deadline = Deadline.make(5000)
    assert.strictEqual(Deadline.reserveMillis(deadline, []), 500)
    assert.strictEqual(Deadline.reserveMillis(deadline, calls(200)), 500)
    assert.strictEqual(Deadline.reserveMillis(deadline, calls(800, 1200, 300)), 1200)
    assert.strictEqual(Deadline.reserveMillis(deadline, calls(4000)), 2500)
  })

  it("ends tools before the reserve begins, or with their step where that is sooner", () => {
    assert.strictEqual(Deadline.toolsEnd(Deadline.make(5000), 1000, calls(800)), 4200)
    assert.strictEqual(Deadline.toolsEnd(Deadline.make(5000, 600), 1000, calls(800)), 1600)
    assert.strictEqual(Deadline.toolsEnd(Deadline.make(5000, 600), 4000, calls(800)), 4200)
    assert.strictEqual(Deadline.toolsEnd(Deadline.make(undefined, 600), 1000, []), 1600)
    assert.strictEqual(Deadline.stepEnd(Deadline.make(5000, 600), 4700), 5000)
  })

  it("limits nothing without a limit", () => {
    const deadline = Deadline.make(undefined)
    assert.strictEqual(Deadline.remaining(deadline, 1e9), Infinity)
    assert.strictEqual(Deadline.toolsEnd(deadline, 1e9, calls(1e6)), Infinity)
    assert.isFalse(Deadline.isFinalStep(deadline, 1e9, calls(1e6)))
    assert.strictEqual(Deadline.optionalMillis(1e9, Infinity), Infinity)
  })

  it("gives optional work half of the tools' time", () => {
    assert.strictEqual(Deadline.optionalMillis(1000, 2000), 500)
    assert.strictEqual(Deadline.optionalMillis(3000, 2000), 0)
  })

  it("forbids tools when another model call and the final one would leave them no time", () => {
    const deadline = Deadline.make(5000)
    assert.isFalse(Deadline.isFinalStep(deadline, 0, []))
    assert.isFalse(Deadline.isFinalStep(deadline, 3399, calls(800)))
    assert.isTrue(Deadline.isFinalStep(deadline, 3400, calls(800)))
    assert.isTrue(Deadline.isFinalStep(Deadline.make(0), 0, []))
  })

  it.prop("never gives a negative time, nor the tools what is kept for the last model call", [Moment], ([moment]) => {
    const { modelMillis, now } = moment
    const deadline = Deadline.make(moment.deadline, moment.stepLimit)
    const modelCalls = calls(...modelMillis)
    const reserve = Deadline.reserveMillis(deadline, modelCalls)
    const toolsEnd = Deadline.toolsEnd(deadline, now, modelCalls)
    for (const time of [
      Deadline.remaining(deadline, now),
      Deadline.untilMillis(now, toolsEnd),
      Deadline.stepEnd(deadline, now),
      reserve,
      toolsEnd
    ]) {
      assert.isAtLeast(time, 0)
    }
    if (moment.deadline !== undefined) assert.isAtMost(toolsEnd + reserve, moment.deadline + 1e-6)
    assert.isAtMost(toolsEnd, Deadline.stepEnd(deadline, now))
  })

  it.prop("leaves less the later it is", [Moment], ([{ deadline: limit, later, modelMillis, now, stepLimit }]) => {
    const deadline = Deadline.make(limit, stepLimit)
    const modelCalls = calls(...modelMillis)
    const then = now + later
    const toolsEnd = Deadline.toolsEnd(deadline, now, modelCalls)
    assert.isAtMost(Deadline.remaining(deadline, then), Deadline.remaining(deadline, now))
    assert.isAtMost(toolsEnd, Deadline.toolsEnd(deadline, then, modelCalls))
    if (Deadline.isFinalStep(deadline, now, modelCalls)) {
      assert.isTrue(Deadline.isFinalStep(deadline, then, modelCalls))
    }
    assert.isAtMost(Deadline.optionalMillis(then, toolsEnd), Deadline.optionalMillis(now, toolsEnd))
  })
})

describe("Deadline.unfinishedNote", () => {
  it("follows the text so far and names what is missing", () => {
    const note = Deadline.unfinishedNote({
      text: "Heat runs 170 minutes.",
      done: ["get_title"],
      missing: [{ name: "ratings", why: "it did not answer in time" }],
      deadlineMillis: 5000
    })
    assert.strictEqual(
      note,
      "\n\nThe time limit of 5s was reached: this answer is not complete. Missing:\n- ratings: it did not answer in time"
    )
  })

  it("says what is there where the model wrote nothing", () => {
    const note = Deadline.unfinishedNote({
      text: "",
      done: ["get_title", "shelf", "get_title"],
      missing: [],
      deadlineMillis: 1500
    })
    assert.strictEqual(
      note,
      "The time limit of 1s 500ms was reached before there was an answer. These gave their results: get_title (2 times), shelf."
    )
  })

  it("is a sentence even where there is nothing", () => {
    const note = Deadline.unfinishedNote({ text: " ", done: [], missing: [], deadlineMillis: 1000 })
    assert.strictEqual(note, "The time limit of 1s was reached before there was an answer.")
  })
})
