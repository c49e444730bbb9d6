/**
 * What an agent is asked beside its question: what was said before, a client's instructions, pictures and tools.
 */
import { turns } from "@callsheet/testkit/scripted/Script"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import * as History from "../src/History.ts"
import type { Message } from "../src/Message.ts"
import { agent, calls, eventsOf, reads, routed, tagged, world } from "./fixtures.ts"
import { asksForWeather, roles, run, weather } from "./listening.ts"

describe("a conversation that goes on", () => {
  it.effect("begins with the bytes of the last request of the run before, and what it answered", () =>
    Effect.gen(function* () {
      const first = yield* run("Which one?")
      const history = first.added
      assert.deepStrictEqual(roles(history), ["user", "assistant", "tool", "assistant"])
      const second = yield* run("And the other?", { history })
      const last = first.requests.at(-1)?.messages ?? []
      assert.deepStrictEqual(second.requests[0]?.messages.slice(0, last.length), last)
      assert.deepStrictEqual(second.requests[0]?.messages.slice(1, 1 + history.length), history)
      assert.deepStrictEqual(second.requests[0]?.messages.slice(1 + history.length), [
        { role: "user", text: "And the other?" }
      ])
      assert.deepStrictEqual(roles(second.added), ["user", "assistant"])
    }).pipe(Effect.provide(world(turns([{ calls: calls("look", "a") }, { text: "This one." }, { text: "That one." }]))))
  )

  it.effect("holds what rules answered", () =>
    Effect.gen(function* () {
      const { added } = yield* run(
        "Which one?",
        {},
        routed({
          confidence: 1,
          answerable: { calls: reads("look", "a"), render: (outcomes) => JSON.stringify(outcomes) }
        })
      )
      assert.deepStrictEqual(roles(added), ["user", "assistant", "tool", "assistant"])
      assert.include(added.at(-1)?.text, "value of a")
    }).pipe(Effect.provide(world(turns([]))))
  )

  it.effect("is refused where a provider would refuse it, and an empty question that nothing goes before", () =>
    Effect.gen(function* () {
      const broken: Message = { role: "tool", callId: "x", name: "look", text: "1", isFailure: false }
      const pictured: Message = { role: "user", text: "What is this?", images: ["no address"] }
      for (const [question, history] of [
        ["Which?", [broken]],
        ["Which?", [pictured, { ...pictured, images: [] }]],
        ["", []]
      ] as const) {
        const error = yield* Effect.flip(agent().ask({ question, history }))
        assert.strictEqual(error.reason._tag, "InvalidQuestion")
      }
    }).pipe(Effect.provide(world(turns([{ text: "no" }]))))
  )

  it.effect("has the client's instructions after the agent's, and pictures with the question", () =>
    Effect.gen(function* () {
      const images = ["data:image/png;base64,AAAA"]
      const { added, requests } = yield* run("What is this?", { instructions: "Be brief.", images })
      assert.deepStrictEqual(requests[0]?.messages, [
        { role: "system", text: "Answer." },
        { role: "system", text: "Be brief." },
        { role: "user", text: "What is this?", images }
      ])
      assert.deepStrictEqual(roles(added), ["user", "assistant"])
      for (const image of [
        "file:///etc/passwd",
        "https://",
        "https://a b/",
        "data:image/png;base64,",
        "data:text/html,x"
      ]) {
        const error = yield* Effect.flip(agent().ask({ question: "What is this?", images: [image] }))
        assert.strictEqual(error.reason._tag, "InvalidQuestion", image)
      }
    }).pipe(Effect.provide(world(turns([{ text: "A cat." }]))))
  )
})

describe("a client's tools", () => {
  it.effect("are handed over with the results of the agent's own, and the run goes on with theirs", () =>
    Effect.gen(function* () {
      const more = { clientTools: [weather] }
      const first = yield* run("Which?", more)
      assert.deepStrictEqual(first.requests[0]?.tools.map(({ name }) => name).at(-1), "weather")
      const [call] = tagged(first.events, "ClientCall")
      assert.deepStrictEqual([call?.name, call?.inputText], ["weather", '{"place":"Oslo"}'])
      assert.deepStrictEqual(
        tagged(first.events, "ToolSettled").map(({ name }) => name),
        ["look"]
      )
      assert.strictEqual(tagged(first.events, "RunFinished")[0]?.reason, "client-calls")
      assert.deepStrictEqual(roles(first.added), ["user", "assistant", "tool"])
      assert.deepStrictEqual(History.waiting(first.added), [call?.callId ?? ""])

      const history = History.complete(first.added, [{ callId: call?.callId ?? "", text: "rain", isFailure: false }])
      const second = yield* run("", { ...more, history })
      assert.deepStrictEqual(tagged(second.events, "RunFinished")[0]?.answer, "It rains.")
      assert.deepStrictEqual(roles(second.requests[0]?.messages.slice(1) ?? []), ["user", "assistant", "tool", "tool"])
      assert.deepStrictEqual(roles(second.added), ["assistant"])
    }).pipe(Effect.provide(world(turns([{ calls: [...calls("look", "a"), asksForWeather] }, { text: "It rains." }]))))
  )

  it.effect("are asked for as the client chooses, in the first step alone", () =>
    Effect.gen(function* () {
      const clientTools = [weather]
      const { requests } = yield* run("Which?", { clientTools, toolChoice: "required" })
      assert.deepStrictEqual(
        requests.map(({ toolChoice }) => toolChoice),
        ["required", "auto"]
      )
      const none = yield* run("Which?", { clientTools, toolChoice: "none" })
      assert.isFalse(none.requests[0]?.tools.some(({ name }) => name === "weather"))
    }).pipe(Effect.provide(world(turns([{ calls: calls("look", "a") }, { text: "That one." }]))))
  )

  it.effect("are refused under a name that is taken, is none, or is not offered", () =>
    Effect.gen(function* () {
      for (const asked of [
        { clientTools: [{ ...weather, name: "look" }] },
        { clientTools: [weather, weather] },
        { clientTools: [{ ...weather, name: "a b" }] },
        { clientTools: [{ ...weather, name: "run_plan" }] },
        { clientTools: [{ ...weather, parameters: { type: "string" } }] },
        { clientTools: [weather], toolChoice: { tool: "look" } },
        { toolChoice: { tool: "weather" } },
        { toolChoice: "required" as const }
      ]) {
        const request = { question: "Which?", ...asked }
        const error = yield* Effect.flip(agent().ask(request))
        assert.strictEqual(error.reason._tag, "InvalidQuestion")
        assert.deepStrictEqual(
          (yield* eventsOf(agent().run(request))).map(({ _tag }) => _tag),
          ["RunFailed"]
        )
      }
    }).pipe(Effect.provide(world(turns([{ text: "no" }]))))
  )
})
