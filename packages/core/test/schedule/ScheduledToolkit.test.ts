import { Approval } from "@callsheet/core/schedule/Approval"
import * as ScheduledToolkit from "@callsheet/core/schedule/ScheduledToolkit"
import { turns } from "@callsheet/testkit/scripted/Script"
import * as ScriptedModel from "@callsheet/testkit/scripted/ScriptedModel"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue, Result, Stream } from "effect"
import { LanguageModel, Tool, Toolkit } from "effect/ai"

import { calls, settle, tagged } from "../fixtures.ts"
import { calm, destroying, pace, reading, troupe, Trouble, writing } from "./stage.ts"

const tools = [reading("look"), writing("change"), destroying("erase")]

/** One model call by Effect's own loop, which asks for `said`, with a scheduled toolkit or the plain one. */
const respond = Effect.fnUntraced(
  function* (said: ReturnType<typeof calls>, act: Parameters<typeof troupe>[1], isScheduled = true) {
    const { lines, toolkit } = troupe(tools, act)
    const plain = yield* toolkit
    const scheduled = yield* ScheduledToolkit.make(plain)
    const heard = yield* LanguageModel.streamText({
      prompt: "Go.",
      toolkit: isScheduled ? scheduled.toolkit : plain
    }).pipe(
      Stream.runCollect,
      Effect.provide(ScriptedModel.layer({ script: turns([{ calls: said }]), timing: pace })),
      Effect.result,
      settle
    )
    const results = Result.getOrElse(heard, () => []).flatMap((part) =>
      part.type === "tool-result" ? [{ id: part.id, isFailure: part.isFailure, result: part.encodedResult }] : []
    )
    return { lines, heard, results, events: yield* Queue.clear(scheduled.events) }
  },
  Effect.scoped,
  Effect.provide(calm)
)

const resultOf = (key: string) => ({ key, parts: [`${key}1`, `${key}2`, `${key}3`] })

describe("use without our loop", () => {
  it.effect("equal calls run once, each with its own result and event", () =>
    Effect.gen(function* () {
      const { events, lines, results } = yield* respond(calls("look", "a", "a", "b"), () => Effect.sleep(1000))
      assert.deepStrictEqual(
        lines.map((line) => line.replace(/^\d+ /, "")),
        ["start look a", "start look b", "end look a", "end look b"]
      )
      assert.deepStrictEqual(
        results.toSorted((one, other) => (one.id < other.id ? -1 : 1)),
        ["a", "a", "b"].map((key, index) => ({ id: `call_0_${index}`, isFailure: false, result: resultOf(key) }))
      )
      assert.deepStrictEqual(
        tagged(events, "ToolSettled")
          .map(({ callId, source }) => `${callId} ${source}`)
          .toSorted(),
        ["call_0_0 upstream", "call_0_1 shared", "call_0_2 upstream"]
      )
    })
  )

  it.effect("a read after a write of what it reads waits for it", () =>
    Effect.gen(function* () {
      const { lines } = yield* respond([...calls("change", "a"), ...calls("look", "a", "b")], () => Effect.sleep(1000))
      const started = (work: string) => Number(lines.find((line) => line.endsWith(`start ${work}`))?.split(" ")[0])
      assert.strictEqual(started("look a"), started("change a") + 1000)
      assert.isBelow(started("look b"), started("look a"))
    })
  )

  it.effect("an unknown tool fails as Effect's own", () =>
    Effect.gen(function* () {
      const said = calls("nothing", "a")
      const ours = yield* respond(said, undefined)
      const theirs = yield* respond(said, undefined, false)
      assert.isTrue(Result.isFailure(ours.heard))
      assert.deepStrictEqual(String(ours.heard), String(theirs.heard))
      // Asked for by hand, since `streamText` already refuses to read it.
      const plain = yield* troupe(tools).toolkit
      const { toolkit } = yield* ScheduledToolkit.make(plain)
      const error = yield* Effect.flip(toolkit.handle("nothing", { key: "a" }))
      assert.strictEqual(error.reason._tag, "ToolNotFoundError")
      assert.deepStrictEqual(error, yield* Effect.flip(plain.handle("nothing", { key: "a" })))
    })
  )

  it.effect("a refused write is a failed result, and its siblings go on", () =>
    Effect.gen(function* () {
      const { events, lines, results } = yield* respond([...calls("erase", "x"), ...calls("look", "a")], undefined)
      assert.deepStrictEqual(
        results.toSorted((one, other) => (one.id < other.id ? -1 : 1)),
        [
          {
            id: "call_0_0",
            isFailure: true,
            result: { type: "execution-denied", reason: "erase was not approved by the user, so it did not run." }
          },
          { id: "call_0_1", isFailure: false, result: resultOf("a") }
        ]
      )
      assert.deepStrictEqual(
        lines.filter((line) => line.includes("erase")),
        []
      )
      assert.strictEqual(tagged(events, "ApprovalNeeded").length, 1)
    })
  )

  it.effect("an approved write runs", () =>
    Effect.gen(function* () {
      const { lines, results } = yield* respond(calls("erase", "x"), undefined)
      assert.deepStrictEqual(results, [{ id: "call_0_0", isFailure: false, result: resultOf("x") }])
      assert.strictEqual(lines.length, 2)
    }).pipe(Effect.provideService(Approval, () => Effect.succeed(true)))
  )

  it.effect("a handler's own failure stays what it is, after its retries", () =>
    Effect.gen(function* () {
      const { lines, results } = yield* respond(calls("look", "a"), ({ attempt }) =>
        Effect.fail(new Trouble({ sentence: `No ${attempt}.`, isRetryable: true }))
      )
      assert.deepStrictEqual(results, [
        { id: "call_0_0", isFailure: true, result: { _tag: "Trouble", sentence: "No 3.", isRetryable: true } }
      ])
      assert.strictEqual(lines.length, 6)
    })
  )

  it.effect("a handler's typed failure stays one where the tool asks for that", () =>
    Effect.gen(function* () {
      const fragile = Tool.make("fragile", { failure: Trouble }).annotate(Tool.Readonly, true)
      const kit = Toolkit.make(fragile)
      const snapped = new Trouble({ sentence: "It snapped.", isRetryable: false })
      const plain = yield* Effect.provide(kit, kit.toLayer({ fragile: () => Effect.fail(snapped) }))
      const { toolkit: scheduled } = yield* ScheduledToolkit.make(plain)
      const fail = (kit: typeof plain) => Effect.flip(Effect.flatMap(kit.handle("fragile", {}), Stream.runDrain))
      assert.deepStrictEqual(yield* settle(fail(scheduled)), snapped)
      assert.deepStrictEqual(yield* fail(plain), snapped)
    }).pipe(Effect.scoped, Effect.provide(calm))
  )
})
