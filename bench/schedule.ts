/**
 * `schedule`: how near a run comes to its critical path, and what the scheduler costs.
 *
 * A scripted model proves scheduling, never intelligence: it says what it is told to, and whether a real model would ask for
 * these calls in these shapes is not measured here.
 */
import * as Effect from "effect/Effect"

import type { Suite } from "./Report.ts"
import * as Overhead from "./schedule/Overhead.ts"
import * as Realistic from "./schedule/Realistic.ts"

export const suite: Suite = {
  about: `${Realistic.about}\n\n${Overhead.about}`,
  rows: Effect.gen(function* () {
    // First, while nothing else has grown the heap.
    const overhead = yield* Overhead.rows
    return [...(yield* Realistic.rows), ...overhead]
  })
}
