/** Answers that are what tools say of their own results. */
import * as Ledger from "@callsheet/core/model/Ledger"
import { turns } from "@callsheet/testkit/scripted/Script"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"

import type { Wish } from "../../src/foresee/Route.ts"
import * as Wishes from "../../src/foresee/Wishes.ts"
import * as Worth from "../../src/foresee/Worth.ts"
import { calls, eventsOf, reads, realistic, routed, settle, tagged, world } from "../fixtures.ts"

const look = { tools: ["look"] }
const prose = { text: "There are four of them, and all four have been found on the shelf." }
const said = (key: string) => `${JSON.stringify(key)} is ${JSON.stringify({ value: `value of ${key}` })}.`

describe("Wishes", () => {
  it.effect("are granted by what the chosen tool says, without another model call", () =>
    Effect.gen(function* () {
      const ledger = Ledger.makeUnsafe()
      const events = yield* Effect.provideService(
        eventsOf(routed({ wishes: [look] }).run("Which?")),
        Ledger.Current,
        ledger
      )
      assert.deepInclude(tagged(events, "RunFinished")[0], { answer: said("a"), steps: 1, reason: "answered" })
      assert.strictEqual(tagged(events, "StepFinished").length, 1)
      assert.deepStrictEqual(
        ledger.transcript().map(({ role, text }) => [role, text]),
        [
          ["system", "Answer."],
          ["user", "Which?"],
          ["assistant", ""],
          ["tool", JSON.stringify({ value: "value of a" })],
          ["assistant", said("a")]
        ]
      )
    }).pipe(Effect.provide(world(turns([{ calls: calls("look", "a") }, prose]), realistic)))
  )

  it.effect("are as many as there are calls for, over as many steps as the model takes", () =>
    Effect.gen(function* () {
      const { answer, modelCalls } = yield* settle(
        routed({ wishes: [look, { tools: ["look", "change"] }] }).ask("Which?")
      )
      assert.deepStrictEqual([answer, modelCalls.length], [`${said("a")}\n\n${said("b")}`, 2])
    }).pipe(Effect.provide(world(turns([{ calls: calls("look", "a") }, { calls: calls("look", "b") }, prose]))))
  )

  it.effect("are answered in their own order, and in words of their own where they have some", () =>
    Effect.gen(function* () {
      const words = (name: string, { parameters }: { readonly parameters: object }) =>
        `${name} of ${JSON.stringify(parameters)}`
      const wishes: ReadonlyArray<Wish> = [
        { tools: ["scan"] },
        { tools: ["look"], words },
        { tools: ["look"], words: () => undefined }
      ]
      const unworded = yield* settle(routed({ wishes }).ask("Which?"))
      assert.strictEqual(unworded.answer, prose.text)
      const { answer } = yield* settle(routed({ wishes: wishes.slice(1) }).ask("Which?"))
      assert.strictEqual(answer, `look of {"key":"a"}\n\n${said("b")}`)
      const untold = yield* settle(routed({ wishes: [look, { tools: ["look"], words: () => null }] }).ask("Which?"))
      assert.strictEqual(untold.answer, prose.text)
    }).pipe(Effect.provide(world(turns([{ calls: calls("look", "a", "b") }, prose]))))
  )

  it.effect("leave it to the model where a call fails, says nothing, is another's, or words stand beside it", () =>
    Effect.gen(function* () {
      for (const first of [
        { calls: calls("look", "a", "fail") },
        { calls: calls("look", "a", "mute") },
        { calls: [...calls("look", "a"), ...calls("gradual", "a")] },
        { text: "Let me see.", calls: calls("look", "a") }
      ]) {
        const { answer } = yield* Effect.provide(
          settle(routed({ wishes: [look] }).ask("Which?")),
          world(turns([first, prose]))
        )
        assert.strictEqual(answer, prose.text)
      }
    })
  )

  it.effect("keep what grants them out of the prompt, and serve the model's call with it at once", () =>
    Effect.gen(function* () {
      const agent = routed({ wishes: [look], foreseen: reads("look", "a") })
      const { answer, modelCalls, toolCalls } = yield* settle(agent.ask("Which?"))
      assert.deepStrictEqual(
        [answer, modelCalls.length, toolCalls.map(({ source }) => source)],
        [said("a"), 1, ["upstream", "foreseen"]]
      )
    }).pipe(Effect.provide(world(turns([{ calls: calls("look", "a") }, prose]), realistic)))
  )

  const two: ReadonlyArray<Wish> = reads("look", "a", "b").map((call) => ({ tools: ["look"], call }))

  it.effect("may be granted by what was foreseen for them, where the model has asked for some of just that", () =>
    Effect.gen(function* () {
      const agent = routed({ wishes: two, foreseen: reads("look", "a", "b") })
      const { answer, modelCalls } = yield* settle(agent.ask("Which?"))
      assert.deepStrictEqual([answer, modelCalls.length], [`${said("a")}\n\n${said("b")}`, 1])
      assert.deepStrictEqual((yield* Worth.Worth).stats(), { right: 2, wrong: 0, rested: 0 })
    }).pipe(
      Effect.provideServiceEffect(Worth.Worth, Effect.sync(Worth.makeUnsafe)),
      Effect.provide(world(turns([{ calls: calls("look", "b") }, prose]), realistic))
    )
  )

  it.effect("are not granted by a guess where the model asked for anything else: it goes on", () =>
    Effect.gen(function* () {
      const agent = routed({ wishes: two, foreseen: reads("look", "a", "b") })
      const { answer, modelCalls } = yield* settle(agent.ask("Which?"))
      assert.deepStrictEqual([answer, modelCalls.length], [`${said("a limit 50")}\n\n${said("b")}`, 2])
    }).pipe(
      Effect.provide(world(turns([{ calls: calls("look", "a limit 50") }, { calls: calls("look", "b") }, prose])))
    )
  )

  it("are none where no tool can word them", () => {
    assert.isUndefined(Wishes.make([], {}))
    assert.isUndefined(Wishes.make([look], {}))
  })

  const Names = Schema.Array(Schema.Literals(["a", "b", "c"]))

  it.prop("are granted by whatever has a name for each, in any order", [Names, Names], ([names, more]) => {
    const wishes = names.slice(0, 4).map((name) => ({ tools: [name, `other ${name}`] }))
    const called = [...more.slice(0, 4), ...names.toReversed()]
    const granted = Wishes.granting(wishes, called) ?? assert.fail("not granted")
    assert.strictEqual(new Set(granted).size, wishes.length)
    assert.isTrue(granted.every((index, at) => wishes[at]?.tools.includes(called[index] ?? "")))
    const [missing] = wishes
    if (missing !== undefined) {
      assert.isUndefined(
        Wishes.granting(
          wishes,
          names.filter((name) => !missing.tools.includes(name))
        )
      )
    }
  })
})
