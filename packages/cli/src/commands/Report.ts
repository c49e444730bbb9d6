/**
 * `callsheet report`: what the query log says, by day and by question, and what became worse since a baseline.
 */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type { PlatformError } from "effect/PlatformError"
import * as Schema from "effect/Schema"
import * as Terminal from "effect/Terminal"

import { ExitError, failed } from "../ExitError.ts"
import * as LogPlace from "../log/LogPlace.ts"
import * as QueryLog from "../log/QueryLog.ts"
import * as Baseline from "../report/Baseline.ts"
import * as Report from "../report/Report.ts"
import * as ReportText from "../report/ReportText.ts"
import * as Settings from "../Settings.ts"
import { count } from "../TimeLine.ts"

export interface Options {
  /** The log; none: the one that the settings name. */
  readonly from: Option.Option<string>
  /** Only runs of the last milliseconds. */
  readonly since: Option.Option<number>
  readonly json: boolean
  readonly baseline: Option.Option<string>
  readonly saveBaseline: Option.Option<string>
  readonly failOnRegression: boolean
}

const unreadable = (path: string) => (error: PlatformError | ExitError) =>
  failed(`${path} cannot be read (${error.message}).`)

const pathOf = Effect.fnUntraced(function* (from: Options["from"]) {
  if (Option.isSome(from)) return from.value
  const place = yield* LogPlace.of(yield* Settings.load)
  if (place._tag === "File") return place.path
  return yield* failed(`There is no query log (${place.why}): name a file by --from.`)
})

/** A named file must be there; the usual one comes with the first run. */
const read = Effect.fnUntraced(function* (path: string, isNamed: boolean) {
  const files = yield* FileSystem.FileSystem
  const isThere = !isNamed || (yield* Effect.mapError(files.exists(path), unreadable(path)))
  if (!isThere) return yield* failed(`${path} is not there: check the path.`)
  return yield* Effect.mapError(QueryLog.read(path), unreadable(path))
})

const load = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(files.readFileString(path), unreadable(path))
  return yield* Effect.mapError(Schema.decodeEffect(Baseline.Text)(text), () =>
    failed(`${path} is no baseline: make one by --save-baseline.`)
  )
})

const save = Effect.fnUntraced(function* (path: string, { records }: QueryLog.Contents) {
  const files = yield* FileSystem.FileSystem
  const baseline = Baseline.make(records, yield* DateTime.now)
  const text = yield* Effect.orDie(Schema.encodeEffect(Baseline.Text)(baseline))
  yield* Effect.mapError(files.writeFileString(path, `${text}\n`, { mode: 0o600 }), (error) =>
    failed(`${path} cannot be written (${error.message}).`)
  )
  // Beside the report, which may be JSON.
  yield* Console.error(`${count(baseline.runs.length, "run")} saved as the baseline ${path}.`)
})

export const report = Effect.fnUntraced(function* (options: Options) {
  if (options.failOnRegression && Option.isNone(options.baseline)) {
    return yield* new ExitError({ status: 2, problem: "--fail-on-regression needs --baseline FILE to compare with." })
  }
  const path = yield* pathOf(options.from)
  const contents = yield* read(path, Option.isSome(options.from))
  const now = yield* Clock.currentTimeMillis
  const since = Option.match(options.since, { onNone: () => -Infinity, onSome: (millis) => now - millis })
  const wanted = { ...contents, records: contents.records.filter(({ at }) => at.epochMilliseconds >= since) }
  const baseline = Option.isSome(options.baseline) ? yield* load(options.baseline.value) : undefined
  const made = Report.make(path, wanted, baseline, DateTime.zoneMakeLocal())
  if (options.json) {
    yield* Console.log(JSON.stringify(made))
  } else {
    const columns = yield* Effect.flatMap(Terminal.Terminal, ({ columns }) => columns)
    yield* Console.log(ReportText.lines(made, columns === 0 ? 100 : columns).join("\n"))
  }
  if (Option.isSome(options.saveBaseline)) yield* save(options.saveBaseline.value, wanted)

  const worse = made.comparison?.comparisons.filter(({ verdict }) => verdict === "regression").length ?? 0
  if (options.failOnRegression && worse > 0) {
    return yield* new ExitError({ status: 1, problem: `${count(worse, "regression")} since the baseline.` })
  }
})
