/**
 * `cache`: what a remembered read costs and saves, which values stay, and that nothing outdated is ever given.
 */
import * as Effect from "effect/Effect"

import * as FileHits from "./cache/FileHits.ts"
import * as Hits from "./cache/Hits.ts"
import * as Misses from "./cache/Misses.ts"
import * as Outage from "./cache/Outage.ts"
import * as Room from "./cache/Room.ts"
import * as RoundTrips from "./cache/RoundTrips.ts"
import * as Saved from "./cache/Saved.ts"
import * as Stale from "./cache/Stale.ts"
import * as Zipf from "./cache/Zipf.ts"
import type { Suite } from "./Report.ts"

/** What is timed comes first, while nothing else has grown the heap. */
const parts = [Hits, FileHits, RoundTrips, Misses, Saved, Zipf, Room, Stale, Outage]

export const suite: Suite = {
  about: parts.map(({ about }) => about).join("\n\n"),
  rows: Effect.map(
    Effect.forEach(parts, ({ rows }) => rows, { concurrency: 1 }),
    (rows) => rows.flat()
  )
}
