/**
 * `npm run bench -- SUITE [options] [--json]`: runs one suite, prints its rows, and ends with status 1 where a bound is broken, 2
 * where it was asked for what it cannot do.
 *
 * With `--json` the last line is the same as one JSON object. A suite is one file that exports `suite`; nothing of the others
 * is loaded.
 */
import { availableParallelism } from "node:os"

import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

import * as Arguments from "./Arguments.ts"
import * as Report from "./Report.ts"

const suites: Readonly<Record<string, () => Promise<{ readonly suite: Report.Suite }>>> = {
  baseline: () => import("./baseline.ts"),
  counterfactuals: () => import("./counterfactuals.ts"),
  subprocess: () => import("./subprocess.ts"),
  schedule: () => import("./schedule.ts"),
  cache: () => import("./cache.ts"),
  overhead: () => import("./overhead.ts"),
  concurrency: () => import("./concurrency.ts"),
  wires: () => import("./wires.ts"),
  coldstart: () => import("./coldstart.ts"),
  peers: () => import("./peers.ts"),
  tracing: () => import("./tracing.ts"),
  estimates: () => import("./estimates.ts"),
  tools: () => import("./tools.ts"),
  server: () => import("./server.ts"),
  web: () => import("./web.ts")
}

const status = (code: number) =>
  Effect.sync(() => {
    process.exitCode = code
  })

const refuse = (why: string) => Effect.andThen(Console.error(why), status(2))

const usage = refuse(
  `Name one suite: npm run bench -- SUITE [--json]; the suites are: ${Object.keys(suites).join(", ")}. peers takes --only NAME,NAME; baseline
--only PART,PART, --runs N, --model openai and --write; counterfactuals --runs N.`
)

const { isJson, name, options } = Arguments.read(process.argv.slice(2))

const bench = Effect.fnUntraced(
  function* (load: () => Promise<{ readonly suite: Report.Suite }>, options: Report.Options) {
    const { suite } = yield* Effect.promise(load)
    const { chosen } = suite
    const isPlain = Object.keys(options).length === 0
    if (!Arguments.fits(options, chosen?.takes ?? [])) return yield* usage
    yield* Console.log(`${suite.about}\n`)
    const rows = yield* isPlain || chosen === undefined ? suite.rows : chosen.rows(options)
    yield* Console.log(Report.table(rows))
    const broken = rows.filter(Report.isBroken)
    if (broken.length > 0) yield* Console.error(`\nOut of bounds: ${broken.map((row) => row.name).join("; ")}.`)
    if (isJson) {
      yield* Console.log(JSON.stringify({ suite: name, node: process.version, cpus: availableParallelism(), rows }))
    }
    if (broken.length > 0) yield* status(1)
  },
  Effect.catch((why) => refuse(why))
)

const load = Object.hasOwn(suites, name) ? suites[name] : undefined

NodeRuntime.runMain(load === undefined || options === undefined ? usage : bench(load, options))
