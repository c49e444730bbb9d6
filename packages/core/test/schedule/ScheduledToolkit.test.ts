import * as Ledger from "@callsheet/core/model/Ledger"
import { Approval } from "@callsheet/core/schedule/Approval"
import type * as Policy from "@callsheet/core/schedule/Policy"
import * as ScheduledToolkit from "@callsheet/core/schedule/ScheduledToolkit"
import { type Reply, turns, type View } from "@callsheet/testkit/scripted/Script"
import * as ScriptedModel from "@callsheet/testkit/scripted/ScriptedModel"
import { assert, describe, it } from "@effect/vitest"
import { Array, Duration, Effect, Exit, Fiber, Layer, Option, Queue, Result, Scope, Stream } from "effect"
import { LanguageModel, Prompt, type Response, Tool, Toolkit } from "effect/ai"
import { TestClock } from "effect/testing"

import { calls, settle, tagged } from "../fixtures.ts"
import { lines, traced } from "../traced.ts"
import { calm, destroying, pace, reading, told, troupe, Trouble, writing } from "./stage.ts"

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

/** Two messages by `streamText` of a scheduled toolkit, the first of which asks for `said` and ends with `reason`. */
const speak = Effect.fnUntraced(
  function* (said: Reply["calls"], policy: Partial<Policy.Policy> = {}, reason?: "length") {
    const { lines, toolkit } = troupe(tools)
    const scheduled = yield* ScheduledToolkit.make(yield* toolkit, policy)
    const views: globalThis.Array<View> = []
    const reply = turns([{ calls: said }, { text: "Done." }])
    const script = (view: View) => {
      views.push(view)
      return reply(view)
    }
    const message = (prompt: Prompt.RawInput) =>
      Stream.runCollect(
        Stream.map(scheduled.streamText({ prompt }), (part) =>
          part.type === "finish" && reason !== undefined ? { ...part, reason } : part
        )
      )
    const asked = Prompt.make("Go.")
    const parts = yield* message(asked).pipe(
      Effect.tap((parts) => message(Prompt.concat(asked, Prompt.fromResponseParts(parts)))),
      Effect.provide(ending(reason).pipe(Layer.provide(ScriptedModel.layer({ script, timing: pace })))),
      settle
    )
    return { lines, parts, views, events: yield* Queue.clear(scheduled.events) }
  },
  Effect.scoped,
  Effect.provide(calm)
)

/** The model, whose messages end with `reason`. */
const ending = (reason: "length" | undefined) =>
  Layer.effect(
    LanguageModel.LanguageModel,
    Effect.map(LanguageModel.LanguageModel, (model) => {
      if (reason === undefined) return model
      const cut = new Proxy(model.streamText, {
        apply: (target, self, options) =>
          Stream.map(Reflect.apply(target, self, options), (part: Response.AnyPart) =>
            part.type === "finish" ? { ...part, reason } : part
          )
      })
      return { ...model, streamText: cut }
    })
  )

describe("streamText without our loop", () => {
  it.effect("starts reads while the model writes, and writes when it has finished", () =>
    Effect.gen(function* () {
      const { lines, parts, views } = yield* speak([...calls("change", "x"), ...calls("look", "a", "b")])
      assert.deepStrictEqual(lines.toSorted(), [
        "150 start look a",
        "180 start change x",
        "180 start look b",
        "190 end look a",
        "220 end change x",
        "220 end look b"
      ])
      assert.deepStrictEqual(
        parts.flatMap((part) => (part.type === "tool-result" || part.type === "finish" ? [part.type] : [])),
        ["tool-result", "tool-result", "tool-result", "finish"]
      )
      assert.deepStrictEqual(told(views[1]), [resultOf("x"), resultOf("a"), resultOf("b")])
    })
  )

  it.effect("starts no write of a message that was cut short, and leaves no call without a result", () =>
    Effect.gen(function* () {
      const { lines, views } = yield* speak([...calls("change", "x"), ...calls("look", "a")], {}, "length")
      assert.deepStrictEqual(lines, ["150 start look a", "190 end look a"])
      const [written, read] = told(views[1])
      assert.include(JSON.stringify(written), "was cut short, so it did not run")
      assert.deepStrictEqual(read, resultOf("a"))
    })
  )

  it.effect("takes plans", () =>
    Effect.gen(function* () {
      const steps = [
        { id: "a", tool: "look", input: { key: "a" } },
        { id: "b", tool: "look", input: { key: { $from: "a", path: ["parts", 0] } } }
      ]
      const { lines, views } = yield* speak([{ name: "run_plan", input: { steps } }], { plans: true })
      assert.deepStrictEqual(
        lines.map((line) => line.replace(/^\d+ /, "")),
        ["start look a", "end look a", "start look a1", "end look a1"]
      )
      assert.deepStrictEqual(views[0]?.tools, ["run_plan", "look", "change", "erase"])
      assert.deepStrictEqual(told(views[1]), [{ results: { b: resultOf("a1") }, failures: {} }])
    })
  )

  it.effect("keeps the time limit of a step", () =>
    Effect.gen(function* () {
      const said = [{ name: "look", input: { key: "a", millis: 5000 } }]
      const { lines, views } = yield* speak(said, { stepLimit: Duration.millis(500) })
      assert.deepStrictEqual(lines, ["160 start look a", "500 stop look a"])
      assert.include(JSON.stringify(told(views[1])), "did not end within the time")
    })
  )

  it.effect("writes down in the ledger what was done", () =>
    Effect.gen(function* () {
      const ledger = Ledger.makeUnsafe()
      yield* Effect.provideService(speak([...calls("look", "a"), ...calls("erase", "x")]), Ledger.Current, ledger)
      assert.deepStrictEqual(
        ledger.entries().map(({ name, state }) => `${name} ${state}`),
        ["look done", "erase not-started"]
      )
    })
  )
})

describe("a scheduled toolkit", () => {
  it.effect("stops the calls of a message whose reader leaves, and lets none begin after that", () =>
    Effect.gen(function* () {
      const { lines, toolkit } = troupe(tools)
      const ledger = Ledger.makeUnsafe()
      const scheduled = yield* Effect.provideService(ScheduledToolkit.make(yield* toolkit), Ledger.Current, ledger)
      const said = [{ name: "look", input: { key: "a", millis: 5000 } }, ...calls("erase", "x")]
      const reader = yield* Effect.forkChild(
        Stream.runDrain(scheduled.streamText({ prompt: "Go." })).pipe(
          Effect.provide(ScriptedModel.layer({ script: turns([{ calls: said }]), timing: pace }))
        )
      )
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(reader)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(lines, ["160 start look a", "1000 stop look a"])
      assert.deepStrictEqual(
        ledger.entries().map(({ name, state }) => `${name} ${state}`),
        ["look interrupted", "erase not-started"]
      )
    }).pipe(
      Effect.scoped,
      Effect.provide(calm),
      Effect.provideService(Approval, () => Effect.delay(Effect.succeed(true), "3 seconds"))
    )
  )

  it.effect("goes on with a read for those who share it, when the one who began it leaves", () =>
    Effect.gen(function* () {
      const { toolkit } = troupe([reading("look")])
      const { toolkit: kit } = yield* ScheduledToolkit.make(yield* toolkit)
      const ask = Effect.flatMap(kit.handle("look", { key: "a", millis: 1000 }), Stream.runLast)
      const first = yield* Effect.forkChild(ask)
      const second = yield* Effect.forkChild(ask)
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("1 minute")
      const result = yield* Fiber.join(second)
      assert.deepStrictEqual(
        Option.map(result, ({ encodedResult }) => encodedResult),
        Option.some(resultOf("a"))
      )
    }).pipe(Effect.scoped, Effect.provide(calm))
  )

  it.effect("answers every call, also when it is closed", () =>
    Effect.gen(function* () {
      const { toolkit } = troupe([reading("look")])
      const plain = yield* toolkit
      const scope = yield* Scope.make()
      const { toolkit: kit } = yield* Scope.provide(ScheduledToolkit.make(plain), scope)
      const ask = Effect.flatMap(kit.handle("look", { key: "a", millis: 1000 }), Stream.runLast)
      const pending = yield* Effect.forkChild(ask)
      yield* TestClock.adjust("500 millis")
      yield* Scope.close(scope, Exit.void)
      const results = [yield* settle(Fiber.join(pending)), yield* settle(ask)]
      for (const result of results) {
        assert.include(
          JSON.stringify(Option.getOrUndefined(result)?.encodedResult),
          "The scheduled toolkit was closed."
        )
      }
    }).pipe(Effect.provide(calm))
  )

  it.effect("keeps no more of what happened than a late reader may want", () =>
    Effect.gen(function* () {
      const { toolkit } = troupe([reading("look")], () => Effect.void)
      const scheduled = yield* ScheduledToolkit.make(yield* toolkit)
      const count = ScheduledToolkit.maxUnreadEvents
      const ask = (key: number) => scheduled.toolkit.handle("look", { key: `k${key}` })
      yield* Effect.forEach(
        Array.makeBy(count, (n) => n),
        (n) => Effect.flatMap(ask(n), Stream.runDrain),
        {
          concurrency: 1,
          discard: true
        }
      )
      const events = yield* Queue.clear(scheduled.events)
      assert.strictEqual(events.length, count)
      assert.strictEqual(events.at(-1)?.seq, 2 * count - 1)
    }).pipe(Effect.scoped, Effect.provide(calm))
  )
})

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

describe("a scheduled toolkit that is traced", () => {
  it.effect("has a span for each call, under what asks for it by streamText, else under what made it", () =>
    Effect.gen(function* () {
      const said = calls("look", "a")
      const spoken = yield* traced(Effect.withSpan(speak(said), "loop"))
      assert.deepStrictEqual(lines(spoken.spans), ["loop 0-3600000", "execute_tool look 120-160 in loop"])
      const handled = yield* traced(Effect.withSpan(respond(said, undefined), "loop"))
      assert.deepStrictEqual(lines(handled.spans), ["loop 0-3600000", "execute_tool look 120-160 in loop"])
    })
  )
})
