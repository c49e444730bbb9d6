import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as Asked from "../src/Asked.ts"

const day = 86_400_000
const now = 20_000 * day

const ask = (id: number) => ({ read: "test/asked", key: String(id), argument: { id } })
const keys = (table: Asked.Table, nowMillis: number) => table.top(nowMillis).map(({ key }) => key)

describe("Asked", () => {
  it.prop(
    "has the higher rank for what was asked for more, counts halved every week",
    [
      Schema.Array(
        Schema.Struct({
          id: Schema.Literals([1, 2]),
          days: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20 }))
        })
      )
    ],
    ([all]) => {
      const table = Asked.make()
      const counts = new Map([1, 2].map((id) => [id, 0]))
      for (const { days, id } of all.toSorted((a, b) => a.days - b.days)) {
        table.note(ask(id), now + days * day)
        counts.set(id, (counts.get(id) ?? 0) + 2 ** ((days - 20) / 7))
      }
      const top = table.top(now + 20 * day)
      for (const [id, count] of counts) {
        const rank = top.find(({ key }) => key === String(id))?.rank
        if (rank === undefined) assert.isBelow(count, 1.501)
        else assert.closeTo(2 ** (rank - Asked.rankOfOne(now + 20 * day)), count, 1e-6)
      }
      assert.deepStrictEqual(
        top.map(({ rank }) => rank),
        top.map(({ rank }) => rank).toSorted((a, b) => b - a)
      )
    }
  )

  it("forgets what was asked for twice within a week, and once at once", () => {
    const table = Asked.make()
    for (const id of [1, 1, 2]) table.note(ask(id), now)
    assert.deepStrictEqual(keys(table, now), ["1"])
    assert.deepStrictEqual(keys(table, now + 2 * day), ["1"])
    assert.deepStrictEqual(keys(table, now + 7 * day), [])
  })

  it("keeps what is asked for often in a flood of what is asked for once, in fixed room", () => {
    const table = Asked.make()
    for (let id = 1; id <= Asked.most * 4; id++) {
      table.note(ask(id), now + id)
      if (id % 50 === 0) table.note(ask(1), now + id)
    }
    assert.deepStrictEqual(keys(table, now), ["1"])
    for (let id = 1; id <= Asked.most * 4; id++) table.note(ask(id), now + day)
    assert.isAtMost(keys(table, now + day).length, Asked.most)
  })

  it("takes over what others counted, once", () => {
    const others = Asked.make()
    for (let turn = 0; turn < 8; turn++) others.note(ask(1), now)
    for (let turn = 0; turn < 4; turn++) others.note(ask(2), now)
    const table = Asked.make()
    for (let turn = 0; turn < 6; turn++) table.note(ask(2), now)
    for (let turn = 0; turn < 3; turn++) table.merge(others.top(now))
    assert.deepStrictEqual(
      table.top(now).map(({ key, rank }) => [key, Math.round(2 ** (rank - Asked.rankOfOne(now)))]),
      [
        ["1", 8],
        ["2", 6]
      ]
    )
  })
})
