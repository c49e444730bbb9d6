/**
 * Run: what the steps of one run have in common.
 */
import type * as Ledger from "../model/Ledger.ts"
import type { RunLog } from "../RunLog.ts"
import type * as Attempt from "./Attempt.ts"
import type { Brakes } from "./Brakes.ts"
import type { Once } from "./Once.ts"
import type * as Policy from "./Policy.ts"
import type { Shared } from "./Shared.ts"

export interface Run<R> {
  readonly toolkit: Attempt.Handled<R>
  readonly policy: Policy.Policy
  readonly log: RunLog
  readonly once: Once
  readonly shared: Shared
  readonly brakes: Brakes
  /** What is kept for a conversation that goes on after an interruption. */
  readonly ledger: Ledger.Ledger | undefined
}
