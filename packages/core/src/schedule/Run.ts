/**
 * Run: what the steps of one run have in common.
 */
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

import type * as Ledger from "../model/Ledger.ts"
import type { RunLog } from "../RunLog.ts"
import type * as Span from "../Span.ts"
import type { Brakes } from "./Brakes.ts"
import type { Foreseen } from "./Foreseen.ts"
import type * as Graph from "./Graph.ts"
import type * as Handlers from "./Handlers.ts"
import type { Once } from "./Once.ts"
import type * as Policy from "./Policy.ts"
import type { Remembered } from "./Remembered.ts"
import type { Results } from "./Results.ts"
import type { Shared } from "./Shared.ts"

export interface Run<R> {
  readonly toolkit: Handlers.Handled<R>
  readonly policy: Policy.Policy
  readonly log: RunLog
  readonly once: Once
  /** All steps' calls stand in one order: a write that was given up may still be at work in the next step. */
  readonly order: Graph.Order
  readonly shared: Shared
  readonly brakes: Brakes
  /** What is kept for a conversation that goes on after an interruption. */
  readonly ledger: Ledger.Ledger | undefined
  /** What outlives the run; nothing does without it. */
  readonly remembered?: Remembered | undefined
  /** Shortens what the model reads of results; nothing does without it. */
  readonly results?: Results | undefined
  /** What was begun before the model asked for it; nothing was without it. */
  readonly foreseen?: Foreseen | undefined
  /** Whether its calls are only guesses, which are to leave places free for those that are asked for. */
  readonly isGuessing?: boolean
  /** The index of the first call that is made in the model's place: its conversation may have some. 0 without it. */
  readonly engineCallsFrom?: number
  /** Its own span, under which the calls of no step stand; `undefined` where nobody traces. */
  readonly span?: Span.Span | undefined
  /** Runs a call's work in a fiber that ends with the run at the latest. */
  readonly fork: (effect: Effect.Effect<void, never, R>) => Fiber.Fiber<void>
}
