import { assert, describe, it } from "vitest"

import * as Components from "../../src/schedule/Components.ts"
import type { Profile } from "../../src/wire/Profile.ts"

const profile = (wallMillis: number, selfMillis: Readonly<Record<string, number>>): Profile => ({
  runId: null,
  agent: "a",
  route: null,
  startedAtMillis: 0,
  wallMillis,
  rows: [],
  criticalPath: [],
  selfMillis,
  tools: {},
  hiddenMillis: 0,
  chainLength: 0,
  heapDeltaBytes: null,
  findings: [],
  counterfactuals: [],
  remedies: []
})

describe("Components", () => {
  it("are shares of the run, the greatest first, without those of no time", () => {
    assert.deepStrictEqual(Components.shares(profile(100, { tools: 20, decoding: 80, approval: 0 })), [
      { component: "decoding", millis: 80, share: 0.8 },
      { component: "tools", millis: 20, share: 0.2 }
    ])
  })

  it("differ between runs: in all first, then where it differs most, also of what only one has", () => {
    const differences = Components.differences(
      profile(100, { tools: 20, decoding: 80 }),
      profile(70, { decoding: 30, approval: 40 })
    )
    assert.deepStrictEqual(
      differences.map(({ component, millis }) => [component, millis]),
      [
        [null, -30],
        ["decoding", -50],
        ["approval", 40],
        ["tools", -20]
      ]
    )
  })
})
