import type { Finish, ModelPart } from "@callsheet/core/model/ModelStream"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"

import { calls, tagged } from "../fixtures.ts"
import { editing, play, reading, told, writing } from "./stage.ts"

const tools = [reading("look"), writing("change")]

/** The model, with `edit` made to each part of its first reply. */
const edited = (edit: (part: ModelPart) => ReadonlyArray<ModelPart>) =>
  editing((stream) => {
    let isFirst = true
    return (request) => {
      if (!isFirst) return stream(request)
      isFirst = false
      return Stream.flattenIterable(Stream.map(stream(request), edit))
    }
  })

const cutShort = { error: "The message that asked for this was cut short, so it did not run." }

describe("early start", () => {
  it.effect("a read starts at the millisecond its own arguments are complete, while the model writes the others", () =>
    Effect.gen(function* () {
      const { finished, lines } = yield* play({ tools, replies: [{ calls: calls("look", "a", "b", "c") }] })
      assert.deepStrictEqual(lines, [
        "120 start look a",
        "150 start look b",
        "160 end look a",
        "180 start look c",
        "190 end look b",
        "220 end look c"
      ])
      // The last call, and then the model's "Done.".
      assert.strictEqual(finished?.atMillis, 220 + 110)
    })
  )

  it.effect("a write starts only when the message is complete", () =>
    Effect.gen(function* () {
      const { lines } = yield* play({
        tools,
        replies: [{ calls: [...calls("change", "x"), ...calls("look", "a", "b")] }]
      })
      assert.deepStrictEqual(lines.toSorted(), [
        "150 start look a",
        "180 start change x",
        "180 start look b",
        "190 end look a",
        "220 end change x",
        "220 end look b"
      ])
    })
  )

  const withReason =
    (reason: Finish["reason"]) =>
    (part: ModelPart): ReadonlyArray<ModelPart> => [part._tag === "Finish" ? { ...part, reason } : part]

  for (const [ending, edit] of [
    ["length", withReason("length")],
    ["content-filter", withReason("content-filter")],
    ["unknown", withReason("unknown")],
    ["no finish", (part: ModelPart) => (part._tag === "Finish" ? [] : [part])]
  ] as const) {
    it.effect(`a message that ends with "${ending}" starts no write, and each of its calls has a result`, () =>
      Effect.gen(function* () {
        const { events, finished, lines, views } = yield* play({
          tools,
          replies: [{ calls: [...calls("change", "x"), ...calls("look", "a"), ...calls("change", "y")] }],
          through: edited(edit)
        })
        assert.deepStrictEqual(lines, ["150 start look a", "190 end look a"])
        assert.deepStrictEqual(told(views[1]), [cutShort, { key: "a", parts: ["a1", "a2", "a3"] }, cutShort])
        assert.strictEqual(tagged(events, "ToolSettled").length, 3)
        assert.strictEqual(finished?.answer, "Done.")
      })
    )
  }

  it.effect("a call whose arguments were cut off leaves no trace in the transcript", () =>
    Effect.gen(function* () {
      const { finished, views } = yield* play({
        tools,
        replies: [{ calls: calls("look", "a", "b") }],
        through: edited((part) => {
          if (part._tag === "Call" && part.call.id === "call_0_1") return []
          return part._tag === "Finish" ? [{ ...part, reason: "length" }] : [part]
        })
      })
      assert.deepStrictEqual(
        views[1]?.messages.map((message) =>
          message.role === "assistant" ? message.calls.map(({ id }) => id) : message.role
        ),
        ["user", ["call_0_0"], "tool"]
      )
      assert.strictEqual(finished?.answer, "Done.")
    })
  )
})
