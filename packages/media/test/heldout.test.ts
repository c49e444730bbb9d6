/**
 * A second set, written without sight of the rules: what holds of its data, whatever answers it.
 */
import { assert, describe, it } from "vitest"

import * as Phrasings from "./phrasings.ts"

const heldOut = Phrasings.read("heldout.json")

describe("The held-out phrasings", () => {
  Phrasings.check(heldOut, { simple: 110, "near-miss": 60, write: 30, "other-language": 10, complex: 3 }, 230)

  it("are none of those by which the rules were made", () => {
    const known = new Set(Phrasings.read("phrasings.json").map(({ text }) => Phrasings.plain(text)))
    assert.deepStrictEqual(
      heldOut.filter(({ text }) => known.has(Phrasings.plain(text))).map(({ text }) => text),
      []
    )
  })
})
