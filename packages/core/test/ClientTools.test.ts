/**
 * Tools that the client runs, beside all else that a run may meet: cut messages, plans, deadlines, budgets, the last step.
 */
import type { Finish } from "@callsheet/core/model/ModelStream"
import { turns } from "@callsheet/testkit/scripted/Script"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"

import * as History from "../src/History.ts"
import * as Ledger from "../src/model/Ledger.ts"
import { ModelStream } from "../src/model/ModelStream.ts"
import * as Transcript from "../src/model/Transcript.ts"
import { agent, calls, eventsOf, realistic, tagged, toolMillis, world } from "./fixtures.ts"
import { asksForWeather, roles, run, weather } from "./listening.ts"

const clientTools = [weather]
const done = { text: "It rains." }
const script = (...first: ReadonlyArray<{ name: string; input: { [key: string]: unknown } }>) =>
  world(turns([{ text: "Let me see.", calls: first }, done]))

/** The first message of the model ends for `reason`. */
const ending = (reason: Finish["reason"]) =>
  Layer.effect(
    ModelStream,
    Effect.map(ModelStream, (model) => {
      let count = 0
      return {
        ...model,
        stream: (request: Parameters<typeof model.stream>[0]) =>
          count++ > 0
            ? model.stream(request)
            : Stream.map(model.stream(request), (part) => (part._tag === "Finish" ? { ...part, reason } : part))
      }
    })
  )

describe("a call of a client's tool", () => {
  it.effect("is told when the message is whole, before the agent's own calls of it have ended", () =>
    Effect.gen(function* () {
      const events = yield* eventsOf(agent().run({ question: "Which?", clientTools }))
      const [told] = tagged(events, "ClientCall")
      const [settled] = tagged(events, "ToolSettled")
      const [finished] = tagged(events, "RunFinished")
      assert.strictEqual(settled?.ok, true)
      assert.isBelow(told?.seq ?? Infinity, settled?.seq ?? 0)
      assert.isAtLeast((settled?.atMillis ?? 0) - (told?.atMillis ?? 0), toolMillis - 1)
      assert.deepInclude(finished, { reason: "client-calls", answer: "Let me see.", steps: 1 })
      assert.deepStrictEqual(
        events.slice(-2).map(({ _tag }) => _tag),
        ["StepFinished", "RunFinished"]
      )
    }).pipe(Effect.provide(script(...calls("look", "a"), asksForWeather)))
  )

  it.effect("is none where the message was cut short: the model reads so, and goes on", () =>
    Effect.gen(function* () {
      for (const reason of ["length", "unknown", "content-filter"] as const) {
        const { added, events, requests } = yield* Effect.provide(run("Which?", { clientTools }), ending(reason))
        assert.deepStrictEqual(tagged(events, "ClientCall"), [])
        assert.deepInclude(tagged(events, "RunFinished")[0], { reason: "answered", answer: "It rains.", steps: 2 })
        assert.deepStrictEqual(roles(requests[1]?.messages.slice(1) ?? []), ["user", "assistant", "tool", "tool"])
        assert.deepStrictEqual(
          requests[1]?.messages.flatMap((message) => (message.role === "tool" ? [message.isFailure] : [])),
          [true, false]
        )
        assert.isUndefined(History.problem(added))
      }
    }).pipe(Effect.provide(script(asksForWeather, ...calls("look", "a"))))
  )

  it.effect("that no step of a plan may make is refused with the plan", () =>
    Effect.gen(function* () {
      const { events, requests } = yield* run("Which?", { clientTools }, agent({ plans: true }))
      assert.deepStrictEqual(tagged(events, "ClientCall"), [])
      const result = requests[1]?.messages.at(-1)
      assert.deepInclude(result, { role: "tool", name: "run_plan", isFailure: true })
      assert.include(result?.text, "weather")
    }).pipe(
      Effect.provide(
        script({ name: "run_plan", input: { steps: [{ id: "w", tool: "weather", input: { place: "Oslo" } }] } })
      )
    )
  )

  it.effect("is passed over in the last step, and leaves no call without a result", () =>
    Effect.gen(function* () {
      const { added, events, requests } = yield* run("Which?", { clientTools }, agent({ maxSteps: 1 }))
      assert.deepStrictEqual(requests[0]?.toolChoice, "none")
      assert.deepStrictEqual(tagged(events, "ClientCall"), [])
      assert.deepInclude(tagged(events, "RunFinished")[0], { reason: "step-limit", answer: "Let me see." })
      assert.deepStrictEqual(History.waiting(added), [])
    }).pipe(Effect.provide(script(asksForWeather)))
  )

  it.effect("may still get its result where the run that told it was stopped before its end", () =>
    Effect.gen(function* () {
      const ledger = Ledger.makeUnsafe()
      const request = { question: "Which?", clientTools }
      const untilTold = Stream.takeUntil(agent().run(request), ({ _tag }) => _tag === "ClientCall")
      const events = yield* eventsOf(untilTold).pipe(Effect.provideService(Ledger.Current, ledger))
      assert.deepStrictEqual(tagged(events, "RunFinished"), [])
      assert.isUndefined(History.problem(ledger.transcript().slice(1)))
      const added = Transcript.added(ledger.transcript(), request)
      assert.strictEqual(History.waiting(added).length, 1)
      assert.isUndefined(History.problem(History.complete(added, [])))
    }).pipe(
      Effect.provide(world(turns([{ calls: [asksForWeather, ...calls("slow", "a", "b", "c", "d")] }]), realistic))
    )
  )
})

describe("a run that ends before its model has said all", () => {
  for (const [name, policy, more] of [
    ["deadline", {}, { deadlineMillis: 450 }],
    ["budget", { budget: { modelCalls: 1 } }, {}]
  ] as const) {
    it.effect(`at its ${name} keeps what its user was told`, () =>
      Effect.gen(function* () {
        const { added, events } = yield* run("Which?", more, agent(policy))
        const [end] = tagged(events, "RunFinished")
        assert.strictEqual(end?.reason, name)
        const told = added.flatMap((message) => (message.role === "assistant" ? [message.text] : [])).join("")
        assert.strictEqual(told, end?.answer)
        assert.isUndefined(History.problem(added))
      }).pipe(
        Effect.provide(world(turns([{ text: "I have looked at everything there is, and it is long." }]), realistic))
      )
    )
  }
})
