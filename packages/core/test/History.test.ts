import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as History from "../src/History.ts"
import type { Message } from "../src/Message.ts"

const said = (ids: ReadonlyArray<string>): Message => ({
  role: "assistant",
  text: "",
  calls: ids.map((id) => ({ id, name: "look", inputText: "{}", input: {}, fault: undefined })),
  echo: [],
  responseId: undefined
})
const gave = (callId: string): Message => ({ role: "tool", callId, name: "look", text: "1", isFailure: false })
const asked: Message = { role: "user", text: "Which?" }

const Ids = Schema.Array(Schema.Literals(["a", "b", "c", "d", "e"])).check(Schema.isUnique())

describe("History", () => {
  it("lets a conversation go on in which each call has one result before anybody says something else", () => {
    assert.isUndefined(History.problem([]))
    assert.isUndefined(History.problem([asked, said(["a", "b"]), gave("b"), gave("a"), said([]), asked]))
    assert.match(History.problem([said(["a"]), asked]) ?? "", /no result for the call a/)
    assert.match(History.problem([said(["a"]), gave("a"), gave("a")]) ?? "", /call a, which does not wait/)
    assert.match(History.problem([gave("a")]) ?? "", /call a, which does not wait/)
    assert.match(History.problem([said(["a", "a"]), gave("a")]) ?? "", /same id/)
    assert.match(History.problem([said(["a"])]) ?? "", /no result/)
  })

  it.prop("is complete with whatever results a client sends", [Ids, Ids, Ids], ([calls, own, sent]) => {
    const done = own.filter((id) => calls.includes(id))
    const kept = [asked, said(calls), ...done.map(gave)]
    const results = sent.map((callId) => ({ callId, text: `of ${callId}`, isFailure: false }))
    const whole = History.complete(kept, results)
    assert.deepStrictEqual(whole.slice(0, kept.length), kept)
    assert.isUndefined(History.problem(whole))
    assert.deepStrictEqual(History.waiting(whole), [])
    for (const message of whole.slice(kept.length)) {
      if (message.role !== "tool") return assert.fail()
      assert.strictEqual(message.isFailure, !sent.some((id) => id === message.callId))
    }
  })
})
