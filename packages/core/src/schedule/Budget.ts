/**
 * Budget: how much one run may use up, and whether another step still fits. Pure.
 */
import type { ModelCall } from "../AgentEvent.ts"
import * as Prices from "./Prices.ts"

/** What a run may use up, its final answer included. What is not stated is not limited. */
export interface Limits {
  readonly steps?: number
  readonly modelCalls?: number
  readonly toolCalls?: number
  /** Input and output together, over all model calls. */
  readonly tokens?: number
  readonly dollars?: number
}

export type Limit = keyof Limits

/** What a run has used up. */
export interface Spent {
  readonly steps: number
  readonly modelCalls: number
  readonly toolCalls: number
  /** Tokens by the model that answered. */
  readonly models: Readonly<Record<string, Prices.Tokens>>
  /** Whether some of the tokens are estimates, because a provider did not count them. */
  readonly isEstimated: boolean
  /** What the last model call read. */
  readonly lastInputTokens: number
  readonly largestOutputTokens: number
  /** The most by which the prompt grew from one model call to the next. */
  readonly largestGrowthTokens: number
}

export const nothing: Spent = {
  steps: 0,
  modelCalls: 0,
  toolCalls: 0,
  models: {},
  isEstimated: false,
  lastInputTokens: 0,
  largestOutputTokens: 0,
  largestGrowthTokens: 0
}

const bytesPerToken = 4

const encoder = new TextEncoder()

/**
 * Tokens of a picture, at most: 1,536 patches of 32 x 32 pixels, each 2.46 tokens of gpt-4.1-nano (OpenAI's guide to images and
 * vision).
 */
const pictureTokens = 3779

/** Anything that is sent or said: a message of the conversation, a turn. */
export interface Spoken {
  readonly text: string
  readonly images?: ReadonlyArray<string> | undefined
  readonly calls?: ReadonlyArray<{ readonly name: string; readonly inputText: string }>
}

/** An estimate of the tokens in `spoken`: its bytes of UTF-8, 4 a token. Definitions of tools are not among them. */
export const estimateTokens = (spoken: ReadonlyArray<Spoken>): number => {
  const bytes = spoken
    .flatMap(({ calls = [], text }) => [text, ...calls.flatMap(({ inputText, name }) => [name, inputText])])
    .reduce((total, text) => total + encoder.encode(text).length, 0)
  const pictures = spoken.reduce((total, { images = [] }) => total + images.length, 0)
  return Math.ceil(bytes / bytesPerToken) + pictures * pictureTokens
}

/**
 * The bytes of a request that tell how many tokens it has: those of its pictures, which travel as text, stand for as many as their
 * tokens would take.
 */
export const tellingBytes = (requestBytes: number, spoken: ReadonlyArray<Spoken>): number => {
  const pictures = spoken.flatMap(({ images = [] }) => images)
  const pictureBytes = pictures.reduce((total, picture) => total + picture.length, 0)
  return Math.max(0, requestBytes - pictureBytes) + pictures.length * pictureTokens * bytesPerToken
}

/** An estimate of what the next model call reads: what the last one read, and what was `added` to the conversation since. */
export const nextInputTokens = (spent: Spent, added: ReadonlyArray<Spoken>): number =>
  spent.lastInputTokens + estimateTokens(added)

/** The figures of a model call that count. */
export type Figures = Pick<ModelCall, "step" | "inputTokens" | "cachedInputTokens" | "outputTokens" | "requestBytes">

/**
 * Takes a model call of `model` (as the provider names it, else as it was asked for) into account.
 *
 * **Details**
 *
 * Tokens that the provider did not count are estimated: input by the bytes of the request, 4 a token; where nobody saw those,
 * and for output, by `estimate`. Bytes of the response say nothing, since a streamed token is wrapped in many.
 */
export const add = (
  spent: Spent,
  { cachedInputTokens, inputTokens, outputTokens, requestBytes, step }: Figures,
  model: string,
  estimate: { readonly inputTokens: number; readonly outputTokens: number }
): Spent => {
  const byBytes = requestBytes === null ? estimate.inputTokens : Math.ceil(requestBytes / bytesPerToken)
  const input = inputTokens ?? byBytes
  const output = outputTokens ?? estimate.outputTokens
  const before = Object.hasOwn(spent.models, model) ? spent.models[model] : undefined
  return {
    steps: Math.max(spent.steps, step + 1),
    modelCalls: spent.modelCalls + 1,
    toolCalls: spent.toolCalls,
    models: {
      ...spent.models,
      [model]: {
        inputTokens: (before?.inputTokens ?? 0) + input,
        cachedInputTokens: (before?.cachedInputTokens ?? 0) + Math.min(input, cachedInputTokens ?? 0),
        outputTokens: (before?.outputTokens ?? 0) + output
      }
    },
    isEstimated: spent.isEstimated || inputTokens === null || outputTokens === null,
    lastInputTokens: input,
    largestOutputTokens: Math.max(spent.largestOutputTokens, output),
    largestGrowthTokens: spent.modelCalls === 0 ? 0 : Math.max(spent.largestGrowthTokens, input - spent.lastInputTokens)
  }
}

/** Takes `n` tool calls into account. */
export const addTools = (spent: Spent, n: number): Spent => ({ ...spent, toolCalls: spent.toolCalls + n })

/** Input and output tokens of all model calls. */
export const tokens = (spent: Spent): number =>
  Object.values(spent.models).reduce((total, { inputTokens, outputTokens }) => total + inputTokens + outputTokens, 0)

/** What the model calls cost, and the models without a price, whose cost is not in it. */
export interface Cost {
  readonly dollars: number
  readonly unpriced: ReadonlyArray<string>
}

export const cost = (spent: Spent, prices: Prices.PriceTable = Prices.openai): Cost => {
  let dollars = 0
  const unpriced: Array<string> = []
  for (const [model, used] of Object.entries(spent.models)) {
    const price = Prices.priceOf(prices, model)
    if (price === undefined) unpriced.push(model)
    else dollars += Prices.costDollars(price, used)
  }
  return { dollars, unpriced }
}

/** A limit that does not let the run go on as before. `sentence` is for a person. */
export type Verdict =
  /** The next model call must be the last, without tools. */
  | { readonly _tag: "Reached"; readonly limit: Limit; readonly atMost: number; readonly sentence: string }
  /** Nobody can say whether the limit is kept: `model` has no price. Never to be taken for a limit that is kept. */
  | {
      readonly _tag: "Unchecked"
      readonly limit: "dollars"
      readonly atMost: number
      readonly model: string
      readonly sentence: string
    }

const count = (n: number, one: string): string => `${n.toLocaleString("en-US")} ${n === 1 ? one : `${one}s`}`

const amount: Readonly<Record<Limit, (atMost: number) => string>> = {
  steps: (n) => count(n, "step"),
  modelCalls: (n) => count(n, "model call"),
  toolCalls: (n) => count(n, "tool call"),
  tokens: (n) => count(n, "token"),
  dollars: (n) => n.toLocaleString("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 6 })
}

/** The model call that comes next. */
export interface Next {
  /** What it will read, about: `nextInputTokens`. */
  readonly inputTokensEstimate: number
  /** The model that will be asked. */
  readonly model: string
}

/**
 * Whether another ordinary step fits: asked before each model call. `undefined` where it does.
 *
 * **Details**
 *
 * One final model call is always kept in reserve. A limit is reached as soon as what is spent, the next model call and a final
 * one after it are together more than it:
 *
 * - `steps`, `modelCalls`: two more are too many.
 * - `toolCalls`: none is left.
 * - `tokens`: with `i` for the input estimate, `w` for the longest answer of this run so far and `g` for the most by which its
 *   prompt grew in a step (at least `w`), the next call takes `i + w` and the final one `i + g + w`.
 * - `dollars`: the same tokens at the price of `next.model`, none of them cached.
 *
 * Of several limits the first in this order is told. The final call is made whatever it takes, since a run owes an answer: a
 * limit that even the first call exceeds still allows that one call, without tools. So tokens and dollars can end above their
 * limit, by what the last step brought more than any step before it; steps, model calls (one at least) and tool calls cannot.
 */
export const check = (
  limits: Limits,
  spent: Spent,
  { inputTokensEstimate, model }: Next,
  prices: Prices.PriceTable = Prices.openai
): Verdict | undefined => {
  const reached = (limit: Limit, needed: number): Verdict | undefined => {
    const atMost = limits[limit]
    // Written so that a limit which is not a number allows nothing.
    if (atMost === undefined || needed <= atMost) return undefined
    const isEstimate = spent.isEstimated && (limit === "tokens" || limit === "dollars")
    const by = isEstimate ? ", by an estimate of its tokens" : ""
    return {
      _tag: "Reached",
      limit,
      atMost,
      sentence: `Stopped: the budget of ${amount[limit](atMost)} is reached${by}.`
    }
  }

  const outputTokens = spent.largestOutputTokens
  const growth =
    spent.modelCalls === 0 ? 0 : Math.max(spent.largestGrowthTokens, inputTokensEstimate - spent.lastInputTokens)
  const ahead: Prices.Tokens = {
    inputTokens: 2 * inputTokensEstimate + Math.max(growth, outputTokens),
    cachedInputTokens: 0,
    outputTokens: 2 * outputTokens
  }

  const dollars = (): Verdict | undefined => {
    if (limits.dollars === undefined) return undefined
    const price = Prices.priceOf(prices, model)
    const { dollars, unpriced } = cost(spent, prices)
    const stranger = price === undefined ? model : unpriced[0]
    if (price !== undefined && stranger === undefined) {
      return reached("dollars", dollars + Prices.costDollars(price, ahead))
    }
    if (stranger === undefined) return undefined
    const sentence = `The budget of ${amount.dollars(limits.dollars)} cannot be checked: there is no price for the model ${stranger}. Add one to the price table.`
    return { _tag: "Unchecked", limit: "dollars", atMost: limits.dollars, model: stranger, sentence }
  }

  return (
    reached("steps", spent.steps + 2) ??
    reached("modelCalls", spent.modelCalls + 2) ??
    reached("toolCalls", spent.toolCalls + 1) ??
    reached("tokens", tokens(spent) + ahead.inputTokens + ahead.outputTokens) ??
    dollars()
  )
}

/** How many of a step's `n` tool calls may run: the first ones in call order. */
export const allowedCalls = ({ toolCalls = Infinity }: Limits, spent: Spent, n: number): number =>
  Math.max(0, Math.min(n, toolCalls - spent.toolCalls))
