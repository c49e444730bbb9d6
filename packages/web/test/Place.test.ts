import { assert, describe, it } from "vitest"

import * as Place from "../src/Place.ts"

const places: ReadonlyArray<Place.Place> = [
  { view: "ask", conversationId: null },
  { view: "ask", conversationId: "c_1.2:3-4" },
  { view: "schedule", runId: null, otherId: null },
  { view: "schedule", runId: "run_1", otherId: null },
  { view: "schedule", runId: "run_1", otherId: "run_2" },
  { view: "dashboards", rangeMillis: null },
  { view: "dashboards", rangeMillis: 3_600_000 }
]

describe("Place", () => {
  it("is found again by its address", () => {
    for (const place of places) assert.deepStrictEqual(Place.of(Place.address(place)), place)
  })

  it("takes an address that is none for a new conversation, and an id that is none for none", () => {
    for (const hash of ["", "#", "#/", "#/nowhere", "#/ask/../../x", "#/ask/a b", "#/ask/<b>"]) {
      assert.deepStrictEqual(Place.of(hash), { view: "ask", conversationId: null }, hash)
    }
    assert.deepStrictEqual(Place.of("#/schedule/run_1?x/"), { view: "schedule", runId: null, otherId: null })
    assert.deepStrictEqual(Place.of("#/dashboards/-5"), { view: "dashboards", rangeMillis: null })
  })

  it("is no second run without a first", () => {
    assert.strictEqual(Place.address({ view: "schedule", runId: null, otherId: "run_1" }), "#/schedule")
  })
})
