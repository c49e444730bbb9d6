import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { ChatWire } from "../src/ChatWire.ts"
import { WireReader } from "../src/WireReader.ts"
import { bytesOf, chatText, recordings } from "./recordings.ts"

const Sizes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 90 })))

describe("WireReader", () => {
  for (const { name, parts, read, text } of recordings) {
    it(`reads ${name}`, () => {
      assert.deepStrictEqual(read(bytesOf(text), []), parts)
    })

    it(`reads ${name}, byte by byte`, () => {
      const bytes = bytesOf(text)
      assert.deepStrictEqual(
        read(
          bytes,
          Array.from(bytes, () => 1)
        ),
        parts
      )
    })
  }

  it.prop(
    "reads the same from any chunks",
    [Schema.Literals(recordings.map(({ name }) => name)), Sizes],
    ([name, sizes]) => {
      const recording = recordings.find((recording) => recording.name === name)
      assert.deepStrictEqual(recording?.read(bytesOf(recording.text), sizes), recording?.parts)
    }
  )

  it("joins the text deltas of one chunk", () => {
    const deltas = new WireReader(ChatWire).push([bytesOf(chatText.text)]).filter((part) => part._tag === "TextDelta")
    assert.deepStrictEqual(deltas, [{ _tag: "TextDelta", delta: "Amélie 千と千尋 🎬" }])
  })

  it("hands on a call as soon as the next begins", () => {
    const reader = new WireReader(ChatWire)
    const piece = (index: number, id: string) =>
      bytesOf(
        `data: {"choices":[{"delta":{"tool_calls":[{"index":${index},"id":"${id}","function":{"name":"n","arguments":"{}"}}]}}]}\n\n`
      )
    assert.deepStrictEqual(reader.push([piece(0, "a")]), [])
    assert.deepStrictEqual(
      reader.push([piece(1, "b")]).map((part) => part._tag === "Call" && part.call.id),
      ["a"]
    )
  })

  it("reports an event that is not JSON and reads nothing after it", () => {
    const reader = new WireReader(ChatWire)
    const [fault] = reader.push([bytesOf("data: {oops\n\n")])
    assert.strictEqual(fault?._tag === "Fault" && fault.fault, "unreadable")
    assert.deepStrictEqual(reader.push([bytesOf(chatText.text)]), [])
    assert.deepStrictEqual(reader.end(), [])
  })
})
