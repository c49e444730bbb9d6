import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

import * as PlanReference from "../../src/schedule/PlanReference.ts"
import * as Shape from "../../src/schedule/Shape.ts"
import * as ToolShape from "../../src/schedule/ToolShape.ts"
import { dice, from, json, tools } from "./plans.ts"

const page = {
  total: 2,
  items: [
    { title: "Alien", genres: ["horror"], year: null },
    { title: "Heat", genres: ["crime", "drama"], year: 1995 }
  ]
}

const follow = (path: unknown, value: unknown = page) => {
  const reference = PlanReference.read({ $from: "a", path })
  return reference?._tag === "Reference" ? Result.merge(PlanReference.follow(value, reference.path)) : reference
}

describe("a reference", () => {
  it("is an object with exactly the keys $from and path; anything else means itself", () => {
    assert.deepStrictEqual(PlanReference.read({ path: "b.0", $from: "a" }), {
      _tag: "Reference",
      from: "a",
      path: ["b", "0"]
    })
    for (const value of [null, 3, "$from", [], {}, { $from: "a" }, { $from: "a", path: [], more: 1 }, { path: [] }]) {
      assert.isUndefined(PlanReference.read(value))
    }
  })

  it("whose parts are of the wrong kind says what they must be", () => {
    assert.deepStrictEqual(PlanReference.read({ $from: 1, path: [] }), {
      _tag: "Malformed",
      problem: '"$from" must be the id of a step'
    })
    for (const path of [3, null, [null], [-1], [1.5], {}]) {
      assert.strictEqual(PlanReference.read({ $from: "a", path })?._tag, "Malformed")
    }
  })

  it("goes by a list of keys, by dots or by brackets", () => {
    for (const path of [["items", 1, "title"], ["items", "1", "title"], "items.1.title", "items[1].title"]) {
      assert.strictEqual(follow(path), "Heat")
    }
  })

  it("without a path is the whole", () => {
    assert.strictEqual(follow(""), page)
    assert.strictEqual(follow([]), page)
  })

  it("with * is a flat list of what stands at each element", () => {
    assert.deepStrictEqual(follow("items.*.title"), ["Alien", "Heat"])
    assert.deepStrictEqual(follow("items[*].genres"), [["horror"], ["crime", "drama"]])
    assert.deepStrictEqual(follow(["items", "*", "genres", "*"]), ["horror", "crime", "drama"])
    assert.deepStrictEqual(follow("*.x", []), [])
    assert.strictEqual(follow("*", { "*": 1 }), 1)
  })

  it("with * passes over elements that failed, and finds their message by index", () => {
    const results = [{ x: 1 }, new PlanReference.FailedElement("no such film"), { x: 3 }]
    assert.deepStrictEqual(follow("*.x", results), [1, 3])
    assert.strictEqual(follow("1.error", results), "no such film")
    assert.strictEqual(JSON.stringify(follow("", results)), '[{"x":1},{"error":"no such film"},{"x":3}]')
  })

  it("that leads nowhere names what is there", () => {
    assert.strictEqual(follow("itmes.0"), "it has no itmes; it has total, items")
    assert.strictEqual(follow("items.2.title"), 'items has no 2; it is a list of 2: go on with an index or "*"')
    assert.strictEqual(follow("items.title"), 'items has no title; it is a list of 2: go on with an index or "*"')
    assert.strictEqual(follow("items.*.name"), "items.* has no name; it has title, genres, year")
    assert.strictEqual(follow("items.0.year.x"), "items.0.year has no x; it is null")
    assert.strictEqual(follow("total.*"), "total has no *; it is 2")
    assert.strictEqual(follow("x", {}), "it has no x; it is an empty object")
  })

  it("never reaches what a value inherits", () => {
    for (const key of ["__proto__", "constructor", "toString", "length"]) {
      assert.match(String(follow([key], {})), /^it has no /)
      assert.match(String(follow([key], [1])), /^it has no /)
      assert.match(String(follow([key], "text")), /^it has no /)
    }
    assert.strictEqual(follow(["__proto__"], Object.fromEntries([["__proto__", 7]])), 7)
  })
})

describe("the shape at a path", () => {
  const at = (path: string) => {
    const reference = PlanReference.read({ $from: "a", path })
    if (reference?._tag !== "Reference") return "?"
    return Result.match(PlanReference.shapeAt(ToolShape.result(tools.find), reference.path), {
      onFailure: (problem) => problem,
      onSuccess: (shape) => Shape.toText(shape)
    })
  }

  it("is that of what stands there, or of the list of it", () => {
    assert.strictEqual(at("items.0.tmdbId"), "int")
    assert.strictEqual(at("items.*.tmdbId"), "int[]")
    assert.strictEqual(at("items.*.genres"), "string[][]")
    assert.strictEqual(at("items.*.genres.*"), "string[]")
    assert.strictEqual(at("items.*.year"), "(int|null)[]")
  })

  it("is missing where nothing can be, with the reason", () => {
    assert.strictEqual(at("item"), "it has no item; it has total, items, nextCursor")
    assert.strictEqual(at("items.tmdbId"), 'items has no tmdbId; it is a list: go on with an index or "*"')
    assert.strictEqual(at("items.*.tmdbID"), "items.* has no tmdbID; it has title, year, tmdbId, genres, overview")
    assert.strictEqual(at("items.0.year.x"), "items.0.year has no x; it is int|null")
    assert.strictEqual(at("nextCursor.*"), "nextCursor has no *; it is string|null")
  })
})

/** The same by the plainest means: a copy, with every value looked up from its beginning. */
const naive = (input: unknown, results: Readonly<Record<string, unknown>>): unknown => {
  const lookUp = (value: unknown, path: ReadonlyArray<string>): ReadonlyArray<unknown> => {
    const [key, ...rest] = path
    if (key === undefined) return [value]
    if (Array.isArray(value) && key === "*") return value.flatMap((element: unknown) => lookUp(element, rest))
    if (value === null || typeof value !== "object" || (Array.isArray(value) && !/^\d+$/.test(key))) throw key
    const entry = Object.entries(value).find(([name]) => name === key)
    if (entry === undefined) throw key
    return lookUp(entry[1], rest)
  }
  const spreads = (value: unknown, path: ReadonlyArray<string>): boolean => {
    const [key, ...rest] = path
    if (key === undefined) return false
    if (Array.isArray(value) && key === "*") return true
    return typeof value === "object" && value !== null
      ? Object.entries(value).some(([name, inner]) => name === key && spreads(inner, rest))
      : false
  }
  const text = JSON.stringify(input)
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy)
    if (value === null || typeof value !== "object") return value
    const entries = Object.entries(value)
    const names = entries.map(([name]) => name).sort()
    const of = new Map(entries)
    if (names.join() === "$literal") return of.get("$literal")
    if (names.join() !== "$from,path") return Object.fromEntries(entries.map(([name, inner]) => [name, copy(inner)]))
    const path = of.get("path")
    if (typeof path === "number") throw path
    const keys = (typeof path === "string" ? path.split(".") : [path].flat()).map(String)
    const source = results[String(of.get("$from"))]
    const found = lookUp(source, keys)
    return spreads(source, keys) ? found : found[0]
  }
  const copied = copy(input)
  assert.strictEqual(JSON.stringify(input), text)
  return copied
}

const attempt = (run: () => unknown): Result.Result<unknown, unknown> => Result.try({ try: run, catch: () => "fails" })

describe("resolving an input", () => {
  it.prop(
    "agrees with looking each value up by itself, and changes neither input nor results",
    [Schema.Int],
    ([seed]) => {
      const roll = dice(seed)
      const input = json(roll)
      const results = { a: json(roll), b: json(roll), $item: json(roll) }
      const before = JSON.stringify([input, results])
      const resolved = PlanReference.resolve(input, (id) => Result.succeed(new Map(Object.entries(results)).get(id)))
      const expected = attempt(() => naive(input, results))
      assert.deepStrictEqual(
        Result.mapError(resolved, () => "fails"),
        expected
      )
      assert.strictEqual(JSON.stringify([input, results]), before)
    },
    { arbitrary: { runs: 2000 } }
  )

  it("refuses what is nested too deeply, and does not break on it", () => {
    const deep = Array.from({ length: 100_000 }).reduce<unknown>((inner) => [inner], from("a"))
    assert.strictEqual(
      Result.merge(PlanReference.resolve({ deep }, () => Result.succeed(1))),
      "the input is nested deeper than 64"
    )
    assert.deepStrictEqual(PlanReference.within({ deep }), [])
  })
})
