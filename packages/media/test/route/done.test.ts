import { assert, describe, it } from "@effect/vitest"

import * as Clues from "../../src/route/Clues.ts"
import * as Grammar from "../../src/route/Grammar.ts"
import * as Words from "../../src/route/Words.ts"

const texts = (question: string) => Words.of(question).map(({ text }) => text)

/** The readings that leave no word to a title. */
const readings = (question: string) =>
  Grammar.readings(texts(question))
    .flat()
    .filter(({ gap }) => gap?.of !== "title")

describe("Done", () => {
  it("is a time at which something was added or watched, of which no reading is one of the titles' release", () => {
    for (const question of [
      "movies added in 2023",
      "movies added to my library in 2023",
      "movies added from 2020 to 2022",
      "movies I added since 2024",
      "how many movies have I watched in 2024",
      "which movies in 2024 have I watched",
      "my watched movies in 2024",
      "movies not watched since 2020",
      "movies unwatched since 2020",
      "movies I haven't seen before 2020",
      "movies watched between 2020 and 2022"
    ]) {
      assert.isEmpty(readings(question), question)
      assert.include(
        Clues.of(texts(question)).map(({ role }) => role),
        "unknown",
        question
      )
    }
    assert.include(
      Clues.of(texts("movies added 2026")).map(({ role }) => role),
      "unknown"
    )
  })

  it("is no time of the titles themselves", () => {
    for (const question of [
      "movies I have watched from 2020",
      "movies I've watched that were released in 2020",
      "movies released in 2020 that I haven't watched",
      "movies since 2020 I haven't watched",
      "unwatched movies since 2020",
      "recently added movies since 2020",
      "my watched movies of 2020",
      "my unwatched 2020 movies"
    ]) {
      const [reading] = readings(question)
      assert.strictEqual(reading?.yearFrom, 2020, question)
    }
  })

  it("is who watched or added something, where it was another than who asks", () => {
    for (const question of [
      "movies watched by Zendaya",
      "movies not watched by Zendaya",
      "movies that were already seen by Zendaya",
      "movies added by Zendaya"
    ]) {
      assert.isEmpty(readings(question), question)
    }
    for (const question of [
      "movies I have watched by Zendaya",
      "unwatched movies by Zendaya",
      "movies made by Zendaya"
    ]) {
      assert.isNotEmpty(readings(question), question)
    }
    assert.isEmpty(readings("movies nobody has watched"))
  })
})
