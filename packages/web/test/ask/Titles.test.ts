import { assert, describe, it } from "vitest"

import * as Titles from "../../src/ask/Titles.ts"

const names = (text: string) => Titles.of(text).map(({ name, year }) => `${name}/${year}`)

describe("Titles", () => {
  it("are the items of a list that begin with a title and a year", () => {
    const answer = `3 horror movies:
- Five Nights at Freddy's (2023): rated 7.5, not in your library
- Mission: Impossible - Dead Reckoning Part One (2023), 163 min
  * **Talk to Me** (2022)
1. "Saw X" (2023) - a sequel (2023)
2) Dark (2017-2020): three seasons
and 8 more.`
    assert.deepStrictEqual(names(answer), [
      "Five Nights at Freddy's/2023",
      "Mission: Impossible - Dead Reckoning Part One/2023",
      "Talk to Me/2022",
      "Saw X/2023",
      "Dark/2017"
    ])
  })

  it("are also what stands in bold, in the order of the text and each once", () => {
    const answer = "Try **Heat (1995)** or **The Insider** (1999).\n\n- Heat (1995): crime"
    assert.deepStrictEqual(names(answer), ["Heat/1995", "The Insider/1999"])
  })

  it("are none where a year only stands in a sentence", () => {
    assert.deepStrictEqual(names("The best one of them is Heat, from the year (1995)."), [])
    assert.deepStrictEqual(names("- RRR: 45% watched, 103 min left\n- (1995) nothing"), [])
  })

  it("are found in a long text at once", () => {
    const began = process.cpuUsage().user
    Titles.of("- ".repeat(50_000) + "(".repeat(50_000) + "**".repeat(50_000))
    assert.isBelow(process.cpuUsage().user - began, 2_000_000)
  })

  it("have letters that stand for them, and a colour of their own", () => {
    assert.deepStrictEqual(
      ["The Matrix", "1917", "Mad Max: Fury Road", "Amélie", "¡Átame!", "..."].map(Titles.initials),
      ["M", "1917", "MMF", "A", "Á", ""]
    )
    assert.strictEqual(Titles.hue("Heat"), Titles.hue("Heat"))
    assert.notStrictEqual(Titles.hue("Heat"), Titles.hue("Ronin"))
  })
})
