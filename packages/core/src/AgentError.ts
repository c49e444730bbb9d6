/**
 * AgentError: why a run ended without an answer.
 */
import * as AiError from "effect/ai/AiError"
import * as Response from "effect/ai/Response"
import * as Schema from "effect/Schema"

/** The question cannot be asked as it is: empty, or larger than the agent accepts. */
export class InvalidQuestion extends Schema.TaggedError<InvalidQuestion>()("InvalidQuestion", {
  /** One sentence that says what to change. */
  problem: Schema.String
}) {
  readonly isRetryable = false
  override get message(): string {
    return this.problem
  }
}

/** A model call failed, after the retries that its provider's layer makes. */
export class ModelFailed extends Schema.TaggedError<ModelFailed>()("ModelFailed", {
  error: AiError.AiError
}) {
  get isRetryable(): boolean {
    return this.error.isRetryable
  }
  /** The provider's layer writes a sentence of its own where it can; `AiError`'s general advice would bury it. */
  override get message(): string {
    const { reason } = this.error
    const description = "description" in reason ? reason.description : undefined
    return `The model call failed: ${description ?? reason.message}`
  }
}

/** The model ended without a word and without a call. */
export class NoAnswer extends Schema.TaggedError<NoAnswer>()("NoAnswer", {
  finishReason: Response.FinishReason
}) {
  get isRetryable(): boolean {
    return this.finishReason !== "content-filter"
  }
  override get message(): string {
    return this.finishReason === "content-filter"
      ? "The provider's content filter withheld the answer: ask in other words."
      : `The model gave no answer (it finished with "${this.finishReason}"): ask again.`
  }
}

/** A budget in money was set, and the model has no price: nobody could say when it is reached. */
export class BudgetUnchecked extends Schema.TaggedError<BudgetUnchecked>()("BudgetUnchecked", {
  problem: Schema.String
}) {
  readonly isRetryable = false
  override get message(): string {
    return this.problem
  }
}

/**
 * The one error of a run; `reason` says which.
 *
 * **Details**
 *
 * Failed tool calls are never among them: those are results that the model reads. `message` is one sentence for a person.
 */
export class AgentError extends Schema.TaggedError<AgentError>()("AgentError", {
  reason: Schema.Union([InvalidQuestion, ModelFailed, NoAnswer, BudgetUnchecked])
}) {
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }
  override get message(): string {
    return this.reason.message
  }
}
