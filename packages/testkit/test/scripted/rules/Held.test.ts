import { assert, describe, it } from "@effect/vitest"

import { heldIn, serves } from "../../../src/scripted/rules/Held.ts"
import type { View } from "../../../src/scripted/Script.ts"

type Input = Readonly<Record<string, unknown>>

/** A call that gave `count` titles of `total`. */
const held = (name: string, input: Input, count = 3, total = count) => ({
  name,
  input,
  result: { total, items: Array.from({ length: count }, (_, index) => ({ title: `Film ${index}` })), nextCursor: null },
  isFailure: false
})

const library = (input: Input, ...counts: ReadonlyArray<number>) => held("library_search", input, ...counts)
const wanted = (input: Input, name = "library_search") => ({ name, input })

describe("Held", () => {
  it("holds the calls since the latest question that have a result, whoever made them", () => {
    const call = (id: string) => ({ id, name: "look", input: { id } })
    const told = (callId: string) =>
      ({ role: "tool", callId, name: "look", result: `of ${callId}`, isFailure: false }) as const
    const view: View = {
      system: "",
      messages: [
        { role: "user", text: "Before" },
        { role: "assistant", text: "", calls: [call("a")] },
        told("a"),
        { role: "user", text: "Now" },
        { role: "assistant", text: "", calls: [call("b"), call("c")] },
        told("c")
      ],
      tools: [],
      toolChoice: "auto",
      question: "Now"
    }
    assert.deepStrictEqual(heldIn(view), [{ name: "look", input: { id: "c" }, result: "of c", isFailure: false }])
  })

  it("serves the same call, whatever the order of its keys and lists and the case of its names", () => {
    assert.isTrue(
      serves(
        held("discover_titles", { genres: ["horror", "Comedy"], owned: true, kind: null }),
        wanted({ owned: true, genres: ["Comedy", "Horror"] }, "discover_titles")
      )
    )
    assert.isTrue(serves(library({ title: " dune" }), wanted({ title: "Dune" })))
  })

  it("serves no other tool and no other filter", () => {
    assert.isFalse(serves(held("on_deck", {}), wanted({})))
    assert.isFalse(serves(library({ genre: "Horror" }), wanted({ genre: "Horror", watched: false })))
    assert.isFalse(serves(library({ genre: "Horror", watched: false }), wanted({ genre: "Horror" })))
    assert.isFalse(serves(library({}), wanted({ cursor: "next" })))
  })

  it("serves where it shows as many titles as are wanted, or all", () => {
    assert.isTrue(serves(library({}, 20, 90), wanted({ limit: 5 })))
    assert.isTrue(serves(library({}, 28), wanted({ limit: 100 })))
    assert.isFalse(serves(library({}, 20, 90), wanted({ limit: 100 })))
    assert.isTrue(serves(library({ limit: 30 }, 30, 90), wanted({})))
    assert.isFalse(serves(library({ limit: 3 }, 3, 90), wanted({})))
  })

  it("serves overviews only where it has them", () => {
    const like = (input: Input) => held("recommend_titles", { tmdbId: 603, ...input })
    assert.isTrue(serves(like({ detail: "full" }), wanted({ tmdbId: 603 }, "recommend_titles")))
    assert.isFalse(serves(like({}), wanted({ tmdbId: 603, detail: "full" }, "recommend_titles")))
  })

  it("serves in any order where it is all of the library's list, since who reads it can sort", () => {
    assert.isTrue(serves(library({ genre: "Action" }, 28), wanted({ genre: "Action", sort: "rating", limit: 100 })))
    assert.isFalse(serves(library({ genre: "Action" }, 20, 28), wanted({ genre: "Action", sort: "rating" })))
    assert.isFalse(
      serves(
        held("discover_titles", { genres: ["War"] }),
        wanted({ genres: ["War"], sort: "rating" }, "discover_titles")
      )
    )
  })

  it("serves one role of a person by the list of all, not the other way round", () => {
    const all = held("person_filmography", { name: "Clint Eastwood" })
    const directed = held("person_filmography", { name: "Clint Eastwood", role: "director" })
    assert.isTrue(serves(all, wanted(directed.input, directed.name)))
    assert.isFalse(serves(directed, wanted(all.input, all.name)))
  })

  it("serves a failure as it does a result: the same call would fail again", () => {
    const failed = { ...library({ genre: "Opera" }), result: { error: "No such genre." }, isFailure: true }
    assert.isTrue(serves(failed, wanted({ genre: "Opera", sort: "rating" })))
  })
})
