/**
 * `npm run bench -- SUITE [--only NAME,NAME] [--json]`: runs one suite, prints its rows, and ends with status 1 where a bound is broken.
 *
 * With `--json` the last line is the same as one JSON object. A suite is one file that exports `suite`; nothing of the others
 * is loaded.
 */
import { availableParallelism } from "node:os"

import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

import * as Report from "./Report.ts"

const suites: Readonly<Record<string, () => Promise<{ readonly suite: Report.Suite }>>> = {
  baseline: () => import("./baseline.ts"),
  schedule: () => import("./schedule.ts"),
  cache: () => import("./cache.ts"),
  overhead: () => import("./overhead.ts"),
  concurrency: () => import("./concurrency.ts"),
  wires: () => import("./wires.ts"),
  coldstart: () => import("./coldstart.ts"),
  peers: () => import("./peers.ts"),
  tracing: () => import("./tracing.ts"),
  tools: () => import("./tools.ts")
}

const status = (code: number) =>
  Effect.sync(() => {
    process.exitCode = code
  })

const [name = "", ...others] = process.argv.slice(2).filter((argument) => argument !== "--json")
const [option, names] = others
const only = option === "--only" && others.length === 2 ? names?.split(",") : undefined
const isKnown = Object.hasOwn(suites, name) && (others.length === 0 || only !== undefined)

const usage = Console.error(
  `Name one suite: npm run bench -- SUITE [--only NAME,NAME] [--json]; the suites are: ${Object.keys(suites).join(", ")}. Only peers takes --only.`
).pipe(Effect.andThen(status(2)))

const bench = Effect.fnUntraced(function* (load: () => Promise<{ readonly suite: Report.Suite }>) {
  const { suite } = yield* Effect.promise(load)
  if (only !== undefined && suite.only === undefined) return yield* usage
  yield* Console.log(`${suite.about}\n`)
  const rows = yield* only === undefined ? suite.rows : (suite.only?.(only) ?? suite.rows)
  yield* Console.log(Report.table(rows))
  const broken = rows.filter(Report.isBroken)
  if (broken.length > 0) yield* Console.error(`\nOut of bounds: ${broken.map((row) => row.name).join("; ")}.`)
  if (process.argv.includes("--json")) {
    yield* Console.log(JSON.stringify({ suite: name, node: process.version, cpus: availableParallelism(), rows }))
  }
  if (broken.length > 0) yield* status(1)
})

const load = isKnown ? suites[name] : undefined

NodeRuntime.runMain(load === undefined ? usage : bench(load))
