import type { Call, ModelPart } from "@callsheet/core/model/ModelStream"
import { ModelStream } from "@callsheet/core/model/ModelStream"
import { turns } from "@callsheet/testkit/scripted/Script"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Ref, Stream } from "effect"

import { Approval } from "../../src/schedule/Approval.ts"
import * as Shared from "../../src/schedule/Shared.ts"
import { agent, calls, Diary, eventsOf, handlers, settle, tagged, toolMillis, world } from "../fixtures.ts"

const done = { text: "Done." }
const one = (...step: ReadonlyArray<{ readonly name: string; readonly input: Record<string, unknown> }>) =>
  turns([{ calls: step }, done])

const settled = Effect.map(eventsOf(agent().run("Go")), (events) =>
  tagged(events, "ToolSettled").map(({ name, ok, problem }) => ({ name, ok, problem }))
)

/** A model whose first turn is `parts` and whose second says what results it was given. */
const playing = (...parts: ReadonlyArray<ModelPart>) =>
  Layer.succeed(ModelStream, {
    provider: "test",
    model: "test",
    streams: true,
    stream: ({ messages }) => {
      const results = messages.flatMap((message) => (message.role === "tool" ? [message.text] : []))
      return Stream.fromIterable(
        results.length === 0 ? parts : [{ _tag: "TextDelta", delta: results.join("\n") } as const, finish("stop")]
      )
    }
  })

const finish = (reason: "stop" | "length" | "unknown" | "tool-calls"): ModelPart => ({
  _tag: "Finish",
  reason,
  usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 },
  responseId: undefined,
  model: undefined,
  requestBytes: undefined,
  responseBytes: undefined,
  retries: undefined
})

const call = (fields: Partial<Call>): ModelPart => ({
  _tag: "Call",
  call: { id: "c1", name: "look", inputText: "{}", input: { key: "a" }, fault: undefined, ...fields }
})

const played = (...parts: ReadonlyArray<ModelPart>) =>
  Layer.mergeAll(playing(...parts), handlers, Layer.effect(Shared.Shared, Shared.make)).pipe(
    Layer.provideMerge(Diary.layer)
  )

describe("a failed call", () => {
  it.effect("never takes its siblings along, however it fails", () =>
    Effect.gen(function* () {
      const outcomes = yield* settled
      assert.deepStrictEqual(
        outcomes.filter(({ ok }) => ok).map(({ name }) => name),
        ["look", "look"]
      )
      assert.deepStrictEqual(outcomes.flatMap(({ problem }) => (problem === null ? [] : [problem])).sort(), [
        "It snapped.",
        "The shelf is empty.",
        "The tool look broke: it cannot be used now.",
        "The tool look broke: it cannot be used now.",
        "There is no tool nothing. The tools are: look, scan, slow, fragile, change, gradual."
      ])
    }).pipe(
      Effect.provide(
        world(
          one(
            ...calls("look", "a", "fail", "die", "interrupt"),
            ...calls("nothing", "x"),
            ...calls("fragile", "x"),
            ...calls("look", "b")
          )
        )
      )
    )
  )

  it.effect("whose arguments do not fit the schema is that call's failed result, in words the model can mend", () =>
    Effect.gen(function* () {
      const [first, second] = yield* settled
      assert.deepStrictEqual([first?.ok, second?.ok], [false, true])
      assert.match(first?.problem ?? "", /Invalid parameters for tool 'look'.*key/s)
    }).pipe(Effect.provide(world(one({ name: "look", input: { key: 7 } }, ...calls("look", "a")))))
  )

  it.effect("whose arguments cannot be read does not run", () =>
    Effect.gen(function* () {
      const { answer } = yield* settle(agent().ask("Go"))
      assert.strictEqual(answer, '{"error":"The arguments of look are not JSON: it ends too soon"}')
      assert.deepStrictEqual(yield* Ref.get(yield* Diary), [])
    }).pipe(
      Effect.provide(
        played(call({ inputText: '{"key":', input: undefined, fault: "it ends too soon" }), finish("tool-calls"))
      )
    )
  )

  for (const reason of ["length", "unknown"] as const) {
    it.effect(`that writes does not run where its message ended with "${reason}", and still has a result`, () =>
      Effect.gen(function* () {
        const { answer, toolCalls } = yield* settle(agent().ask("Go")).pipe(
          Effect.provideService(Approval, () => Effect.succeed(true))
        )
        assert.strictEqual(
          answer,
          '{"value":"value of a"}\n{"error":"The message that asked for this was cut short, so it did not run."}'
        )
        assert.deepStrictEqual(
          toolCalls.map(({ id, ok }) => [id, ok]),
          [
            ["c2", false],
            ["c1", true]
          ]
        )
        assert.deepStrictEqual(yield* Ref.get(yield* Diary), ["start look a", "end look a"])
      }).pipe(Effect.provide(played(call({}), call({ id: "c2", name: "change", input: { key: "b" } }), finish(reason))))
    )
  }
})

describe("calls of a step", () => {
  it.effect("that come with one id get ids of their own", () =>
    Effect.gen(function* () {
      const { answer, toolCalls } = yield* settle(agent().ask("Go"))
      assert.deepStrictEqual(
        toolCalls.map(({ id }) => id),
        ["c1", "c1_2"]
      )
      assert.strictEqual(answer, '{"value":"value of a"}\n{"value":"value of b"}')
    }).pipe(Effect.provide(played(call({}), call({ input: { key: "b" } }), finish("tool-calls"))))
  )

  it.effect("run at most `toolConcurrency` at a time", () =>
    Effect.gen(function* () {
      const events = yield* eventsOf(agent({ toolConcurrency: 2 }).run("Go"))
      assert.deepStrictEqual(
        tagged(events, "ToolSettled").map(({ atMillis }) => atMillis),
        [1, 1, 2, 2].map((round) => round * toolMillis)
      )
    }).pipe(Effect.provide(world(one(...calls("look", "a", "b", "c", "d")))))
  )

  it.effect("tell their progress before they settle", () =>
    Effect.gen(function* () {
      const events = yield* eventsOf(agent().run("Go"))
      assert.deepStrictEqual(
        events.flatMap((event) =>
          event._tag === "ToolProgress" ? [event.progress] : event._tag === "ToolSettled" ? ["settled"] : []
        ),
        [1, 2, "settled"]
      )
    }).pipe(Effect.provide(world(one({ name: "gradual", input: {} }))))
  )
})

describe("a destructive call", () => {
  it.effect("does not run without approval, and the model reads that it was refused", () =>
    Effect.gen(function* () {
      const events = yield* eventsOf(agent().run("Go"))
      assert.strictEqual(tagged(events, "ApprovalNeeded").length, 1)
      assert.strictEqual(tagged(events, "ToolStarted").length, 0)
      assert.match(tagged(events, "ToolSettled")[0]?.problem ?? "", /not approved/)
      assert.deepStrictEqual(yield* Ref.get(yield* Diary), [])
    }).pipe(Effect.provide(world(one(...calls("change", "x")))))
  )

  it.effect("waits for its approval alone: its siblings go on, even with one place to run in", () =>
    Effect.gen(function* () {
      const slowYes = () => Effect.as(Effect.sleep("5 seconds"), true)
      const events = yield* eventsOf(agent({ toolConcurrency: 1 }).run("Go")).pipe(
        Effect.provideService(Approval, slowYes)
      )
      assert.deepStrictEqual(
        tagged(events, "ToolSettled").map(({ atMillis, name, ok }) => [name, ok, atMillis]),
        [
          ["look", true, toolMillis],
          ["change", true, 5000 + toolMillis]
        ]
      )
    }).pipe(Effect.provide(world(one(...calls("change", "x"), ...calls("look", "a")))))
  )
})
