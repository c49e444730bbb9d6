/**
 * Approval: whom to ask before a destructive call runs.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

export interface ApprovalRequest {
  readonly callId: string
  readonly name: string
  /** The arguments as the model wrote them, read as JSON. */
  readonly input: unknown
}

/** Answers true where the call may run. The default refuses everything. */
export const Approval = Context.Reference<(request: ApprovalRequest) => Effect.Effect<boolean>>(
  "@callsheet/core/Approval",
  { defaultValue: () => () => Effect.succeed(false) }
)
