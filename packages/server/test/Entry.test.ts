import { AgentEvent } from "@callsheet/core/AgentEvent"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"

import * as Entry from "../src/Entry.ts"

const utf8 = new TextDecoder()
const stamp = { runId: "run_a", seq: 3, atMillis: 1.5 }

describe("Entry", () => {
  it.effect.prop(
    "is read again as the event that it was, whatever text it holds, and is one frame of events",
    [Schema.String],
    ([delta]) =>
      Effect.gen(function* () {
        const event = { _tag: "TextDelta", ...stamp, step: 0, delta } as const
        const entry = Entry.of(event)
        assert.deepStrictEqual(yield* Entry.decode(entry.data), { ...event })
        const lines = utf8.decode(entry.frame).split("\n")
        assert.deepStrictEqual(lines.slice(0, 2), ["id: 3", "event: TextDelta"])
        assert.strictEqual(lines.length, 5)
      })
  )

  it.effect.prop(
    "is of a piece of text the same JSON as the schema writes",
    [Schema.String, Schema.Finite],
    ([delta, atMillis]) =>
      Effect.gen(function* () {
        const event = { _tag: "TextDelta", step: 2, delta, runId: "run_a", seq: 3, atMillis } as const
        const encoded = yield* Schema.encodeEffect(Schema.fromJsonString(AgentEvent))(event)
        assert.strictEqual(Entry.of(event).data, encoded)
      })
  )

  it("is encoded once for all who ask for its frame", () => {
    const entry = Entry.of({ _tag: "StepStarted", ...stamp, step: 0 })
    assert.strictEqual(entry.frame, entry.frame)
  })

  it.effect("loses an input that JSON cannot spell, and not the event", () =>
    Effect.gen(function* () {
      const event = { _tag: "ToolStarted", ...stamp, step: 0, callId: "c", name: "n", input: 10n } as const
      assert.deepStrictEqual(yield* Entry.decode(Entry.of(event).data), { ...event, input: null })
    })
  )
})
