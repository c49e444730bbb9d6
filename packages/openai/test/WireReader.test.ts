import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { ChatWire } from "../src/ChatWire.ts"
import type { WirePart } from "../src/ModelWire.ts"
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
        `data: {"choices":[{"delta":{"tool_calls":[{"index":${index},"id":"${id}","function":{"name":"n","arguments":"[1]"}}]}}]}\n\n`
      )
    assert.deepStrictEqual(reader.push([piece(0, "a")]), [])
    assert.deepStrictEqual(
      reader.push([piece(1, "b")]).map((part) => part._tag === "Call" && part.call.id),
      ["a"]
    )
  })

  it("takes an event named error for one, whatever its data", () => {
    const faultOf = (text: string, ...sizes: ReadonlyArray<number>) => {
      const reader = new WireReader(ChatWire)
      const parts: Array<WirePart> = []
      let at = 0
      for (const size of [...sizes, text.length]) {
        parts.push(...reader.push([bytesOf(text.slice(at, at + size))]))
        at += size
      }
      const [fault] = [...parts, ...reader.end()]
      return fault?._tag === "Fault" ? fault : undefined
    }
    const said = { fault: "provider", message: "overloaded" } as const
    const bare = 'event: error\ndata: {"message":"overloaded","code":529}\n\n'
    assert.deepInclude(faultOf(bare), { ...said, code: "529" })
    for (let cut = 1; cut < bare.length; cut++) assert.deepInclude(faultOf(bare, cut), said)
    for (const text of [
      'event:error\ndata:{"message":"overloaded"}\n\n',
      'event: error\r\ndata: {"message":"overloaded"}\r\n\r\n',
      'data: {"message":"overloaded"}\nevent: error\n\n',
      'event: error\ndata: {"error":{"message":"overloaded"}}\n\n',
      'event: error\ndata: "overloaded"\n\n',
      "event: error\ndata: overloaded\n\n"
    ]) {
      assert.deepInclude(faultOf(text), said, text)
      assert.deepInclude(faultOf(text, 14), said, text)
    }
    for (const name of ["error\n\nevent: x", "errors", "terror"]) {
      assert.deepInclude(faultOf(`event: ${name}\ndata: {"message":"overloaded"}\n\n`), { fault: "cut" }, name)
    }
  })

  it("reports an event that is not JSON and reads nothing after it", () => {
    const reader = new WireReader(ChatWire)
    const [fault] = reader.push([bytesOf("data: {oops\n\n")])
    assert.strictEqual(fault?._tag === "Fault" && fault.fault, "unreadable")
    assert.deepStrictEqual(reader.push([bytesOf(chatText.text)]), [])
    assert.deepStrictEqual(reader.end(), [])
  })
})
