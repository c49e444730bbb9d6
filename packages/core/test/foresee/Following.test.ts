/** Questions that come after others: what is known of them without a model, and what stays the same for the provider's cache. */
import * as Agent from "@callsheet/core/Agent"
import type { Analysis } from "@callsheet/core/foresee/Route"
import { turns } from "@callsheet/testkit/scripted/Script"
import { instant } from "@callsheet/testkit/scripted/Timing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Toolkit } from "effect/ai"

import * as Worth from "../../src/foresee/Worth.ts"
import * as History from "../../src/History.ts"
import type { Message } from "../../src/Message.ts"
import { analysis, calls, reads, routed, tagged, world } from "../fixtures.ts"
import { run } from "../listening.ts"
import { model } from "../schedule/stage.ts"
import { bundles, tools } from "./shop.ts"

const history: ReadonlyArray<Message> = [
  { role: "user", text: "Which films?" },
  { role: "assistant", text: "These.", calls: [], echo: [], responseId: undefined }
]
const answerable = { calls: reads("look", "a"), render: () => "By rules." }
const sure = { confidence: 1, complexity: "simple", answerable } as const
const idsOf = (messages: ReadonlyArray<Message>) =>
  messages.flatMap((message) => (message.role === "assistant" ? message.calls.map(({ id }) => id) : []))

const alone = Effect.provideServiceEffect(Worth.Worth, Effect.sync(Worth.makeUnsafe))

describe("A question that comes after others", () => {
  it.effect("is the model's, with nothing read ahead, unless its router says that it stands alone", () =>
    Effect.gen(function* () {
      for (const known of [sure, { foreseen: reads("look", "a") }, { ...sure, standsAlone: false }]) {
        const { events } = yield* run("And of 2020?", { history }, routed(known))
        assert.deepStrictEqual(
          [tagged(events, "Routed").map(({ route }) => route), tagged(events, "ToolStarted")],
          [["model"], []]
        )
      }
      const greeting = history.slice(1)
      const { events: after } = yield* run("Which of those?", { history: greeting }, routed(sure))
      assert.strictEqual(tagged(after, "Routed")[0]?.route, "model")
      const { events } = yield* run("Which shows?", { history }, routed({ ...sure, standsAlone: true }))
      assert.strictEqual(tagged(events, "RunFinished")[0]?.answer, "By rules.")
    }).pipe(alone, Effect.provide(world(turns([{ text: "no" }, { text: "By the model." }]))))
  )

  it.effect("has calls of its own ids, though the engine made some in each run", () =>
    Effect.gen(function* () {
      const known: Partial<Analysis> = { foreseen: reads("look", "a", "b"), standsAlone: true }
      const first = yield* run("Which?", {}, routed(known))
      const second = yield* run("Which?", { history: first.added }, routed({ ...sure, standsAlone: true }))
      const all = [...first.added, ...second.added]
      const third = yield* run("Which?", { history: all }, routed({ ...known, foreseen: reads("look", "c", "d") }))
      const ids = idsOf([...all, ...third.added])
      assert.deepStrictEqual(ids, ["foreseen_0", "foreseen_1", "rules_2", "foreseen_3", "foreseen_4"])
      assert.isUndefined(History.problem([...all, ...third.added]))
    }).pipe(
      alone,
      Effect.provide(world(turns([{ text: "One." }, { text: "Two." }, { text: "Three." }, { text: "Four." }])))
    )
  )

  it.effect("is asked with the tools of the conversation's first, which stand before all that was said", () =>
    Effect.gen(function* () {
      const kit = Toolkit.make(...Object.values(tools))
      const words = () => Effect.succeed("done")
      const handlers = kit.toLayer(
        kit.of({
          find_product: words,
          product_stock: words,
          place_order: words,
          order_status: words,
          cancel_order: words,
          list_invoices: words,
          pay_invoice: words,
          weather_report: words
        })
      )
      const router = Effect.succeed({
        analyse: (question: string) =>
          Effect.succeed(analysis({ tools: question.includes("invoice") ? ["list_invoices", "pay_invoice"] : [] }))
      })
      const by = Agent.make({
        name: "shop",
        instructions: "Answer.",
        toolkit: Effect.provide(kit, handlers),
        router,
        bundles
      })
      const names = ({ requests }: Effect.Success<ReturnType<typeof run>>) =>
        requests[0]?.tools.map(({ name }) => name) ?? []
      const first = yield* run("Which invoices are open?", {}, by)
      const second = yield* run("Is it sold out?", { history: first.added }, by)
      assert.include(names(first), "pay_invoice")
      assert.deepStrictEqual(names(second), names(first))
      assert.notDeepEqual(names(yield* run("Is it sold out?", {}, by)), names(first))
    }).pipe(Effect.provide(model(turns([{ text: "One." }, { text: "Two." }]), instant)))
  )

  it.effect("goes on as well from messages that were written down and read again", () =>
    Effect.gen(function* () {
      const first = yield* run("Which?")
      const history: ReadonlyArray<Message> = JSON.parse(JSON.stringify(first.added))
      const second = yield* run("And the other?", { history })
      assert.strictEqual(tagged(second.events, "RunFinished")[0]?.answer, "That one.")
    }).pipe(Effect.provide(world(turns([{ calls: calls("look", "a") }, { text: "This one." }, { text: "That one." }]))))
  )

  it.effect("is told what is so at its time, unless that was the last it was told", () =>
    Effect.gen(function* () {
      const by = (text: string) =>
        Agent.make({
          name: "test",
          instructions: "Answer.",
          toolkit: Toolkit.empty,
          facts: Effect.succeed({ text, key: text })
        })
      const facts = (messages: ReadonlyArray<Message> = []) =>
        messages.slice(1).flatMap(({ role, text }) => (role === "system" ? [text] : []))
      const first = yield* run("Which?", {}, by("It is Monday."))
      const same = yield* run("Which?", { history: first.added }, by("It is Monday."))
      assert.deepStrictEqual(facts(same.requests[0]?.messages), ["It is Monday."])
      const later = yield* run("Which?", { history: first.added }, by("It is Tuesday."))
      assert.deepStrictEqual(facts(later.requests[0]?.messages), ["It is Monday.", "It is Tuesday."])
      // A client that keeps its own conversation knows of no facts.
      const results: ReadonlyArray<Message> = [
        { role: "user", text: "Which?" },
        {
          role: "assistant",
          text: "",
          calls: [{ id: "c", name: "weather", inputText: "{}", input: {}, fault: undefined }],
          echo: [],
          responseId: undefined
        },
        { role: "tool", callId: "c", name: "weather", text: "rain", isFailure: false }
      ]
      const onward = yield* run("", { history: results }, by("It is Monday."))
      assert.deepStrictEqual(facts(onward.requests[0]?.messages), ["It is Monday."])
    }).pipe(Effect.provide(model(turns([{ text: "One." }, { text: "Two." }]), instant)))
  )
})
