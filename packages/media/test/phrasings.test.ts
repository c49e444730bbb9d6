/**
 * The set by which the rules were made: what holds of its data, whatever answers it.
 */
import { describe } from "vitest"

import * as Phrasings from "./phrasings.ts"

describe("Phrasings", () => {
  Phrasings.check(
    Phrasings.read("phrasings.json"),
    { simple: 110, "near-miss": 60, write: 20, "other-language": 20, complex: 15 },
    230
  )
})
