import { assert, describe, it } from "@effect/vitest"

import { Sse } from "../src/Sse.ts"
import { bytesOf } from "./recordings.ts"

const read = (...chunks: ReadonlyArray<string>) => {
  const sse = new Sse()
  return [...chunks.flatMap((chunk) => sse.push(bytesOf(chunk))), ...sse.end()]
}

describe("Sse", () => {
  it("ends an event at a blank line, whatever ends the lines", () => {
    assert.deepStrictEqual(read("data: a\n\ndata: b\r\n\r\ndata: c\r\rdata:d\n\n"), ["a", "b", "c", "d"])
  })

  it("takes a carriage return and a line feed in two chunks for one line end", () => {
    assert.deepStrictEqual(read("data: a\r", "\ndata: b\r\n\r", "\n"), ["a\nb"])
  })

  it("joins the data lines of one event", () => {
    assert.deepStrictEqual(read("data: a\ndata:  b\n\n"), ["a\n b"])
  })

  it("passes over comments, other fields, empty events and a byte order mark", () => {
    assert.deepStrictEqual(read("\uFEFF: hi\n\nevent: x\nid: 1\nretry: 5\n\ndata:\n\ndata: a\n\n"), ["a"])
  })

  it("keeps a letter whole whose bytes come in two chunks", () => {
    const sse = new Sse()
    const bytes = bytesOf("data: 🎬\n\n")
    assert.deepStrictEqual(sse.push(bytes.subarray(0, 8)), [])
    assert.deepStrictEqual(sse.push(bytes.subarray(8)), ["🎬"])
  })

  it("gives at the end the event that lacked its blank line", () => {
    assert.deepStrictEqual(read("data: [DONE]"), ["[DONE]"])
  })
})
