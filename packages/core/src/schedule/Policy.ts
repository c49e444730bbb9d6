/**
 * Policy: what may be done with a tool, from its annotations alone, and how far a run may go.
 */
import * as Tool from "effect/ai/Tool"
import * as Context from "effect/Context"

/** What a scheduler may do with calls of one tool. */
export interface ToolRules {
  /** Changes nothing: may run beside anything that does not write what it reads. */
  readonly isReadOnly: boolean
  /** Running it twice does no more than running it once. */
  readonly mayRepeat: boolean
  /** Must not run before a person has agreed. */
  readonly needsApproval: boolean
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
  const isReadOnly = Context.get(tool.annotations, Tool.Readonly)
  const asks = tool.needsApproval !== undefined && tool.needsApproval !== false
  return {
    isReadOnly,
    mayRepeat: isReadOnly || Context.get(tool.annotations, Tool.Idempotent),
    needsApproval: asks || (!isReadOnly && Context.get(tool.annotations, Tool.Destructive))
  }
}

/** How far one run may go. */
export interface Policy {
  /** Model calls, at most (one at least is made). The last one may not ask for tools. */
  readonly maxSteps: number
  /** Tool calls of one step that run at a time. */
  readonly toolConcurrency: number
  /** Bytes of UTF-8 that a question may have. */
  readonly maxQuestionBytes: number
}

/** The policy of an agent that states none. */
export const standard: Policy = { maxSteps: 12, toolConcurrency: 16, maxQuestionBytes: 32_768 }
