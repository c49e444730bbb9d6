import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import { type Skim, Sse } from "../src/Sse.ts"
import { bytesOf } from "./recordings.ts"

const Line = Schema.Literals([
  "data: a\n",
  "data: a\n\n",
  "event: x\ndata: é🎬\n\n",
  "data:b\r\n",
  "data: c\r",
  ": no\n\n",
  "id: 1\n",
  "event: y\n",
  "data\n",
  "data: \n\n",
  "\n",
  "\r\n",
  "\r"
])
const Sizes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 12 })))

const read = (...chunks: ReadonlyArray<string>) => {
  const sse = new Sse()
  const read: Array<string> = []
  const take = (data: string) => void read.push(data)
  for (const chunk of chunks) sse.push(bytesOf(chunk), take)
  sse.end(take)
  return read
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
    const read: Array<string> = []
    sse.push(bytes.subarray(0, 8), (data) => read.push(data))
    assert.deepStrictEqual(read, [])
    sse.push(bytes.subarray(8), (data) => read.push(data))
    assert.deepStrictEqual(read, ["🎬"])
  })

  it("gives at the end the event that lacked its blank line", () => {
    assert.deepStrictEqual(read("data: [DONE]"), ["[DONE]"])
  })

  it.prop(
    "gives the same events as bytes and as text, whatever the lines, their ends and the chunks",
    [Schema.Array(Line), Sizes],
    ([lines, sizes]) => {
      const bytes = bytesOf(lines.join(""))
      const gather = (skim?: Skim) => {
        const events: Array<string> = []
        const sse = new Sse(skim === undefined ? undefined : (data) => skim(data) && events.push(data.text()) > 0)
        const take = (data: string) => void events.push(data)
        let from = 0
        for (const size of [...sizes, Infinity]) {
          if (from < bytes.length) sse.push(bytes.subarray(from, from + size), take)
          from += size
        }
        sse.end(take)
        return events
      }
      const whole: Array<string> = []
      const sse = new Sse()
      sse.push(bytesOf(`\r${lines.join("")}`), (data) => whole.push(data))
      sse.end((data) => whole.push(data))
      assert.deepStrictEqual(gather(), whole)
      assert.deepStrictEqual(
        gather(() => true),
        whole
      )
      assert.deepStrictEqual(
        gather((data) => data.text().length % 2 === 0),
        whole
      )
    }
  )

  it("reads an event of a megabyte that comes in many chunks", () => {
    const text = "é".repeat(500_000)
    const chunks = `data: a\n\nevent: x\ndata: ${text}\n\ndata: b\n\n`.match(/[^]{1,1000}/g) ?? []
    assert.deepStrictEqual(read(...chunks), ["a", text, "b"])
  })
})
