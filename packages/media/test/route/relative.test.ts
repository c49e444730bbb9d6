import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as Relative from "../../src/route/Relative.ts"
import * as Words from "../../src/route/Words.ts"

const said = (question: string) =>
  Relative.dated(Words.of(question), 2026)
    .map(({ text }) => text)
    .join(" ")

describe("Relative", () => {
  it("says years that are counted from today as years", () => {
    for (const [question, expected] of [
      ["thrillers from the last 10 years", "thrillers since 2016"],
      ["films of the past decade I own", "films since 2016 i own"],
      ["the last two decades", "since 2006"],
      ["movies this year", "movies 2026"],
      ["films from last year", "films 2025"],
      ["the last five added", "the last five added"],
      ["what did I watch last night", "what did i watch last night"],
      ["the last years", "the last years"]
    ] as const) {
      assert.strictEqual(said(question), expected, question)
    }
  })

  it.prop("keeps every other word, and where it stands", [Schema.String], ([question]) => {
    const words = Words.of(question)
    const dated = Relative.dated(words, 2026)
    assert.isAtMost(dated.length, words.length)
    for (const word of dated) assert.isAtMost(word.start, word.end)
  })
})
