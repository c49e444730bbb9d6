import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as Clues from "../../src/route/Clues.ts"
import * as Grammar from "../../src/route/Grammar.ts"
import * as Mentions from "../../src/route/Mentions.ts"
import * as Words from "../../src/route/Words.ts"

const [first, ...others] = Grammar.vocabulary
const Known = Schema.Literals([first ?? "", ...others])
const nolan: Clues.Name = {
  _tag: "Person",
  person: { name: "Christopher Nolan", trades: ["director"], isPartOfOthers: false }
}

describe("Clues", () => {
  it.prop("hold every word once, in order", [Schema.Array(Schema.Union([Known, Schema.String]))], ([words]) => {
    let end = 0
    for (const { from, to } of Clues.of(words)) {
      assert.strictEqual(from, end)
      assert.isAbove(to, from)
      end = to
    }
    assert.strictEqual(end, words.length)
  })

  it("are as few stretches as cover what rules know, and single words of all else", () => {
    const roles = (tokens: ReadonlyArray<Clues.Token>) => Clues.of(tokens).map(({ role }) => role)
    assert.deepStrictEqual(roles(["which", nolan, "films", "do", "i", "own", "but", "have", "not", "watched"]), [
      "wish",
      "link",
      "clue"
    ])
    assert.deepStrictEqual(roles(["flurb", "horror", "movies", "without", "romance"]), ["unknown", "wish", "but"])
  })
})

describe("Clues of many words", () => {
  const rolesOf = (question: string) => Clues.of(Words.of(question).map(({ text }) => text)).map(({ role }) => role)

  it("are those of a question to its beginning", () => {
    const question =
      "please show me all of my unwatched horror movies from the 90s rated above 7 and tell me which comedies I am missing, " +
      "then list the best rated dramas of 2010 that I have not seen yet, what is on deck right now, what is downloading in " +
      "radarr, and find me the newest series"
    assert.notInclude(rolesOf(question), "unknown")
  })

  it("are not looked for without end where each word can be read in many ways", () => {
    for (const words of ["last 5 ", "action "]) {
      const [first] = rolesOf(words.repeat(60).split(" ").slice(0, Words.mostWords).join(" "))
      assert.strictEqual(first, "unknown", words)
    }
  })
})

describe("Mentions", () => {
  const mentions = (question: string) => {
    const words = Words.of(question)
    return Mentions.of(question, words).map(
      ({ from, of, to }) => `${of.join("/")}: ${question.slice(words[from]?.start, words[to - 1]?.end)}`
    )
  }

  it("are what is written as a name, or stands where one does", () => {
    assert.deepStrictEqual(mentions("Which Christopher Nolan films do I own?"), ["person/title: Christopher Nolan"])
    assert.deepStrictEqual(mentions("unwatched nolan films"), ["person/genre: nolan"])
    assert.deepStrictEqual(mentions("nolan films"), ["person/genre: nolan"])
    assert.deepStrictEqual(mentions('"Heat" and "Ronin"'), ["title/person: Heat", "title/person: Ronin"])
    assert.deepStrictEqual(mentions('movies like "it"'), ["title/person: it"])
    assert.deepStrictEqual(mentions("something like Up but funnier"), ["title: Up"])
    assert.deepStrictEqual(mentions("similar to the matrix but newer"), [
      "title: the matrix",
      "title: the matrix but newer"
    ])
    assert.deepStrictEqual(mentions("Do I have Heat or Ronin?"), ["title/person: Heat", "person/title: Ronin"])
    assert.deepStrictEqual(mentions("Show me my unwatched Horror movies in Plex"), [])
  })
})
