import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as Words from "../../src/route/Words.ts"

const texts = (question: string) => Words.of(question).map(({ text }) => text)
const mended = (word: string) => Words.mend(Words.of(word), new Set(["movies", "recent", "unwatched"]))[0]?.text

describe("Words", () => {
  it("are in lower case, contractions written out, hyphens parting them, end marks gone", () => {
    assert.deepStrictEqual(texts("What’s ON-deck?!"), ["what", "is", "on", "deck"])
    assert.deepStrictEqual(texts("Which haven't I seen"), ["which", "have", "not", "i", "seen"])
    assert.deepStrictEqual(texts("2020–2023 or the '90s"), ["2020", "-", "2023", "or", "the", "90s"])
    assert.deepStrictEqual(texts("rated 7.5+, please."), ["rated", "7.5", "+", ",", "please"])
  })

  it("tell genitives from quotation marks", () => {
    assert.deepStrictEqual(texts("Tom Hanks' films"), ["tom", "hanks", "'s", "films"])
    assert.deepStrictEqual(texts("Nolan's films"), ["nolan", "'s", "films"])
    assert.deepStrictEqual(texts("find 'Heat'"), ["find", '"', "heat", '"'])
  })

  it("are of a long text only so many that it is seen to be no question", () => {
    const [genitives, words] = [texts("s' ".repeat(20_000)), texts("can't ".repeat(20_000))]
    for (const cut of [genitives, words]) {
      assert.isAbove(cut.length, Words.mostWords)
      assert.isBelow(cut.length, Words.mostWords + 3)
    }
    assert.strictEqual(texts(`${"movie ".repeat(Words.mostWords)}?`).length, Words.mostWords)
  })

  it("are mended after a slip of the typist's, and only then", () => {
    assert.strictEqual(mended("moives"), "movies")
    assert.strictEqual(mended("unwached"), "unwatched")
    assert.strictEqual(mended("reccent"), "recent")
    for (const other of ["recente", "recents", "movie", "watched", "décent"]) assert.strictEqual(mended(other), other)
  })

  it.prop("stand where they say, in order", [Schema.String], ([question]) => {
    let last = 0
    for (const { end, start } of Words.of(question)) {
      assert.isAtLeast(start, last)
      assert.isAbove(end, start)
      assert.isAtMost(end, question.length)
      last = start
    }
  })
})
