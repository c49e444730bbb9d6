import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

import * as RunGraph from "../../src/explain/RunGraph.ts"
import { Attribute, type RecordedSpan } from "../../src/explain/Trace.ts"
import * as RandomRun from "./randomRun.ts"
import { chat, phase, run, span, tool } from "./spans.ts"

const graphOf = (...spans: ReadonlyArray<RecordedSpan>) => Result.getOrThrow(RunGraph.of(spans))

/** How long a round takes in which everything begins as soon as it can. */
const roundMillis = ({ calls, model }: RunGraph.Round, extra: (id: string) => number): number => {
  const ends = new Map<string, number>()
  for (const { id, millis, needs, writtenMillis } of calls) {
    const ready = Math.max(writtenMillis, ...needs.map((need) => ends.get(need) ?? 0))
    ends.set(id, ready + millis + extra(id))
  }
  return Math.max((model?.waitMillis ?? 0) + (model?.decodeMillis ?? 0), ...ends.values())
}

describe("the graph of a run", () => {
  it.prop("takes as long as the run, where calls begin as soon as they can", [Schema.Int], ([seed]) => {
    const { spans } = RandomRun.of(seed, true)
    const queued = new Map(
      spans.map(({ attributes, spanId }) => [spanId, Number(attributes[Attribute.queueWait] ?? 0)])
    )
    const { restMillis, rounds } = graphOf(...spans)
    const millis = rounds.reduce(
      (total, round) => total + round.gapMillis + roundMillis(round, (id) => queued.get(id) ?? 0),
      restMillis
    )
    const wall = spans.find(({ spanId }) => spanId === "run")
    assert.closeTo(millis, (wall?.endMillis ?? 0) - (wall?.startMillis ?? 0), 1e-2)
  })

  it("knows of each call when it was written, what it needed and how long it took", () => {
    const step = (parent: string, number: number) => ({ parent, attributes: { [Attribute.step]: number } })
    const called = (id: string, start: number, end: number, attributes: Readonly<Record<string, unknown>>) =>
      tool(id, "look", start, end, { parent: "s0", attributes: { [Attribute.step]: 0, ...attributes } })
    const graph = graphOf(
      run(1000, { events: [phase("start-up", 30, 30)] }),
      tool("foreseen_0", "guess", 30, 90, { attributes: { [Attribute.source]: "upstream" } }),
      tool("foreseen_1", "guess", 30, 900, {}),
      span("s0", "step 1", 100, 600, step("run", 0)),
      chat("c0", 100, 400, {
        parent: "s0",
        attributes: { [Attribute.step]: 0, [Attribute.firstToken]: 200, [Attribute.callOffsets]: [240, 280] }
      }),
      called("a", 340, 500, { [Attribute.isReadOnly]: true, [Attribute.upstream]: "shelf", [Attribute.queueWait]: 60 }),
      called("b", 410, 450, {
        [Attribute.isReadOnly]: false,
        [Attribute.callArguments]: "{}",
        [Attribute.callResult]: "[]"
      }),
      called("c", 510, 600, { [Attribute.waitsFor]: ["a", "b", "nobody"] }),
      span("s1", "step 2", 610, 990, step("run", 1)),
      chat("c1", 620, 990, step("s1", 1))
    )
    const plain = { name: "look", upstream: undefined, needs: [], arguments: undefined, result: undefined }
    assert.deepStrictEqual(graph, {
      rounds: [
        {
          model: undefined,
          gapMillis: 30,
          calls: [{ ...plain, id: "foreseen_0", name: "guess", isReadOnly: true, millis: 60, writtenMillis: 0 }]
        },
        {
          model: { id: "c0", waitMillis: 200, decodeMillis: 100 },
          gapMillis: 10,
          calls: [
            { ...plain, id: "a", isReadOnly: true, upstream: "shelf", millis: 100, writtenMillis: 240 },
            { ...plain, id: "b", isReadOnly: false, millis: 40, writtenMillis: 280, arguments: "{}", result: "[]" },
            { ...plain, id: "c", isReadOnly: true, millis: 90, writtenMillis: 280, needs: ["a", "b"] }
          ]
        },
        { model: { id: "c1", waitMillis: 370, decodeMillis: 0 }, gapMillis: 30, calls: [] }
      ],
      restMillis: 10
    })
  })

  it("of another agent's trace says which calls came one after another", () => {
    const { rounds } = graphOf(
      run(1000),
      chat("c", 0, 300),
      tool("early", "look", 200, 250),
      tool("first", "look", 310, 400),
      tool("beside", "look", 310, 390),
      tool("second", "look", 401, 500),
      chat("d", 510, 600),
      tool("third", "addMovie", 600, 700),
      tool("fourth", "look", 702, 703)
    )
    assert.deepStrictEqual(
      rounds.flatMap(({ calls }) =>
        calls.map(({ cameAfter, id, isReadOnly, needs, writtenMillis }) => [
          id,
          writtenMillis,
          needs.join(),
          cameAfter?.join(),
          isReadOnly
        ])
      ),
      [
        ["early", 200, "", undefined, true],
        ["beside", 300, "", undefined, true],
        ["first", 300, "", undefined, true],
        ["second", 300, "first", "first", true],
        ["third", 90, "", undefined, false],
        ["fourth", 90, "third", "third", true]
      ]
    )
  })
})
