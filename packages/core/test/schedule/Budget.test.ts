import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

import * as Budget from "../../src/schedule/Budget.ts"

const model = "gpt-4.1"
const figures = (step: number, inputTokens: number | null, outputTokens: number | null): Budget.Figures => ({
  step,
  inputTokens,
  cachedInputTokens: null,
  outputTokens,
  requestBytes: null
})
const silent = { inputTokens: 0, outputTokens: 0 }

/** What a run has spent after model calls of so many input and output tokens. */
const after = (...calls: ReadonlyArray<readonly [inputTokens: number, outputTokens: number]>) =>
  calls.reduce(
    (spent, [input, output], step) => Budget.add(spent, figures(step, input, output), model, silent),
    Budget.nothing
  )

const check = (limits: Budget.Limits, spent: Budget.Spent, inputTokensEstimate = 0) =>
  Budget.check(limits, spent, { inputTokensEstimate, model })

describe("Budget.check", () => {
  it("lets a run without limits go on", () => {
    assert.isUndefined(check({}, after([1e9, 1e9]), 1e9))
  })

  it("keeps one model call for the final answer", () => {
    for (const limit of ["steps", "modelCalls"] as const) {
      assert.isUndefined(check({ [limit]: 3 }, after([1, 1])))
      assert.strictEqual(check({ [limit]: 3 }, after([1, 1], [1, 1]))?.limit, limit)
    }
  })

  it("makes the first call the final one where no other is allowed", () => {
    assert.strictEqual(check({ steps: 1 }, Budget.nothing)?._tag, "Reached")
    assert.strictEqual(check({ tokens: 10 }, Budget.nothing, 1000)?._tag, "Reached")
    assert.strictEqual(check({ dollars: 0 }, Budget.nothing, 1000)?._tag, "Reached")
  })

  it("is reached when no tool call is left", () => {
    assert.isUndefined(check({ toolCalls: 3 }, Budget.addTools(Budget.nothing, 2)))
    assert.strictEqual(check({ toolCalls: 3 }, Budget.addTools(Budget.nothing, 3))?.limit, "toolCalls")
  })

  it("expects of the next call and the final one the longest answer and the largest growth so far", () => {
    // Spent 100+10 and 150+20. Ahead: 200+20, then 200+50+20.
    const spent = after([100, 10], [150, 20])
    assert.isUndefined(check({ tokens: 770 }, spent, 200))
    assert.strictEqual(check({ tokens: 769 }, spent, 200)?.limit, "tokens")
  })

  it("prices what is ahead as input that is not cached", () => {
    // Spent 1,000,000 in and 100,000 out: $2.80. Ahead, twice 1,000,000 and the growth 100,000 in, twice 100,000 out: $5.80.
    const spent = after([1_000_000, 100_000])
    assert.isUndefined(check({ dollars: 8.6 }, spent, 1_000_000))
    assert.strictEqual(check({ dollars: 8.59 }, spent, 1_000_000)?.limit, "dollars")
  })

  it("says in a sentence which budget is reached", () => {
    const sentence = (limits: Budget.Limits) => check(limits, Budget.addTools(after([9000, 900]), 5), 9000)?.sentence
    assert.strictEqual(sentence({ steps: 1 }), "Stopped: the budget of 1 step is reached.")
    assert.strictEqual(sentence({ modelCalls: 2 }), "Stopped: the budget of 2 model calls is reached.")
    assert.strictEqual(sentence({ toolCalls: 5 }), "Stopped: the budget of 5 tool calls is reached.")
    assert.strictEqual(sentence({ tokens: 10_000 }), "Stopped: the budget of 10,000 tokens is reached.")
    assert.strictEqual(sentence({ dollars: 0.0005 }), "Stopped: the budget of $0.0005 is reached.")
    assert.strictEqual(sentence({ dollars: 0.01 }), "Stopped: the budget of $0.01 is reached.")
  })

  it("says when a budget of tokens is kept by estimates only", () => {
    const spent = Budget.add(Budget.nothing, figures(0, null, null), model, { inputTokens: 60, outputTokens: 40 })
    assert.strictEqual(
      check({ tokens: 100 }, spent, 60)?.sentence,
      "Stopped: the budget of 100 tokens is reached, by an estimate of its tokens."
    )
  })

  it("says that money cannot be checked for a model without a price, before the first call", () => {
    assert.deepStrictEqual(Budget.check({ dollars: 1 }, Budget.nothing, { inputTokensEstimate: 10, model: "script" }), {
      _tag: "Unchecked",
      limit: "dollars",
      atMost: 1,
      model: "script",
      sentence:
        "The budget of $1.00 cannot be checked: there is no price for the model script. Add one to the price table."
    })
  })

  it("says that money cannot be checked when another model than the one asked has answered", () => {
    const spent = Budget.add(Budget.nothing, figures(0, 1, 1), "stranger", silent)
    const verdict = check({ dollars: 1 }, spent)
    assert.isTrue(verdict?._tag === "Unchecked" && verdict.model === "stranger")
  })

  it("takes the caller's own prices", () => {
    const prices = { script: { inputDollars: 1, cachedInputDollars: 1, outputDollars: 1 } }
    const next = { inputTokensEstimate: 500_000, model: "script" }
    assert.isUndefined(Budget.check({ dollars: 1 }, Budget.nothing, next, prices))
    assert.strictEqual(Budget.check({ dollars: 0.99 }, Budget.nothing, next, prices)?._tag, "Reached")
  })

  it("takes a limit that is no number for one that allows nothing", () => {
    assert.strictEqual(check({ tokens: Number.NaN }, Budget.nothing)?.limit, "tokens")
  })

  const Tokens = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 500 }))
  const Figures = Schema.Struct({
    growth: Tokens,
    outputTokens: Tokens,
    limit: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5000 }))
  })

  it.prop(
    "keeps a run whose steps are all alike within its tokens, unless the first call alone exceeds them",
    [Figures],
    ([{ growth: results, limit, outputTokens }]) => {
      const growth = results + outputTokens
      let spent = Budget.nothing
      let input = 100
      for (let step = 0; step < 50; step++) {
        const isFinal = check({ tokens: limit }, spent, input) !== undefined
        spent = Budget.add(spent, figures(step, input, outputTokens), model, silent)
        input += growth
        if (isFinal) break
      }
      // Nothing was known before the first step: what it brought is the one thing that could not be foreseen.
      const isForeseen = limit >= 2 * 100 + 2 * outputTokens + growth
      if (isForeseen) assert.isAtMost(Budget.tokens(spent), limit)
      else assert.isAtMost(spent.modelCalls, 2)
    }
  )
})

describe("Budget.add", () => {
  it("estimates what the provider did not count from bytes, 4 a token, and says so", () => {
    const estimate = { inputTokens: 7, outputTokens: 3 }
    const bySight = Budget.add(Budget.nothing, { ...figures(0, null, null), requestBytes: 401 }, model, estimate)
    assert.strictEqual(Budget.tokens(bySight), 101 + 3)
    assert.isTrue(bySight.isEstimated)
    const blind = Budget.add(Budget.nothing, figures(0, null, null), model, estimate)
    assert.strictEqual(Budget.tokens(blind), 7 + 3)
    assert.isFalse(Budget.add(Budget.nothing, figures(0, 1, 1), model, estimate).isEstimated)
  })

  it("counts cached input at its own price", () => {
    const cached = { ...figures(0, 1_000_000, 0), cachedInputTokens: 500_000 }
    assert.deepStrictEqual(Budget.cost(Budget.add(Budget.nothing, cached, model, silent)), {
      dollars: 1.25,
      unpriced: []
    })
  })

  it("counts each model at its own price", () => {
    const spent = Budget.add(after([1_000_000, 0]), figures(1, 1_000_000, 0), "gpt-4.1-nano", silent)
    assert.deepStrictEqual(Budget.cost(spent), { dollars: 2.1, unpriced: [] })
    const unknown = Budget.add(spent, figures(2, 1, 1), "script", silent)
    assert.deepStrictEqual(Budget.cost(unknown), { dollars: 2.1, unpriced: ["script"] })
  })
})

describe("Budget.estimateTokens", () => {
  it("counts the bytes of texts, names and arguments", () => {
    const calls = [{ name: "look", inputText: "{}" }]
    assert.strictEqual(Budget.estimateTokens([{ text: "ab" }, { text: "", calls }]), 2)
    assert.strictEqual(Budget.estimateTokens([{ text: "ééé" }]), 2)
    assert.strictEqual(Budget.estimateTokens([]), 0)
  })

  it("adds what is new to what the last call read", () => {
    assert.strictEqual(Budget.nextInputTokens(after([100, 10]), [{ text: "12345678" }]), 102)
  })
})

describe("Budget.allowedCalls", () => {
  it("allows the calls that are left of the budget", () => {
    const spent = Budget.addTools(Budget.nothing, 4)
    assert.strictEqual(Budget.allowedCalls({}, spent, 50), 50)
    assert.strictEqual(Budget.allowedCalls({ toolCalls: 6 }, spent, 50), 2)
    assert.strictEqual(Budget.allowedCalls({ toolCalls: 6 }, spent, 1), 1)
    assert.strictEqual(Budget.allowedCalls({ toolCalls: 3 }, spent, 1), 0)
  })
})
