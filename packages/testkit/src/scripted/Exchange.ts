/**
 * Exchange: one answered request, as the wire forms need it.
 */
import type { Usage } from "./PromptCache.ts"
import type { Spoken } from "./Script.ts"
import type { Timing } from "./Timing.ts"

/** One request: its place in the record, and when its answer begins. */
export interface Arrival {
  readonly index: number
  readonly startMillis: number
}

export interface Exchange {
  /** Unique on its server; each form puts its own prefix before it. */
  readonly id: string
  readonly model: string
  /** Unix time at which the request arrived: the reply's times count from it. */
  readonly startMillis: number
  readonly spoken: Spoken
  readonly timing: Timing
  readonly usage: Usage
}
