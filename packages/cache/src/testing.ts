/**
 * The conformance suite: what a cache promises, whichever store it stands on. Plain effects, for any test runner:
 *
 * ```ts
 * for (const { name, run, time } of conformance(subject)) {
 *   (time === "virtual" ? it.effect : it.live)(name, () => Effect.scoped(run))
 * }
 * ```
 */
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

import type { Cache } from "./Cache.ts"
import { forgetting } from "./testing/forgetting.ts"
import { processes } from "./testing/processes.ts"
import { remembering } from "./testing/remembering.ts"
import { sharing } from "./testing/sharing.ts"

export interface Subject {
  /** A cache on the store under test. Each time it is built it is as another process: its memory is its own. */
  readonly layer: Layer.Layer<Cache>
  /** `CALLSHEET_CACHE` for other processes; none where no other process can share the store. */
  readonly shared: Effect.Effect<string> | undefined
  /** How many keys are written to see whether the bound of bytes holds. */
  readonly keys: number
  /** How many reads each of two processes makes to see whether one is stale. */
  readonly reads: number
}

export interface Case {
  readonly name: string
  /** Dies where the promise is not kept. Each needs a `Subject` of names that no other case uses, which it makes itself. */
  readonly run: Effect.Effect<void, never, Scope.Scope>
  /** Whether the clock is the test's. */
  readonly time: "virtual" | "real"
}

export const conformance = (subject: Subject): ReadonlyArray<Case> => [
  ...remembering(subject),
  ...forgetting(subject),
  ...(subject.shared === undefined ? [] : [...sharing(subject), ...processes(subject.layer, subject.shared, subject)])
]
