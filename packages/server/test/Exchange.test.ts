import type { Message } from "@callsheet/core/Message"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as Exchange from "../src/Exchange.ts"

const Text = Schema.String

const Messages = Schema.Array(
  Schema.Union([
    Schema.Struct({ role: Schema.Literal("system"), text: Text }),
    Schema.Struct({ role: Schema.Literal("user"), text: Text, images: Schema.optionalKey(Schema.Array(Text)) }),
    Schema.Struct({ role: Schema.Literal("tool"), callId: Text, name: Text, text: Text, isFailure: Schema.Boolean }),
    Schema.Struct({
      role: Schema.Literal("assistant"),
      text: Text,
      calls: Schema.Array(
        Schema.Struct({ id: Text, name: Text, inputText: Text, input: Schema.Undefined, fault: Text })
      ),
      echo: Schema.Array(Schema.Struct({ id: Text, depth: Schema.Array(Schema.Int) })),
      responseId: Schema.UndefinedOr(Text)
    })
  ])
)

const said = (answer: string): Message => ({
  role: "assistant",
  text: answer,
  calls: [],
  echo: [],
  responseId: undefined
})

describe("Exchange", () => {
  it.prop(
    "gives messages as they were, byte for byte as a provider is sent them",
    [Messages, Messages],
    ([closed, open]) => {
      const encoded = Exchange.encode({ closed, open })
      const read = Exchange.messagesOf({ text: encoded })
      assert.strictEqual(Exchange.encode(read), encoded)
      assert.deepStrictEqual([read.closed.length, read.open.length], [closed.length, open.length])
    }
  )

  it("reads a call's arguments again", () => {
    const calls = [{ id: "1", name: "look", inputText: '{ "key": 1 }', input: { key: 1 }, fault: undefined }]
    const kept = Exchange.encode({
      closed: [{ ...said(""), role: "assistant", calls, echo: [], responseId: "r" }],
      open: []
    })
    const [read] = Exchange.messagesOf({ text: kept }).closed
    assert.deepStrictEqual(read?.role === "assistant" ? read.calls : [], calls)
  })

  it("has no messages where what is kept cannot be read", () => {
    for (const kept of ["", "{}", '{"closed":[{"role":"other"}],"open":[]}']) {
      assert.deepStrictEqual(Exchange.messagesOf({ text: kept }), { closed: [], open: [] })
    }
  })

  it("keeps as much as may be: first pictures go, then long results, then all but what was asked and answered", () => {
    const image = `data:image/png;base64,${"A".repeat(5000)}`
    const closed: ReadonlyArray<Message> = [
      { role: "user", text: "What is this?", images: [image] },
      { role: "tool", callId: "1", name: "look", text: JSON.stringify("x".repeat(6000)), isFailure: false },
      said("A long word.")
    ]
    const fitted = (limit: number) =>
      Exchange.encode(Exchange.fit({ closed, open: [] }, limit, "What is this?", "A long word."))
    assert.include(fitted(20_000), image)
    const pictureless = fitted(8000)
    assert.include(pictureless, "What is this? [image]")
    assert.include(pictureless, "x".repeat(6000))
    const short = fitted(2000)
    assert.include(short, "[image]")
    assert.include(short, "cut")
    assert.notInclude(fitted(400), "look")
    assert.include(fitted(400), "A long word.")
    for (const limit of [20_000, 8000, 2000, 400]) assert.isAtMost(fitted(limit).length, limit)
  })
})
