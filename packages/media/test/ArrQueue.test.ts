import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import * as ArrQueue from "../src/ArrQueue.ts"

describe("ArrQueue", () => {
  it.effect("reads every page of a long queue", () =>
    Effect.gen(function* () {
      const records = Array.from({ length: 450 }, (_, index) => index)
      const asked: Array<unknown> = []
      const all = yield* ArrQueue.all(
        ({ query }) => {
          asked.push(query)
          const page = asked.length
          return Effect.succeed({ totalRecords: 450, records: records.slice((page - 1) * 200, page * 200) })
        },
        { includeMovie: true }
      )
      assert.deepStrictEqual(all, records)
      assert.deepStrictEqual(
        asked,
        [1, 2, 3].map((page) => ({ includeMovie: true, page, pageSize: 200 }))
      )
    })
  )

  it("reads the time that is left, days included", () => {
    assert.deepStrictEqual(
      ["00:09:00", "00:00:01", "01:30:00.5", "2.00:00:30", "", "soon", null].map(ArrQueue.minutesOf),
      [9, 1, 90, 2881, null, null, null]
    )
  })

  it("tells a problem in the service's words, and none while all is well", () => {
    const warning = { trackedDownloadStatus: "warning" }
    assert.strictEqual(
      ArrQueue.problemOf({ trackedDownloadStatus: "ok", statusMessages: [{ messages: ["chatter"] }] }),
      null
    )
    assert.strictEqual(ArrQueue.problemOf({}), null)
    assert.strictEqual(ArrQueue.problemOf({ errorMessage: "stalled" }), "stalled")
    assert.strictEqual(
      ArrQueue.problemOf({ ...warning, errorMessage: "stalled", statusMessages: [{ messages: ["no seeds"] }, {}] }),
      "stalled no seeds"
    )
    assert.strictEqual(ArrQueue.problemOf({ ...warning, statusMessages: null }), "needs a look")
  })
})
