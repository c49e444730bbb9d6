/**
 * Policy: what may be done with a tool, from its annotations alone, and how far a run may go. Pure.
 */
import * as Tool from "effect/ai/Tool"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import * as Annotations from "./Annotations.ts"
import type * as Budget from "./Budget.ts"
import * as Prices from "./Prices.ts"

/** What a scheduler may do with calls of one tool. */
export interface ToolRules {
  /** Changes nothing: may start early, run beside others, be retried, hedged, and shared while in flight. */
  readonly isReadOnly: boolean
  /** Running it twice does no more than running it once: may be retried. */
  readonly mayRepeat: boolean
  /** Must not run before a person has agreed. */
  readonly needsApproval: boolean
  readonly upstream: string | undefined
  /** Calls at a time, over all runs; `Infinity` where nothing limits them. */
  readonly concurrency: number
  readonly upstreamConcurrency: number
  /** How long a result may be used again; `undefined` where it may not. */
  readonly freshnessMillis: number | undefined
  /** How long one attempt may take; `Infinity` without a limit. */
  readonly timeLimitMillis: number
  /** What every call touches; `undefined` where that depends on its parameters. */
  readonly footprint: Footprint | undefined
}

/**
 * The rules of `tool`.
 *
 * **Details**
 *
 * `Tool.Readonly` wins; `Tool.Destructive` (default true) and `Tool.Idempotent` (default false) are looked at only where it
 * is false. So a tool without annotations waits for approval and is never repeated.
 *
 * **Gotchas**
 *
 * A tool's own `needsApproval` is honoured; where it is a function of the parameters it is taken as true, since the cautious
 * answer is the only one that is right before they are decoded.
 */
export const rulesOf = (tool: Tool.Any): ToolRules => {
  const known = rules.get(tool)
  if (known !== undefined) return known
  const made = makeRules(tool)
  rules.set(tool, made)
  return made
}

/** A tool is never changed, so its rules are read once. */
const rules = new WeakMap<Tool.Any, ToolRules>()

const makeRules = (tool: Tool.Any): ToolRules => {
  const get = <A>(annotation: Context.Reference<A>): A => Context.get(tool.annotations, annotation)
  const millis = (input: Duration.Input | undefined) =>
    input === undefined ? undefined : Duration.toMillis(Duration.fromInputUnsafe(input))
  const isReadOnly = get(Tool.Readonly)
  const asks = tool.needsApproval !== undefined && tool.needsApproval !== false
  const upstream = get(Annotations.Upstream)
  const tags = get(isReadOnly ? Annotations.TagsRead : Annotations.TagsWritten)
  return {
    isReadOnly,
    mayRepeat: isReadOnly || get(Tool.Idempotent),
    needsApproval: asks || (!isReadOnly && get(Tool.Destructive)),
    upstream: upstream?.name,
    concurrency: get(Annotations.Concurrency) ?? Infinity,
    upstreamConcurrency: upstream?.concurrency ?? Infinity,
    freshnessMillis: isReadOnly ? millis(get(Annotations.Freshness)) : undefined,
    timeLimitMillis: millis(get(Annotations.TimeLimit)) ?? Infinity,
    footprint: typeof tags === "function" ? undefined : { upstream: upstream?.name, tags }
  }
}

/** What a call touches. `tags` undefined: all of `upstream`; that undefined too: everything. */
export interface Footprint {
  readonly upstream: string | undefined
  readonly tags: ReadonlyArray<string> | undefined
}

/** What a call touches that does not run. */
export const nothing: Footprint = { upstream: undefined, tags: [] }

/**
 * What a call of `tool` reads, or writes where it is not read-only.
 *
 * `parameters` are the decoded ones; `undefined` while they are not known, when a call whose tags depend on them may touch
 * anything, whatever its upstream; none where they do not fit the tool, which then does not run.
 */
export const footprint = (
  tool: Tool.Any,
  parameters: Option.Option<{ readonly decoded: unknown }> | undefined
): Footprint => {
  if (parameters !== undefined && Option.isNone(parameters)) return nothing
  const { footprint, isReadOnly, upstream } = rulesOf(tool)
  if (footprint !== undefined) return footprint
  const tags = Context.get(tool.annotations, isReadOnly ? Annotations.TagsRead : Annotations.TagsWritten)
  // So may one whose function breaks.
  const told =
    parameters === undefined || typeof tags !== "function"
      ? Result.fail(undefined)
      : Result.try(() => tags(parameters.value.decoded))
  return Result.isSuccess(told) ? { upstream, tags: told.success } : { upstream: undefined, tags: undefined }
}

/** Whether two calls may touch the same thing. The cautious answer where one of them does not say. */
export const overlaps = (one: Footprint, other: Footprint): boolean => {
  if (one.tags?.length === 0 || other.tags?.length === 0) return false
  if (one.tags !== undefined && other.tags !== undefined) return one.tags.some((tag) => other.tags?.includes(tag))
  return one.upstream === undefined || other.upstream === undefined || one.upstream === other.upstream
}

/** How far one run may go. */
export interface Policy {
  /** Model calls, at most (one at least is made). The last one may not ask for tools. */
  readonly maxSteps: number
  /** Tool calls of one run that run at a time. */
  readonly toolConcurrency: number
  /** Bytes of UTF-8 that a question may have. */
  readonly maxQuestionBytes: number
  /** How long a call waits for a person's word. */
  readonly approvalLimit: Duration.Duration
  /** Whether the model is offered one tool more, by which it hands in several dependent calls at once (`PlanTool`). */
  readonly plans: boolean
  /** Whether a question that was answered before may be answered from memory (`Answers`), where there is a `Cache`. */
  readonly rememberAnswers: boolean
  /**
   * Bytes of UTF-8 that one tool result may take in the prompt, 512 at least. What is larger is shown compact, and the model is
   * offered one tool more, by which it reads on (`ResultTool`). Without it results are shown whole, as a failure's sentence
   * always is. Of an agent only: a scheduled toolkit hands results on as they are.
   */
  readonly resultBytes?: number
  /** How far reads may be begun before a model asks for them. */
  readonly foresight: {
    /** Calls of one run; 0 foresees nothing. */
    readonly mostCalls: number
    /** How long the first model call waits for what may stand in its prompt: much less than a round that it may save. */
    readonly wait: Duration.Duration
  }
  /** How long a run may take; a request may ask for less. Without it a run takes as long as it takes. */
  readonly runLimit?: Duration.Duration
  /** How long one step may take, its model call included: calls that have not ended by then are given up. */
  readonly stepLimit?: Duration.Duration
  /** What a run may use. */
  readonly budget: Budget.Limits
  /** What tokens cost, for a budget in dollars. */
  readonly prices: Prices.PriceTable
}

/** The policy of an agent that states none. */
export const standard: Policy = {
  maxSteps: 12,
  toolConcurrency: 16,
  maxQuestionBytes: 32_768,
  approvalLimit: Duration.minutes(5),
  plans: false,
  rememberAnswers: true,
  foresight: { mostCalls: 6, wait: Duration.millis(150) },
  budget: {},
  prices: Prices.openai
}
