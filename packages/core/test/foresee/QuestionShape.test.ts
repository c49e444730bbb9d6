import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as QuestionShape from "../../src/foresee/QuestionShape.ts"

const shape = (question: string) => QuestionShape.of(question, undefined)
const slots = (question: string) => Object.fromEntries(shape(question)?.slots ?? [])
const isAlike = (one: string, other: string) => shape(one)?.key === shape(other)?.key

const understood = { intent: "titles", entities: [], filters: {}, writes: false }

describe("the shape of a question that only its words tell", () => {
  it("leaves out names, numbers, years and what is quoted, and has them in slots", () => {
    assert.isTrue(isAlike("Films by Michael Mann after 1995?", "films by Ridley Scott after 2010"))
    assert.deepStrictEqual(slots("Films by Michael Mann after 1995?"), {
      "word.name.0": "Michael Mann",
      "word.year.0": 1995
    })
    assert.deepStrictEqual(slots('3 like "the thing" from the 1980s, as S02E05 was'), {
      "word.number.0": 3,
      "word.quoted.0": "the thing",
      "word.decade.0": 1980,
      "word.code.0": "S02E05"
    })
  })

  it("keeps what is no name: other words are another shape, and so is another order", () => {
    assert.isFalse(isAlike("films by Ridley Scott", "films with Ridley Scott"))
    assert.isFalse(isAlike("films by Ridley Scott", "series by Ridley Scott"))
    assert.isFalse(isAlike("is it 3 or Alien", "is it Alien or 3"))
  })

  it("sees where a name ends", () => {
    assert.deepStrictEqual(slots("How long is The Lord of the Rings and what is Alien: Romulus?"), {
      "word.name.0": "The Lord of the Rings",
      "word.name.1": "Alien: Romulus"
    })
    assert.deepStrictEqual(slots("What was Nolan's first. Heat, Ronin and I"), {
      "word.name.0": "Nolan",
      "word.name.1": "Ronin"
    })
  })

  it("takes nothing for a name where every word has a capital letter", () => {
    assert.deepStrictEqual(slots("WHAT SHOULD WE WATCH IN 1999"), { "word.year.0": 1999 })
    assert.isFalse(isAlike("WHAT SHOULD WE WATCH", "WHO MADE THIS FILM"))
  })

  it("leaves out what the application knows, however it is written", () => {
    const asked = (question: string, text: string, name: string) =>
      QuestionShape.of(question, { ...understood, intent: undefined, entities: [{ kind: "title", text, name }] })
    const one = asked("who plays in heat and why", "heat", "Heat")
    const other = asked("who plays in the matrix and why", "the matrix", "The Matrix")
    assert.strictEqual(one?.key, other?.key)
    assert.deepStrictEqual(Array.from(other?.slots ?? []), [["word.title.0", "The Matrix"]])
    // Within a word it is not named.
    assert.deepStrictEqual(Array.from(asked("who plays in heats", "heat", "Heat")?.slots ?? []), [])
  })

  it("is none of a question that is empty or long", () => {
    for (const question of ["", " ?! ", "word ".repeat(33), `a ${"b".repeat(2_000)}`]) {
      assert.isUndefined(shape(question))
    }
  })

  it.prop("does not break on any question, and its slots are bounded", [Schema.String], ([question]) => {
    const found = shape(`Is ${question}, or "${question}" Of ${question}?`)
    for (const value of found?.slots.values() ?? []) assert.isAtMost(String(value).length, 200)
    assert.isAtMost(found?.slots.size ?? 0, 16)
  })
})

describe("the shape of a question that the application understands", () => {
  const filtered = (changes: Partial<Parameters<typeof QuestionShape.of>[1] & {}>) =>
    QuestionShape.of("?", { ...understood, ...changes })

  it("is what it asks for, of what kinds of things, narrowed by which fields", () => {
    const heat = [{ kind: "title", text: "heat", name: "Heat" }]
    const alien = [{ kind: "title", text: "Alien", name: "Alien" }]
    const one = filtered({ entities: heat, filters: { yearFrom: 1990, kind: "movie" } })
    assert.strictEqual(one?.key, filtered({ entities: alien, filters: { kind: "series", yearFrom: 2000 } })?.key)
    assert.deepStrictEqual(Object.fromEntries(one?.slots ?? []), {
      "entity.title.0": "Heat",
      "entity.title.0.text": "heat",
      "filter.kind": "movie",
      "filter.yearFrom": 1990
    })
    for (const other of [
      { entities: heat },
      { entities: heat, filters: { yearFrom: 1990, kind: "movie", limit: 3 } },
      { entities: [...heat, ...alien], filters: { yearFrom: 1990, kind: "movie" } },
      { entities: heat, filters: { yearFrom: 1990, kind: "movie" }, intent: "facts" },
      { entities: heat, filters: { yearFrom: 1990, kind: "movie" }, writes: true }
    ]) {
      assert.notStrictEqual(filtered(other)?.key, one?.key)
    }
  })
})
