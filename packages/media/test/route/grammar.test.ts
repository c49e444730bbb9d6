import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as Grammar from "../../src/route/Grammar.ts"
import type { Reading } from "../../src/route/Reading.ts"
import * as Words from "../../src/route/Words.ts"

const readings = (question: string) => Grammar.readings(Words.of(question).map(({ text }) => text))
const [first, ...others] = Grammar.vocabulary
const Known = Schema.Literals([first ?? "", ...others])

/** The readings that leave no word to a name. */
const closed = (question: string): ReadonlyArray<Reading> =>
  readings(question)
    .flat()
    .filter(({ gap }) => gap === undefined)

describe("Grammar", () => {
  it("reads what is asked for, in whatever order it is said", () => {
    const said: Reading = {
      intent: "titles",
      genres: ["Horror"],
      kind: "movie",
      yearFrom: 1990,
      yearTo: 1999,
      minRating: 7,
      owned: true,
      watched: false
    }
    for (const question of [
      "Which unwatched horror movies from the 90s rated above 7 do I own?",
      "my unwatched 90s horror films with a rating over 7",
      "horror movies in my library rated 7 or higher from 1990 to 1999 that I haven't seen"
    ]) {
      const [only, ...more] = closed(question)
      assert.deepEqual(only, said, question)
      assert.isEmpty(more, question)
    }
  })

  it("reads years as inclusive spans", () => {
    const years = (when: string) => {
      const [reading] = closed(`my films ${when}`)
      return [reading?.yearFrom, reading?.yearTo]
    }
    assert.deepStrictEqual(years("from 1999"), [1999, 1999])
    assert.deepStrictEqual(years("before 1980"), [undefined, 1979])
    assert.deepStrictEqual(years("after 2015"), [2016, undefined])
    assert.deepStrictEqual(years("since 2015"), [2015, undefined])
    assert.deepStrictEqual(years("from the eighties"), [1980, 1989])
    assert.deepStrictEqual(years("from 2023 to 2020"), [undefined, undefined])
    assert.deepStrictEqual(years("between the years 1994 and 1999"), [1994, 1999])
    assert.deepStrictEqual(years("from 1994 and 1999"), [undefined, undefined])
    assert.isEmpty(closed("my films from the 20s"))
  })

  it("has no reading for contradictions, negations, comparisons and second wishes", () => {
    for (const question of [
      "my unwatched movies that I have watched",
      "movies in my library that are not in my library",
      "movies that are not horror",
      "horror movies without ghosts",
      "movies longer than two hours",
      "my best comedies and my worst",
      "horror movies, or else thrillers",
      "recent movies from the 90s and the 80s",
      "meine neuen Filme",
      ""
    ]) {
      assert.isEmpty(closed(question), question)
    }
  })

  it.prop("never throws, and reads each meaning once", [Schema.Array(Known)], ([words]) => {
    for (const group of Grammar.readings(words)) {
      assert.strictEqual(new Set(group.map((reading) => JSON.stringify(reading))).size, group.length)
    }
  })

  it.prop(
    "leaves no question closed that holds a word no rule knows",
    [Schema.Array(Known), Schema.Array(Known)],
    ([before, after]) => {
      const all = Grammar.readings([...before, "flurb", ...after]).flat()
      assert.isTrue(all.every(({ gap }) => gap !== undefined && gap.from <= before.length && before.length < gap.to))
    }
  )
})
