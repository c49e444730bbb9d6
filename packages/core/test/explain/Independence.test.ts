import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

import * as Independence from "../../src/explain/Independence.ts"
import * as Profile from "../../src/explain/Profile.ts"
import * as RunGraph from "../../src/explain/RunGraph.ts"
import { Attribute, type RecordedSpan } from "../../src/explain/Trace.ts"
import { chat, run, tool } from "./spans.ts"

const of = (...spans: ReadonlyArray<RecordedSpan>) => {
  const graph = Result.getOrThrow(RunGraph.of(spans))
  return Independence.of(graph, Result.getOrThrow(Profile.make(spans)).rows)
}

const verdicts = ({ findings }: Independence.Independence) =>
  findings.map(({ first, second, verdict }) => `${first} ${second} ${verdict}`)

/** A call with content. */
const call = (
  id: string,
  start: number,
  end: number,
  input: unknown,
  result: unknown,
  attributes: Readonly<Record<string, unknown>> = {},
  problem?: string
) =>
  tool(id, id, start, end, {
    attributes: {
      [Attribute.callArguments]: JSON.stringify(input),
      [Attribute.callResult]: JSON.stringify(result),
      ...attributes
    },
    ...(problem !== undefined && { problem })
  })

describe("calls of one round that ran one after another", () => {
  const spans = [
    run(1000),
    chat("c0", 0, 100),
    call("film", 100, 200, { title: "Alien" }, { id: 348, director: "Ridley Scott" }),
    call("weather", 200, 300, { city: "Berlin" }, { sky: "grey" }),
    call("person", 300, 400, { name: "Ridley Scott" }, { born: 1937 }),
    chat("c1", 400, 500)
  ]

  it("are independent where nothing of the one's result is in the other's arguments", () => {
    const found = of(...spans)
    assert.deepStrictEqual(verdicts(found), [
      "film weather independent",
      "film person dependent",
      "weather person independent"
    ])
    assert.strictEqual(found.findings[1]?.why, '"ridley scott" of person stands in the result of film.')
    assert.deepStrictEqual(found.groups, [{ calls: ["film", "weather"], rounds: [0] }])
    assert.deepStrictEqual(Result.getOrThrow(Profile.make(spans)).findings, found.findings)
  })

  it("are not told of where they ran together, or the second was not written yet", () => {
    const found = of(
      run(1000),
      chat("c0", 0, 100, { attributes: { [Attribute.callOffsets]: [20, 80, 80] } }),
      call("a", 20, 40, { q: "first" }, []),
      call("b", 80, 150, { q: "other" }, []),
      call("c", 80, 120, { q: "third" }, [])
    )
    assert.deepStrictEqual(found, { findings: [], groups: [], plans: [] })
  })

  it("cannot be told apart where the trace holds no content", () => {
    const found = of(run(1000), chat("c0", 0, 100), tool("a", "x", 100, 200), tool("b", "y", 200, 300))
    assert.deepStrictEqual(verdicts(found), ["a b cannot tell"])
    assert.deepStrictEqual(found.groups, [])
  })

  it("are never free where one of them writes and the other may be of its upstream", () => {
    const two = (first: Readonly<Record<string, unknown>>, second: Readonly<Record<string, unknown>>) =>
      verdicts(
        of(run(1000), chat("c0", 0, 100), call("a", 100, 200, {}, {}, first), call("b", 200, 300, {}, {}, second))
      )
    const { isReadOnly, upstream } = Attribute
    const writes = { [isReadOnly]: false, [upstream]: "shelf" }
    const reads = (name: string) => ({ [isReadOnly]: true, [upstream]: name })
    assert.deepStrictEqual(two(writes, reads("shelf")), ["a b dependent"])
    assert.deepStrictEqual(two(reads("shelf"), writes), ["a b dependent"])
    assert.deepStrictEqual(two(reads("shelf"), reads("shelf")), ["a b independent"])
    assert.deepStrictEqual(two(writes, reads("other")), ["a b independent"])
    assert.deepStrictEqual(two(writes, { [isReadOnly]: true }), ["a b dependent"])
    const foreign = (name: string, id: string, start: number) =>
      tool(id, name, start, start + 100, {
        attributes: { [Attribute.callArguments]: "{}", [Attribute.callResult]: "{}" }
      })
    const named = (first: string, second: string) =>
      verdicts(of(run(1000), chat("c0", 0, 100), foreign(first, "a", 100), foreign(second, "b", 200)))
    assert.deepStrictEqual(named("add_movie", "get_movie"), ["a b dependent"])
    assert.deepStrictEqual(named("get_movie", "deleteMovie"), ["a b dependent"])
    assert.deepStrictEqual(named("get_movie", "get_address"), ["a b independent"])
  })
})

describe("calls of rounds that follow one another", () => {
  const spans = (title: string, problem?: string) => [
    run(1000),
    chat("c0", 0, 100),
    call("film", 100, 200, { title: "Alien" }, { id: 348_100, similar: ["Solaris", "Moon (2009)"] }, {}, problem),
    chat("c1", 200, 300),
    call("second", 300, 400, { title }, { id: 593_200 }),
    chat("c2", 400, 500),
    call("third", 500, 600, { title: "Stalker" }, { id: 1398 }),
    chat("c3", 600, 700)
  ]

  it("could have been asked for together where they needed nothing of each other", () => {
    const found = of(...spans("Sunshine"))
    assert.deepStrictEqual(verdicts(found), ["film second independent", "second third independent"])
    assert.deepStrictEqual(found.groups, [{ calls: ["film", "second", "third"], rounds: [0, 1, 2] }])
    assert.deepStrictEqual(found.plans, [])
  })

  it("could have been one plan where all that was taken from a result was taken whole", () => {
    const found = of(...spans("Solaris"))
    assert.deepStrictEqual(verdicts(found), ["film second dependent", "second third independent"])
    assert.deepStrictEqual(found.groups, [{ calls: ["second", "third"], rounds: [1, 2] }])
    assert.deepStrictEqual(
      found.plans.map(({ needs, rounds }) => [rounds, [...needs]]),
      [
        [
          [0, 1, 2],
          [
            ["film", []],
            ["second", ["film"]],
            ["third", []]
          ]
        ]
      ]
    )
    assert.deepStrictEqual(of(...spans("Moon")).plans, [])
  })

  it("may have come of a failure", () => {
    assert.deepStrictEqual(verdicts(of(...spans("Sunshine", "Not found."))), [
      "film second cannot tell",
      "second third independent"
    ])
  })
})

describe("a run of very many calls", () => {
  it("is looked at as far as is bearable", () => {
    const calls = Array.from({ length: 3000 }, (_, n) => call(`c${n}`, 100 + n, 101 + n, { n: 10_000 + n }, { n }))
    const found = of(run(4000), chat("c", 0, 100), ...calls)
    assert.strictEqual(found.findings.length, Independence.maxFindings)
  })
})
