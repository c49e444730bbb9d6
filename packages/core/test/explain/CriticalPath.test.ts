import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

import * as Profile from "../../src/explain/Profile.ts"
import * as RandomRun from "./randomRun.ts"

/** The longest way through a graph, by durations alone: nothing of when anything happened is looked at. */
const longest = ({ ends, openingMillis }: RandomRun.RandomRun) => {
  interface Way {
    readonly millis: number
    readonly busyMillis: number
    readonly rows: ReadonlyArray<string>
  }
  const known = new Map<RandomRun.Task, Way>()
  const after = (needs: RandomRun.Task["needs"], openingMillis: number): Way =>
    needs
      .map(({ gapMillis, task }) => {
        const way = wayTo(task)
        return { ...way, millis: way.millis + gapMillis }
      })
      .reduce((long, way) => (way.millis > long.millis ? way : long), {
        millis: openingMillis,
        busyMillis: 0,
        rows: []
      })
  const wayTo = (task: RandomRun.Task): Way => {
    const found = known.get(task)
    if (found !== undefined) return found
    const { busyMillis, millis, rows } = after(task.needs, openingMillis.get(task) ?? 0)
    const way = {
      millis: millis + task.millis,
      busyMillis: busyMillis + task.millis,
      rows: rows.at(-1) === task.row ? rows : [...rows, task.row]
    }
    known.set(task, way)
    return way
  }
  return after(ends, 0)
}

const profileOf = (random: RandomRun.RandomRun) => Result.getOrThrow(Profile.make(random.spans))

const seeds = Array.from({ length: 1000 }, (_, seed) => seed + 1)

const sum = (numbers: ReadonlyArray<number>) => numbers.reduce((total, number) => total + number, 0)

describe("the critical path of a random run", () => {
  it("is the longest way through the graph that was laid out, in length and in what lies on it, for 1,000 of them", () => {
    for (const seed of seeds) {
      const random = RandomRun.of(seed)
      const profile = profileOf(random)
      const way = longest(random)
      const rows = profile.criticalPath.flatMap(({ row }) => row ?? [])
      assert.deepStrictEqual(
        rows.filter((row, index) => row !== rows[index - 1]),
        way.rows,
        `seed ${seed}`
      )
      assert.closeTo(profile.wallMillis, way.millis, 1e-2, `seed ${seed}`)
      assert.closeTo(
        sum(profile.rows.map(({ criticalMillis }) => criticalMillis)),
        way.busyMillis,
        1e-2,
        `seed ${seed}`
      )
    }
  })

  it("takes each instant once, so that its parts are the wall time", () => {
    for (const seed of seeds) {
      const { criticalPath, rows, selfMillis, wallMillis } = profileOf(RandomRun.of(seed))
      assert.closeTo(sum(Object.values(selfMillis)), wallMillis, 1e-6)
      let reached = 0
      for (const { millis, startMillis } of criticalPath) {
        assert.closeTo(startMillis, reached, 1e-9)
        assert.isAbove(millis, 0)
        reached = startMillis + millis
      }
      assert.closeTo(reached, wallMillis, 1e-9)
      for (const row of rows) {
        assert.closeTo(sum(row.pieces.map(({ millis }) => millis)), row.millis, 1e-6)
        assert.isAtMost(row.criticalMillis, row.millis + 1e-9)
      }
    }
  })
})
