import { assert, describe, it } from "vitest"

import * as RunEvent from "../../src/wire/RunEvent.ts"

describe("RunEvent", () => {
  it("is read from a frame's data, with what the page does not show left out", () => {
    const data = '{"_tag":"TextDelta","runId":"run_1","seq":3,"atMillis":12.5,"step":0,"delta":"Heat","later":true}'
    assert.deepStrictEqual(RunEvent.fromData(data), {
      _tag: "TextDelta",
      runId: "run_1",
      seq: 3,
      atMillis: 12.5,
      step: 0,
      delta: "Heat"
    })
  })

  it("passes over what is no event that it knows", () => {
    for (const data of ["", "{", "null", '{"_tag":"Other","runId":"r","seq":0,"atMillis":0}', '{"_tag":"TextDelta"}']) {
      assert.isUndefined(RunEvent.fromData(data), data)
    }
  })
})
