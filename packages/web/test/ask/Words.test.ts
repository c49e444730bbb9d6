import { assert, describe, it } from "vitest"

import * as Words from "../../src/ask/Words.ts"
import type { Call } from "../../src/run/RunState.ts"

const call: Call = {
  callId: "c",
  name: "library_search",
  step: 0,
  input: null,
  standing: "running",
  askedMillis: 0,
  startMillis: 1,
  millis: null,
  queueMillis: 0,
  source: null,
  progress: null,
  problem: null
}

describe("Words", () => {
  it("names tools and fields as a person would", () => {
    assert.deepStrictEqual(["library_search", "tmdbId", "find-tools"].map(Words.toolName), [
      "library search",
      "tmdb id",
      "find tools"
    ])
  })

  it("says what a call was given in one line, whatever that is", () => {
    assert.strictEqual(
      Words.inputLine({ query: "Heat", yearFrom: 1990, genres: ["Crime"], nothing: null }),
      'query: Heat, year from: 1990, genres: ["Crime"]'
    )
    assert.strictEqual(Words.inputLine(null), "")
    assert.strictEqual(Words.inputLine("plain"), "plain")
    assert.isAtMost(Words.inputLine({ long: "x".repeat(10_000) }).length, 160)
  })

  it("reads progress in the forms that tools tell it, and nothing into others", () => {
    assert.deepStrictEqual(Words.progress({ progress: 3, total: 4, message: "fetching" }), {
      words: "fetching, 3 of 4",
      share: 0.75
    })
    assert.deepStrictEqual(Words.progress("half way"), { words: "half way", share: null })
    assert.deepStrictEqual(Words.progress({ total: 0, progress: 2 }), { words: "2 of 0", share: null })
    assert.deepStrictEqual(Words.progress({ other: 1 }), { words: "", share: null })
  })

  it("says what became of a call", () => {
    assert.strictEqual(Words.callWords({ ...call, standing: "done", millis: 12.3, source: "upstream" }), "12 ms")
    assert.strictEqual(
      Words.callWords({ ...call, standing: "done", millis: 0.1, source: "store" }),
      "remembered, 0.1 ms"
    )
    assert.strictEqual(
      Words.callWords({ ...call, standing: "failed", problem: "Plex does not answer." }),
      "Plex does not answer."
    )
    assert.strictEqual(Words.callWords({ ...call, startMillis: null }), "waits for a place")
  })

  it("counts an estimate down, and owns up when its time is over", () => {
    const estimate = { atMillis: 100, remainingMillis: 1000, lowMillis: 500, highMillis: 2000, runs: 12 }
    assert.strictEqual(Words.estimateWords(estimate, 300), "about 800 ms left (300 ms to 1.8 s, from 12 runs)")
    assert.match(Words.estimateWords(estimate, 1500), /^any moment, at most 600 ms/)
    assert.strictEqual(Words.estimateWords(estimate, 2100), "longer than such questions mostly take")
  })
})
