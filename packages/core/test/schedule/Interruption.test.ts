import * as Agent from "@callsheet/core/Agent"
import type { AgentEvent } from "@callsheet/core/AgentEvent"
import * as Ledger from "@callsheet/core/model/Ledger"
import { type Message, ModelStream } from "@callsheet/core/model/ModelStream"
import { Approval } from "@callsheet/core/schedule/Approval"
import * as Shared from "@callsheet/core/schedule/Shared"
import { type Script, turns } from "@callsheet/testkit/scripted/Script"
import { replyMillis } from "@callsheet/testkit/scripted/Timing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"

import { calls, settle, tagged } from "../fixtures.ts"
import { destroying, model, play, reading, troupe, writing } from "./stage.ts"

/** A token a millisecond, and tools that take 8: a short run, of which every millisecond can be tried. */
const quick = { firstToken: Duration.millis(5), tokensPerSecond: 1000 }
const toolMillis = 8
const approvalMillis = 5

const replies = [
  { text: "Let me look.", calls: calls("look", "a", "b") },
  { text: "", calls: [...calls("change", "x"), ...calls("look", "c"), ...calls("erase", "y")] },
  {
    text: "",
    calls: [
      {
        name: "run_plan",
        input: {
          steps: [
            { id: "s", tool: "look", input: { key: "d" } },
            { id: "w", tool: "change", input: { key: "z" } }
          ]
        }
      }
    ]
  },
  { text: "Done.", calls: [] }
]

/** What each handler of a call is known by in the diary. */
const works: Readonly<Record<string, string>> = {
  call_0_0: "look a",
  call_0_1: "look b",
  call_1_0: "change x",
  call_1_1: "look c",
  call_1_2: "erase y",
  "call_2_0.s": "look d",
  "call_2_0.w": "change z"
}

const script: Script = (view) => (view.question === "Go on." ? { text: "Gladly.", calls: [] } : turns(replies)(view))

/** Of the whole run: the longest call of a step begins when its message is complete. */
const totalMillis =
  replies.reduce((total, reply) => total + replyMillis(reply, quick), 0) + 3 * toolMillis + approvalMillis

/** Plays the run for `millis`, stops it there, and tells what is left. */
const stoppedAt = Effect.fnUntraced(
  function* (millis: number) {
    const tools = [reading("look"), writing("change"), destroying("erase")]
    const { lines, toolkit } = troupe(tools, () => Effect.sleep(toolMillis))
    const agent = Agent.make({ name: "test", instructions: "Answer.", toolkit, policy: { plans: true } })
    const ledger = Ledger.makeUnsafe()
    const shared = yield* Shared.make
    const events: Array<AgentEvent> = []
    const run = Stream.runForEach(agent.run("Go."), (event) => Effect.sync(() => events.push(event))).pipe(
      Effect.provideService(Ledger.Current, ledger),
      Effect.provideService(Shared.Shared, shared),
      Effect.provideService(Approval, () => Effect.as(Effect.sleep(approvalMillis), true))
    )
    const fiber = yield* Effect.forkChild(run)
    yield* TestClock.adjust(millis)
    const before = [...lines]
    yield* Fiber.interrupt(fiber)
    const messages: ReadonlyArray<Message> = [...ledger.transcript(), { role: "user", text: "Go on." }]
    const { stream } = yield* ModelStream
    const goingOn = yield* settle(
      Stream.runCollect(stream({ messages, tools: [], toolChoice: "auto", deltasOf: undefined, cacheKey: undefined }))
    )
    return { before, after: lines, events, ledger, shared, messages, goingOn }
  },
  Effect.provide(model(script, quick))
)

/** How far the call `id` came, by what its handler wrote down and what the model was told. */
const stateOf = (id: string, before: ReadonlyArray<string>, events: ReadonlyArray<AgentEvent>): Ledger.CallState => {
  const wrote = (what: string) => before.some((line) => line.endsWith(` ${what} ${works[id]}`))
  const isReported = tagged(events, "StepStarted").some(({ step }) => step > Number(id.split("_")[1]))
  if (wrote("end")) return isReported ? "done" : "done-but-not-reported"
  return wrote("start") ? "interrupted" : "not-started"
}

/** Ids of the calls of each message, and of the results that follow it. */
const exchanges = (messages: ReadonlyArray<Message>) => {
  const asked: Array<string> = []
  const answered: Array<string> = []
  for (const message of messages) {
    if (message.role === "assistant") asked.push(...message.calls.map(({ id }) => id))
    if (message.role === "tool") answered.push(message.callId)
  }
  return { asked, answered }
}

describe("interruption", () => {
  it.effect(
    "at every millisecond of a run stops every handler and leaves a ledger that tells how far each call came",
    () =>
      Effect.gen(function* () {
        for (let millis = 0; millis <= totalMillis; millis++) {
          const { after, before, events, goingOn, ledger, messages, shared } = yield* Effect.provide(
            stoppedAt(millis),
            TestClock.layer()
          )
          const at = `at ${millis} ms`
          // Every handler ended, those that ran with their finalizers, at once.
          const running = before.filter((line) => line.includes("start")).map((line) => line.replace(/.* start /, ""))
          const open = running.filter((work) => !before.some((line) => line.endsWith(` end ${work}`)))
          assert.deepStrictEqual(
            after.slice(before.length).toSorted(),
            open.map((work) => `${millis} stop ${work}`).toSorted(),
            at
          )
          assert.deepStrictEqual([shared.admission.running, shared.admission.waiting], [0, 0], at)

          // Each call of the transcript has exactly one result, in order; the model goes on from there.
          const { answered, asked } = exchanges(messages)
          assert.deepStrictEqual(answered, asked, at)
          assert.isTrue(
            goingOn.some((part) => part._tag === "TextDelta" && part.delta.length > 0),
            at
          )

          const entries = ledger.entries().filter(({ callId }) => works[callId] !== undefined)
          assert.deepStrictEqual(
            entries.map(({ callId, state }) => `${callId} ${state}`),
            entries.map(({ callId }) => `${callId} ${stateOf(callId, before, events)}`),
            at
          )
          // Nothing that began is missing.
          const known = new Set(entries.map(({ callId }) => works[callId]))
          assert.deepStrictEqual(
            running.filter((work) => !known.has(work)),
            [],
            at
          )
        }
      })
  )

  it.effect("does not come into a run that ends by itself, as long as was reckoned", () =>
    Effect.gen(function* () {
      const { events, ledger } = yield* stoppedAt(totalMillis)
      assert.strictEqual(tagged(events, "RunFinished")[0]?.atMillis, totalMillis)
      // The plan itself is one too.
      assert.strictEqual(ledger.entries().length, 8)
      assert.deepStrictEqual(new Set(ledger.entries().map(({ state }) => state)), new Set(["done"]))
    })
  )

  it.effect("by a deadline, while the model still writes, is told as any other", () =>
    Effect.gen(function* () {
      const ledger = Ledger.makeUnsafe()
      const { finished } = yield* play({
        tools: [reading("look")],
        replies: [{ calls: calls("look", "a", "b", "x".repeat(9000)) }],
        ask: { question: "Go.", deadlineMillis: 200 }
      }).pipe(Effect.provideService(Ledger.Current, ledger))
      // A tenth is kept for an answer, so at 180 the second one is given up.
      assert.deepStrictEqual([finished?.atMillis, finished?.reason], [200, "deadline"])
      assert.deepStrictEqual(
        ledger.entries().map(({ callId, state }) => `${callId} ${state}`),
        ["call_0_0 done-but-not-reported", "call_0_1 interrupted"]
      )
      assert.deepStrictEqual(exchanges(ledger.transcript()), { asked: [], answered: [] })
    })
  )
})
