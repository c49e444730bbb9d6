import { assert, describe, it } from "@effect/vitest"

import type * as AlertRules from "../../src/stats/AlertRules.ts"
import * as Alerts from "../../src/stats/Alerts.ts"
import { run, sample } from "../support/Figures.ts"

const minute = 60_000
const nowMillis = 1_000_000_000

const runs = (count: number, more: Parameters<typeof run>[1], endedAtMillis = nowMillis - minute) =>
  Array.from({ length: count }, () => run(endedAtMillis, more))

const seen = (more: Partial<AlertRules.Seen>, atMillis = nowMillis): AlertRules.Seen => ({
  nowMillis: atMillis,
  runs: [],
  samples: [],
  ...more
})

const states = (alerts: ReadonlyArray<Alerts.Alert>) =>
  alerts.map(({ name, state, subject }) => `${name} ${subject ?? "-"} ${state}`)

describe("Alerts", () => {
  it("wait for their time, fire, and are told as resolved for a day", () => {
    const slow = { runs: runs(6, { wallMillis: 6_000 }) }
    let alerts = Alerts.next([], seen(slow))
    assert.deepStrictEqual(states(alerts), ["CallsheetOverTarget - pending"])
    alerts = Alerts.next(alerts, seen(slow, nowMillis + 4 * minute))
    assert.deepStrictEqual(states(alerts), ["CallsheetOverTarget - pending"])
    alerts = Alerts.next(alerts, seen(slow, nowMillis + 5 * minute))
    assert.deepStrictEqual(states(alerts), ["CallsheetOverTarget - firing"])
    assert.deepInclude(alerts[0], { sinceMillis: nowMillis, firedAtMillis: nowMillis + 5 * minute, value: 6 })
    alerts = Alerts.next(alerts, seen({}, nowMillis + 6 * minute))
    assert.deepStrictEqual(states(alerts), ["CallsheetOverTarget - resolved"])
    assert.strictEqual(Alerts.next(alerts, seen({}, nowMillis + 23 * 60 * minute)).length, 1)
    assert.deepStrictEqual(Alerts.next(alerts, seen({}, nowMillis + 25 * 60 * minute)), [])
  })

  it("are forgotten without a word where they never fired", () => {
    const alerts = Alerts.next([], seen({ runs: runs(6, { wallMillis: 6_000 }) }))
    assert.deepStrictEqual(Alerts.next(alerts, seen({}, nowMillis + minute)), [])
  })

  it("tell slow from over the target, and say nothing of few runs, old ones and stopped ones", () => {
    assert.deepStrictEqual(states(Alerts.next([], seen({ runs: runs(5, { wallMillis: 1_500 }) }))), [
      "CallsheetSlow - pending"
    ])
    for (const some of [
      runs(4, { wallMillis: 60_000 }),
      runs(50, { wallMillis: 900 }),
      runs(50, { wallMillis: 60_000 }, nowMillis - 11 * minute),
      runs(50, { wallMillis: 60_000, outcome: "stopped" })
    ]) {
      assert.deepStrictEqual(Alerts.next([], seen({ runs: some })), [])
    }
  })

  it("tell of failing questions, and of each tool whose calls fail", () => {
    const tool = (name: string, failed: number) => ({ name, source: "upstream" as const, calls: 10, failed, millis: 1 })
    const some = [
      ...runs(18, { tools: [] }),
      ...runs(2, { outcome: "failed", tools: [tool("a", 3), tool("b", 2), tool("c", 9)] })
    ]
    assert.deepStrictEqual(states(Alerts.next([], seen({ runs: some }))), [
      "CallsheetFailing - pending",
      "CallsheetToolFailing a pending",
      "CallsheetToolFailing c pending"
    ])
  })

  it("tell of an open breaker of any process, and of a late event loop, by what was seen last", () => {
    const upstreams = (breaker: number) => ({ plex: { breaker, opened: 0, failed: 0, requests: 0, reused: 0 } })
    const at = (millis: number, more: Parameters<typeof sample>[1]) => sample(nowMillis - millis, more)
    const open = [
      at(90_000, { upstreams: upstreams(0) }),
      at(1_000, { upstreams: upstreams(2), eventLoopP99Millis: 150 })
    ]
    assert.deepStrictEqual(states(Alerts.next([], seen({ samples: open }))), [
      "CallsheetBreakerOpen plex pending",
      "CallsheetEventLoopLate - pending"
    ])
    const closed = [at(90_000, { upstreams: upstreams(2) }), at(1_000, { upstreams: upstreams(1) })]
    assert.deepStrictEqual(Alerts.next([], seen({ samples: closed })), [])
    assert.deepStrictEqual(Alerts.next([], seen({ samples: [at(10 * minute, { upstreams: upstreams(2) })] })), [])
  })

  it("tell of a hit rate that fell against the day before, not of a low one", () => {
    const day = (beforeHits: number, nowHits: number) => [
      sample(nowMillis - 20 * 60 * minute, { cacheReads: { memory: 0, upstream: 0 } }),
      sample(nowMillis - 61 * minute, { cacheReads: { memory: beforeHits, upstream: 1000 - beforeHits } }),
      sample(nowMillis - 59 * minute, { cacheReads: { memory: beforeHits, upstream: 1000 - beforeHits } }),
      sample(nowMillis, { cacheReads: { memory: beforeHits + nowHits, upstream: 2000 - beforeHits - nowHits } })
    ]
    assert.deepStrictEqual(states(Alerts.next([], seen({ samples: day(800, 300) }))), [
      "CallsheetHitRateFell - pending"
    ])
    assert.deepStrictEqual(Alerts.next([], seen({ samples: day(300, 290) })), [])
  })

  it("say of each rule how it stands, also where nothing was seen", () => {
    const stands = (given: AlertRules.Seen) =>
      new Map(Alerts.standing(Alerts.next([], given), given).map(({ name, state }) => [name, state]))
    assert.strictEqual(stands(seen({})).get("CallsheetSlow"), "no data")
    assert.strictEqual(stands(seen({ runs: runs(9, {}) })).get("CallsheetSlow"), "ok")
    assert.strictEqual(stands(seen({ runs: runs(9, { wallMillis: 2_000 }) })).get("CallsheetSlow"), "pending")
  })
})
