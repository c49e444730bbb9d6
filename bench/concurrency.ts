/**
 * `concurrency`: many runs at a time in one process, against the floor and against the limit on paper.
 */
import * as Effect from "effect/Effect"

import * as Checks from "./arena/Checks.ts"
import * as Crowd from "./arena/Crowd.ts"
import * as Entries from "./arena/Entries.ts"
import * as Match from "./arena/Match.ts"
import type { Row, Suite } from "./Report.ts"

const about = `Many runs at a time in one process. Workload: b, three steps of four calls, then an answer of 150 tokens; streaming. Upstream:
one scripted OpenAI-protocol server and HTTP tool backend in another process. 500 at a time without latency: runs a second
against the floor's (a loop by hand over node:http) in the same rotation, median of the rotations; peak of resident memory of
a process that does nothing else, with the heap limits of a machine with 2 GB. 100 at a time at the realistic pace (350 ms to the first token, 120 tokens a second, tools
40 ms), all begun at once: wall time until the last has ended, over what one takes on paper. Needs 8,000 open files a process.`

const bounds: Crowd.Bounds = { runsAtLeast: 0.65, megabytesAtMost: 250, wallAtMost: 1.05 }

const rows = Effect.gen(function* () {
  const arena = yield* Match.make
  const rows: Array<Row> = []
  for (const api of ["responses", "chat"] as const) {
    const titled = (row: Row): Row => ({ ...row, name: `${api}, ${row.name}` })
    const floor = Entries.floor.name
    const places: ReadonlyArray<Crowd.Place> = [
      { entry: Entries.floor, api, floor, bounds: {} },
      { entry: Entries.callsheet, api, floor, bounds },
      ...(api === "responses" ? [{ entry: Entries.callsheetTraced, api, floor, bounds: {} } as const] : [])
    ]
    const unpaced = yield* Crowd.unpaced(arena, places, { rotations: 3, runs: 1000, warmUps: 500 })
    const paced = yield* Crowd.paced(arena, places, 3)
    rows.push(...[...unpaced, ...paced].map(titled))
  }
  return [...rows, ...Checks.rows(arena.seats)]
})

export const suite: Suite = { about, rows: Effect.scoped(rows) }
