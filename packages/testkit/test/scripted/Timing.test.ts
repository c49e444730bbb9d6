import { assert, describe, it } from "@effect/vitest"
import { Duration, Schema } from "effect"

import type { Reply } from "../../src/scripted/Script.ts"
import * as Timing from "../../src/scripted/Timing.ts"

const timing = (firstTokenMillis: number, tokensPerSecond: number): Timing.Timing => ({
  firstToken: Duration.millis(firstTokenMillis),
  tokensPerSecond
})

describe("Timing.tokens", () => {
  it("makes a token of every four ASCII characters", () => {
    assert.deepStrictEqual(Timing.tokens("to be or not"), ["to b", "e or", " not"])
    assert.deepStrictEqual(Timing.tokens("hello"), ["hell", "o"])
    assert.deepStrictEqual(Timing.tokens(""), [])
  })

  it("never cuts a character", () => {
    assert.deepStrictEqual(Timing.tokens("ab🎬🎬"), ["ab🎬", "🎬"])
    assert.deepStrictEqual(Timing.tokens("七人の侍"), ["七人", "の侍"])
  })

  it.prop("keeps the text, and counts what it splits", [Schema.String], ([text]) => {
    const tokens = Timing.tokens(text)
    assert.strictEqual(tokens.join(""), text)
    assert.strictEqual(Timing.tokenCount(text), tokens.length)
    assert.isTrue(tokens.every((token) => token !== ""))
  })
})

describe("Timing.timeline", () => {
  const reply: Reply = {
    text: "two tok",
    calls: [
      { name: "find", input: { query: "Heat" } },
      { name: "list", input: {} }
    ]
  }

  it("brings text, then each call's arguments, a token at a time", () => {
    assert.deepStrictEqual(
      Timing.timeline(reply, timing(300, 100)).map((chunk) => [
        chunk.atMillis,
        chunk._tag === "Text" ? "text" : chunk.call,
        chunk.delta
      ]),
      [
        [300, "text", "two "],
        [310, "text", "tok"],
        [320, 0, '{"qu'],
        [330, 0, 'ery"'],
        [340, 0, ':"He'],
        [350, 0, 'at"}'],
        [360, 1, "{}"]
      ]
    )
  })

  it("marks where each call begins and ends", () => {
    const marks = Timing.timeline(reply, timing(0, 100)).flatMap((chunk) =>
      chunk._tag === "Arguments" ? [[chunk.isFirst, chunk.isLast]] : []
    )
    assert.deepStrictEqual(marks, [
      [true, false],
      [false, false],
      [false, false],
      [false, true],
      [true, true]
    ])
  })

  it("rounds each token's own time, so that rounding does not add up", () => {
    const chunks = Timing.timeline({ text: "x".repeat(4 * 301), calls: [] }, timing(0, 150))
    assert.deepStrictEqual(
      chunks.slice(0, 4).map((chunk) => chunk.atMillis),
      [0, 7, 13, 20]
    )
    assert.strictEqual(chunks.at(-1)?.atMillis, 2000)
  })

  it.prop("ends when replyMillis says", [Schema.String, Schema.Int], ([text, seed]) => {
    const pace = timing(Math.abs(seed % 500), 1 + Math.abs(seed % 400))
    const reply: Reply = { text, calls: [{ name: "find", input: { text } }] }
    assert.strictEqual(Timing.timeline(reply, pace).at(-1)?.atMillis, Timing.replyMillis(reply, pace))
    assert.strictEqual(Timing.timeline(reply, pace).length, Timing.replyTokens(reply))
  })
})

describe("Timing.replyMillis", () => {
  it("is the first token's time, then one interval for each further token", () => {
    assert.strictEqual(Timing.replyMillis({ text: "x".repeat(400), calls: [] }, timing(250, 50)), 250 + 99 * 20)
  })

  it("is the first token's time for one token, for none, and for an endless rate", () => {
    assert.strictEqual(Timing.replyMillis({ text: "x", calls: [] }, timing(250, 50)), 250)
    assert.strictEqual(Timing.replyMillis({ text: "", calls: [] }, timing(250, 50)), 250)
    assert.strictEqual(Timing.replyMillis({ text: "x".repeat(400), calls: [] }, timing(250, Infinity)), 250)
  })
})
