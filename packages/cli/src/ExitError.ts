/**
 * ExitError: the one way a command ends badly: an exit status and one line for stderr.
 */
import * as Cause from "effect/Cause"
import * as Predicate from "effect/Predicate"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"

import { oneLine } from "./TerminalText.ts"

export class ExitError extends Schema.TaggedError<ExitError>()("ExitError", {
  /** 1 failed, 2 wrong usage, 3 approval needed and not given. */
  status: Schema.Literals([1, 2, 3]),
  /** One sentence that says what happened and what to do. */
  problem: Schema.String
}) {
  override get message(): string {
    return this.problem
  }
  override get [Runtime.errorExitCode](): number {
    return this.status
  }
}

/** A failed command. */
export const failed = (problem: string): ExitError => new ExitError({ status: 1, problem })

/** The one line for stderr that says how a command ended badly; empty where it was stopped, or its error has nothing to say. */
export const lineOf = (cause: Cause.Cause<{ readonly message: string }>): string => {
  if (Cause.hasInterruptsOnly(cause)) return ""
  const failure = cause.reasons.find(Cause.isFailReason)
  if (failure !== undefined) return oneLine(failure.error.message).trim()
  const defect = Cause.squash(cause)
  const what = oneLine(Predicate.isError(defect) ? `${defect.name}: ${defect.message}` : String(defect))
  return `Something is wrong inside callsheet, which is not your doing (${what}): please report it.`
}
