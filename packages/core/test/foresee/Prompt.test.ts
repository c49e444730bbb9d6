/** What the model of a run is sent: what stays the same, what grows, and what comes last. */
import * as Agent from "@callsheet/core/Agent"
import type { Finish, ModelPart, ModelRequest } from "@callsheet/core/model/ModelStream"
import { ModelStream } from "@callsheet/core/model/ModelStream"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Ref, Stream } from "effect"
import { Toolkit } from "effect/ai"

import { eventsOf, settle, tagged } from "../fixtures.ts"
import { bundles, tools } from "./shop.ts"

const toolkit = Toolkit.make(...Object.values(tools))
const said = (note: string) => Effect.succeed(note)
const handlers = toolkit.toLayer({
  find_product: ({ note }) => said(note),
  product_stock: ({ note }) => said(note),
  place_order: ({ note }) => said(note),
  order_status: ({ note }) => said(note),
  cancel_order: ({ note }) => said(note),
  list_invoices: ({ note }) => said(note),
  pay_invoice: ({ note }) => said(note),
  weather_report: ({ note }) => said(`${note}: rain`)
})

const finish: Finish = {
  _tag: "Finish",
  reason: "stop",
  usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 },
  responseId: undefined,
  model: undefined,
  requestBytes: undefined,
  responseBytes: undefined,
  retries: undefined
}

const call = (name: string, input: Readonly<Record<string, unknown>>): ModelPart => ({
  _tag: "Call",
  call: { id: name, name, inputText: JSON.stringify(input), input, fault: undefined }
})

/** A model that says `replies` one after the other, and what it was sent. */
const listening = Effect.gen(function* () {
  const requests = yield* Ref.make<ReadonlyArray<ModelRequest>>([])
  const layer = (replies: ReadonlyArray<ModelPart>) =>
    Layer.sync(ModelStream, () => {
      let turn = 0
      return {
        provider: "test",
        model: "test",
        streams: false,
        stream: (request: ModelRequest) =>
          Stream.fromEffect(
            Effect.as(
              Ref.update(requests, (all) => [...all, request]),
              replies[turn++] ?? { _tag: "TextDelta" as const, delta: "Done." }
            )
          ).pipe(Stream.concat(Stream.succeed(finish)))
      }
    })
  return { requests: Ref.get(requests), layer }
})

const names = ({ tools }: ModelRequest) => tools.map(({ name }) => name)

describe("The offer of an agent with bundles", () => {
  const agent = Agent.make({ name: "shop", instructions: "Sell.", toolkit, bundles })

  it.effect("begins with one bundle, the same array in each run, and grows at its end by what the model finds", () =>
    Effect.gen(function* () {
      const { layer, requests } = yield* listening
      const script = [call("find_tools", { query: "rain" }), call("weather_report", { note: "Bergen" })]
      const ask = Effect.provide(agent.run("Which lamps cost less than ten?").pipe(eventsOf), [layer(script), handlers])
      const settled = tagged(yield* ask, "ToolSettled")
      yield* ask
      const [first, second, third, again] = yield* requests
      if (first === undefined || second === undefined || third === undefined) return assert.fail("a step is missing")
      const start = ["find_tools", "find_product", "product_stock", "place_order", "order_status"]
      assert.deepStrictEqual(names(first), start)
      assert.deepStrictEqual(names(second), [...start, "weather_report"])
      assert.strictEqual(third.tools, second.tools)
      assert.strictEqual(again?.tools, first.tools)
      assert.deepStrictEqual(
        settled.map(({ name }) => name),
        ["find_tools", "weather_report"]
      )
    })
  )

  it.effect("still runs a tool that the model knows though it was not offered", () =>
    Effect.gen(function* () {
      const { layer } = yield* listening
      const events = yield* Effect.provide(eventsOf(agent.run("Which lamps cost less than ten?")), [
        layer([call("weather_report", { note: "Bergen" })]),
        handlers
      ])
      // It waits for approval, as it would if it were on offer.
      assert.strictEqual(tagged(events, "ApprovalNeeded")[0]?.name, "weather_report")
    })
  )
})

describe("The facts of an agent", () => {
  it.effect("come after the question, so that what begins every prompt is the same, and none are no message", () =>
    Effect.gen(function* () {
      const { layer, requests } = yield* listening
      for (const [question, facts] of [
        ["Which?", "Today is Monday."],
        ["How many?", "Today is Tuesday."],
        ["Who?", ""]
      ] as const) {
        const agent = Agent.make({
          name: "shop",
          instructions: "Sell.",
          toolkit,
          facts: Effect.succeed({ text: facts, key: "" })
        })
        yield* settle(Effect.provide(agent.ask(question), [layer([]), handlers]))
      }
      assert.deepStrictEqual(
        (yield* requests).map(({ messages }) => messages.map(({ role, text }) => `${role}: ${text}`)),
        [
          ["system: Sell.", "user: Which?", "system: Today is Monday."],
          ["system: Sell.", "user: How many?", "system: Today is Tuesday."],
          ["system: Sell.", "user: Who?"]
        ]
      )
    })
  )
})
