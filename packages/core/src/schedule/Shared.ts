/**
 * Shared: what all runs of a process have in common, so that limits hold over all of them and each learns from the others.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

import * as Admission from "./Admission.ts"
import * as InFlight from "./InFlight.ts"
import type { Made } from "./Remembered.ts"
import * as Timings from "./Timings.ts"
import * as Upstreams from "./Upstreams.ts"

export interface Shared {
  readonly admission: Admission.Admission
  readonly timings: Timings.Timings
  readonly upstreams: Upstreams.Upstreams
  /** Reads that runs of one identity share while they are under way. */
  readonly inFlight: InFlight.InFlight<Made>
}

/** A fresh one, that shares nothing: for a test, and for a program whose parts must not touch each other. */
export const make: Effect.Effect<Shared> = Effect.map(Upstreams.make, (upstreams) => ({
  admission: Admission.makeUnsafe(),
  timings: Timings.makeUnsafe(),
  upstreams,
  inFlight: InFlight.make()
}))

/** One for the process where none is provided, made when it is first asked for. */
export const Shared = Context.Reference<Shared>("@callsheet/core/Shared", { defaultValue: () => Effect.runSync(make) })
