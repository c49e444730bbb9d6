import * as Annotations from "@callsheet/core/schedule/Annotations"
import * as Once from "@callsheet/core/schedule/Once"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { calls, tagged } from "../fixtures.ts"
import { play, reading, told, Trouble, writing } from "./stage.ts"

const look = reading("look")
const fresh = reading("fresh").annotate(Annotations.Freshness, "1 second")
const tools = [look, fresh, writing("change")]

type Played = Effect.Success<ReturnType<typeof play>>

/** How each call ended: "call_0_0 upstream 160", by its id. */
const sources = ({ events }: Played) =>
  tagged(events, "ToolSettled")
    .map(({ atMillis, callId, source }) => `${callId} ${source} ${atMillis}`)
    .toSorted()
const withoutTimes = (lines: ReadonlyArray<string>) => lines.map((line) => line.replace(/ \d+$/, ""))

const result = (key: string) => ({ key, parts: ["1", "2", "3"].map((part) => key + part) })

describe("once for equal calls", () => {
  it.effect("equal reads in flight in one step run once, each with its own result and event", () =>
    Effect.gen(function* () {
      const played = yield* play({ tools, replies: [{ calls: calls("look", "a", "a", "b") }] })
      assert.deepStrictEqual(played.lines, ["120 start look a", "160 end look a", "180 start look b", "220 end look b"])
      assert.deepStrictEqual(sources(played), ["call_0_0 upstream 160", "call_0_1 shared 160", "call_0_2 upstream 220"])
      assert.deepStrictEqual(told(played.views[1]), [result("a"), result("a"), result("b")])
    })
  )

  it.effect("arguments that differ only by the order of keys, or by a default that is filled in, are equal", () =>
    Effect.gen(function* () {
      const inputs = [{ key: "a" }, { millis: 40, key: "a" }, { key: "a", millis: 40 }, { key: "a", millis: 41 }]
      const played = yield* play({
        tools: [look],
        replies: [{ calls: inputs.map((input) => ({ name: "look", input })) }],
        // All are written before the first ends.
        act: () => Effect.sleep(1000)
      })
      assert.deepStrictEqual(withoutTimes(sources(played)), [
        "call_0_0 upstream",
        "call_0_1 shared",
        "call_0_2 shared",
        "call_0_3 upstream"
      ])
    })
  )

  it.effect("equal reads that fail in flight share the failure", () =>
    Effect.gen(function* () {
      const played = yield* play({
        tools,
        replies: [{ calls: calls("look", "a", "a") }],
        act: () =>
          Effect.andThen(Effect.sleep(40), Effect.fail(new Trouble({ sentence: "It is broken.", isRetryable: false })))
      })
      assert.deepStrictEqual(played.lines, ["120 start look a", "160 fail look a"])
      assert.deepStrictEqual(sources(played), ["call_0_0 upstream 160", "call_0_1 shared 160"])
    })
  )

  it.effect("equal writes each run", () =>
    Effect.gen(function* () {
      const played = yield* play({ tools, replies: [{ calls: calls("change", "a", "a") }] })
      assert.deepStrictEqual(played.lines, [
        "150 start change a",
        "190 end change a",
        "190 start change a",
        "230 end change a"
      ])
    })
  )
})

describe("a finished read", () => {
  it.effect("is used again in a later step only where its tool has Freshness", () =>
    Effect.gen(function* () {
      const step = { calls: [...calls("look", "a"), ...calls("fresh", "b")] }
      const played = yield* play({ tools, replies: [step, step] })
      // The first step ends at 190, when "fresh b" does; the second begins there.
      assert.deepStrictEqual(played.lines, [
        "120 start look a",
        "150 start fresh b",
        "160 end look a",
        "190 end fresh b",
        "310 start look a",
        "350 end look a"
      ])
      assert.deepStrictEqual(sources(played), [
        "call_0_0 upstream 160",
        "call_0_1 upstream 190",
        "call_1_0 upstream 350",
        "call_1_1 memory 340"
      ])
      assert.deepStrictEqual(told(played.views[2]), [result("a"), result("b")])
    })
  )

  it.effect("is used again only while it is fresh, counted from its start", () =>
    Effect.gen(function* () {
      const step = { calls: calls("fresh", "a") }
      const wait = { calls: [{ name: "look", input: { key: "w", millis: 700 } }] }
      const played = yield* play({ tools, replies: [step, wait, step, step] })
      // It began at 120. The wait ends at 160 + 150 + 700 = 1010, and its next call is complete at 1130, past 1120.
      assert.deepStrictEqual(
        sources(played).filter((_, index) => index !== 1),
        ["call_0_0 upstream 160", "call_2_0 upstream 1170", "call_3_0 memory 1290"]
      )
    })
  )

  it.effect("is not used again after a write of what it read, and is after a write of something else", () =>
    Effect.gen(function* () {
      const reads = { calls: calls("fresh", "a", "b") }
      const played = yield* play({ tools, replies: [reads, { calls: calls("change", "a") }, reads] })
      assert.deepStrictEqual(withoutTimes(sources(played)).slice(3), ["call_2_0 upstream", "call_2_1 memory"])
    })
  )

  it.effect("is not used again after a write that failed, since its upstream may have done it", () =>
    Effect.gen(function* () {
      const read = { calls: calls("fresh", "a") }
      const played = yield* play({
        tools,
        replies: [read, { calls: calls("change", "a") }, read],
        act: ({ millis, name }) =>
          name === "change" ? Effect.fail(new Trouble({ sentence: "No.", isRetryable: false })) : Effect.sleep(millis)
      })
      assert.strictEqual(played.lines.filter((line) => line.includes("start fresh")).length, 2)
    })
  )

  it.effect("that failed is not used again", () =>
    Effect.gen(function* () {
      const step = { calls: calls("fresh", "a") }
      const played = yield* play({
        tools,
        replies: [step, step, step],
        act: ({ attempt }) =>
          attempt === 1 ? Effect.fail(new Trouble({ sentence: "No.", isRetryable: false })) : Effect.void
      })
      assert.deepStrictEqual(withoutTimes(sources(played)), [
        "call_0_0 upstream",
        "call_1_0 upstream",
        "call_2_0 memory"
      ])
    })
  )
})

describe("what is kept for use again", () => {
  it.effect("is the last thousand results", () =>
    Effect.gen(function* () {
      const once = Once.make(() => 0)
      const sources: Array<string> = []
      const done = { ok: true, text: "", problem: null, value: 1, failure: undefined, result: undefined }
      const ask = (key: number) =>
        once.run(
          {
            key: String(key),
            footprint: { upstream: undefined, tags: [] },
            freshnessMillis: 1000,
            isAbandoned: () => false
          },
          Effect.succeed(done),
          (_, source) => void sources.push(`${key} ${source}`)
        )
      for (let key = 0; key <= 1000; key++) yield* ask(key)
      sources.length = 0
      yield* ask(1)
      yield* ask(0)
      assert.deepStrictEqual(sources, ["1 memory", "0 upstream"])
    })
  )
})
