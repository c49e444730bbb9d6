import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"

import { calls, tagged } from "../fixtures.ts"
import { editing, play, reading, told } from "./stage.ts"

const tools = [reading("look")]
const step = { text: "Let me look.", calls: calls("look", "a") }
/** A model that would look for ever, and answers only where it has to. */
const endless = Array.from({ length: 9 }, () => step)

/** Of a provider that counts no tokens. */
const unknown = { inputTokens: undefined, outputTokens: undefined }

const price = { inputDollars: 1, cachedInputDollars: 1, outputDollars: 1 }

describe("budgets", () => {
  for (const [budget, modelCalls, amount] of [
    [{ steps: 3 }, 3, "3 steps"],
    [{ modelCalls: 2 }, 2, "2 model calls"],
    [{ modelCalls: 1 }, 1, "1 model call"],
    [{ toolCalls: 2 }, 3, "2 tool calls"]
  ] as const) {
    it.effect(`${JSON.stringify(budget)} ends the run with an answer, and says so`, () =>
      Effect.gen(function* () {
        const { finished, views } = yield* play({ tools, policy: { budget }, replies: endless })
        assert.strictEqual(finished?.reason, "budget")
        assert.strictEqual(finished?.answer, `Let me look.\n\nStopped: the budget of ${amount} is reached.`)
        // All may ask for tools but the last, which is the answer.
        assert.deepStrictEqual(
          views.map(({ toolChoice }) => toolChoice),
          [...Array.from({ length: modelCalls - 1 }, () => "auto" as const), "none"]
        )
      })
    )
  }

  it.effect("of tool calls are used in call order: the calls beyond them do not run, and are told", () =>
    Effect.gen(function* () {
      const { finished, lines, views } = yield* play({
        tools,
        policy: { budget: { toolCalls: 2 } },
        replies: [{ calls: calls("look", "a", "b", "c") }]
      })
      assert.deepStrictEqual(
        lines.filter((line) => line.includes("start")),
        ["120 start look a", "150 start look b"]
      )
      assert.deepStrictEqual(told(views[1])[2], {
        error: "This run may make no more tool calls, so this one did not run."
      })
      assert.strictEqual(finished?.reason, "budget")
    })
  )

  for (const [name, budget, prices] of [
    ["tokens", (tokens: number) => ({ tokens }), {}],
    // A dollar for a million tokens, read or written.
    ["dollars", (tokens: number) => ({ dollars: tokens / 1e6 }), { script: price }]
  ] as const) {
    it.effect(`of ${name} are not exceeded, and leave room for an answer`, () =>
      Effect.gen(function* () {
        const used = (events: Parameters<typeof tagged>[0]) =>
          tagged(events, "StepFinished").map(
            ({ modelCall: { inputTokens, outputTokens } }) => (inputTokens ?? 0) + (outputTokens ?? 0)
          )
        const sum = (tokens: ReadonlyArray<number>) => tokens.reduce((total, one) => total + one, 0)
        const free = used((yield* play({ tools, replies: endless.slice(0, 5) })).events)
        const limit = sum(free.slice(0, 4))
        const { events, finished } = yield* play({ tools, policy: { budget: budget(limit), prices }, replies: endless })
        assert.strictEqual(finished?.reason, "budget")
        assert.match(finished?.answer ?? "", /^Let me look\.\n\nStopped: the budget of \S+( tokens)? is reached\.$/)
        // It stops as late as it may: the four calls fit, and a fifth would not.
        assert.deepStrictEqual(used(events).length, 4)
        assert.isAtMost(sum(used(events)), limit)
      })
    )
  }

  it.effect("in dollars fail at once for a model without a price", () =>
    Effect.gen(function* () {
      const { events, views } = yield* play({
        tools,
        policy: { budget: { dollars: 1 }, prices: { other: price } },
        replies: endless
      })
      assert.deepStrictEqual(
        events.map(({ _tag, atMillis }) => [_tag, atMillis]),
        [
          ["RunStarted", 0],
          ["RunFailed", 0]
        ]
      )
      assert.strictEqual(
        tagged(events, "RunFailed")[0]?.problem,
        "The budget of $1.00 cannot be checked: there is no price for the model script. Add one to the price table."
      )
      assert.deepStrictEqual(views, [])
    })
  )

  it.effect("of tokens count a picture by its tokens, not by the bytes in which it travels", () =>
    Effect.gen(function* () {
      const picture = `data:image/png;base64,${"A".repeat(400_000)}`
      const silent = editing((stream) => (request) => {
        const requestBytes = JSON.stringify(request.messages).length
        return Stream.map(stream(request), (part) =>
          part._tag === "Finish" ? { ...part, requestBytes, usage: { ...part.usage, ...unknown } } : part
        )
      })
      const { finished } = yield* play({
        tools,
        policy: { budget: { tokens: 30_000 } },
        replies: [step],
        ask: { question: "Go", images: [picture] },
        through: silent
      })
      assert.strictEqual(finished?.reason, "answered")
    })
  )
})
