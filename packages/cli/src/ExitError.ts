/**
 * ExitError: the one way a command ends badly: an exit status and one line for stderr.
 */
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"

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

/** A failed command. Line breaks in `problem` become spaces: stderr gets one line. */
export const failed = (problem: string): ExitError =>
  new ExitError({ status: 1, problem: problem.replaceAll(/\s*[\r\n]+\s*/g, " ").trim() })
