/** Reads begun before the model asks for them. */
import { type Script, turnOf, turns, type View } from "@callsheet/testkit/scripted/Script"
import { replyMillis } from "@callsheet/testkit/scripted/Timing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Ref } from "effect"

import * as Worth from "../../src/foresee/Worth.ts"
import { Approval } from "../../src/schedule/Approval.ts"
import { calls, Diary, eventsOf, reads, realistic, routed, settle, tagged, toolMillis, world } from "../fixtures.ts"

const answer = { text: "There are four of them, and all four have been found on the shelf.", calls: [] }

/** Looks up `keys`, as far as their results do not stand in the conversation, and then answers. */
const wanting =
  (...keys: ReadonlyArray<string>): Script =>
  ({ messages }: View) => {
    const known = JSON.stringify(messages)
    const missing = keys.filter((key) => !known.includes(`value of ${key}`))
    return missing.length === 0 ? answer : { text: "", calls: calls("look", ...missing) }
  }

const diaryOf = Effect.flatMap(Diary, Ref.get)

/** Changes a, and then looks a and b up. */
const changing: Script = (view) =>
  [
    { text: "", calls: calls("change", "a") },
    { text: "", calls: calls("look", "a", "b") }
  ][turnOf(view)] ?? answer

/** Guesses are judged anew in each test. */
const alone = Effect.provideServiceEffect(Worth.Worth, Effect.sync(Worth.makeUnsafe))

describe("Foresight", () => {
  it.effect("lets one model call answer what took two, with what is there within the wait in its prompt", () =>
    Effect.gen(function* () {
      const foreseen = yield* settle(routed({ foreseen: reads("look", "a", "b") }).ask("Which?"))
      assert.strictEqual(foreseen.wallMillis, toolMillis + replyMillis(answer, realistic))
      assert.strictEqual(foreseen.modelCalls.length, 1)
      const without = yield* settle(routed({}).ask("Which?"))
      assert.strictEqual(without.modelCalls.length, 2)
      assert.strictEqual(without.answer, foreseen.answer)
    }).pipe(alone, Effect.provide(world(wanting("a", "b"), realistic)))
  )

  it.effect("serves the model's own equal call with what was begun, and asks the tool once", () =>
    Effect.gen(function* () {
      const agent = routed({ foreseen: reads("look", "a") }, { foresight: { mostCalls: 6, wait: Duration.zero } })
      const events = yield* eventsOf(agent.run("Which?"))
      assert.deepStrictEqual(
        tagged(events, "ToolSettled").map(({ callId, millis, ok, source }) => [callId, source, ok, millis]),
        [
          ["foreseen_0", "upstream", true, toolMillis],
          ["call_0_0", "foreseen", true, 0]
        ]
      )
      assert.deepStrictEqual(yield* diaryOf, ["start look a", "end look a"])
    }).pipe(alone, Effect.provide(world(wanting("a"), realistic)))
  )

  it.effect("waits no longer than policy allows, and interrupts at the end what nobody needed", () =>
    Effect.gen(function* () {
      const agent = routed(
        { foreseen: reads("look", "a") },
        { foresight: { mostCalls: 6, wait: Duration.millis(toolMillis / 2) } }
      )
      const events = yield* eventsOf(agent.run("Which?"))
      assert.deepInclude(tagged(events, "RunFinished")[0], { atMillis: toolMillis / 2 })
      assert.deepInclude(tagged(events, "ToolSettled")[0], { ok: false, problem: "The answer came without it." })
      assert.deepStrictEqual(yield* diaryOf, ["start look a", "stop look a"])
    }).pipe(alone, Effect.provide(world(turns([answer]))))
  )

  it.effect(
    "begins nothing that writes, that asks leave, that is no tool, that does not decode, or beyond its bound",
    () =>
      Effect.gen(function* () {
        const foreseen = [
          ...reads("change", "a"),
          ...reads("toString", "a"),
          { name: "look", parameters: { key: 1 } },
          ...reads("look", "a", "a", "b", "c")
        ]
        const agent = routed({ foreseen }, { foresight: { mostCalls: 2, wait: Duration.seconds(1) } })
        const events = yield* eventsOf(agent.run("Which?"))
        assert.deepStrictEqual(
          tagged(events, "ToolStarted").map(({ input }) => input),
          [{ key: "a" }, { key: "b" }]
        )
      }).pipe(alone, Effect.provide(world(turns([answer]))))
  )

  it.effect("begins nothing where a budget counts tool calls", () =>
    Effect.gen(function* () {
      const agent = routed({ foreseen: reads("look", "a") }, { budget: { toolCalls: 1 } })
      assert.isEmpty((yield* settle(agent.ask("Which?"))).toolCalls)
    }).pipe(alone, Effect.provide(world(turns([answer]))))
  )

  it.effect("does not show the model what failed", () =>
    Effect.gen(function* () {
      const agent = routed({ foreseen: reads("look", "fail", "a") })
      const { answer } = yield* settle(agent.ask("Which?"))
      assert.include(answer, "value of a")
      assert.notInclude(answer, "fail")
    }).pipe(alone, Effect.provide(world(({ messages }) => ({ text: JSON.stringify(messages), calls: [] }))))
  )

  it.effect("drops what a write touches: the model's own call reads anew", () =>
    Effect.gen(function* () {
      const agent = routed({ foreseen: reads("look", "a", "b") }, { foresight: { mostCalls: 6, wait: Duration.zero } })
      const events = yield* Effect.provideService(eventsOf(agent.run("Which?")), Approval, () => Effect.succeed(true))
      assert.deepStrictEqual(
        tagged(events, "ToolSettled").map(({ name, source }) => `${name} ${source}`),
        ["look upstream", "look upstream", "change upstream", "look foreseen", "look upstream"]
      )
    }).pipe(alone, Effect.provide(world(changing)))
  )

  it.effect("does not make a write wait for what was only guessed", () =>
    Effect.gen(function* () {
      const agent = routed({ foreseen: reads("look", "a") }, { foresight: { mostCalls: 6, wait: Duration.zero } })
      const events = yield* Effect.provideService(eventsOf(agent.run("Which?")), Approval, () => Effect.succeed(true))
      const write = tagged(events, "ToolStarted").find(({ name }) => name === "change")
      assert.strictEqual(write?.atMillis, 0)
    }).pipe(alone, Effect.provide(world(turns([{ calls: calls("change", "a") }, answer]))))
  )

  it.effect("rests where it is wrong too often, and is tried again after a while", () =>
    Effect.gen(function* () {
      const agent = routed({ foreseen: reads("look", "z") }, { foresight: { mostCalls: 6, wait: Duration.zero } })
      const begun: Array<number> = []
      for (let run = 0; run < 30; run++) {
        const { toolCalls } = yield* settle(agent.ask("Which?"))
        if (toolCalls.some(({ id }) => id === "foreseen_0")) begun.push(run)
      }
      assert.deepStrictEqual(begun, [0, 1, 2, 3, 20])
      assert.deepStrictEqual((yield* Worth.Worth).stats(), { right: 0, wrong: 5, rested: 25 })
    }).pipe(alone, Effect.provide(world(turns([{ calls: calls("look", "a") }, answer]))))
  )

  it.effect(
    "tries at times without showing it, by which it learns what it is worth: where that is something, it goes on",
    () =>
      Effect.gen(function* () {
        const agent = routed({ foreseen: reads("look", "a") })
        const modelCalls: Array<number> = []
        for (let run = 0; run < 32; run++) modelCalls.push((yield* settle(agent.ask("Which?"))).modelCalls.length)
        assert.deepStrictEqual(
          modelCalls.flatMap((count, run) => (count === 1 ? [] : [run])),
          [15, 31]
        )
        assert.deepStrictEqual((yield* Worth.Worth).stats(), { right: 2, wrong: 0, rested: 0 })
      }).pipe(alone, Effect.provide(world(wanting("a"))))
  )

  it.effect("rests where what it shows is needed by nobody", () =>
    Effect.gen(function* () {
      const agent = routed({ foreseen: reads("look", "z") })
      for (let run = 0; run < 70; run++) yield* settle(agent.ask("Which?"))
      assert.deepStrictEqual((yield* Worth.Worth).stats(), { right: 0, wrong: 4, rested: 6 })
    }).pipe(alone, Effect.provide(world(turns([answer]))))
  )

  it.effect("leaves half of the places of a tool free, and takes none where there is but one", () =>
    Effect.gen(function* () {
      const events = yield* eventsOf(routed({ foreseen: reads("slow", "a") }).run("Which?"))
      assert.isEmpty(tagged(events, "ToolStarted").filter(({ callId }) => callId === "foreseen_0"))
      assert.deepInclude(tagged(events, "RunFinished")[0], { atMillis: 2 * toolMillis })
    }).pipe(alone, Effect.provide(world(turns([{ calls: calls("slow", "b", "c") }, answer]))))
  )

  it.effect("settles what it began also where the run fails", () =>
    Effect.gen(function* () {
      const agent = routed({ foreseen: reads("look", "a") }, { foresight: { mostCalls: 6, wait: Duration.zero } })
      const events = yield* eventsOf(agent.run("Which?"))
      assert.deepStrictEqual(
        events.slice(2).map(({ _tag }) => _tag),
        ["ToolStarted", "StepStarted", "StepFinished", "ToolSettled", "RunFailed"]
      )
    }).pipe(alone, Effect.provide(world(turns([{ text: "" }]))))
  )
})
