import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as Terms from "../../src/foresee/Terms.ts"

/** The one term of each. */
const terms = (...words: ReadonlyArray<string>) => new Set(words.map((word) => Terms.of(word).join(" ")))

describe("Terms", () => {
  it("are the same for the forms of a word", () => {
    assert.strictEqual(terms("download", "downloads", "Downloading", "downloaded").size, 1)
    assert.strictEqual(terms("rate", "rates", "rated", "rating", "ratings").size, 1)
    assert.strictEqual(terms("movie", "movies").size, 1)
    assert.strictEqual(terms("library", "libraries").size, 1)
    assert.strictEqual(terms("add", "adds", "added", "adding").size, 1)
    assert.strictEqual(terms("star", "starred", "starring").size, 1)
  })

  it("leave short words as they are", () => {
    assert.deepStrictEqual(Terms.of("bed red king need"), ["bed", "red", "king", "need"])
  })

  it("are found in names as programs write them", () => {
    assert.deepStrictEqual(Terms.of("getFilm_poster-2"), ["get", "film", "poster"])
  })

  it("know neither case nor accents nor how an apostrophe is written", () => {
    assert.deepStrictEqual(Terms.of("AMÉLIE"), Terms.of("amelie"))
    assert.deepStrictEqual(Terms.of("I haven’t"), Terms.of("i haven't"))
  })

  it("leave out what any question has", () => {
    assert.deepStrictEqual(Terms.of("Could you please tell me what's on, and why is it so?"), [])
  })

  it("are there once, in their order", () => {
    assert.deepStrictEqual(Terms.of("films, then a series, then films"), ["film", "seri"])
  })

  it("are the words of any script", () => {
    assert.deepStrictEqual(Terms.of("¿Qué está? Диуна, 映画"), ["que", "esta", "диуна", "映画"])
  })

  it.prop("are all different, and none is empty, for any text", { text: Schema.String }, ({ text }) => {
    const found = Terms.of(text)
    assert.strictEqual(new Set(found).size, found.length)
    assert.isFalse(found.includes(""))
  })
})
