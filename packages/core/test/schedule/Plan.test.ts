import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { Tool } from "effect/ai"

import * as Plan from "../../src/schedule/Plan.ts"
import * as PlanReader from "../../src/schedule/PlanReader.ts"
import { FailedElement } from "../../src/schedule/PlanReference.ts"
import { dice, type Dice, from, json, step, tools } from "./plans.ts"

const find = step("a", "find", { query: "Alien" })

const messages = (...steps: ReadonlyArray<Plan.Step>) =>
  Plan.check(steps, tools, "run_plan").map(({ message }) => message)

/** The faults of step "b", which comes after `find`. */
const faultsOf = (tool: string, input: Readonly<Record<string, unknown>>, forEach?: unknown) =>
  messages(find, step("b", tool, input, forEach))

describe("a plan", () => {
  it("without fault may run", () => {
    assert.deepStrictEqual(
      messages(
        step("shown", "show", { tmdbId: from("found", "items", 0, "tmdbId") }),
        step("found", "find", { query: from("asked", "q"), years: from("each", "*", "year") }),
        step("each", "show", { tmdbId: from("$item", "tmdbId") }, { $from: "asked", path: "films" }),
        step("asked", "echo", { any: { $literal: { $from: "nobody", path: 3 } } })
      ),
      []
    )
  })

  it("of more than 50 steps is refused as a whole", () => {
    const steps = Array.from({ length: 51 }, (_, n) => step(`s${n}`, "nothing"))
    assert.deepStrictEqual(Plan.check(steps, tools, "run_plan"), [
      { stepId: null, message: "the plan has 51 steps; at most 50 are allowed" }
    ])
    assert.deepStrictEqual(messages(...steps.slice(1).map(({ id }) => step(id, "echo"))), [])
  })

  it("names each fault's step", () => {
    assert.deepStrictEqual(Plan.check([find, step("b", "nothing")], tools, "run_plan"), [
      { stepId: "b", message: 'step "b": no tool "nothing"; the tools are find, show, echo' }
    ])
  })

  it("cannot name a tool that every object has", () => {
    assert.deepStrictEqual(faultsOf("constructor", {}), [
      'step "b": no tool "constructor"; the tools are find, show, echo'
    ])
  })

  it("cannot hold a plan", () => {
    assert.deepStrictEqual(faultsOf("run_plan", {}), ['step "b": a plan cannot hold a plan; write its steps here'])
  })

  it("cannot give two steps one id", () => {
    assert.deepStrictEqual(messages(find, find, step("a", "echo")), [
      'step "a": another step has this id; give each step its own',
      'step "a": another step has this id; give each step its own'
    ])
  })

  it("needs ids that can be named", () => {
    assert.deepStrictEqual(messages(step("", "echo"), step("x".repeat(65), "echo"), step("$item", "echo")), [
      'step "": its id is empty',
      `step "${"x".repeat(64)}...": its id is longer than 64 characters`,
      'step "$item": an id must not begin with "$"'
    ])
  })

  it("cannot have steps that wait for each other, and names them", () => {
    assert.deepStrictEqual(
      messages(
        step("a", "echo", { x: from("b") }),
        step("b", "echo", { x: [from("c"), from("d")] }),
        step("c", "echo", {}, from("a")),
        step("d", "echo"),
        step("e", "echo", { x: from("a") })
      ),
      ['step "a": these steps wait for each other: a -> b -> c -> a']
    )
  })
})

describe("a reference", () => {
  it("must name a step of the plan", () => {
    assert.deepStrictEqual(messages(find, step("b", "echo", { q: from("x") }), step("c", "echo")), [
      'step "b": input.q: no step "x"; the steps are a, c'
    ])
    assert.deepStrictEqual(messages(step("b", "echo", { q: from("x") })), [
      'step "b": input.q: no step "x"; there is no other'
    ])
  })

  it("must not name its own step", () => {
    assert.deepStrictEqual(faultsOf("echo", { q: { deep: [from("b")] } }), [
      'step "b": input.q.deep.0: a step cannot use its own result'
    ])
  })

  it("must have a readable path", () => {
    assert.deepStrictEqual(faultsOf("echo", { q: { $from: "a", path: 3 } }), [
      'step "b": input.q: "path" must be a list of keys and indexes, such as ["items", 0, "title"]'
    ])
  })

  it("must lead somewhere in the shape of the result", () => {
    assert.deepStrictEqual(faultsOf("show", { tmdbId: from("a", "items", 0, "tmdbID") }), [
      'step "b": input.tmdbId: "items.0.tmdbID" of step "a": items.0 has no tmdbID; it has title, year, tmdbId, genres, overview'
    ])
  })

  it("must be of a kind that the parameter may be", () => {
    assert.deepStrictEqual(faultsOf("show", { tmdbId: from("a", "items", "*", "tmdbId") }), [
      'step "b": input.tmdbId: "items.*.tmdbId" of step "a" is int[]; show wants int'
    ])
    assert.deepStrictEqual(faultsOf("find", { query: from("a") }), [
      'step "b": input.query: all of step "a" is {total: int, items: any[], nextCursor: string|null}; find wants string'
    ])
    assert.deepStrictEqual(faultsOf("find", { query: "x", near: from("a", "items", 0, "year") }), [
      'step "b": input.near: "items.0.year" of step "a" is int|null; find wants {title: string}'
    ])
    assert.deepStrictEqual(faultsOf("find", { query: "x", years: from("a", "items", "*", "title") }), [
      'step "b": input.years: "items.*.title" of step "a" is string[]; find wants int[]'
    ])
  })

  it("may be null, a number for a whole number, or more than is asked for", () => {
    assert.deepStrictEqual(
      faultsOf("find", {
        query: from("a", "nextCursor"),
        years: from("a", "items", "*", "year"),
        near: from("a", "items", 0)
      }),
      []
    )
  })

  it("to a for-each step is a list", () => {
    const each = step("b", "show", { tmdbId: from("$item", "tmdbId") }, from("a", "items"))
    assert.deepStrictEqual(messages(find, each, step("c", "show", { tmdbId: from("b", "*", "tmdbId") })), [
      'step "c": input.tmdbId: "*.tmdbId" of step "b" is int[]; show wants int'
    ])
    assert.deepStrictEqual(messages(find, each, step("c", "show", { tmdbId: from("b", 2, "tmdbId") })), [])
  })

  it("may be the whole input", () => {
    assert.deepStrictEqual(faultsOf("show", from("a", "items", 0)), [])
    assert.deepStrictEqual(faultsOf("show", from("a")), [
      'step "b": input: all of step "a" is {total: int, items: any[], nextCursor: string|null}; show wants {tmdbId: int}'
    ])
  })
})

describe("for-each", () => {
  it("must be a list", () => {
    assert.deepStrictEqual(faultsOf("echo", {}, from("a", "total")), [
      'step "b": forEach: "total" of step "a" is int; forEach wants any[]'
    ])
    assert.deepStrictEqual(faultsOf("echo", {}, "items"), [
      'step "b": forEach is the string "items"; forEach wants any[]'
    ])
  })

  it("must lead somewhere", () => {
    assert.deepStrictEqual(faultsOf("echo", {}, from("a", "films")), [
      'step "b": forEach: "films" of step "a": it has no films; it has total, items, nextCursor'
    ])
  })

  it("has elements whose shape is known", () => {
    assert.deepStrictEqual(faultsOf("show", { tmdbId: from("$item", "id") }, from("a", "items")), [
      'step "b": input.tmdbId: "id" of "$item": it has no id; it has title, year, tmdbId, genres, overview'
    ])
    assert.deepStrictEqual(faultsOf("show", { tmdbId: from("$item") }, from("a", "items", "*", "genres", "*")), [
      'step "b": input.tmdbId: all of "$item" is string; show wants int'
    ])
  })

  it("may be a list written out", () => {
    assert.deepStrictEqual(faultsOf("find", { query: from("$item") }, ["Alien", from("a", "nextCursor")]), [])
  })

  it("is needed for $item", () => {
    const problem = '"$item" is only in the input of a step with "forEach"'
    assert.deepStrictEqual(faultsOf("echo", { x: from("$item") }), [`step "b": input.x: ${problem}`])
    assert.deepStrictEqual(faultsOf("echo", {}, from("$item")), [`step "b": forEach: ${problem}`])
  })
})

describe("an input", () => {
  it("needs every required key and no unknown one", () => {
    assert.deepStrictEqual(faultsOf("show", { id: 3 }), [
      'step "b": input lacks tmdbId; show wants {tmdbId: int}',
      'step "b": input must not have id; show wants {tmdbId: int}'
    ])
    assert.deepStrictEqual(faultsOf("find", { query: "x", near: {} }), [
      'step "b": input.near lacks title; find wants {title: string}'
    ])
  })

  it("must be of the kinds that the parameters are", () => {
    assert.deepStrictEqual(faultsOf("find", { query: ["x"] }), ['step "b": input.query is a list; find wants string'])
    assert.deepStrictEqual(faultsOf("show", { tmdbId: "348" }), [
      'step "b": input.tmdbId is the string "348"; show wants int'
    ])
    assert.deepStrictEqual(faultsOf("find", { query: "x", years: [1979, "1995"] }), [
      'step "b": input.years.1 is the string "1995"; find wants int'
    ])
    assert.deepStrictEqual(faultsOf("find", { query: "x", kind: "film" }), [
      'step "b": input.kind is the string "film"; find wants "movie"|"series"'
    ])
  })

  it("under $literal is judged as it is, unread", () => {
    assert.deepStrictEqual(faultsOf("find", { query: { $literal: "x" } }), [])
    assert.deepStrictEqual(faultsOf("find", { query: { $literal: from("nobody") } }), [
      'step "b": input.query is an object; find wants string (a reference has exactly the keys "$from" and "path", a literal exactly "$literal")'
    ])
  })

  it("that only looks like a reference says how one is written", () => {
    assert.deepStrictEqual(faultsOf("find", { query: { $from: "a", path: "nextCursor", index: 0 } }), [
      'step "b": input.query is an object; find wants string (a reference has exactly the keys "$from" and "path", a literal exactly "$literal")'
    ])
  })

  it("may leave an optional key blank, as models do", () => {
    assert.deepStrictEqual(faultsOf("find", { query: "x", kind: "", years: null }), [])
  })

  it("that may be one of several objects has only its references looked at", () => {
    const either = Schema.Union([Schema.Struct({ a: Schema.Int }), Schema.Struct({ b: Schema.Int })])
    const pick = { pick: Tool.make("pick", { parameters: Schema.Struct({ either }) }) }
    const faults = (either: unknown) => Plan.check([step("a", "pick", { either })], pick, "run_plan")
    assert.deepStrictEqual(faults({ b: 1 }), [])
    assert.deepStrictEqual(faults({ b: from("x") }), [
      { stepId: "a", message: 'step "a": input.either.b: no step "x"; there is no other' }
    ])
    assert.strictEqual(faults("b").length, 1)
  })

  it("may be anything where the parameters say nothing", () => {
    assert.deepStrictEqual(faultsOf("echo", { a: [1, { b: null }] }), [])
  })

  it("has at most ten faults told", () => {
    assert.strictEqual(faultsOf("find", { query: "x", years: Array(1000).fill("1979") }).length, 10)
  })
})

describe("a step of a plan that is still being written", () => {
  const faults = (next: Plan.Step, ...earlier: ReadonlyArray<Plan.Step>) =>
    Plan.checkStep(next, earlier, tools, "run_plan").map(({ message }) => message)

  it("may name a step that is not there yet", () => {
    assert.deepStrictEqual(faults(step("b", "show", { tmdbId: from("later", "any", "*", "thing") }), find), [])
  })

  it("is judged by itself and by the steps before it", () => {
    assert.deepStrictEqual(faults(step("a", "shw", { x: from("a") }), find), [
      'step "a": no tool "shw"; the tools are find, show, echo',
      'step "a": input.x: a step cannot use its own result',
      'step "a": another step has this id; give each step its own'
    ])
    assert.deepStrictEqual(faults(step("b", "show", { tmdbId: from("a", "total", "x") }), find), [
      'step "b": input.tmdbId: "total.x" of step "a": total has no x; it is int'
    ])
  })

  it("is one too many after 50", () => {
    const earlier = Array.from({ length: 50 }, (_, n) => step(`s${n}`, "echo"))
    assert.deepStrictEqual(faults(find, ...earlier), ["the plan has 51 steps; at most 50 are allowed"])
    assert.deepStrictEqual(faults(find, ...earlier.slice(1)), [])
  })
})

describe("dependencies", () => {
  const steps = [
    step("a", "echo", { x: [from("b"), { y: from("c", 1) }, from("b", "z")] }),
    step("b", "echo", { x: { $literal: from("a") } }),
    step("c", "echo", { x: from("$item"), y: { $from: "b" } }, { $from: "b", path: "list" }),
    step("d", "echo")
  ]

  it("are the steps named in input and forEach, once each", () => {
    assert.deepStrictEqual(steps.map(Plan.dependenciesOf), [["b", "c"], [], ["b"], []])
  })

  it("leave as leaves the steps that none names", () => {
    assert.deepStrictEqual(Plan.leaves(steps), ["a", "d"])
  })
})

describe("the inputs of a step", () => {
  const results: Readonly<Record<string, unknown>> = {
    a: { items: [{ id: 1 }, { id: 2 }], many: Array.from({ length: 101 }, (_, n) => n), none: undefined }
  }
  const inputs = (of: Plan.Step) =>
    Result.match(
      Plan.resolve(of, (id) => results[id]),
      { onFailure: (problem) => problem, onSuccess: (each) => each.map(Result.merge) }
    )

  it("are one for a plain step", () => {
    assert.deepStrictEqual(inputs(step("b", "echo", { ids: from("a", "items", "*", "id"), n: 1 })), [
      { ids: [1, 2], n: 1 }
    ])
  })

  it("are one for each element of a for-each step", () => {
    assert.deepStrictEqual(inputs(step("b", "echo", { id: from("$item", "id") }, from("a", "items"))), [
      { id: 1 },
      { id: 2 }
    ])
    assert.deepStrictEqual(inputs(step("b", "echo", {}, [])), [])
    assert.deepStrictEqual(inputs(step("b", "echo", from("$item"), from("a", "items"))), [{ id: 1 }, { id: 2 }])
  })

  it("are none for an element that failed", () => {
    const resolved = Plan.resolve(step("c", "echo", { id: from("$item") }, from("b")), () => [
      1,
      new FailedElement("x")
    ])
    assert.deepStrictEqual(Result.getOrThrow(resolved), [Result.succeed({ id: 1 })])
  })

  it("are at most 100", () => {
    assert.strictEqual(
      inputs(step("b", "echo", {}, from("a", "many"))),
      "forEach has 101 elements; at most 100 are allowed"
    )
  })

  it("are null for a result that is nothing", () => {
    assert.deepStrictEqual(inputs(step("b", "echo", { x: from("c") })), [{ x: null }])
  })

  it("are wanting for that element alone whose path leads nowhere", () => {
    const list = [{ name: "one" }, { id: 2 }]
    assert.deepStrictEqual(inputs(step("b", "echo", { x: from("$item", "name") }, list)), [
      { x: "one" },
      'element 1: "name" of "$item": it has no name; it has id'
    ])
  })

  it("or a sentence that says why there are none", () => {
    assert.strictEqual(
      inputs(step("b", "echo", { x: from("a", "items", 2) })),
      '"items.2" of step "a": items has no 2; it is a list of 2: go on with an index or "*"'
    )
    assert.strictEqual(inputs(step("b", "echo", {}, from("a"))), "forEach must be a list; it is an object")
    assert.match(String(inputs(step("b", "echo", { x: from("$item") }))), /only in the input of a step with "forEach"/)
  })

  it("keep keys that would change an object's prototype as plain keys", () => {
    const resolved = Plan.resolve({ ...find, input: Object.fromEntries([["__proto__", from("a")]]) }, () => ({
      polluted: 1
    }))
    const input = Result.getOrThrow(Result.getOrThrow(resolved)[0] ?? Result.fail("no input"))
    assert.strictEqual(Object.getPrototypeOf(input), Object.prototype)
    assert.strictEqual(JSON.stringify(input), '{"__proto__":{"polluted":1}}')
  })
})

/** Steps `s0`, `s1`, ... of which each names some before it, in any order. */
const randomPlan = (roll: Dice): ReadonlyArray<Plan.Step> =>
  Array.from({ length: 1 + roll(40) }, (_, n) => {
    const references = n === 0 ? [] : Array.from({ length: roll(4) }, () => from(`s${roll(n)}`, 0))
    return step(`s${n}`, "echo", { references }, n > 0 && roll(3) === 0 ? from(`s${roll(n)}`) : undefined)
  })
    .map((made) => ({ made, at: roll(1000) }))
    .sort((one, other) => one.at - other.at)
    .map(({ made }) => made)

describe("any plan", () => {
  it.prop("in which steps name only steps below them has no fault", [Schema.Int], ([seed]) => {
    assert.deepStrictEqual(messages(...randomPlan(dice(seed))), [])
  })

  it.prop("has its cycle found, and every step that is named in it waits for the next", [Schema.Int], ([seed]) => {
    const roll = dice(seed)
    const plan = randomPlan(roll)
    const length = 2 + roll(5)
    const ring = Array.from({ length }, (_, n) => step(`r${n}`, "echo", { x: from(`r${(n + 1) % length}`) }))
    const at = roll(plan.length)
    const steps = [...plan.slice(0, at), ...ring, ...plan.slice(at)]
    const byId = new Map(steps.map((step) => [step.id, step]))
    const found = messages(...steps)
    assert.strictEqual(found.length, 1)
    const ids = found[0]?.split(": ").at(-1)?.split(" -> ") ?? []
    assert.strictEqual(new Set(ids).size, length)
    assert.strictEqual(ids[0], ids.at(-1))
    for (const [index, id] of ids.slice(1).entries()) {
      const step = byId.get(ids[index] ?? "")
      assert.include(step === undefined ? [] : Plan.dependenciesOf(step), id)
    }
  })

  it.prop(
    "of any JSON is judged without breaking, streamed or whole, and one without fault has no missing dependency",
    [Schema.Int],
    ([seed]) => {
      const roll = dice(seed)
      const steps = Array.from({ length: roll(6) }, () => ({
        id: ["a", "b", "c", "$x", ""][roll(5)],
        tool: ["find", "show", "echo", "run_plan", "__proto__"][roll(5)],
        input: Object.fromEntries(
          [
            ["query", json(roll)],
            ["tmdbId", json(roll)]
          ].slice(roll(2))
        ),
        ...(roll(3) === 0 && { forEach: json(roll) })
      }))
      const read = PlanReader.whole(roll(10) === 0 ? json(roll) : { steps })
      if (Result.isFailure(read)) return assert.match(read.failure, /^plan/)
      const faults = Plan.check(read.success, tools, "run_plan")
      const ids = new Set(read.success.map(({ id }) => id))
      for (const [index, one] of read.success.entries()) {
        const early = Plan.checkStep(one, read.success.slice(0, index), tools, "run_plan")
        const late = faults.filter(({ stepId }) => stepId === one.id).map(({ message }) => message)
        // Of one input no more than ten are told, and the whole plan may have others before these.
        if (late.length < 10) for (const { message } of early) assert.include(late, message)
        const missing = Plan.dependenciesOf(one).filter((id) => !ids.has(id))
        if (faults.length === 0) assert.deepStrictEqual(missing, [])
        Plan.resolve(one, () => json(roll))
      }
    },
    { arbitrary: { runs: 2000 } }
  )
})

describe("the work of a check", () => {
  it("grows with the plan, not with its square: each tool's schema is read once, each path a few times", () => {
    let reads = 0
    const counting = (count: number) => {
      reads = 0
      const steps = Array.from({ length: count }, (_, n) => {
        const input = {
          get x() {
            reads++
            return n === 0 ? 1 : from(`s${n - 1}`)
          }
        }
        return step(`s${n}`, "echo", input)
      })
      assert.deepStrictEqual(messages(...steps), [])
      return reads
    }
    assert.strictEqual(counting(50), 2 * counting(25))
    assert.isAtMost(counting(50), 50 * 4)
  })

  it("ends on inputs nested without end", () => {
    const deep = Array.from({ length: 100_000 }).reduce<unknown>((inner) => ({ x: inner }), 1)
    const place = `input${".x".repeat(64)}`
    assert.deepStrictEqual(messages(step("a", "echo", { x: deep })), [`step "a": ${place}.x is nested deeper than 64`])
    assert.match(String(Result.merge(Plan.resolve(step("a", "echo", { x: deep }), () => 1))), /nested deeper/)
  })
})

describe("tools from a plain JSON Schema", () => {
  it("are checked by it, and give anything", () => {
    const mcp = Tool.dynamic("mcp", {
      parameters: {
        type: "object",
        properties: { n: { type: "number" } },
        required: ["n"],
        additionalProperties: false
      }
    })
    const check = (...steps: ReadonlyArray<Plan.Step>) =>
      Plan.check(steps, { mcp }, "run_plan").map(({ message }) => message)
    assert.deepStrictEqual(check(step("a", "mcp", { n: "1" })), [
      'step "a": input.n is the string "1"; mcp wants number'
    ])
    assert.deepStrictEqual(check(step("a", "mcp", { n: 1 }), step("b", "mcp", { n: from("a", "x", "*") })), [])
  })
})
