import * as Annotations from "@callsheet/core/schedule/Annotations"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { Tool } from "effect/ai"

import { calls, tagged } from "../fixtures.ts"
import { type Doing, play, reading, told, Trouble, writing } from "./stage.ts"

/** Fails with `trouble` the first `times`, after 40 ms as everything. */
const failing =
  (times: number, trouble: Partial<Trouble> = {}) =>
  ({ attempt, millis }: Doing) =>
    Effect.andThen(
      Effect.sleep(millis),
      attempt <= times ? Effect.fail(new Trouble({ sentence: "Not now.", isRetryable: true, ...trouble })) : Effect.void
    )

const look = { calls: calls("look", "a") }

describe("retry", () => {
  it.effect("makes a failed read again, after 100 and 200 ms", () =>
    Effect.gen(function* () {
      const { events, finished, lines } = yield* play({ tools: [reading("look")], replies: [look], act: failing(2) })
      assert.deepStrictEqual(lines, [
        "120 start look a",
        "160 fail look a",
        "260 start look a",
        "300 fail look a",
        "500 start look a",
        "540 end look a"
      ])
      assert.deepStrictEqual(
        tagged(events, "ToolSettled").map(({ millis, ok }) => [millis, ok]),
        [[420, true]]
      )
      assert.strictEqual(finished?.atMillis, 540 + 110)
    })
  )

  it.effect("waits as long as the upstream asks for", () =>
    Effect.gen(function* () {
      const { lines } = yield* play({
        tools: [reading("look")],
        replies: [look],
        act: failing(1, { retryAfter: Duration.seconds(7) })
      })
      assert.deepStrictEqual(lines, ["120 start look a", "160 fail look a", "7160 start look a", "7200 end look a"])
    })
  )

  it.effect("is the first to go when time is short: only what fits in half of the tools' time is tried again", () =>
    Effect.gen(function* () {
      // Of 2000 ms 200 are kept for the answer; at 160 ms the tools have 1640, so a wait of 900 is too long.
      const { lines } = yield* play({
        tools: [reading("look")],
        replies: [look],
        act: failing(1, { retryAfter: Duration.millis(900) }),
        ask: { question: "Go", deadlineMillis: 2000 }
      })
      assert.deepStrictEqual(lines, ["120 start look a", "160 fail look a"])
    })
  )

  it.effect("is made as long as it fits in half of the tools' time", () =>
    Effect.gen(function* () {
      const { lines } = yield* play({
        tools: [reading("look")],
        replies: [look],
        act: failing(1, { retryAfter: Duration.millis(700) }),
        ask: { question: "Go", deadlineMillis: 2000 }
      })
      assert.deepStrictEqual(lines.slice(2), ["860 start look a", "900 end look a"])
    })
  )

  it.effect("is not made of a failure that is final, and the model reads it", () =>
    Effect.gen(function* () {
      const { lines, views } = yield* play({
        tools: [reading("look")],
        replies: [look],
        act: failing(1, { isRetryable: false })
      })
      assert.deepStrictEqual(lines, ["120 start look a", "160 fail look a"])
      assert.deepStrictEqual(told(views[1]), [{ error: "Not now." }])
    })
  )

  it.effect("is never made of a write, unless it is idempotent", () =>
    Effect.gen(function* () {
      const { lines } = yield* play({
        tools: [writing("change"), writing("set").annotate(Tool.Idempotent, true)],
        replies: [{ calls: [...calls("change", "a"), ...calls("set", "b")] }],
        act: failing(1)
      })
      assert.deepStrictEqual(lines.toSorted(), [
        "150 start change a",
        "150 start set b",
        "190 fail change a",
        "190 fail set b",
        "290 start set b",
        "330 end set b"
      ])
    })
  )
})

describe("hedging", () => {
  it.effect(
    "makes a slow read again after the p95 of what was observed; the first to end wins, the other is stopped",
    () =>
      Effect.gen(function* () {
        const usual = Array.from({ length: 20 }, (_, index) => `k${index}`)
        const { events, lines } = yield* play({
          tools: [reading("look")],
          policy: { toolConcurrency: 20 },
          hedges: true,
          replies: [{ calls: calls("look", ...usual) }, look, { calls: calls("look", "b") }],
          act: ({ attempt, key }) => Effect.sleep(key.startsWith("k") ? 200 : attempt === 1 ? 1000 : 50)
        })
        const first = tagged(events, "StepStarted")[1]?.atMillis ?? 0
        const second = first + 120 + 200 + 50
        assert.deepStrictEqual(lines.slice(40), [
          `${first + 120} start look a`,
          `${first + 320} start look a`,
          `${first + 370} end look a`,
          `${first + 370} stop look a`,
          // One hedge for 20 calls is all the extra work that is made.
          `${second + 120} start look b`,
          `${second + 1120} end look b`
        ])
      })
  )
})

describe("an upstream in trouble", () => {
  const shelf = { name: "shelf" }

  it.effect("that fails again and again is told to the model as unavailable, and the tools stay the same", () =>
    Effect.gen(function* () {
      const { events, lines, views } = yield* play({
        tools: [
          reading("look").annotate(Annotations.Upstream, shelf),
          reading("peek").annotate(Annotations.Upstream, shelf),
          reading("other")
        ],
        replies: [
          { calls: calls("look", "a", "b") },
          { calls: [...calls("peek", "a"), ...calls("other", "a")] },
          // Ten seconds later it is tried again.
          { calls: [{ name: "other", input: { key: "w", millis: 10_000 } }] },
          { calls: calls("peek", "c") }
        ],
        act: ({ attempt, millis, name }) => failing(name === "look" ? 9 : 0)({ attempt, millis, name, key: "" })
      })
      // Two calls of three attempts each: the fifth failure opens the circuit, while the sixth attempt is under way.
      assert.strictEqual(lines.filter((line) => line.includes("fail look")).length, 6)
      const [refused, other] = told(views[2])
      assert.deepStrictEqual(refused, { error: "shelf is unavailable for about 10 s; do without it." })
      assert.deepStrictEqual(other, { key: "a", parts: ["a1", "a2", "a3"] })
      assert.strictEqual(lines.filter((line) => line.includes("peek a")).length, 0)
      assert.deepStrictEqual(told(views[4]), [{ key: "c", parts: ["c1", "c2", "c3"] }])
      assert.deepStrictEqual(
        views.map(({ tools }) => tools),
        views.map(() => ["look", "peek", "other"])
      )
      assert.strictEqual(tagged(events, "RunFailed").length, 0)
    })
  )

  it.effect("that throttles is left alone for as long as it asks, and others go on", () =>
    Effect.gen(function* () {
      const { lines } = yield* play({
        tools: [reading("look").annotate(Annotations.Upstream, shelf), reading("other")],
        replies: [{ calls: [...calls("look", "a", "b"), ...calls("other", "c"), ...calls("look", "d")] }],
        act: (doing) =>
          doing.key === "b"
            ? failing(1, { status: 429, retryAfter: Duration.seconds(3) })({ ...doing, millis: 10 })
            : Effect.sleep(40)
      })
      assert.deepStrictEqual(lines, [
        "120 start look a",
        "150 start look b",
        "160 end look a",
        "160 fail look b",
        "180 start other c",
        "220 end other c",
        "3160 start look b",
        "3160 start look d",
        "3170 end look b",
        "3200 end look d"
      ])
    })
  )
})
