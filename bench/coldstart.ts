/**
 * `coldstart`: from the spawning of the command to its first request.
 */
import * as Effect from "effect/Effect"

import * as ColdStart from "./arena/ColdStart.ts"
import type { Suite } from "./Report.ts"

const rotations = 20

export const suite: Suite = {
  about: `From the spawning of "node dist/callsheet.js ask QUESTION --json", the command as it is built from this source, to the arrival of
its first request at a model's server on loopback; against a script of one request over node:http, alternating. Median of the
ratios of ${rotations} rotations, one process at a time. Not through npx. "Compiled before": Node's module compile cache, which the command
turns on, holds what earlier runs compiled, as from the second run on; "never run before": it is empty. One service is
configured, so that no demo services start; nothing is asked of it, since the question names nothing. One that does waits for its names,
150 ms at most, before the model is asked.`,
  rows: Effect.andThen(
    ColdStart.build,
    ColdStart.rows([ColdStart.bare, ColdStart.callsheet(true, 1.5), ColdStart.callsheet(false)], rotations)
  )
}
