import { assert, describe, it } from "@effect/vitest"

import * as Sse from "../src/Sse.ts"
import { entries } from "../src/testing/events.ts"

const utf8 = new TextDecoder()

describe("Sse", () => {
  it("is wanted where events are accepted and JSON is not liked better", () => {
    const accepts: ReadonlyArray<readonly [string | undefined, boolean]> = [
      [undefined, false],
      ["", false],
      ["*/*", false],
      ["application/json", false],
      ["text/event-stream", true],
      ["TEXT/Event-Stream", true],
      ["text/event-stream;q=0", false],
      ["text/event-stream; q=0.5, application/json", false],
      ["text/event-stream;q=0.5, application/json;q=0.4", true],
      ["application/json, text/event-stream", true],
      ["text/html, text/event-stream, */*;q=0.1", true]
    ]
    for (const [accept, isWanted] of accepts) assert.strictEqual(Sse.isWanted(accept), isWanted, accept)
  })

  it("writes all that came at once in one piece", () => {
    const all = entries("run_a", 3, true)
    const bytes = Sse.bytesOf({ _tag: "Entries", entries: all })
    assert.strictEqual(utf8.decode(bytes), all.map(({ frame }) => utf8.decode(frame)).join(""))
  })

  it("says what is missing without an id, so that a client that comes back asks for it again", () => {
    assert.strictEqual(
      utf8.decode(Sse.bytesOf({ _tag: "Missed", fromSeq: 3, toSeq: 5 })),
      'event: EventsMissed\ndata: {"fromSeq":3,"toSeq":5}\n\n'
    )
    assert.strictEqual(utf8.decode(Sse.bytesOf({ _tag: "Quiet" })), ":\n\n")
  })
})
