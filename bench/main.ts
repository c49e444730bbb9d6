/**
 * `npm run bench -- SUITE [--json]`: runs one suite, prints its rows, and ends with status 1 where a bound is broken.
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
  schedule: () => import("./schedule.ts")
}

const status = (code: number) =>
  Effect.sync(() => {
    process.exitCode = code
  })

const [name = "", ...others] = process.argv.slice(2).filter((argument) => argument !== "--json")
const load = Object.hasOwn(suites, name) && others.length === 0 ? suites[name] : undefined

const usage = Console.error(
  `Name one suite: npm run bench -- SUITE [--json]; the suites are: ${Object.keys(suites).join(", ")}.`
).pipe(Effect.andThen(status(2)))

const bench = Effect.fnUntraced(function* (load: () => Promise<{ readonly suite: Report.Suite }>) {
  const { suite } = yield* Effect.promise(load)
  yield* Console.log(`${suite.about}\n`)
  const rows = yield* suite.rows
  yield* Console.log(Report.table(rows))
  const broken = rows.filter(Report.isBroken)
  if (broken.length > 0) yield* Console.error(`\nOut of bounds: ${broken.map((row) => row.name).join("; ")}.`)
  if (process.argv.includes("--json")) {
    yield* Console.log(JSON.stringify({ suite: name, node: process.version, cpus: availableParallelism(), rows }))
  }
  if (broken.length > 0) yield* status(1)
})

NodeRuntime.runMain(load === undefined ? usage : bench(load))
