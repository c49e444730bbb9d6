import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { type Graph, write } from "./graph.ts"
import { run } from "./world.ts"

const graph: Graph = { runLimit: 0, upstreamLimits: [0, 0], planFrom: 0, tools: [], kinds: [], calls: [] }
const read = { isReadOnly: true, tags: "arguments", upstream: 0, limit: 0 } as const

/** Steps in the order in which they began, with the time. */
const order = (graph: Graph) =>
  Effect.map(run(write(graph)), ({ diary }) =>
    diary.map(({ callId, startMillis }) => `${callId.slice("call_0_0.".length)} at ${startMillis}`)
  )

describe("a call graph, where it is easy to get wrong", () => {
  it.effect(
    "where equal reads end: of calls that become ready in the same instant the first in call order gets the last place",
    () =>
      Effect.gen(function* () {
        const tools = [read, { ...read, limit: 1 as const }]
        const kinds = [
          { tool: 0, tags: [], millis: 10, luck: 0 },
          { tool: 1, tags: [0], millis: 10, luck: 0 },
          { tool: 1, tags: [1], millis: 20, luck: 0 }
        ]
        // 0 and 1 are equal; 2 needs 0, 3 needs 1.
        const calls = [0, 0, 1, 2].map((kind, index) => ({ kind, needs: index < 2 ? [] : [1] }))
        assert.deepStrictEqual(yield* order({ ...graph, tools, kinds, calls }), ["s0 at 0", "s2 at 10", "s3 at 20"])
      })
  )

  it.effect(
    "where one failure follows from another: of calls that become ready in the same instant the first in call order gets the last place",
    () =>
      Effect.gen(function* () {
        const write = { ...read, isReadOnly: false, tags: "arguments" } as const
        const tools = [write]
        const kinds = [
          { tool: 0, tags: [0, 1], millis: 10, luck: 1 },
          { tool: 0, tags: [0, 1], millis: 10, luck: 0 },
          { tool: 0, tags: [0], millis: 10, luck: 0 },
          { tool: 0, tags: [1], millis: 10, luck: 0 }
        ]
        // 0 fails; 1 needs it, so fails with it; 2 touches what both touch, 3 what 1 touches, since its tags are not known before.
        const calls = [
          { kind: 0, needs: [] },
          { kind: 1, needs: [0] },
          { kind: 2, needs: [] },
          { kind: 3, needs: [] }
        ]
        const first = { tool: 0, tags: [0], millis: 10, luck: 1 }
        assert.deepStrictEqual(
          yield* order({ ...graph, runLimit: 1, tools, kinds: [first, ...kinds.slice(1)], calls }),
          ["s0 at 0", "s2 at 10", "s3 at 20"]
        )
      })
  )

  it.effect(
    "where a tag is of two upstreams and known only when the input has come: no read runs beside a write of what it reads",
    () =>
      Effect.gen(function* () {
        const tools = [
          { ...read, upstream: 1 },
          { ...read, upstream: 2, isReadOnly: false }
        ]
        const kinds = [
          { tool: 0, tags: [], millis: 10, luck: 0 },
          { tool: 1, tags: [0], millis: 100, luck: 0 },
          { tool: 0, tags: [0], millis: 10, luck: 0 }
        ]
        const calls = [0, 1, 2].map((kind) => ({ kind, needs: kind === 2 ? [1] : [] }))
        const written = write({ ...graph, tools, kinds, calls })
        const shared = written.calls.map((call) => ({
          ...call,
          arguments: { ...call.arguments, tags: call.arguments.tags.map(() => "x") }
        }))
        const { diary } = yield* run({ ...written, calls: shared })
        assert.deepStrictEqual(
          diary.map(({ callId, startMillis }) => `${callId.slice("call_0_0.".length)} at ${startMillis}`),
          ["s0 at 0", "s1 at 0", "s2 at 100"]
        )
      })
  )
})
