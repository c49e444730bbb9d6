import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

import * as PlanReader from "../../src/schedule/PlanReader.ts"
import { dice, json, pick, step } from "./plans.ts"

/** Reads `chunks` one after another: the elements that each completed. */
const read = (...chunks: ReadonlyArray<string>) => {
  let state = PlanReader.initial
  return chunks.map((chunk) => {
    const [next, elements] = PlanReader.step(state, chunk)
    state = next
    return elements
  })
}

const all = (text: string) => read(text).flat()

describe("reading a plan as it streams", () => {
  it("hands on each step with its closing brace", () => {
    assert.deepStrictEqual(read('{"steps":[{"id":"a"', "}", ' ,{"id":{}},{', '"id":"c"}', "]}"), [
      [],
      [{ id: "a" }],
      [{ id: {} }],
      [{ id: "c" }],
      []
    ])
  })

  it("is not led astray by braces, quotes and escapes within strings", () => {
    const steps = [{ id: '}]"\\', "]": '\\\\"}' }, { id: "\u00e9\\" }]
    assert.deepStrictEqual(all(JSON.stringify({ steps })), steps)
  })

  it("reads an escape that is cut in two", () => {
    assert.deepStrictEqual(read('{"st\\u00', '65ps":[{"a":"\\u0', "0e9\\", '""}', "]}").flat(), [{ a: 'é"' }])
  })

  it("passes over other keys, also ones named steps further in", () => {
    assert.deepStrictEqual(all('{"a":{"steps":[1]},"b":[[{}]],"c":-1e3 ,"steps" : [ 7 ] , "d":"steps","e":[2]}'), [7])
    assert.deepStrictEqual(all('{"steps":{"steps":[1]}}'), [])
    assert.deepStrictEqual(all('[{"steps":[1]}]'), [])
    assert.deepStrictEqual(all('"steps"'), [])
  })

  it("stops where the text is not JSON, without a word", () => {
    const broken = [
      '{"steps":[1 2]}',
      '{"steps":[1,]}',
      '{"steps":[1,,2]}',
      '{"steps":[1,nope,2]}',
      '{"steps":[1,{"a":},2]}',
      '{"steps":[1,[}],2]}',
      '{"steps":[1}'
    ]
    for (const text of broken) assert.deepStrictEqual(all(text), [1], text)
    const before = [
      '{"a":nope,"steps":[1]}',
      '{"a" "steps":[1]}',
      '{,"steps":[1]}',
      '{1:2,"steps":[1]}',
      '{"steps",[1]}'
    ]
    for (const text of before) assert.deepStrictEqual(all(text), [], text)
  })

  it("does not read a second list of steps, since JSON counts the last", () => {
    assert.deepStrictEqual(all('{"steps":[1],"steps":[2]}'), [1])
    assert.deepStrictEqual(all('{"steps":[],"steps":[2]}'), [])
  })

  it.prop(
    "gives the same as reading the whole, however the text is written and cut",
    [Schema.Int],
    ([seed]) => {
      const roll = dice(seed)
      const steps = Array.from({ length: roll(5) }, () => json(roll))
      const others = Array.from({ length: roll(3) }, (_, n): [string, unknown] => [`other${n}`, json(roll)])
      const at = roll(others.length + 1)
      const plan = Object.fromEntries([...others.slice(0, at), ["steps", steps], ...others.slice(at)])
      const indented = JSON.stringify(plan, null, pick(roll, [0, 2, "\t"]))
      const escaped = indented.replaceAll(
        /[^\x20-\x7e\n\t]/g,
        (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`
      )
      const text = roll(2) === 0 ? ` \r\n${indented} ` : escaped
      const chunks: Array<string> = []
      for (let from = 0; from < text.length;) {
        const size = roll(2) === 0 ? 1 : roll(20)
        chunks.push(text.slice(from, from + size))
        from += size
      }
      assert.deepStrictEqual(read(...chunks).flat(), steps)
    },
    { arbitrary: { runs: 1000 } }
  )

  it.prop(
    "gives of a text cut short or spoilt only what came before",
    [Schema.Int],
    ([seed]) => {
      const roll = dice(seed)
      const steps = Array.from({ length: 1 + roll(5) }, () => json(roll))
      const text = JSON.stringify({ steps })
      const at = roll(text.length)
      assert.deepStrictEqual(all(text.slice(0, at)), steps.slice(0, all(text.slice(0, at)).length))
      read(...`${text.slice(0, at)}${pick(roll, ["}", "]", '"', ",", "\\", "x", ""])}${text.slice(at + roll(2))}`)
    },
    { arbitrary: { runs: 1000 } }
  )

  it("does not break on endless nesting", () => {
    assert.isAtMost(all(`{"steps":[${"[".repeat(200_000)}`).length, 0)
    assert.isAtMost(all(`{"steps":[${"[".repeat(200_000)}${"]".repeat(200_000)}]}`).length, 1)
  })

  it("keeps no more of a long text than what is unfinished", () => {
    const one = JSON.stringify({ id: "a", input: "x".repeat(100) })
    let state = PlanReader.step(PlanReader.initial, '{"steps":[')[0]
    for (let n = 0; n < 100; n++) {
      state = PlanReader.step(state, `${one.slice(0, 50)}`)[0]
      assert.strictEqual(state.piece?.text.length, 50)
      state = PlanReader.step(state, `${one.slice(50)},`)[0]
      assert.isUndefined(state.piece)
    }
  })
})

describe("reading a whole plan", () => {
  const problem = (input: unknown) => Result.merge(PlanReader.whole(input))

  it("gives its steps", () => {
    const steps = [step("a", "find", { x: null }, { $from: "b", path: "" }), step("b", "find")]
    assert.deepStrictEqual(problem({ steps: [{ ...steps[0], why: "because" }, steps[1]] }), steps)
  })

  it("or one sentence with the place of what does not fit", () => {
    assert.strictEqual(problem("x"), "plan: Expected object")
    assert.strictEqual(problem({}), "plan.steps: Missing key")
    assert.strictEqual(problem({ steps: {} }), "plan.steps: Expected array")
    assert.strictEqual(problem({ steps: [step("a", "t"), 3] }), "plan.steps[1]: Expected object")
    assert.strictEqual(problem({ steps: [{ id: "a", tool: "t", input: [] }] }), "plan.steps[0].input: Expected object")
    assert.strictEqual(problem({ steps: [{ id: 1, tool: "t", input: {} }] }), "plan.steps[0].id: Expected string")
  })

  it("names the place of one step the same way", () => {
    assert.deepStrictEqual(Result.merge(PlanReader.one({ id: "a", tool: "t", input: {} }, 2)), step("a", "t"))
    assert.strictEqual(Result.merge(PlanReader.one({ id: "a", tool: "t" }, 2)), "plan.steps[2].input: Missing key")
  })
})
