/**
 * `server`: the server in one process, hundreds of streams from another, beside a bare relay in the same run.
 */
import { join } from "node:path"
import { pathToFileURL } from "node:url"

import * as Effect from "effect/Effect"

import * as Child from "./arena/Child.ts"
import { quantile } from "./arena/Match.ts"
import * as Bundle from "./Bundle.ts"
import type { Row, Suite } from "./Report.ts"
import * as Load from "./server/Load.ts"
import * as Model from "./server/Model.ts"
import * as Self from "./server/Self.ts"

const rows = Effect.gen(function* () {
  const model = yield* Model.make
  const folder = yield* Bundle.folder("load")
  const start = Effect.fnUntraced(function* (name: string, file: URL, path: string, args: ReadonlyArray<string>) {
    const child = yield* Child.start(file, { args: [model.baseUrl, ...args], execArgv: (process.env["SERVER_ARGS"] ?? "").split(" ").filter(Boolean) })
    const { greeting } = child
    if (!Self.isGreeting(greeting)) return yield* Effect.die(new Error("It did not say where it listens."))
    return { name, child, url: new URL(path, greeting.url).href }
  })
  const relay = yield* start("relay", new URL("server/relay.ts", import.meta.url), "/", [])
  const built = yield* Bundle.make(new URL("server/server.ts", import.meta.url))
  const server = yield* start("server", pathToFileURL(built), "/v1/ask", [join(folder, "runs.db")])
  for (const place of [relay, server]) {
    yield* Load.first(model, place, 40)
    const f = yield* Load.first(model, place, 50)
    console.log(place.name, "idle first", quantile(f, 0.5), quantile(f, 0.99), yield* Load.state(place))
  }
  for (let i = 0; i < Number(process.env["ROUNDS"] ?? 2); i++) for (const place of [relay, server]) {
    const cpu0 = process.cpuUsage(); const t0 = performance.now()
    const o = yield* Load.streams(model, place, 500)
    const cpu = process.cpuUsage(cpu0)
    console.log(place.name, {
      first50: quantile(o.firstMillis, 0.5), first: [0,.1,.25,.5,.75,.8,.9,.95,.99,1].map(q=>Math.round(quantile(o.firstMillis, q))).join(' '), lag50: quantile(o.lagsMillis, 0.5), lag99: quantile(o.lagsMillis, 0.99), lagMax: quantile(o.lagsMillis, 1),
      end99: quantile(o.endMillis, 0.99), lost: o.lost, repeated: o.repeated, cpu: o.cpuMillis, rss: o.peakBytes / 1e6, loadCpu: (cpu.user + cpu.system) / 1000 / (performance.now() - t0)
    })
  }
  for (const place of [relay, server]) console.log(place.name, yield* Load.left(model, place, 500))
  const rows: Array<Row> = []
  return rows
})

export const suite: Suite = { about: "", rows: Effect.scoped(rows) }
