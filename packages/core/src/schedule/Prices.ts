/**
 * Prices: what a model's tokens cost. Data, and a pure look-up.
 *
 * `openai` holds OpenAI's list prices (developers.openai.com/api/docs/pricing) as others quoted that page up to 2026-11-22; it was
 * not read itself, so look there before you rely on a budget. Standard service tier, text tokens, no regional surcharge. Only
 * families whose prices are settled: those of newer models still change, so they are left out and count as unknown. Hand in your
 * own table for them.
 */

/** Dollars for a million tokens. */
export interface Price {
  readonly inputDollars: number
  /** For input that the provider's prompt cache held; the same as `inputDollars` where there is no discount. */
  readonly cachedInputDollars: number
  /** Reasoning tokens included. */
  readonly outputDollars: number
}

/** Prices by the name of the model, as its provider writes it. */
export type PriceTable = Readonly<Record<string, Price>>

/** Tokens that are paid for. */
export interface Tokens {
  /** All tokens of the prompt, cached ones included. */
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
}

const price = (inputDollars: number, cachedInputDollars: number, outputDollars: number): Price => ({
  inputDollars,
  cachedInputDollars,
  outputDollars
})

export const openai: PriceTable = {
  "gpt-4.1": price(2, 0.5, 8),
  "gpt-4.1-mini": price(0.4, 0.1, 1.6),
  "gpt-4.1-nano": price(0.1, 0.025, 0.4),

  "gpt-4o": price(2.5, 1.25, 10),
  "gpt-4o-2024-05-13": price(5, 5, 15),
  "gpt-4o-mini": price(0.15, 0.075, 0.6),

  o1: price(15, 7.5, 60),
  "o1-pro": price(150, 150, 600),
  o3: price(2, 0.5, 8),
  "o3-pro": price(20, 20, 80),
  "o3-mini": price(1.1, 0.55, 4.4),
  "o4-mini": price(1.1, 0.275, 4.4),

  "gpt-5": price(1.25, 0.125, 10),
  "gpt-5-chat-latest": price(1.25, 0.125, 10),
  "gpt-5-codex": price(1.25, 0.125, 10),
  "gpt-5-mini": price(0.25, 0.025, 2),
  "gpt-5-nano": price(0.05, 0.005, 0.4),
  "gpt-5-pro": price(15, 15, 120),
  "gpt-5.1": price(1.25, 0.125, 10),
  "gpt-5.1-chat-latest": price(1.25, 0.125, 10),
  "gpt-5.1-codex": price(1.25, 0.125, 10),
  "gpt-5.2": price(1.75, 0.175, 14),
  "gpt-5.2-chat-latest": price(1.75, 0.175, 14),
  "gpt-5.2-pro": price(21, 21, 168)
}

/** The price of `model`: by its exact name, else by that name without a date at its end; `undefined` where neither is known. */
export const priceOf = (prices: PriceTable, model: string): Price | undefined => {
  const known = (name: string) => (Object.hasOwn(prices, name) ? prices[name] : undefined)
  return known(model) ?? known(model.replace(/-\d{4}-\d{2}-\d{2}$/, ""))
}

/** What `tokens` cost, in dollars. */
export const costDollars = (
  { cachedInputDollars, inputDollars, outputDollars }: Price,
  { cachedInputTokens, inputTokens, outputTokens }: Tokens
): number =>
  ((inputTokens - cachedInputTokens) * inputDollars +
    cachedInputTokens * cachedInputDollars +
    outputTokens * outputDollars) /
  1_000_000
