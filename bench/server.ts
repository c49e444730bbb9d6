/**
 * `server`: the server in one process, hundreds of streams from another, beside a bare relay in the same run.
 */
import { join } from "node:path"
import { pathToFileURL } from "node:url"

import * as Effect from "effect/Effect"

import * as Child from "./arena/Child.ts"
import * as Bundle from "./Bundle.ts"
import type { Suite } from "./Report.ts"
import * as Load from "./server/Load.ts"
import * as Model from "./server/Model.ts"
import * as Rows from "./server/Rows.ts"
import * as Self from "./server/Self.ts"

const about = `The server, bundled, in a process of its own: runs in a SQLite file, one model call over HTTP a run, no tools called. 500 streams at
a time, each of 150 words at 20 a second, over 500 connections; who watches them and the model they come from are one other
process, so that both ends of a word are told by one clock. Beside it, by turns, a relay by hand over node:http that passes the model's
bytes on: where one of a hundred of its answers ends more than 250 ms behind its words, the machine was too busy, and the rotation is
thrown away. Both with a young generation
of 16 MB at most: else the memory would follow this machine's. On loopback; on two cores the load takes half of one. Needs
4,000 open files a process.`

const count = 500
const beginMillis = 2000
const rotations = 3
const warmUps = 40
const idles = 100

/** A young generation of 16 MB, and an old one as on a machine with 2 GB. */
const limits = ["--max-old-space-size=1024", "--max-semi-space-size=8"]

const rows = Effect.gen(function* () {
  const model = yield* Model.make
  const folder = yield* Bundle.folder("load")
  const start = Effect.fnUntraced(function* (file: URL, path: string, args: ReadonlyArray<string>) {
    const child = yield* Child.start(file, {
      args: [model.baseUrl, ...args],
      execArgv: limits
    })
    const { greeting } = child
    if (!Self.isGreeting(greeting)) return yield* Effect.die(new Error("It did not say where it listens."))
    return { child, url: new URL(path, greeting.url).href }
  })
  const relay = yield* start(new URL("server/relay.ts", import.meta.url), "/", [])
  const built = yield* Bundle.make(new URL("server/server.ts", import.meta.url))
  const server = yield* start(pathToFileURL(built), "/v1/ask", [join(folder, "runs.db")])
  const both = <A, E>(of: (place: Load.Place) => Effect.Effect<A, E>) =>
    Effect.all({ relay: of(relay), server: of(server) }, { concurrency: 1 })

  yield* both((place) => Load.first(model, place, warmUps))
  yield* both((place) => Load.streams(model, place, count / 2, beginMillis))
  const idleFirst = yield* both((place) => Load.first(model, place, idles))
  const steady = yield* Effect.forEach(
    Array.from({ length: rotations }),
    () => both((place) => Load.streams(model, place, count, beginMillis)),
    { concurrency: 1 }
  )
  const atOnce = yield* both((place) => Load.streams(model, place, count, 0))
  const left = yield* Load.left(model, server, count)
  const states = yield* both(Load.state)
  const peakBytes = { relay: states.relay.peakBytes, server: states.server.peakBytes }
  return Rows.of({ count, beginMillis, rotations: steady, atOnce, left, idleFirst, peakBytes })
})

export const suite: Suite = { about, rows: Effect.scoped(rows) }
