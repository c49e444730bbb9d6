/**
 * Identity: whose data the tools of a run read. What a run's tools gave, and its answer, are remembered beyond the run for
 * this identity only, and for nobody where there is none.
 *
 * ```ts
 * const household = Layer.succeed(Identity, Redacted.make(`${plex.baseUrl} ${plex.token}`))
 * ```
 *
 * **Gotchas**
 *
 * Nothing is taken for granted here, since the same agent may be run for several owners, whose services its handlers get from
 * whoever runs it. Two runs that state the same identity share what tools of the same name and Schemas gave: state all on
 * which their results depend.
 */
import * as Context from "effect/Context"
import type * as Redacted from "effect/Redacted"

/** Kept nowhere but hashed. The empty text where all data is the same for all. */
export const Identity = Context.Reference<string | Redacted.Redacted | undefined>("@callsheet/core/Identity", {
  defaultValue: () => undefined
})
