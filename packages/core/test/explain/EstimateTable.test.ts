import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"

import * as Estimate from "../../src/explain/Estimate.ts"
import * as EstimateTable from "../../src/explain/EstimateTable.ts"
import * as EstimateTally from "../../src/explain/EstimateTally.ts"
import { dice, household, runs } from "./simulated.ts"

const setting = { model: "m" }
const day = 86_400_000

const taught = (seed: number, count: number) =>
  runs(household, count, dice(seed)).reduce(
    (table, events) => Estimate.learn(table, events, setting, 0),
    EstimateTable.empty
  )
const labelsOf = (table: EstimateTable.EstimateTable) =>
  Array.from(table.values()).reduce((sum, { weights }) => sum + weights.length, 0)

const Seen = Schema.Struct({
  part: Schema.Literals(["tool", "steps", "wait"]),
  name: Schema.String,
  label: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))
})
const seenOf = ({ label, name, part }: typeof Seen.Type) => ({ keys: EstimateTable.keysOf(part, [name]), label })

describe("EstimateTable", () => {
  it("knows a quantity under the most special name of which enough was seen", () => {
    const keys = EstimateTable.keysOf("steps", ["agent", "shape"])
    assert.deepStrictEqual(keys, ['["steps","agent","shape"]', '["steps","agent"]', '["steps"]'])
    const seen = (shape: string, label: number) => ({ keys: EstimateTable.keysOf("steps", ["agent", shape]), label })
    const five = EstimateTable.learn(
      EstimateTable.empty,
      Array.from({ length: 5 }, () => seen("shape", 3)),
      0
    )
    const table = EstimateTable.learn(five, [seen("other", 1)], 0)
    assert.deepStrictEqual(EstimateTable.find(table, keys).weights, [[3, 5]])
    assert.deepStrictEqual(EstimateTable.find(table, seen("other", 1).keys).weights, [
      [1, 1],
      [3, 5]
    ])
    assert.deepStrictEqual(EstimateTable.find(table, ["unknown"]), EstimateTally.empty)
  })

  it("holds no word of a question", () => {
    const text = EstimateTable.encode(taught(1, 40))
    for (const { question } of household.kinds) {
      for (const word of question.split(/\W+/)) {
        // Tools bear names too.
        if (word.length > 3 && !Object.keys(household.tools).includes(word)) assert.notInclude(text, word)
      }
    }
  })

  it("is the same after it was written and read, and none where it is damaged or of another version", () => {
    const table = taught(2, 40)
    const text = EstimateTable.encode(table)
    const read = Option.getOrThrow(EstimateTable.decode(text))
    assert.strictEqual(EstimateTable.encode(read), text)
    assert.deepStrictEqual([...read.keys()], [...table.keys()])
    for (const wrong of ["", "{}", text.slice(1), text.slice(0, -1), text.replace('"version":1', '"version":0')]) {
      assert.isTrue(Option.isNone(EstimateTable.decode(wrong)), wrong.slice(0, 40))
    }
    assert.isTrue(Option.isNone(EstimateTable.decode(text + " ".repeat(EstimateTable.maxBytes))))
  })

  it("adds up what two processes learned, whichever comes first", () => {
    const [one, other] = [taught(3, 20), taught(4, 20)]
    const merged = EstimateTable.merge(one, other, 0)
    const sorted = (table: EstimateTable.EstimateTable) => [...table].sort(([a], [b]) => (a < b ? -1 : 1))
    assert.deepStrictEqual(sorted(EstimateTable.merge(other, one, 0)), sorted(merged))
    const runsOf = (table: EstimateTable.EstimateTable) => EstimateTally.total(table.get('["route"]') ?? assert.fail())
    assert.approximately(runsOf(merged), 40, 1e-6)
  })

  it("forgets first what is worth least: what was seen seldom and long ago", () => {
    const seen = (name: string) => ({ keys: [JSON.stringify(["tool", name])], label: 1 })
    const old = EstimateTable.learn(EstimateTable.empty, [seen("often"), seen("often"), seen("often"), seen("once")], 0)
    const many = Array.from({ length: EstimateTable.maxTallies - 1 }, (_, index) => seen(`new${index}`))
    const table = EstimateTable.learn(old, many, 30 * day)
    assert.strictEqual(table.size, EstimateTable.maxTallies)
    assert.isTrue(table.has('["tool","often"]'))
    assert.isFalse(table.has('["tool","once"]'))
  })

  it("does not grow beyond its bounds, and never keeps long names", () => {
    const roll = dice(5)
    let table = EstimateTable.empty
    for (let round = 0; round < 10; round++) {
      const seen = Array.from({ length: 500 }, () => ({
        keys: EstimateTable.keysOf("tool", [`tool ${Math.floor(roll() * 1_500)}`]),
        label: Math.floor(roll() * 256)
      }))
      table = EstimateTable.learn(table, [...seen, { keys: ["x".repeat(300)], label: 1 }], round)
      assert.isAtMost(table.size, EstimateTable.maxTallies)
      assert.isAtMost(labelsOf(table), EstimateTable.maxLabels)
    }
    assert.isFalse(table.has("x".repeat(300)))
    assert.isAtMost(EstimateTable.encode(table).length, EstimateTable.maxBytes)
  })

  it.prop(
    "comes back as it was written, whatever it holds",
    [Schema.Array(Seen), Schema.Array(Seen)],
    ([one, other]) => {
      const table = EstimateTable.merge(
        EstimateTable.learn(EstimateTable.empty, one.map(seenOf), 0),
        EstimateTable.learn(EstimateTable.empty, other.map(seenOf), day),
        40 * day
      )
      const text = EstimateTable.encode(table)
      const read = Option.getOrThrow(EstimateTable.decode(text))
      assert.strictEqual(EstimateTable.encode(read), text)
      assert.isTrue(
        Option.isSome(EstimateTable.decode(EstimateTable.encode(EstimateTable.merge(read, table, 41 * day))))
      )
    }
  )
})
