import * as Agent from "@callsheet/core/Agent"
import * as Annotations from "@callsheet/core/schedule/Annotations"
import { Approval } from "@callsheet/core/schedule/Approval"
import { turns } from "@callsheet/testkit/scripted/Script"
import { instant } from "@callsheet/testkit/scripted/Timing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

import { calls, settle } from "../fixtures.ts"
import { calm, destroying, model, play, reading, troupe, writing } from "./stage.ts"

const tools = [reading("look"), writing("change"), destroying("erase")]

describe("order", () => {
  it.effect("a read after a write of what it reads waits for it, and its siblings go on", () =>
    Effect.gen(function* () {
      const { lines } = yield* play({
        tools,
        replies: [{ calls: [...calls("change", "a"), ...calls("look", "a", "b")] }]
      })
      assert.deepStrictEqual(lines.toSorted(), [
        "180 start change a",
        "180 start look b",
        "220 end change a",
        "220 end look b",
        "220 start look a",
        "260 end look a"
      ])
    })
  )

  it.effect("a read after a write of what it reads waits for its approval too, and its siblings go on", () =>
    Effect.gen(function* () {
      const { lines } = yield* play({
        tools,
        replies: [{ calls: [...calls("erase", "a"), ...calls("look", "a", "b"), ...calls("change", "c")] }]
      }).pipe(Effect.provideService(Approval, () => Effect.as(Effect.sleep(5000), true)))
      assert.deepStrictEqual(lines, [
        "180 start look b",
        "210 start change c",
        "220 end look b",
        "250 end change c",
        "5210 start erase a",
        "5250 end erase a",
        "5250 start look a",
        "5290 end look a"
      ])
    })
  )

  it.effect("a write waits for the earlier reads of what it writes, and for no others", () =>
    Effect.gen(function* () {
      const slow = (key: string) => ({ name: "look", input: { key, millis: 1000 } })
      const { lines } = yield* play({
        tools,
        replies: [{ calls: [slow("a"), slow("b"), ...calls("change", "a", "c")] }]
      })
      // `{"key":"a","millis":1000}` has 25 bytes: 7 tokens.
      assert.deepStrictEqual(lines, [
        "160 start look a",
        "230 start look b",
        "290 start change c",
        "330 end change c",
        "1160 end look a",
        "1160 start change a",
        "1200 end change a",
        "1230 end look b"
      ])
    })
  )

  it.effect("a write without tags touches all of its upstream, and nothing of another", () =>
    Effect.gen(function* () {
      const of = (name: string) => ({ name })
      const { lines } = yield* play({
        tools: [
          writing("paint").annotate(Annotations.TagsWritten, undefined).annotate(Annotations.Upstream, of("house")),
          reading("near").annotate(Annotations.Upstream, of("house")).annotate(Annotations.TagsRead, undefined),
          reading("far").annotate(Annotations.Upstream, of("moon")).annotate(Annotations.TagsRead, undefined)
        ],
        replies: [{ calls: [...calls("paint", "a"), ...calls("near", "b"), ...calls("far", "c")] }]
      })
      assert.deepStrictEqual(lines.toSorted(), [
        "180 start far c",
        "180 start paint a",
        "220 end far c",
        "220 end paint a",
        "220 start near b",
        "260 end near b"
      ])
    })
  )
})

describe("limits", () => {
  const four = { calls: calls("look", "a", "b", "c", "d") }
  const shelf = { name: "shelf", concurrency: 2 }

  for (const [whose, tool, policy] of [
    ["a run", reading("look"), { toolConcurrency: 2 }],
    ["a tool", reading("look").annotate(Annotations.Concurrency, 2), {}],
    ["an upstream", reading("look").annotate(Annotations.Upstream, shelf), {}]
  ] as const) {
    it.effect(`${whose} runs as many calls at a time as it allows, in call order`, () =>
      Effect.gen(function* () {
        const { lines } = yield* play({ tools: [tool], policy, replies: [four], act: () => Effect.sleep(1000) })
        assert.deepStrictEqual(
          lines.filter((line) => line.includes("start")),
          ["120 start look a", "150 start look b", "1120 start look c", "1150 start look d"]
        )
      })
    )
  }

  it.effect("a call that waits for its tool holds up no call of another tool", () =>
    Effect.gen(function* () {
      const { lines } = yield* play({
        tools: [reading("look").annotate(Annotations.Concurrency, 1), reading("peek")],
        replies: [{ calls: [...calls("look", "a", "b"), ...calls("peek", "c")] }],
        act: () => Effect.sleep(1000)
      })
      assert.deepStrictEqual(
        lines.filter((line) => line.includes("start")),
        ["120 start look a", "180 start peek c", "1120 start look b"]
      )
    })
  )

  it.effect("two runs in one process share an upstream fairly: the one that runs less goes first", () =>
    Effect.gen(function* () {
      const { lines, toolkit } = troupe([reading("look").annotate(Annotations.Upstream, shelf)], () =>
        Effect.sleep(1000)
      )
      const agent = Agent.make({ name: "test", instructions: "Answer.", toolkit })
      const asking = (...keys: ReadonlyArray<string>) =>
        Effect.provide(agent.ask("Go"), model(turns([{ calls: calls("look", ...keys) }, { text: "Done." }]), instant))
      const late = Effect.delay(asking("b1", "b2", "b3"), 500)
      yield* settle(Effect.all([asking("a1", "a2", "a3", "a4", "a5"), late], { concurrency: 2 })).pipe(
        Effect.provide(calm)
      )
      // At 1000 both places become free, one after the other: the first goes to the run that has none, and so on.
      assert.deepStrictEqual(
        lines.filter((line) => line.includes("start")),
        [
          "0 start look a1",
          "0 start look a2",
          "1000 start look b1",
          "1000 start look a3",
          "2000 start look b2",
          "2000 start look a4",
          "3000 start look b3",
          "3000 start look a5"
        ]
      )
    })
  )
})
