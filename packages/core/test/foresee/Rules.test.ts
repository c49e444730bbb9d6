/** Questions that a router is sure of, answered without a model. */
import * as Ledger from "@callsheet/core/model/Ledger"
import type { Script } from "@callsheet/testkit/scripted/Script"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import type { Answerable, Outcome } from "../../src/foresee/Route.ts"
import { eventsOf, reads, realistic, routed, routedBy, settle, tagged, toolMillis, world } from "../fixtures.ts"

const asked: Script = () => ({ text: "The model answers.", calls: [] })
const sure = (answerable: Answerable) => routed({ answerable, confidence: 1, reason: "All is understood." })
const told = (outcomes: ReadonlyArray<Outcome>) => JSON.stringify(outcomes)

describe("Rules", () => {
  it.effect("answer with what their calls gave, side by side, and ask no model", () =>
    Effect.gen(function* () {
      const agent = sure({ calls: reads("look", "a", "b"), render: told })
      const ledger = Ledger.makeUnsafe()
      const events = yield* Effect.provideService(eventsOf(agent.run("Which?")), Ledger.Current, ledger)
      assert.deepStrictEqual(
        events.map(({ _tag }) => _tag),
        ["RunStarted", "Routed", "ToolStarted", "ToolStarted", "ToolSettled", "ToolSettled", "TextDelta", "RunFinished"]
      )
      assert.deepInclude(tagged(events, "Routed")[0], { route: "rules", confidence: 1, reason: "All is understood." })
      const answer = told([
        { ok: true, value: { value: "value of a" } },
        { ok: true, value: { value: "value of b" } }
      ])
      const [end] = tagged(events, "RunFinished")
      assert.deepInclude(end, { answer, steps: 0, reason: "answered", atMillis: toolMillis })
      assert.deepStrictEqual(
        ledger.transcript().map(({ role, text }) => [role, text]),
        [
          ["system", "Answer."],
          ["user", "Which?"],
          ["assistant", ""],
          ["tool", JSON.stringify({ value: "value of a" })],
          ["tool", JSON.stringify({ value: "value of b" })],
          ["assistant", answer]
        ]
      )
    }).pipe(Effect.provide(world(asked, realistic)))
  )

  it.effect("tell who words the answer of a failure, with what the tool said of it", () =>
    Effect.gen(function* () {
      const { answer } = yield* settle(sure({ calls: reads("look", "fail"), render: told }).ask("Which?"))
      assert.strictEqual(answer, told([{ ok: false, value: { _tag: "Broken", sentence: "The shelf is empty." } }]))
    }).pipe(Effect.provide(world(asked)))
  )

  it.effect("leave it to the model, with what they read, where that bears no answer out or its wording breaks", () =>
    Effect.gen(function* () {
      const script: Script = ({ messages }) => ({ text: JSON.stringify(messages), calls: [] })
      for (const render of [() => undefined, () => " ", () => JSON.parse("{")]) {
        const events = yield* Effect.provide(
          eventsOf(sure({ calls: reads("look", "a", "fail"), render }).run("Which?")),
          world(script)
        )
        assert.deepStrictEqual(
          tagged(events, "Routed").map(({ route }) => route),
          ["rules", "model"]
        )
        const answer = tagged(events, "RunFinished")[0]?.answer ?? ""
        assert.include(answer, "value of a")
        assert.notInclude(answer, "fail")
        assert.strictEqual(tagged(events, "StepFinished").length, 1)
      }
    })
  )

  it.effect("write nothing, whatever the router says", () =>
    Effect.gen(function* () {
      const agent = sure({ calls: reads("change", "a"), render: told })
      const events = yield* eventsOf(agent.run("Which?"))
      assert.strictEqual(tagged(events, "Routed")[0]?.route, "model")
      assert.isEmpty(tagged(events, "ToolStarted"))
    }).pipe(Effect.provide(world(asked)))
  )

  it.effect("keep a run's deadline", () =>
    Effect.gen(function* () {
      const render = (outcomes: ReadonlyArray<Outcome>) => (outcomes.every(({ ok }) => ok) ? "All." : undefined)
      const agent = sure({ calls: reads("look", "a"), render })
      const { reason, wallMillis } = yield* settle(agent.ask({ question: "Which?", deadlineMillis: toolMillis / 2 }))
      assert.strictEqual(reason, "deadline")
      assert.isAtMost(wallMillis, toolMillis / 2)
    }).pipe(Effect.provide(world(asked)))
  )

  it.effect("are no reason to give no answer where the router breaks", () =>
    Effect.gen(function* () {
      const { answer } = yield* settle(routedBy(Effect.die("broken")).ask("Which?"))
      assert.strictEqual(answer, "The model answers.")
    }).pipe(Effect.provide(world(asked)))
  )
})
