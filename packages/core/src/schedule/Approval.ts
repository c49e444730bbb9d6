/**
 * Approval: whom to ask before a destructive call runs, and for how long.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

export interface ApprovalRequest {
  readonly callId: string
  readonly name: string
  /** The arguments, with every reference to another call's result filled in. */
  readonly input: unknown
}

/** Answers true where the call may run. The default refuses everything. */
export const Approval = Context.Reference<(request: ApprovalRequest) => Effect.Effect<boolean>>(
  "@callsheet/core/Approval",
  { defaultValue: () => () => Effect.succeed(false) }
)

/** `undefined` where the call was approved within `limit`, else one sentence that says why it was not. */
export const ask = Effect.fnUntraced(function* (request: ApprovalRequest, limit: Duration.Duration) {
  const approval = yield* Approval
  const { name } = request
  return yield* approval(request).pipe(
    Effect.map((approved) => (approved ? undefined : `${name} was not approved by the user, so it did not run.`)),
    Effect.timeoutOrElse({
      duration: limit,
      orElse: () => Effect.succeed(`Nobody approved ${name} within ${Duration.format(limit)}, so it did not run.`)
    })
  )
})
